package kernel

import (
	"math"
	"math/big"
	"testing"
)

func TestElementwise(t *testing.T) { both(t, testElementwise[float32], testElementwise[float64]) }

// layouts pairs the layouts that an image can take.
func layouts(c, h, w int) []Planes {
	return []Planes{Dense(c, h, w), Padded(c, h, w, 1), Padded(c, h, w, 4)}
}

// testElementwise checks every element-wise pass bit for bit against its formula,
// rounded after each operation, on values with NaN, Inf, −0 and subnormals.
func testElementwise[T Float](t *testing.T) {
	r := random(5)
	odd := []T{0, T(math.Copysign(0, -1)), T(math.NaN()), T(math.Inf(1)), T(math.Inf(-1)), tiny[T](), -5 * tiny[T]()}
	for _, s := range shapes {
		for _, dp := range layouts(s[0], s[1], s[2]) {
			for _, sp := range layouts(s[0], s[1], s[2]) {
				gp := sp
				mean, sc := normal[T](r, s[0]), normal[T](r, s[0])
				a, b, c0 := normal[T](r, s[0]), normal[T](r, s[0]), normal[T](r, s[0])
				src, g, dst := planes[T](r, sp), planes[T](r, gp), planes[T](r, dp)
				for range 3 {
					src[sp.At(0, r.IntN(s[1]), r.IntN(s[2]))] = odd[r.IntN(len(odd))]
					g[gp.At(0, r.IntN(s[1]), r.IntN(s[2]))] = odd[r.IntN(len(odd))]
				}
				src[sp.At(0, 0, 0)] = mean[0]
				check := func(what string, run func(d []T), f func(c int, d, g, x T) T) {
					t.Helper()
					got, want := append([]T(nil), dst...), append([]T(nil), dst...)
					run(got)
					for c := range s[0] {
						for y := range s[1] {
							for x := range s[2] {
								q := dp.At(c, y, x)
								want[q] = f(c, want[q], g[gp.At(c, y, x)], src[sp.At(c, y, x)])
							}
						}
					}
					if d := sameBits(got, want); d != "" {
						t.Fatalf("%s on %v: %s", what, s, d)
					}
				}
				relu := func(x T) T {
					if x < 0 {
						return 0
					}
					return x
				}
				check("CopyRelu", func(d []T) { CopyRelu(d, dp, src, sp) }, func(_ int, _, _, x T) T { return relu(x) })
				check("Copy", func(d []T) { Copy(d, dp, src, sp) }, func(_ int, _, _, x T) T { return x })
				check("Accumulate", func(d []T) { Accumulate(d, dp, src, sp) }, func(_ int, d, _, x T) T { return d + x })
				check("AccumulateRelu", func(d []T) { AccumulateRelu(d, dp, g, gp, src, sp) }, func(_ int, d, g, x T) T {
					if x <= 0 {
						return d
					}
					return d + g
				})
				check("NormaliseAdd", func(d []T) { NormaliseAdd(d, dp, src, sp, mean, sc) }, func(c int, d, _, x T) T { return d + T((x-mean[c])*sc[c]) })
				for _, rl := range []bool{false, true} {
					check("Normalise", func(d []T) { Normalise(d, dp, src, sp, mean, sc, rl) }, func(c int, _, _, x T) T {
						v := T((x - mean[c]) * sc[c])
						if rl {
							v = relu(v)
						}
						return v
					})
					check("NormaliseBackward", func(d []T) { NormaliseBackward(d, dp, g, gp, src, sp, a, b, c0, mean, rl) }, func(c int, _, g, x T) T {
						v := T(a[c] * g)
						if rl && x <= mean[c] {
							v = 0
						}
						return T(v+T(b[c]*(x-mean[c]))) + c0[c]
					})
				}
			}
		}
	}
}

func TestReductions(t *testing.T) { both(t, testReductions[float32], testReductions[float64]) }

// testReductions checks the moments and the backward sums against big.Float, also
// far from zero (mean 10⁴ times the deviation). The bounds are those of float64 sums; to
// them comes, for dense float32 planes, the worst case of sums in float32 within blocks
// (u = 2⁻²⁴): nine roundings on the way of a value, eleven on that of a product.
func testReductions[T Float](t *testing.T) {
	r := random(6)
	for _, s := range shapes {
		for _, sp := range layouts(s[0], s[1], s[2]) {
			for _, off := range []T{0, 1e4} {
				src, g := planes[T](r, sp), planes[T](r, sp)
				for c := range s[0] {
					for y := range s[1] {
						for x := range s[2] {
							src[sp.At(c, y, x)] += off
						}
					}
				}
				mean := make([]T, s[0])
				m := make([]Moment, s[0])
				ChannelMoments(m, src, sp)
				for c := range mean {
					mean[c] = T(m[c].Mean)
				}
				sg, sgx := make([]float64, s[0]), make([]float64, s[0])
				for _, relu := range []bool{false, true} {
					NormaliseSums(sg, sgx, g, sp, src, sp, mean, relu)
					checkReductions(t, s, sp, src, g, m, sg, sgx, mean, relu)
				}
			}
		}
	}
}

