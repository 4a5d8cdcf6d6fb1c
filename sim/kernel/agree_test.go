package kernel

import (
	"fmt"
	"math"
	"runtime"
	"sync"
	"testing"
)

func TestPathsAgree(t *testing.T) {
	t.Run("float32", testPathsAgree[float32])
	t.Run("float64", testPathsAgree[float64])
}

// testPathsAgree: the passes that round every operation give the same bits on every
// path: level 1, element-wise passes, channel sums and pools, on values with NaN,
// infinities, zeros of both signs and subnormals.
func testPathsAgree[T Float](t *testing.T) {
	before, _ := CurrentPath()
	defer UsePath(before)
	for i, s := range shapes {
		for j, win := range pools {
			if win.Out(s[1]) < 1 || win.Out(s[2]) < 1 {
				continue
			}
			var want []T
			for _, p := range Paths() {
				UsePath(p)
				got := everyPass[T](uint64(100*i+j), s, win)
				if want == nil {
					want = got
				}
				if d := sameBits(got, want); d != "" {
					t.Fatalf("%v %+v: %s and %s differ: %s", s, win, p, Portable, d)
				}
			}
		}
	}
}

// everyPass runs each pass on odd values and returns all results in a row.
func everyPass[T Float](seed uint64, s [3]int, win Window) []T {
	r := random(seed)
	sp, op := Padded(s[0], s[1], s[2], 1), Dense(s[0], win.Out(s[1]), win.Out(s[2]))
	dp := Dense(s[0], s[1], s[2])
	odd := []T{0, T(math.Copysign(0, -1)), T(math.NaN()), T(math.Inf(1)), T(math.Inf(-1)), 3 * tiny[T]()}
	fill := func(p Planes) []T {
		v := planes[T](r, p)
		for range p.C * p.H * p.W / 40 {
			v[p.At(r.IntN(p.C), r.IntN(p.H), r.IntN(p.W))] = odd[r.IntN(len(odd))]
		}
		return v
	}
	src, dst, g := fill(sp), fill(dp), fill(op)
	coef := normal[T](r, s[0])
	var all []T
	keep := func(v ...T) { all = append(all, v...) }
	keep64 := func(v ...float64) {
		for _, x := range v {
			hi := T(x)
			keep(hi, T(x-float64(hi)))
		}
	}
	mx, av, arg := make([]T, op.Len()), make([]T, op.Len()), make([]uint8, op.Len())
	MaxPool(mx, op, arg, src, sp, win)
	AveragePool(av, op, src, sp, win)
	keep(mx...)
	keep(av...)
	for _, a := range arg {
		keep(T(a))
	}
	MaxPoolBackward(dst, dp, g, op, arg, win)
	AveragePoolBackward(dst, dp, g, op, win)
	keep(dst...)
	CopyRelu(dst, dp, src, sp)
	keep(dst...)
	AccumulateRelu(src, sp, dst, dp, src, sp)
	keep(src...)
	NormaliseAdd(dst, dp, src, sp, coef, coef)
	Normalise(src, sp, dst, dp, coef, coef, true)
	NormaliseBackward(dst, dp, dst, dp, src, sp, coef, coef, coef, coef, s[1]%2 == 0)
	keep(dst...)
	m := make([]Moment, s[0])
	ChannelMoments(m, src, sp)
	sg, sx := make([]float64, s[0]), make([]float64, s[0])
	for _, relu := range []bool{false, true} {
		NormaliseSums(sg, sx, dst, dp, src, sp, coef, relu)
		for c := range m {
			keep64(m[c].Mean, m[c].M2, sg[c], sx[c])
		}
	}
	x, y := normal[T](r, 33*s[2]), normal[T](r, 33*s[2])
	Axpy(len(x), 1.5, x, 1, y, 1)
	Scal(len(x), -0.3, x, 1)
	keep(Dot(len(x), x, 1, y, 1), Dot(len(x)/3, x, 3, y, 2))
	return append(all, y...)
}

// TestGoroutines: results do not depend on GOMAXPROCS or on what runs beside.
func TestGoroutines(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	run := func() []float32 {
		r := random(40)
		p := newProduct[float32](r, 'N', 'T', 70, 90, 800, 1, 1, 0)
		win := Window{5, 1, 4, 2}
		sp, op := Padded(3, 16, 19, 4), Dense(3, 16, 19)
		src, w, dst := planes[float32](r, sp), normal[float32](r, 75), make([]float32, op.Len())
		p.run(p.c)
		Depthwise(dst, op, src, sp, w, win, false, nil)
		DepthwiseBackwardWeights(w, dst, op, src, sp, win, nil)
		return append(append(p.c, dst...), w...)
	}
	want := run()
	for _, procs := range []int{1, 2, 4} {
		runtime.GOMAXPROCS(procs)
		var wg sync.WaitGroup
		fails := make([]string, 8)
		for i := range fails {
			wg.Add(1)
			go func() {
				defer wg.Done()
				fails[i] = sameBits(run(), want)
			}()
		}
		wg.Wait()
		if d := fmt.Sprint(fails); d != "[       ]" {
			t.Fatalf("GOMAXPROCS %d: %s", procs, d)
		}
	}
}
