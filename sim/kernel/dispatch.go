package kernel

func maxPlane[T Float](dst []T, dr int, arg []uint8, src []T, sr, h, w, oh, ow int, win Window) {
	maxPlaneGo(dst, dr, arg, src, sr, h, w, oh, ow, win)
}
func maxPlaneBack[T Float](dsrc []T, dr, h, w int, g []T, gr int, arg []uint8, oh, ow int, win Window) {
	maxPlaneBackGo(dsrc, dr, h, w, g, gr, arg, oh, ow, win)
}
func avgPlane[T Float](dst []T, dr int, src []T, sr, h, w, oh, ow int, win Window) {
	avgPlaneGo(dst, dr, src, sr, h, w, oh, ow, win)
}
func avgPlaneBack[T Float](dsrc []T, dr, h, w int, g []T, gr, oh, ow int, win Window) {
	avgPlaneBackGo(dsrc, dr, h, w, g, gr, oh, ow, win)
}
