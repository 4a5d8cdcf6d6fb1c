package kernel

import "testing"

// The benchmarks report the share of a ceiling: "fma" of the multiply-add peak,
// "copy" of the cache copy bandwidth (bytes read plus written once).

var measured = map[Path]Ceilings{}

func ceilings() Ceilings {
	if _, ok := measured[path]; !ok {
		measured[path] = MeasureCeilings()
	}
	return measured[path]
}

// measure runs f as a benchmark and reports its share of the ceilings.
func measure[T Float](b *testing.B, flops, bytes float64, f func()) {
	c := ceilings()
	f()
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		f()
	}
	t := b.Elapsed().Seconds() / float64(b.N)
	peak := c.Double
	if sizeOf[T]() == 4 {
		peak = c.Single
	}
	if flops > 0 {
		b.ReportMetric(flops/t/peak, "fma")
	}
	b.ReportMetric(bytes/t/c.CacheCopy, "copy")
}

func perPath(b *testing.B, f func(b *testing.B)) {
	before, _ := CurrentPath()
	defer UsePath(before)
	for _, p := range Paths() {
		UsePath(p)
		b.Run(p.String(), f)
	}
}

func BenchmarkDepthwise(b *testing.B) { perPath(b, benchmarkDepthwise[float32]) }

func BenchmarkDepthwise64(b *testing.B) { perPath(b, benchmarkDepthwise[float64]) }

func benchmarkDepthwise[T Float](b *testing.B) {
	r := random(50)
	for _, x := range []struct {
		name    string
		c, h, w int
		win     Window
	}{
		{"3x3/16x32x32", 16, 32, 32, Window{3, 1, 1, 1}}, {"5x5/16x32x32", 16, 32, 32, Window{5, 1, 2, 1}},
		{"dil3/16x32x32", 16, 32, 32, Window{3, 1, 2, 2}}, {"dil5/16x32x32", 16, 32, 32, Window{5, 1, 4, 2}},
		{"3x3/8x16x16", 8, 16, 16, Window{3, 1, 1, 1}}, {"dil5/8x16x16", 8, 16, 16, Window{5, 1, 4, 2}},
		{"3x3s2/16x32x32", 16, 32, 32, Window{3, 2, 1, 1}}, {"dil5s2/16x32x32", 16, 32, 32, Window{5, 2, 4, 2}},
	} {
		sp, op := Padded(x.c, x.h, x.w, 4), Dense(x.c, x.win.Out(x.h), x.win.Out(x.w))
		gp := x.win.GradientPlanes(x.c, x.h, x.w, 4)
		src, g, dst, dsrc := planes[T](r, sp), planes[T](r, gp), planes[T](r, op), planes[T](r, Dense(x.c, x.h, x.w))
		w := normal[T](r, x.c*x.win.Size*x.win.Size)
		dw := make([]T, len(w))
		k2 := float64(2 * x.win.Size * x.win.Size)
		z := float64(sizeOf[T]())
		in, out := float64(x.c*x.h*x.w), float64(op.Len())
		b.Run("forward/"+x.name, func(b *testing.B) {
			measure[T](b, k2*out, z*(in+out), func() { Depthwise(dst, op, src, sp, w, x.win, false, nil) })
		})
		b.Run("data/"+x.name, func(b *testing.B) {
			measure[T](b, k2*in, z*(out+2*in), func() { DepthwiseBackwardData(dsrc, Dense(x.c, x.h, x.w), g, gp, w, x.win) })
		})
		b.Run("weights/"+x.name, func(b *testing.B) {
			measure[T](b, k2*out, z*(in+out), func() { DepthwiseBackwardWeights(dw, dst, op, src, sp, x.win, nil) })
		})
	}
}

func BenchmarkPasses(b *testing.B) { perPath(b, benchmarkPasses[float32]) }

func BenchmarkPasses64(b *testing.B) { perPath(b, benchmarkPasses[float64]) }

