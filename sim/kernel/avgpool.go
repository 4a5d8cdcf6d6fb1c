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

// shares fills r with 1 over the number of cells inside the image, per output.
func shares[T Float](r []T, n int, win Window) {
	for x := range r {
		lo, hi := inside(x*win.Stride-win.Pad, win.Size, win.Dilation, n)
		r[x] = 1 / T(hi-lo)
	}
}

// avgPlane sums along the rows first, then down the columns.
func avgPlane[T Float](dst []T, dr int, src []T, sr, h, w, oh, ow int, win Window) {
	s := takeScratch()
	buf := scratchOf[T](s, (h+1)*ow+oh)
	rx, ry := buf[h*ow:][:ow], buf[(h+1)*ow:][:oh]
	shares(rx, w, win)
	shares(ry, h, win)
	clear(buf[:h*ow])
	for j := range win.Size {
		off := j*win.Dilation - win.Pad
		if lo, hi := reached(off, win.Stride, ow, w); lo == hi {
			continue
		} else if win.Stride == 1 {
			addRows(h, hi-lo, rect[T]{buf, lo, ow}, rect[T]{src, lo + off, sr})
		} else {
			for y := range h {
				row, r := src[y*sr:][:w], buf[y*ow:][:ow]
				for x := lo; x < hi; x++ {
					r[x] += row[x*win.Stride+off]
				}
			}
		}
	}
	for y := range oh {
		clear(dst[y*dr:][:ow])
	}
	for i := range win.Size {
		off := i*win.Dilation - win.Pad
		if lo, hi := reached(off, win.Stride, oh, h); lo < hi {
			addRows(hi-lo, ow, rect[T]{dst, lo * dr, dr}, rect[T]{buf, (lo*win.Stride + off) * ow, win.Stride * ow})
		}
	}
	for y := range oh {
		d := dst[y*dr:][:ow]
		for x, v := range d {
			d[x] = T(v*rx[x]) * ry[y]
		}
	}
	s.give()
}

// avgPlaneBack spreads along the rows first, then gathers for each source row from the
// output rows in order; within a row the contributions come in order of the outputs.
func avgPlaneBack[T Float](dsrc []T, dr, h, w int, g []T, gr, oh, ow int, win Window) {
	s := takeScratch()
	buf := scratchOf[T](s, oh*(w+ow)+h*w+ow+oh)
	across, buf := buf[:oh*w], buf[oh*w:]
	part, buf := buf[:oh*ow], buf[oh*ow:]
	sum, buf := buf[:h*w], buf[h*w:]
	rx, ry := buf[:ow], buf[ow:]
	shares(rx, w, win)
	shares(ry, h, win)
	for y := range oh {
		p := part[y*ow:][:ow]
		for x, v := range g[y*gr:][:ow] {
			p[x] = v * rx[x]
		}
	}
	clear(across)
	for j := win.Size - 1; j >= 0; j-- {
		off := j*win.Dilation - win.Pad
		if lo, hi := reached(off, win.Stride, ow, w); lo == hi {
			continue
		} else if win.Stride == 1 {
			addRows(oh, hi-lo, rect[T]{across, lo + off, w}, rect[T]{part, lo, ow})
		} else {
			for y := range oh {
				r, p := across[y*w:][:w], part[y*ow:][:ow]
				for x := lo; x < hi; x++ {
					r[x*win.Stride+off] += p[x]
				}
			}
		}
	}
	for y := range oh {
		scaleRow(across[y*w:][:w], ry[y])
	}
	clear(sum)
	for i := win.Size - 1; i >= 0; i-- {
		off := i*win.Dilation - win.Pad
		if lo, hi := reached(off, win.Stride, oh, h); lo < hi {
			addRows(hi-lo, w, rect[T]{sum, (lo*win.Stride + off) * w, win.Stride * w}, rect[T]{across, lo * w, w})
		}
	}
	addRows(h, w, rect[T]{dsrc, 0, dr}, rect[T]{sum, 0, w})
	s.give()
}
