package kernel

func correlate[T Float](dst []T, dr int, src []T, o, sr int, w []T, size, stride, dil, h, wd int, accumulate bool) {
	correlateGo(dst, dr, src, o, sr, w, size, stride, dil, h, wd, accumulate)
}
func tapSums[T Float](dw []T, g []T, gr int, src []T, o, sr int, size, stride, dil, h, wd int) {
	tapSumsGo(dw, g, gr, src, o, sr, size, stride, dil, h, wd)
}
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
