package kernel

// Relu computes dst[i] = max(0, src[i]); NaN stays NaN and −0 stays −0.
// dst and src have the same length and may be the same slice.
func Relu[T Float](dst, src []T) {
	row := Dense(1, 1, len(src))
	CopyRelu(dst[:len(src)], row, src, row)
}

// ReluBackward accumulates dst[i] += g[i] where not src[i] ≤ 0, with src the input
// (or the output) of the ReLU. The lengths are equal.
func ReluBackward[T Float](dst, g, src []T) {
	row := Dense(1, 1, len(src))
	AccumulateRelu(dst[:len(src)], row, g[:len(src)], row, src, row)
}

// Copy computes dst = src between two layouts of the same shape.
func Copy[T Float](dst []T, dp Planes, src []T, sp Planes) {
	sameShape("Copy", dp, sp)
	checkLen("Copy", dst, dp)
	checkLen("Copy", src, sp)
	h, n := run(dp, sp)
	if h == 0 {
		return
	}
	for c := 0; c < dp.C; c++ {
		copyRows(h, n, plane(dst, dp, c), plane(src, sp, c))
	}
}

// CopyRelu computes dst = max(0, src) between two layouts of the same shape: the
// padding and the ReLU that all convolutions of an edge share.
func CopyRelu[T Float](dst []T, dp Planes, src []T, sp Planes) {
	sameShape("CopyRelu", dp, sp)
	checkLen("CopyRelu", dst, dp)
	checkLen("CopyRelu", src, sp)
	h, n := run(dp, sp)
	if h == 0 {
		return
	}
	if v := rowsOf[T](); v != nil && dp.C > 0 {
		d, dr, dc := start(dst, dp)
		s, sr, sc := start(src, sp)
		v.relu(dp.C, h, n, d, dr, dc, s, sr, sc)
		return
	}
	for c := 0; c < dp.C; c++ {
		for y := range h {
			reluRowGo(plane(dst, dp, c).row(y, n), plane(src, sp, c).row(y, n))
		}
	}
}

// Accumulate computes dst += src between two layouts of the same shape.
func Accumulate[T Float](dst []T, dp Planes, src []T, sp Planes) {
	sameShape("Accumulate", dp, sp)
	checkLen("Accumulate", dst, dp)
	checkLen("Accumulate", src, sp)
	h, n := run(dp, sp)
	if h == 0 {
		return
	}
	for c := 0; c < dp.C; c++ {
		addRows(h, n, plane(dst, dp, c), plane(src, sp, c))
	}
}

// AccumulateRelu computes dst += g where not src ≤ 0: the backward pass of
// CopyRelu, from the layout of its destination to that of its source. All three
// layouts have the same shape.
func AccumulateRelu[T Float](dst []T, dp Planes, g []T, gp Planes, src []T, sp Planes) {
	sameShape("AccumulateRelu", dp, gp)
	sameShape("AccumulateRelu", dp, sp)
	checkLen("AccumulateRelu", dst, dp)
	checkLen("AccumulateRelu", g, gp)
	checkLen("AccumulateRelu", src, sp)
	h, n := run(dp, gp, sp)
	if h == 0 {
		return
	}
	if v := rowsOf[T](); v != nil && dp.C > 0 {
		d, dr, dc := start(dst, dp)
		r, gr, gc := start(g, gp)
		s, sr, sc := start(src, sp)
		v.reluBack(dp.C, h, n, d, dr, dc, r, gr, gc, s, sr, sc)
		return
	}
	for c := 0; c < dp.C; c++ {
		for y := range h {
			reluBackwardRowGo(plane(dst, dp, c).row(y, n), plane(g, gp, c).row(y, n), plane(src, sp, c).row(y, n))
		}
	}
}

// Spread writes the dense output gradient g of a strided window, [C][oh][ow], into
// planes dp of Window.GradientPlanes: value (oy, ox) to (oy·stride, ox·stride).
// The cells between stay as they are: zero, if the planes were zeroed once.
func Spread[T Float](dst []T, dp Planes, g []T, gp Planes, stride int) {
	checkLen("Spread", dst, dp)
	checkLen("Spread", g, gp)
	if gp.C != dp.C || (gp.H-1)*stride >= dp.H || (gp.W-1)*stride >= dp.W {
		panic("kernel: Spread: the gradient does not fit its planes")
	}
	if gp.H*gp.W == 0 {
		return
	}
	for c := 0; c < gp.C; c++ {
		if stride == 1 {
			copyRows(gp.H, gp.W, plane(dst, dp, c), plane(g, gp, c))
			continue
		}
		for y := 0; y < gp.H; y++ {
			d := dst[dp.At(c, y*stride, 0):]
			for x, v := range g[gp.At(c, y, 0):][:gp.W] {
				d[x*stride] = v
			}
		}
	}
}
