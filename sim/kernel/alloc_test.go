package kernel

import (
	"testing"

	"gonum.org/v1/gonum/blas"
)

func TestNoAllocation(t *testing.T) { both(t, testNoAllocation[float32], testNoAllocation[float64]) }

// testNoAllocation: after the first call no kernel allocates.
func testNoAllocation[T Float](t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector makes sync.Pool drop buffers at random")
	}
	r := random(20)
	win := Window{5, 1, 4, 2}
	p, sp := Dense(3, 16, 17), Padded(3, 16, 17, 4)
	src, pad, dst, g := planes[T](r, p), planes[T](r, sp), planes[T](r, p), planes[T](r, p)
	w, mean := normal[T](r, 75), normal[T](r, 3)
	arg := make([]uint8, p.Len())
	m := make([]Moment, 3)
	sg, sx := make([]float64, 3), make([]float64, 3)
	pool := Window{3, 1, 1, 1}
	a, b, c := normal[T](r, 64*64), normal[T](r, 64*64), normal[T](r, 64*64)
	gemm := func(tA, tB blas.Transpose, m, n, k int) func() {
		return func() { Gemm(tA, tB, m, n, k, 0.5, a, 64, b, 64, 0, c, 64) }
	}
	for _, x := range []struct {
		name string
		f    func()
	}{
		{"Depthwise", func() { Depthwise(dst, p, pad, sp, w, win, false, nil) }},
		{"DepthwiseBackwardData", func() { DepthwiseBackwardData(dst, p, pad, sp, w, win) }},
		{"DepthwiseBackwardWeights", func() { DepthwiseBackwardWeights(w, g, p, pad, sp, win, nil) }},
		{"MaxPool", func() { MaxPool(dst, p, arg, src, p, pool) }},
		{"MaxPoolBackward", func() { MaxPoolBackward(dst, p, g, p, arg, pool) }},
		{"AveragePool", func() { AveragePool(dst, p, src, p, pool) }},
		{"AveragePoolBackward", func() { AveragePoolBackward(dst, p, g, p, pool) }},
		{"CopyRelu", func() { CopyRelu(pad, sp, src, p) }},
		{"AccumulateRelu", func() { AccumulateRelu(dst, p, g, p, pad, sp) }},
		{"Relu", func() { Relu(dst, src) }},
		{"ChannelMoments", func() { ChannelMoments(m, src, p) }},
		{"Normalise", func() { Normalise(dst, p, src, p, mean, mean, true) }},
		{"NormaliseAdd", func() { NormaliseAdd(dst, p, src, p, mean, mean) }},
		{"NormaliseSums", func() { NormaliseSums(sg, sx, g, p, src, p, mean, true) }},
		{"NormaliseBackward", func() { NormaliseBackward(dst, p, g, p, src, p, mean, mean, mean, mean, true) }},
		{"Gemm", gemm('N', 'N', 33, 47, 29)},
		{"Gemm of a transposed B", gemm('T', 'T', 33, 47, 29)},
		{"Gemm of dot products", gemm('N', 'T', 13, 11, 64)},
		{"Axpy", func() { Axpy(99, 2, a, 1, b, 1) }},
		{"Dot", func() { Dot(999, a, 1, b, 1) }},
		{"Gemv", func() { Gemv('N', 9, 9, 1, a, 64, b, 1, 0, c, 1) }},
	} {
		if n := testing.AllocsPerRun(20, x.f); n != 0 {
			t.Errorf("%s allocates %v times", x.name, n)
		}
	}
}
