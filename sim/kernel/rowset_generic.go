//go:build !amd64 || purego

package kernel

// This build has no assembly: every pass takes its portable loop.

func rowsOf[T Float]() *rowSet { return nil }

func momentVector[T Float](acc *sums, h, n int, src rect[T], x0 T) bool { return false }

func pairVector[T Float](acc *sums, h, n int, g, src rect[T], mean T, relu bool) bool { return false }

func dotVector[T Float](acc, x, y []T) int { return 0 }
