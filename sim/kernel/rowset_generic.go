//go:build !amd64 || purego

package kernel

// This build has no assembly: every pass takes its portable loop.

func rowsOf[T Float]() *rowSet { return nil }

func momentVector[T Float](h, n int, src rect[T], x0 T) (s, q float64, ok bool) { return 0, 0, false }

func pairVector[T Float](h, n int, g, src rect[T], mean T, relu bool) (s, q float64, ok bool) {
	return 0, 0, false
}

func dotVector[T Float](acc, x, y []T) int { return 0 }
