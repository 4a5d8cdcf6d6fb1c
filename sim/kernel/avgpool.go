package kernel

// AveragePool computes the mean over the cells of the window that lie inside the
// image (torch's count_include_pad = False; borders are not read),
//
//	dst[c,y,x] = (Σ_i Σ_j src[c, y·s − p + i·d, x·s − p + j·d]) · 1/n_x · 1/n_y
//
// with n_y·n_x cells inside. The sum runs over j within each row first, then over the
// rows, in order. src and dst are any layouts; windows as for MaxPool.
func AveragePool[T Float](dst []T, dp Planes, src []T, sp Planes, win Window) {
	checkPool("AveragePool", dp, sp, win)
	checkLen("AveragePool", dst, dp)
	checkLen("AveragePool", src, sp)
	for c := 0; c < dp.C; c++ {
		d, s := dst[dp.At(c, 0, 0):], src[sp.At(c, 0, 0):]
		if !avgVector(d, dp.RowStride, s, sp.RowStride, sp.H, sp.W, win) {
			avgPlane(d, dp.RowStride, s, sp.RowStride, sp.H, sp.W, dp.H, dp.W, win)
		}
	}
}

// AveragePoolBackward adds the gradient of AveragePool to dsrc: every cell inside a
// window receives g·1/n_x·1/n_y.
func AveragePoolBackward[T Float](dsrc []T, dp Planes, g []T, gp Planes, win Window) {
	checkPool("AveragePoolBackward", gp, dp, win)
	checkLen("AveragePoolBackward", dsrc, dp)
	checkLen("AveragePoolBackward", g, gp)
	for c := 0; c < dp.C; c++ {
		d, q := dsrc[dp.At(c, 0, 0):], g[gp.At(c, 0, 0):]
		if !avgBackVector(d, dp.RowStride, dp.H, dp.W, q, gp.RowStride, win) {
			avgPlaneBack(d, dp.RowStride, dp.H, dp.W, q, gp.RowStride, gp.H, gp.W, win)
		}
	}
}

func avgPlane[T Float](dst []T, dr int, src []T, sr, h, w, oh, ow int, win Window) {
	for y := 0; y < oh; y++ {
		y0 := y*win.Stride - win.Pad
		ilo, ihi := inside(y0, win.Size, win.Dilation, h)
		ry := 1 / T(ihi-ilo)
		d := dst[y*dr:][:ow]
		for x := range d {
			x0 := x*win.Stride - win.Pad
			jlo, jhi := inside(x0, win.Size, win.Dilation, w)
			var s T
			for i := ilo; i < ihi; i++ {
				row := src[(y0+i*win.Dilation)*sr:]
				var r T
				for j := jlo; j < jhi; j++ {
					r += row[x0+j*win.Dilation]
				}
				s += r
			}
			d[x] = T(s*(1/T(jhi-jlo))) * ry
		}
	}
}

// avgPlaneBack gathers for each source cell, output rows in order and columns
// within them, each row's sum scaled by 1/n_y and each term by 1/n_x.
func avgPlaneBack[T Float](dsrc []T, dr, h, w int, g []T, gr, oh, ow int, win Window) {
	for y := 0; y < h; y++ {
		d := dsrc[y*dr:][:w]
		for x := range d {
			var s T
			for i := win.Size - 1; i >= 0; i-- {
				oy, ok := source(y, i, win, oh)
				if !ok {
					continue
				}
				var r T
				for j := win.Size - 1; j >= 0; j-- {
					if ox, ok := source(x, j, win, ow); ok {
						jlo, jhi := inside(ox*win.Stride-win.Pad, win.Size, win.Dilation, w)
						r += T(g[oy*gr+ox] * (1 / T(jhi-jlo)))
					}
				}
				ilo, ihi := inside(oy*win.Stride-win.Pad, win.Size, win.Dilation, h)
				s += T(r * (1 / T(ihi-ilo)))
			}
			d[x] += s
		}
	}
}

// source returns the output position whose tap i lies on input cell y.
func source(y, i int, win Window, n int) (int, bool) {
	t := y + win.Pad - i*win.Dilation
	if t < 0 || t%win.Stride != 0 || t/win.Stride >= n {
		return 0, false
	}
	return t / win.Stride, true
}
