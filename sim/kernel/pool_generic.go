//go:build !amd64 || purego

package kernel

func maxVector[T Float](dst []T, dr int, arg []uint8, src []T, sr, h, w int, win Window) bool {
	return false
}

func maxBackVector[T Float](dsrc []T, dr, h, w int, g []T, gr int, arg []uint8, win Window) bool {
	return false
}

func avgVector[T Float](dst []T, dr int, src []T, sr, h, w int, win Window) bool { return false }

func avgBackVector[T Float](dsrc []T, dr, h, w int, g []T, gr int, win Window) bool { return false }
