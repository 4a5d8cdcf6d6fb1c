package kernel

import "math"

// maxPoolSize is the largest pooling window: its taps are numbered in a byte.
const maxPoolSize = 15

// MaxPool computes the maximum under a window and where it lies,
//
//	dst[c,y,x] = max_{i,j} src[c, y·s − p + i·d, x·s − p + j·d]
//
// over the cells inside the image (borders are not read), and arg = i·Size + j of
// the first maximum in row-major order, [C][Out(H)][Out(W)] dense. NaN counts as the
// largest value: the first one in row-major order wins. src and dst are any
// layouts. win.Pad ≤ Dilation·(Size−1)/2 and Size ≤ 15.
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
	if 2*win.Pad > win.Dilation*(win.Size-1) || win.Size > maxPoolSize {
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

// order maps a value to a number that grows with it: −0 and +0 alike, NaN largest.
func order[T Float](v T) uint64 {
	if v != v {
		return math.MaxUint64
	}
	b := math.Float64bits(float64(v) + 0) // −0 + 0 = +0
	return b ^ (uint64(int64(b)>>63) | 1<<63)
}

// maxPlane takes the maxima along the rows first, then down the columns, on order
// numbers: comparisons of integers need no branches.
func maxPlane[T Float](dst []T, dr int, arg []uint8, src []T, sr, h, w, oh, ow int, win Window) {
	s := takeScratch()
	key, at := s.marks(h*ow + max(w, ow))
	line := key[h*ow:]
	var off offsets
	off.set(win, sr)
	for y := range h {
		for x, v := range src[y*sr:][:w] {
			line[x] = order(v)
		}
		k, a := key[y*ow:][:ow], at[y*ow:][:ow]
		for x := range k { // the first tap inside the image
			j := 0
			if x0 := x*win.Stride - win.Pad; x0 < 0 {
				j, _ = inside(x0, win.Size, win.Dilation, w)
			}
			k[x], a[x] = line[x*win.Stride-win.Pad+j*win.Dilation], uint64(j)
		}
		for j := 1; j < win.Size; j++ {
			o := j*win.Dilation - win.Pad
			lo, hi := reached(o, win.Stride, ow, w)
			if win.Stride == 1 && lo < hi {
				raise(k[lo:hi], a[lo:hi], line[lo+o:hi+o], uint64(j))
				continue
			}
			for x := lo; x < hi; x++ {
				raise(k[x:x+1], a[x:x+1], line[x*win.Stride+o:][:1], uint64(j))
			}
		}
	}
	for y := range oh {
		y0 := y*win.Stride - win.Pad
		lo, hi := inside(y0, win.Size, win.Dilation, h)
		best, t := line[:ow], at[h*ow:][:ow]
		q := (y0 + lo*win.Dilation) * ow
		copy(best, key[q:q+ow])
		for x, u := range at[q : q+ow] {
			t[x] = u + uint64(lo*win.Size)
		}
		for i := lo + 1; i < hi; i++ {
			q += win.Dilation * ow
			raiseRow(best, t, key[q:q+ow], at[q:q+ow], uint64(i*win.Size))
		}
		for x, u := range t {
			arg[y*ow+x] = uint8(u)
		}
		d, base := dst[y*dr:][:ow], y*win.Stride*sr
		for x, t := range arg[y*ow:][:ow] {
			d[x] = src[base+x*win.Stride+off[t]]
		}
	}
	s.give()
}

// raise replaces best and its tap where v is larger.
func raise(best, tap, v []uint64, t uint64) {
	tap, v = tap[:len(best)], v[:len(best)]
	for x, b := range best {
		u := tap[x]
		if v[x] > b {
			u = t
		}
		best[x], tap[x] = max(b, v[x]), u
	}
}

// raiseRow is raise with the taps of v, moved on by t.
func raiseRow(best, tap, v, at []uint64, t uint64) {
	tap, v, at = tap[:len(best)], v[:len(best)], at[:len(best)]
	for x, b := range best {
		u, w := tap[x], at[x]+t
		if v[x] > b {
			u = w
		}
		best[x], tap[x] = max(b, v[x]), u
	}
}

// offsets is the place of each tap against the first cell of a window at output (0, 0).
type offsets [maxPoolSize * maxPoolSize]int

func (o *offsets) set(win Window, row int) {
	t := 0
	for i := range win.Size {
		for j := range win.Size {
			o[t] = (i*win.Dilation-win.Pad)*row + j*win.Dilation - win.Pad
			t++
		}
	}
}

// reached returns the outputs in [lo, hi) whose cell x·stride + off lies in [0, n), for
// count outputs; lo = hi if there is none.
func reached(off, stride, count, n int) (lo, hi int) {
	if off >= n {
		return 0, 0
	}
	if off < 0 {
		lo = (-off + stride - 1) / stride
	}
	hi = min(count, (n-1-off)/stride+1)
	if lo >= hi {
		return 0, 0
	}
	return lo, hi
}

// maxPlaneBack scatters from the last output to the first, so that a cell receives in
// row-major order of the taps.
func maxPlaneBack[T Float](dsrc []T, dr, h, w int, g []T, gr int, arg []uint8, oh, ow int, win Window) {
	var off offsets
	off.set(win, dr)
	for y := oh - 1; y >= 0; y-- {
		gg, a, base := g[y*gr:][:ow], arg[y*ow:][:ow], y*win.Stride*dr
		for x := ow - 1; x >= 0; x-- {
			dsrc[base+x*win.Stride+off[a[x]]] += gg[x]
		}
	}
}
