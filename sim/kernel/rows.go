package kernel

// The loops of this file are the portable element-wise rows; all slices have the
// length of the first. Products are rounded before they are added (the explicit
// conversions forbid fusing), so that every path gives the same bits.

func reluRowGo[T Float](dst, src []T) {
	src = src[:len(dst)]
	for i := range dst {
		v := src[i]
		if 0 > v {
			v = 0
		}
		dst[i] = v
	}
}

func reluBackwardRowGo[T Float](dst, g, src []T) {
	g, src = g[:len(dst)], src[:len(dst)]
	for i := range dst {
		if !(src[i] <= 0) {
			dst[i] += g[i]
		}
	}
}

func addRowGo[T Float](dst, src []T) {
	src = src[:len(dst)]
	for i := range dst {
		dst[i] += src[i]
	}
}

// normRowGo: dst = (src − mean)·scale, then max(0, ·) if relu.
func normRowGo[T Float](dst, src []T, mean, scale T, relu bool) {
	src = src[:len(dst)]
	for i := range dst {
		v := T((src[i] - mean) * scale)
		if relu && 0 > v {
			v = 0
		}
		dst[i] = v
	}
}

// normAddRowGo: dst += (src − mean)·scale.
func normAddRowGo[T Float](dst, src []T, mean, scale T) {
	src = src[:len(dst)]
	for i := range dst {
		dst[i] += T((src[i] - mean) * scale)
	}
}

// normBackRowGo: dst = (a·g + b·(src − mean)) + c, with g read as 0 where
// src ≤ mean if relu.
func normBackRowGo[T Float](dst, g, src []T, a, b, c, mean T, relu bool) {
	g, src = g[:len(dst)], src[:len(dst)]
	for i := range dst {
		x := src[i] - mean
		v := T(a * g[i])
		if relu && x <= 0 {
			v = 0
		}
		dst[i] = T(v+T(b*x)) + c
	}
}
