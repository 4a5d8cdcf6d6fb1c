package kernel

import "fmt"

// Depthwise computes, per channel c, the cross-correlation of torch's grouped Conv2d,
//
//	dst[c,y,x] = Σ_{i,j} w[c,i,j] · src[c, y·s − p + i·d, x·s − p + j·d]
//
// for stride s, padding p and dilation d of win, or adds it to dst if accumulate is
// set. src has a zero border of at least win.Pad, w is [C][Size][Size], dst is any
// layout of C×Out(H)×Out(W). The sum runs over (i, j) in row-major order from 0.
func Depthwise[T Float](dst []T, dp Planes, src []T, sp Planes, w []T, win Window, accumulate bool) {
	checkWindow("Depthwise", dp, sp, win, true)
	checkLen("Depthwise", dst, dp)
	checkLen("Depthwise", src, sp)
	checkWeights("Depthwise", w, dp.C, win)
	k2 := win.Size * win.Size
	for c := 0; c < dp.C; c++ {
		correlate(dst[dp.At(c, 0, 0):], dp.RowStride, src, sp.At(c, -win.Pad, -win.Pad), sp.RowStride,
			w[c*k2:][:k2], win.Size, win.Stride, win.Dilation, dp.H, dp.W, accumulate)
	}
}

// DepthwiseBackwardData adds to dsrc the gradient of Depthwise with respect to its
// source,
//
//	dsrc[c,y,x] += Σ_{i,j} w[c,i,j] · g[c, (y + p − i·d)/s, (x + p − j·d)/s]
//
// over the taps that divide without remainder. g lies in planes gp of
// win.GradientPlanes for the shape of dsrc (see Spread): padded, spread by the
// stride. dsrc is any layout dp; only its values are written, so several ops of an
// edge can add to one gradient.
func DepthwiseBackwardData[T Float](dsrc []T, dp Planes, g []T, gp Planes, w []T, win Window) {
	if err := win.Check(); err != nil {
		panic("DepthwiseBackwardData: " + err.Error())
	}
	if gp.C != dp.C || gp.H < dp.H || gp.W < dp.W || gp.Pad < win.GradientBorder() {
		panic("kernel: DepthwiseBackwardData: the gradient is not in the layout of Window.GradientPlanes")
	}
	checkLen("DepthwiseBackwardData", dsrc, dp)
	checkLen("DepthwiseBackwardData", g, gp)
	checkWeights("DepthwiseBackwardData", w, dp.C, win)
	k2 := win.Size * win.Size
	lead := win.Dilation*(win.Size-1) - win.Pad
	for c := 0; c < dp.C; c++ {
		correlateFlipped(dsrc[dp.At(c, 0, 0):], dp.RowStride, g, gp.At(c, -lead, -lead), gp.RowStride,
			w[c*k2:][:k2], win.Size, win.Dilation, dp.H, dp.W)
	}
}

// DepthwiseBackwardWeights adds to dw, [C][Size][Size], the gradient of Depthwise
// with respect to its weights,
//
//	dw[c,i,j] += Σ_{y,x} g[c,y,x] · src[c, y·s − p + i·d, x·s − p + j·d]
//
// with g in any layout gp of C×Out(H)×Out(W) and src as in Depthwise.
func DepthwiseBackwardWeights[T Float](dw []T, g []T, gp Planes, src []T, sp Planes, win Window) {
	checkWindow("DepthwiseBackwardWeights", gp, sp, win, true)
	checkLen("DepthwiseBackwardWeights", g, gp)
	checkLen("DepthwiseBackwardWeights", src, sp)
	checkWeights("DepthwiseBackwardWeights", dw, gp.C, win)
	k2 := win.Size * win.Size
	for c := 0; c < gp.C; c++ {
		tapSums(dw[c*k2:][:k2], g[gp.At(c, 0, 0):], gp.RowStride, src, sp.At(c, -win.Pad, -win.Pad), sp.RowStride,
			win.Size, win.Stride, win.Dilation, gp.H, gp.W)
	}
}

// correlate computes one plane of Depthwise: src[o] is the cell under the first tap of
// output (0, 0).
func correlate[T Float](dst []T, dr int, src []T, o, sr int, w []T, size, stride, dil, h, wd int, accumulate bool) {
	if !correlateVector(dst, dr, src, o, sr, w, size, stride, dil, h, wd, accumulate) {
		correlateGo(dst, dr, src, o, sr, w, size, stride, dil, h, wd, accumulate)
	}
}

