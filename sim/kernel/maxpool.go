package kernel

import "math"

// MaxPool computes the maximum under a window and where it lies,
//
//	dst[c,y,x] = max_{i,j} src[c, y·s − p + i·d, x·s − p + j·d]
//
// over the cells inside the image (borders are not read), and arg = i·Size + j of
// the first maximum in row-major order, [C][Out(H)][Out(W)] dense. NaN counts as the
// largest value: the first one in row-major order wins. src and dst are any
// layouts. win.Pad ≤ Dilation·(Size−1)/2 and Size ≤ 16, so that each window meets the image.
func MaxPool[T Float](dst []T, dp Planes, arg []uint8, src []T, sp Planes, win Window) {
	checkPool("MaxPool", dp, sp, win)
	checkLen("MaxPool", dst, dp)
	checkLen("MaxPool", src, sp)
	checkLen("MaxPool", arg, Dense(dp.C, dp.H, dp.W))
	for c := 0; c < dp.C; c++ {
		d, a, s := dst[dp.At(c, 0, 0):], arg[c*dp.H*dp.W:][:dp.H*dp.W], src[sp.At(c, 0, 0):]
		if !maxVector(d, dp.RowStride, a, s, sp.RowStride, sp.H, sp.W, win) {
			maxPlane(d, dp.RowStride, a, s, sp.RowStride, sp.H, sp.W, dp.H, dp.W, win)
		}
	}
}

// MaxPoolBackward adds the gradient g of the output to the cells that were the
// maxima: dsrc[c, y·s − p + i·d, x·s − p + j·d] += g[c,y,x] for arg[c,y,x] = i·Size + j.
// The contributions to a cell are added in row-major order of (i, j) to its old value.
func MaxPoolBackward[T Float](dsrc []T, dp Planes, g []T, gp Planes, arg []uint8, win Window) {
	checkPool("MaxPoolBackward", gp, dp, win)
	checkLen("MaxPoolBackward", dsrc, dp)
	checkLen("MaxPoolBackward", g, gp)
	checkLen("MaxPoolBackward", arg, Dense(gp.C, gp.H, gp.W))
	for c := 0; c < dp.C; c++ {
		d, q, a := dsrc[dp.At(c, 0, 0):], g[gp.At(c, 0, 0):], arg[c*gp.H*gp.W:][:gp.H*gp.W]
		if !maxBackVector(d, dp.RowStride, dp.H, dp.W, q, gp.RowStride, a, win) {
			maxPlaneBack(d, dp.RowStride, dp.H, dp.W, q, gp.RowStride, a, gp.H, gp.W, win)
		}
	}
}

func checkPool(what string, out, in Planes, win Window) {
	checkWindow(what, out, in, win, false)
	if 2*win.Pad > win.Dilation*(win.Size-1) || win.Size > 15 {
		panic("kernel: " + what + ": a window may lie wholly outside the image")
	}
}

// inside returns the taps i in [lo, hi) for which 0 ≤ o + i·dil < n.
func inside(o, size, dil, n int) (lo, hi int) {
	lo, hi = 0, size
	if o < 0 {
		lo = (-o + dil - 1) / dil
	}
	if last := n - 1 - o; last < (size-1)*dil {
		if last < 0 {
			return lo, lo
		}
		hi = last/dil + 1
	}
	return lo, max(lo, hi)
}

func maxPlane[T Float](dst []T, dr int, arg []uint8, src []T, sr, h, w, oh, ow int, win Window) {
	neg := T(math.Inf(-1))
	for y := 0; y < oh; y++ {
		y0 := y*win.Stride - win.Pad
		ilo, ihi := inside(y0, win.Size, win.Dilation, h)
		d, a := dst[y*dr:][:ow], arg[y*ow:][:ow]
		for x := range d {
			x0 := x*win.Stride - win.Pad
			jlo, jhi := inside(x0, win.Size, win.Dilation, w)
			best, at := neg, ilo*win.Size+jlo
			for i := ilo; i < ihi; i++ {
				row := src[(y0+i*win.Dilation)*sr:]
				for j := jlo; j < jhi; j++ {
					v := row[x0+j*win.Dilation]
					if !(v <= best) && best == best {
						best, at = v, i*win.Size+j
					}
				}
			}
			d[x], a[x] = best, uint8(at)
		}
	}
}

// maxPlaneBack gathers: tap by tap, so that a cell receives in order of taps.
func maxPlaneBack[T Float](dsrc []T, dr, h, w int, g []T, gr int, arg []uint8, oh, ow int, win Window) {
	for i := 0; i < win.Size; i++ {
		for j := 0; j < win.Size; j++ {
			tap := uint8(i*win.Size + j)
			for y := 0; y < oh; y++ {
				sy := y*win.Stride - win.Pad + i*win.Dilation
				if sy < 0 || sy >= h {
					continue
				}
				gg, x0 := g[y*gr:][:ow], j*win.Dilation-win.Pad
				for x, t := range arg[y*ow:][:ow] {
					if t == tap {
						dsrc[sy*dr+x*win.Stride+x0] += gg[x]
					}
				}
			}
		}
	}
}
