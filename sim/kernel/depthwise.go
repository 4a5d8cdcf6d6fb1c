package kernel

import "fmt"

// Depthwise computes, per channel c, the cross-correlation of torch's grouped Conv2d,
//
//	dst[c,y,x] = Σ_{i,j} w[c,i,j] · src[c, y·s − p + i·d, x·s − p + j·d]
//
// for stride s, padding p and dilation d of win, or adds it to dst if accumulate is
// set. src has a zero border of at least win.Pad, w is [C][Size][Size], dst is any
// layout of C×Out(H)×Out(W). The sum runs over (i, j) in row-major order from 0.
// What lies ahead, if not nil, is fetched meanwhile.
func Depthwise[T Float](dst []T, dp Planes, src []T, sp Planes, w []T, win Window, accumulate bool, ahead *Ahead) {
	checkWindow("Depthwise", dp, sp, win, true)
	checkLen("Depthwise", dst, dp)
	checkLen("Depthwise", src, sp)
	checkWeights("Depthwise", w, dp.C, win)
	correlate(dst, dp, src, sp, sp.At(0, -win.Pad, -win.Pad), w, win, accumulate, ahead)
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
	s := takeScratch()
	f := scratchOf[T](s, dp.C*k2)
	for c := 0; c < dp.C; c++ { // the correlation with the kernel rotated by 180°
		r := f[c*k2:][:k2]
		for i, v := range w[c*k2:][:k2] {
			r[k2-1-i] = v
		}
	}
	win.Stride = 1
	correlate(dsrc, dp, g, gp, gp.At(0, -lead, -lead), f, win, true, nil)
	s.give()
}

// DepthwiseBackwardWeights adds to dw, [C][Size][Size], the gradient of Depthwise
// with respect to its weights,
//
//	dw[c,i,j] += Σ_{y,x} g[c,y,x] · src[c, y·s − p + i·d, x·s − p + j·d]
//
// with g in any layout gp of C×Out(H)×Out(W) and src as in Depthwise. The lanes of a
// tap are added by halves and then to dw, once per channel and call. What lies ahead, if not
// nil, is fetched meanwhile.
func DepthwiseBackwardWeights[T Float](dw []T, g []T, gp Planes, src []T, sp Planes, win Window, ahead *Ahead) {
	checkWindow("DepthwiseBackwardWeights", gp, sp, win, true)
	checkLen("DepthwiseBackwardWeights", g, gp)
	checkLen("DepthwiseBackwardWeights", src, sp)
	checkWeights("DepthwiseBackwardWeights", dw, gp.C, win)
	o := sp.At(0, -win.Pad, -win.Pad)
	if gp.C*gp.H*gp.W == 0 || tapSumsVector(dw, g, gp, src, sp, o, win, ahead) {
		return
	}
	k2 := win.Size * win.Size
	for c := range gp.C {
		tapSumsGo(dw[c*k2:][:k2], g[gp.At(c, 0, 0):], gp.RowStride, src, o+c*sp.PlaneStride, sp.RowStride,
			win.Size, win.Stride, win.Dilation, gp.H, gp.W)
	}
}

// correlate computes Depthwise: src[o] is the cell under the first tap of output (0, 0) of
// channel 0.
func correlate[T Float](dst []T, dp Planes, src []T, sp Planes, o int, w []T, win Window, accumulate bool, ahead *Ahead) {
	if dp.C*dp.H*dp.W == 0 || correlateVector(dst, dp, src, sp, o, w, win, accumulate, ahead) {
		return
	}
	k2 := win.Size * win.Size
	for c := range dp.C {
		correlateGo(dst[dp.At(c, 0, 0):], dp.RowStride, src, o+c*sp.PlaneStride, sp.RowStride,
			w[c*k2:][:k2], win.Size, win.Stride, win.Dilation, dp.H, dp.W, accumulate)
	}
}

func checkWeights[T Float](what string, w []T, c int, win Window) {
	if len(w) < c*win.Size*win.Size {
		panic(fmt.Sprintf("kernel: %s: %d weights for %d channels of %d×%d", what, len(w), c, win.Size, win.Size))
	}
}

// strip is the number of outputs that the portable convolution sums at a time.
const strip = 64

// correlateGo is the portable correlate: rows of taps are added to strips of a row.
func correlateGo[T Float](dst []T, dr int, src []T, o, sr int, w []T, size, stride, dil, h, wd int, accumulate bool) {
	var buf [strip]T
	for y := range h {
		for x0 := 0; x0 < wd; x0 += strip {
			d := dst[y*dr+x0:][:min(strip, wd-x0)]
			s := buf[:len(d)]
			clear(s)
			for i := range size {
				taps := w[i*size:][:size]
				row := src[o+(y*stride+i*dil)*sr+x0*stride:]
				switch {
				case stride > 1:
					for x := range s {
						v := s[x]
						for j, t := range taps {
							v += T(t * row[x*stride+j*dil])
						}
						s[x] = v
					}
				case size == 3:
					addTaps3(s, row, dil, taps)
				case size == 5:
					addTaps5(s, row, dil, taps)
				default:
					for j, t := range taps {
						axpyRowGo(s, row[j*dil:], t)
					}
				}
			}
			if accumulate {
				addRowGo(d, s)
			} else {
				copy(d, s)
			}
		}
	}
}

func addTaps3[T Float](s, row []T, d int, w []T) {
	n := len(s)
	a, b, c := row[:n], row[d:][:n], row[2*d:][:n]
	w0, w1, w2 := w[0], w[1], w[2]
	for x, v := range s {
		v += T(w0 * a[x])
		v += T(w1 * b[x])
		s[x] = v + T(w2*c[x])
	}
}

func addTaps5[T Float](s, row []T, d int, w []T) {
	n := len(s)
	a, b, c, e, f := row[:n], row[d:][:n], row[2*d:][:n], row[3*d:][:n], row[4*d:][:n]
	w0, w1, w2, w3, w4 := w[0], w[1], w[2], w[3], w[4]
	for x, v := range s {
		v += T(w0 * a[x])
		v += T(w1 * b[x])
		v += T(w2 * c[x])
		v += T(w3 * e[x])
		s[x] = v + T(w4*f[x])
	}
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