// tapSums adds one plane of DepthwiseBackwardWeights to dw.
func tapSums[T Float](dw []T, g []T, gr int, src []T, o, sr int, size, stride, dil, h, wd int) {
	if !tapSumsVector(dw, g, gr, src, o, sr, size, stride, dil, h, wd) {
		tapSumsGo(dw, g, gr, src, o, sr, size, stride, dil, h, wd)
	}
}

func checkWeights[T Float](what string, w []T, c int, win Window) {
	if len(w) < c*win.Size*win.Size {
		panic(fmt.Sprintf("kernel: %s: %d weights for %d channels of %d×%d", what, len(w), c, win.Size, win.Size))
	}
}

// correlateGo is the portable correlate.
func correlateGo[T Float](dst []T, dr int, src []T, o, sr int, w []T, size, stride, dil, h, wd int, accumulate bool) {
	for y := 0; y < h; y++ {
		d := dst[y*dr:][:wd]
		if size == 3 && stride == 1 {
			rowTaps3(d, src[o+y*sr:], sr*dil, dil, w, accumulate)
			continue
		}
		for x := range d {
			var s T
			q := o + y*stride*sr + x*stride
			for i := 0; i < size; i++ {
				for j := 0; j < size; j++ {
					s += T(w[i*size+j] * src[q+i*dil*sr+j*dil])
				}
			}
			if accumulate {
				s = d[x] + s
			}
			d[x] = s
		}
	}
}

// rowTaps3 is the 3×3 row of correlateGo with its taps unrolled.
func rowTaps3[T Float](d, src []T, dy, dx int, w []T, accumulate bool) {
	n := len(d)
	w = w[:9]
	a0, a1, a2 := src[:n], src[dx:][:n], src[2*dx:][:n]
	b0, b1, b2 := src[dy:][:n], src[dy+dx:][:n], src[dy+2*dx:][:n]
	c0, c1, c2 := src[2*dy:][:n], src[2*dy+dx:][:n], src[2*dy+2*dx:][:n]
	for x := range d {
		s := T(w[0] * a0[x])
		s += T(w[1] * a1[x])
		s += T(w[2] * a2[x])
		s += T(w[3] * b0[x])
		s += T(w[4] * b1[x])
		s += T(w[5] * b2[x])
		s += T(w[6] * c0[x])
		s += T(w[7] * c1[x])
		s += T(w[8] * c2[x])
		if accumulate {
			s = d[x] + s
		}
		d[x] = s
	}
}

// correlateFlipped adds the stride-1 correlation with the kernel rotated by 180°.
func correlateFlipped[T Float](dst []T, dr int, src []T, o, sr int, w []T, size, dil, h, wd int) {
	s := takeScratch()
	f := scratchOf[T](s, len(w))
	for i, v := range w {
		f[len(w)-1-i] = v
	}
	correlate(dst, dr, src, o, sr, f, size, 1, dil, h, wd, true)
	s.give()
}

// tapSumsGo is the portable plane of DepthwiseBackwardWeights: for each tap, value x
// of a row goes to lane x mod lanes, rows in order, and the lanes are added as a tree.
func tapSumsGo[T Float](dw []T, g []T, gr int, src []T, o, sr int, size, stride, dil, h, wd int) {
	var buf [16]T
	lanes := lanesOf[T]()
	for i := 0; i < size; i++ {
		for j := 0; j < size; j++ {
			acc := buf[:lanes]
			clear(acc)
			for x0 := 0; x0 < wd; x0 += lanes {
				n := min(lanes, wd-x0)
				for y := 0; y < h; y++ {
					gg := g[y*gr+x0:][:n]
					q := o + (y*stride+i*dil)*sr + x0*stride + j*dil
					if stride == 1 {
						for l, v := range src[q:][:n] {
							acc[l] += T(gg[l] * v)
						}
						continue
					}
					for l, v := range gg {
						acc[l] += T(v * src[q+l*stride])
					}
				}
			}
			dw[i*size+j] += tree(acc)
		}
	}
}

// tree adds the lanes (a power of two of them) by halves; it overwrites them.
func tree[T Float](acc []T) T {
	for w := len(acc) / 2; w > 0; w /= 2 {
		for i := 0; i < w; i++ {
			acc[i] += acc[i+w]
		}
	}
	return acc[0]
}