// benchmarkPasses times the element-wise passes, the channel sums and the pools on one
// image of 16×32×32.
func benchmarkPasses[T Float](b *testing.B) {
	r := random(51)
	p, sp := Dense(16, 32, 32), Padded(16, 32, 32, 4)
	src, g, dst, pad := planes[T](r, p), planes[T](r, p), planes[T](r, p), planes[T](r, sp)
	coef := normal[T](r, 16)
	m := make([]Moment, 16)
	sg, sx := make([]float64, 16), make([]float64, 16)
	arg := make([]uint8, p.Len())
	win := Window{3, 1, 1, 1}
	MaxPool(dst, p, arg, src, p, win)
	two, hp := Window{3, 2, 1, 1}, Dense(16, 16, 16)
	half, halfArg := make([]T, hp.Len()), make([]uint8, hp.Len())
	MaxPool(half, hp, halfArg, src, p, two)
	n := float64(p.Len() * sizeOf[T]())
	for _, x := range []struct {
		name   string
		arrays float64
		f      func()
	}{
		{"CopyRelu", 2, func() { CopyRelu(pad, sp, src, p) }},
		{"AccumulateRelu", 4, func() { AccumulateRelu(dst, p, g, p, pad, sp) }},
		{"ChannelMoments", 1, func() { ChannelMoments(m, src, p) }},
		{"Normalise", 2, func() { Normalise(dst, p, src, p, coef, coef, false) }},
		{"NormaliseReluPad", 2, func() { Normalise(pad, sp, src, p, coef, coef, true) }},
		{"NormaliseAdd", 3, func() { NormaliseAdd(dst, p, src, p, coef, coef) }},
		{"NormaliseSums", 2, func() { NormaliseSums(sg, sx, g, p, src, p, coef, false) }},
		{"NormaliseBackward", 3, func() { NormaliseBackward(dst, p, g, p, src, p, coef, coef, coef, coef, false) }},
		{"MaxPool", 2.25, func() { MaxPool(dst, p, arg, src, p, win) }},
		{"MaxPoolBackward", 3.25, func() { MaxPoolBackward(dst, p, g, p, arg, win) }},
		{"AveragePool", 2, func() { AveragePool(dst, p, src, p, win) }},
		{"AveragePoolBackward", 3, func() { AveragePoolBackward(dst, p, g, p, win) }},
		{"MaxPoolStrided", 1.3, func() { MaxPool(half, hp, arg, src, p, two) }},
		{"MaxPoolStridedBackward", 2.3, func() { MaxPoolBackward(dst, p, half, hp, halfArg, two) }},
		{"AveragePoolStrided", 1.25, func() { AveragePool(half, hp, src, p, two) }},
		{"AveragePoolStridedBackward", 2.25, func() { AveragePoolBackward(dst, p, half, hp, two) }},
	} {
		b.Run(x.name, func(b *testing.B) { measure[T](b, 0, x.arrays*n, x.f) })
	}
}

func BenchmarkGemm(b *testing.B) { perPath(b, benchmarkGemm[float32]) }

func BenchmarkGemm64(b *testing.B) { perPath(b, benchmarkGemm[float64]) }

func benchmarkGemm[T Float](b *testing.B) {
	r := random(52)
	for _, x := range []struct {
		name    string
		m, n, k int
		tA, tB  bool
	}{
		{"256", 256, 256, 256, false, false}, {"forward/16x1024x16", 16, 1024, 16, false, false}, {"forward/8x256x8", 8, 256, 8, false, false},
		{"data/16x1024x16", 16, 1024, 16, true, false}, {"weights/16x16x1024", 16, 16, 1024, false, true}, {"weights/8x8x256", 8, 8, 256, false, true},
	} {
		tA, tB := transposes[0], transposes[0]
		if x.tA {
			tA = transposes[1]
		}
		if x.tB {
			tB = transposes[1]
		}
		p := newProduct[T](r, tA, tB, x.m, x.n, x.k, 0, 1, 0)
		b.Run(x.name, func(b *testing.B) {
			m, n, k := float64(x.m), float64(x.n), float64(x.k)
			measure[T](b, 2*m*n*k, float64(sizeOf[T]())*(m*k+k*n+m*n), func() { p.run(p.c) })
		})
	}
}