func checkReductions[T Float](t *testing.T, s [3]int, sp Planes, src, g []T, m []Moment, sg, sgx []float64, mean []T, relu bool) {
	big0 := func() *big.Float { return new(big.Float).SetPrec(400) }
	flt := func(v float64) *big.Float { return big0().SetFloat64(v) }
	for c := range s[0] {
		sum, sq, gs, gx := big0(), big0(), big0(), big0()
		var gauge, absD, sqD, sumD, absG, absGX float64
		n := float64(s[1] * s[2])
		x0 := float64(src[sp.At(c, 0, 0)])
		for y := range s[1] {
			for x := range s[2] {
				v := float64(src[sp.At(c, y, x)])
				absD, sqD, sumD = absD+math.Abs(v-x0), sqD+(v-x0)*(v-x0), sumD+v-x0
				absG += math.Abs(float64(g[sp.At(c, y, x)]))
				absGX += math.Abs(float64(g[sp.At(c, y, x)]) * (v - float64(mean[c])))
				sum.Add(sum, flt(v))
				sq.Add(sq, big0().Mul(flt(v), flt(v)))
				if gv := float64(g[sp.At(c, y, x)]); !relu || !(v <= float64(mean[c])) {
					d := big0().Sub(flt(v), flt(float64(mean[c])))
					gs.Add(gs, flt(gv))
					gx.Add(gx, big0().Mul(flt(gv), d))
					gauge += math.Abs(gv) * (1 + math.Abs(v-float64(mean[c])))
				}
			}
		}
		mu := big0().Quo(sum, flt(n))
		m2, _ := big0().Sub(sq, big0().Mul(sum, mu)).Float64()
		muf, _ := mu.Float64()
		u := 0.0
		if sizeOf[T]() == 4 && sp.IsDense() {
			u = 0x1p-24
		}
		inMean, inSquare := 9*u*absD/n, 11*u*sqD+2*math.Abs(sumD/n)*9*u*absD
		if relu {
			u = 0
		}
		if math.Abs(m[c].Mean-muf) > 1e-14*(1+math.Abs(muf))+inMean || math.Abs(m[c].M2-m2) > 1e-11*(n+m2)+inSquare || m[c].N != n {
			t.Fatalf("%v channel %d: moment %+v, want mean %v and M2 %v", s, c, m[c], muf, m2)
		}
		a, _ := gs.Float64()
		b, _ := gx.Float64()
		if math.Abs(sg[c]-a) > 1e-14*gauge+9*u*absG || math.Abs(sgx[c]-b) > 1e-14*gauge+11*u*absGX {
			t.Fatalf("%v channel %d relu %v: sums %v, %v, want %v, %v", s, c, relu, sg[c], sgx[c], a, b)
		}
	}
}

// TestMomentMerge: merging parts gives the moment of the whole; empty sets are neutral.
func TestMomentMerge(t *testing.T) {
	x := normal[float64](random(7), 60)
	part := func(x []float64) Moment {
		m := make([]Moment, 1)
		ChannelMoments(m, x, Dense(1, 1, len(x)))
		return m[0]
	}
	whole := part(x)
	m := Moment{}
	for _, cut := range [][2]int{{0, 0}, {0, 7}, {7, 8}, {8, 60}} {
		if cut[0] == cut[1] {
			m = m.Merge(Moment{})
			continue
		}
		m = m.Merge(part(x[cut[0]:cut[1]]))
	}
	if m.N != 60 || math.Abs(m.Mean-whole.Mean) > 1e-15 || math.Abs(m.M2-whole.M2) > 1e-13 {
		t.Fatalf("merged %+v, whole %+v", m, whole)
	}
}

func TestElementwiseVectors(t *testing.T) {
	both(t, testElementwiseVectors[float32], testElementwiseVectors[float64])
}

// testElementwiseVectors checks the passes without scalars of planes on rows of whole
// vectors, of which the shortest have no loop, and on their neighbours.
func testElementwiseVectors[T Float](t *testing.T) {
	r := random(8)
	for _, n := range []int{4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64} {
		x, y := normal[T](r, n), normal[T](r, n)
		check := func(what string, run func(y []T), f func(y, x T) T) {
			t.Helper()
			got, want := append([]T(nil), y...), make([]T, n)
			run(got)
			for i := range want {
				want[i] = f(y[i], x[i])
			}
			if d := sameBits(got, want); d != "" {
				t.Fatalf("%s of %d: %s", what, n, d)
			}
		}
		row := Dense(1, 1, n)
		check("axpy", func(y []T) { Axpy(n, 1.5, x, 1, y, 1) }, func(y, x T) T { return y + T(1.5*x) })
		check("scal", func(y []T) { Scal(n, 1.5, y, 1) }, func(y, _ T) T { return T(1.5 * y) })
		check("add", func(y []T) { Accumulate(y, row, x, row) }, func(y, x T) T { return y + x })
		check("copy", func(y []T) { Copy(y, row, x, row) }, func(_, x T) T { return x })
	}
}
