package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// onPaths returns f's results on every path.
func onPaths[T Float](f func() []T) map[Path][]T {
	before, _ := CurrentPath()
	defer UsePath(before)
	all := map[Path][]T{}
	for _, p := range Paths() {
		UsePath(p)
		all[p] = f()
	}
	return all
}

// FuzzGemm checks random products within the gauge, inputs and padding unchanged, and the
// vector paths bit for bit against each other.
func FuzzGemm(f *testing.F) {
	f.Add(uint64(1), uint8(16), uint16(100), uint16(16), uint8(0))
	f.Add(uint64(2), uint8(5), uint16(7), uint16(400), uint8(3))
	f.Add(uint64(3), uint8(33), uint16(31), uint16(65), uint8(2))
	f.Add(uint64(4), uint8(60), uint16(512), uint16(20), uint8(4))
	f.Add(uint64(5), uint8(1), uint16(1), uint16(1), uint8(7))
	f.Fuzz(func(t *testing.T, seed uint64, m uint8, n, k uint16, form uint8) {
		fuzzGemm[float32](t, seed, int(m)%70, int(n)%600, int(k)%900, form)
		fuzzGemm[float64](t, seed, int(m)%70, int(n)%600, int(k)%900, form)
	})
}

func fuzzGemm[T Float](t *testing.T, seed uint64, m, n, k int, form uint8) {
	p := newProduct(random(seed), transposes[form&1], transposes[form>>1&1], m, n, k, int(form>>2&3), []T{1, 1, -2, 0.5}[form>>4&3], []T{0, 1, 0.5, -1}[form>>6])
	got := onPaths(func() []T {
		if k < 300 {
			p.check(t)
		}
		c := append([]T(nil), p.c...)
		p.run(c)
		return c
	})
	samePaths(t, p, got)
}

// samePaths compares the vector paths.
func samePaths[T Float](t *testing.T, what any, got map[Path][]T) {
	t.Helper()
	if a, ok := got[AVX512]; ok {
		if d := sameBits(a, got[AVX2]); d != "" {
			t.Fatalf("%v: avx512 and avx2 differ: %s", what, d)
		}
	}
}

// FuzzDepthwise checks that convolutions and their gradients agree between paths.
func FuzzDepthwise(f *testing.F) {
	f.Add(uint64(1), uint8(16), uint8(16), uint8(0))
	f.Add(uint64(2), uint8(7), uint8(33), uint8(5))
	f.Add(uint64(3), uint8(3), uint8(1), uint8(7))
	f.Fuzz(func(t *testing.T, seed uint64, h, w, form uint8) {
		fuzzDepthwise[float32](t, seed, 1+int(h)%40, 1+int(w)%70, form)
		fuzzDepthwise[float64](t, seed, 1+int(h)%40, 1+int(w)%70, form)
	})
}

func fuzzDepthwise[T Float](t *testing.T, seed uint64, h, w int, form uint8) {
	win := windows[int(form)%len(windows)]
	if win.Out(h) < 1 || win.Out(w) < 1 {
		return
	}
	got := onPaths(func() []T {
		r := rand.New(rand.NewPCG(seed, 1))
		sp, op, gp := Padded(2, h, w, win.Pad), Dense(2, win.Out(h), win.Out(w)), win.GradientPlanes(2, h, w, 0)
		src, dst, gs, wt := planes[T](r, sp), planes[T](r, op), make([]T, gp.Len()), normal[T](r, 2*win.Size*win.Size)
		Depthwise(dst, op, src, sp, wt, win, seed%2 == 0, nil)
		Spread(gs, gp, dst, op, win.Stride)
		dsrc := planes[T](r, sp)
		DepthwiseBackwardData(dsrc, sp, gs, gp, wt, win)
		DepthwiseBackwardWeights(wt, dst, op, src, sp, win, nil)
		return append(append(dst, dsrc...), wt...)
	})
	samePaths(t, fmt.Sprintf("%d×%d %+v", h, w, win), got)
	e, plain := 1e6*eps[T](), got[Portable]
	for p, v := range got {
		for i := range v {
			if d := float64(v[i] - plain[i]); !(d < e && d > -e) {
				t.Fatalf("%d×%d %+v: value %d on %s is %v, portable %v", h, w, win, i, p, v[i], plain[i])
			}
		}
	}
}

// FuzzPasses checks the element-wise passes, sums and pools bit for bit between paths.
func FuzzPasses(f *testing.F) {
	f.Add(uint64(1), uint8(16), uint8(16), uint8(0))
	f.Add(uint64(2), uint8(2), uint8(35), uint8(1))
	f.Fuzz(func(t *testing.T, seed uint64, h, w, form uint8) {
		fuzzPasses[float32](t, seed, [3]int{2, 1 + int(h)%40, 1 + int(w)%70}, pools[int(form)%len(pools)])
		fuzzPasses[float64](t, seed, [3]int{2, 1 + int(h)%40, 1 + int(w)%70}, pools[int(form)%len(pools)])
	})
}

func fuzzPasses[T Float](t *testing.T, seed uint64, s [3]int, win Window) {
	if win.Out(s[1]) < 1 || win.Out(s[2]) < 1 {
		return
	}
	got := onPaths(func() []T { return everyPass[T](seed, s, win) })
	for p, v := range got {
		if d := sameBits(v, got[Portable]); d != "" {
			t.Fatalf("%v %+v: %s and %s differ: %s", s, win, p, Portable, d)
		}
	}
}
