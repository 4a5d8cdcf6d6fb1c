//go:build !amd64 || purego

package kernel

func correlateVector[T Float](dst []T, dp Planes, src []T, sp Planes, o int, w []T, win Window, accumulate bool, ahead *Ahead) bool {
	return false
}

func tapSumsVector[T Float](dw, g []T, gp Planes, src []T, sp Planes, o int, win Window, ahead *Ahead) bool {
	return false
}
