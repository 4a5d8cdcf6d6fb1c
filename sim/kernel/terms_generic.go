//go:build !amd64 || purego

package kernel

func blendVector[T Float](dst []T, terms []Term[T], c int, add bool) bool { return false }

func pairsVector[T Float](g []T, n, channels int, pairs []Pair[T]) bool { return false }

func momentsVector[T Float](dst []Moment, src []T, c, n int) bool { return false }
