//go:build !amd64 || purego

package kernel

func correlateVector[T Float](dst []T, dr int, src []T, o, sr int, w []T, size, stride, dil, h, wd int, accumulate bool) bool {
	return false
}

func tapSumsVector[T Float](acc []float64, dw []T, g []T, gr int, src []T, o, sr int, size, stride, dil, h, wd int) bool {
	return false
}
