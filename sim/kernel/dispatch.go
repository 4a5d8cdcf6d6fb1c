package kernel

func axpyRow[T Float](y, x []T, alpha T)            { axpyRowGo(y, x, alpha) }
func dotRow[T Float](acc, x, y []T)                 { dotRowGo(acc, x, y) }
func reluRow[T Float](dst, src []T)                 { reluRowGo(dst, src) }
func reluBackwardRow[T Float](dst, g, src []T)      { reluBackwardRowGo(dst, g, src) }
func addRow[T Float](dst, src []T)                  { addRowGo(dst, src) }
func normAddRow[T Float](dst, src []T, m, s T)      { normAddRowGo(dst, src, m, s) }
func momentRow[T Float](acc *sums, src []T, x0 T)   { momentRowGo(acc, src, x0) }
func normRow[T Float](dst, src []T, m, s T, r bool) { normRowGo(dst, src, m, s, r) }
func sumRow[T Float](acc *sums, g, src []T, mean T, relu bool) {
	sumRowGo(acc, g, src, mean, relu)
}
func normBackRow[T Float](dst, g, src []T, a, b, c, mean T, relu bool) {
	normBackRowGo(dst, g, src, a, b, c, mean, relu)
}
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
