package kernel

// Normalise computes dst = (src − mean[c])·scale[c] per channel c, and its ReLU if
// relu is set, between two layouts of the same shape (writing into padded planes
// pads on the way).
func Normalise[T Float](dst []T, dp Planes, src []T, sp Planes, mean, scale []T, relu bool) {
	sameShape("Normalise", dp, sp)
	checkLen("Normalise", dst, dp)
	checkLen("Normalise", src, sp)
	h, n := run(dp, sp)
	if h == 0 {
		return
	}
	if v := rowsOf[T](); v != nil {
		f := v.norm
		if relu {
			f = v.normRelu
		}
		scaledPlanes(f, h, n, dst, dp, src, sp, mean, scale)
		return
	}
	for c := 0; c < dp.C; c++ {
		for y := range h {
			normRowGo(plane(dst, dp, c).row(y, n), plane(src, sp, c).row(y, n), mean[c], scale[c], relu)
		}
	}
}

// NormaliseAdd computes dst += (src − mean[c])·scale[c] per channel c: batch
// normalisation, the op's weight z (scale = z/σ) and the sum over the ops of a
// mixed operation in one pass.
func NormaliseAdd[T Float](dst []T, dp Planes, src []T, sp Planes, mean, scale []T) {
	sameShape("NormaliseAdd", dp, sp)
	checkLen("NormaliseAdd", dst, dp)
	checkLen("NormaliseAdd", src, sp)
	h, n := run(dp, sp)
	if h == 0 {
		return
	}
	if v := rowsOf[T](); v != nil {
		scaledPlanes(v.normAdd, h, n, dst, dp, src, sp, mean, scale)
		return
	}
	for c := 0; c < dp.C; c++ {
		for y := range h {
			normAddRowGo(plane(dst, dp, c).row(y, n), plane(src, sp, c).row(y, n), mean[c], scale[c])
		}
	}
}

// NormaliseSums computes, per channel of one image, the pair of sums that the
// backward pass of batch normalisation needs:
//
//	sg[c] = Σ g,  sgx[c] = Σ g·(src − mean[c])
//
// in float64, those of dense float32 planes without relu in float32 within blocks of
// 128 values. With relu, g counts only where not src ≤ mean[c] (the ReLU behind a
// normalisation of positive scale).
func NormaliseSums[T Float](sg, sgx []float64, g []T, gp Planes, src []T, sp Planes, mean []T, relu bool) {
	sameShape("NormaliseSums", gp, sp)
	checkLen("NormaliseSums", g, gp)
	checkLen("NormaliseSums", src, sp)
	h, n := run(gp, sp)
	if sizeOf[T]() == 4 && h == 1 && !relu && gp == Dense(gp.C, gp.H, gp.W) && sp == gp {
		one := [1]Pair[T]{{src, mean, sg, sgx}}
		GradientSums(g, gp, one[:])
		return
	}
	for c := 0; c < gp.C; c++ {
		sg[c], sgx[c] = 0, 0
		if h > 0 {
			sg[c], sgx[c] = pairRows(h, n, plane(g, gp, c), plane(src, sp, c), mean[c], relu)
		}
	}
}

// NormaliseBackward computes, per channel c,
//
//	dst = a[c]·g + b[c]·(src − mean[c]) + c0[c]
//
// the backward pass of batch normalisation with coefficients made from the sums
// of NormaliseSums over the batch: for y = (x − μ)/σ over N values and z the op's
// weight, a = z/σ, b = −z·Σg(x−μ)/(N·σ³), c0 = −z·Σg/(N·σ). With relu, g is read as 0
// where src ≤ mean[c]. The three layouts have the same shape; dst may be g.
func NormaliseBackward[T Float](dst []T, dp Planes, g []T, gp Planes, src []T, sp Planes, a, b, c0, mean []T, relu bool) {
	sameShape("NormaliseBackward", dp, gp)
	sameShape("NormaliseBackward", dp, sp)
	checkLen("NormaliseBackward", dst, dp)
	checkLen("NormaliseBackward", g, gp)
	checkLen("NormaliseBackward", src, sp)
	h, n := run(dp, gp, sp)
	if h == 0 {
		return
	}
	if v := rowsOf[T](); v != nil && dp.C > 0 {
		f := v.normBack
		if relu {
			f = v.normReluBack
		}
		q, dr, dc := start(dst, dp)
		r, gr, gc := start(g, gp)
		s, sr, sc := start(src, sp)
		f(dp.C, h, n, q, dr, dc, r, gr, gc, s, sr, sc, ptr(a[:dp.C], 0), ptr(b[:dp.C], 0), ptr(c0[:dp.C], 0), ptr(mean[:dp.C], 0))
		return
	}
	for c := 0; c < dp.C; c++ {
		for y := range h {
			normBackRowGo(plane(dst, dp, c).row(y, n), plane(g, gp, c).row(y, n), plane(src, sp, c).row(y, n), a[c], b[c], c0[c], mean[c], relu)
		}
	}
}
