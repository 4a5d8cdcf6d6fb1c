package cost

import (
	"math"
	"math/rand"
	"testing"

	"edgewise/theory/cell"
)

// affineNorm is one channel of a batch norm with affine parameters.
func affineNorm(x []float64, c Channel, eps float64, training bool) []float64 {
	if training {
		var m moments
		for _, v := range x {
			m.add(v)
		}
		c.Mean, c.Variance = m.mean, m.dev2/float64(m.n)
	}
	out := make([]float64, len(x))
	for n, v := range x {
		out[n] = c.Gamma*(v-c.Mean)/math.Sqrt(c.Variance+eps) + c.Beta
	}
	return out
}

// What a batch norm passes back, d/dc <g, BN(c x)> at c = 1 by differences,
// against P3.1 (training, eps = 0, affine: 0), P3.2 (eps) and P3.3 (eval).
func TestWhatBatchNormPassesBack(t *testing.T) {
	r := rand.New(rand.NewSource(31))
	for range 50 {
		x, g := randomLogits(r, 12, math.Exp(r.NormFloat64())), randomLogits(r, 12, 1)
		c := Channel{Mean: r.NormFloat64(), Variance: 0.2 + r.Float64(), Gamma: r.NormFloat64(), Beta: r.NormFloat64()}
		for _, eps := range []float64{0, 1e-5, 0.5} {
			for _, training := range []bool{true, false} {
				value := func(scale float64) float64 {
					s := make([]float64, len(x))
					for n := range x {
						s[n] = scale * x[n]
					}
					sum := 0.0
					for n, o := range affineNorm(s, c, eps, training) {
						sum += g[n] * o
					}
					return sum
				}
				const h = 1e-3
				slope := func(h float64) float64 { return (value(1+h) - value(1-h)) / (2 * h) }
				want := (64*slope(h/4) - 20*slope(h/2) + slope(h)) / 45
				sum := c
				var m moments
				for n, v := range x {
					m.add(v)
					sum.GradSum += g[n]
				}
				if training {
					sum.Mean, sum.Variance = m.mean, m.dev2/float64(m.n)
				}
				for n, o := range affineNorm(x, c, eps, training) {
					sum.GradDotOut += g[n] * o
				}
				got := EvalPassedBack([]Channel{sum}, eps)
				if training {
					got = TrainingPassedBack([]Channel{sum}, eps)
				}
				if math.Abs(got-want) > 1e-9*(1+math.Abs(want)) {
					t.Errorf("eps %v, training %v: %v, difference quotient %v", eps, training, got, want)
				}
				if training && eps == 0 && math.Abs(want) > 1e-9 {
					t.Errorf("degree 0 fails: %v passed back", want)
				}
				if !training && math.Abs(want) < 1e-12 {
					t.Error("eval mode passes nothing back: the test is blind")
				}
			}
		}
	}
}

func TestPassedBackByDegree(t *testing.T) {
	for _, o := range cell.Canonical() {
		want := 0.0
		if o.Name == cell.Skip {
			want = 2.5
		}
		if got := PassedBack(o, 2.5); got != want {
			t.Errorf("%s passes back %v of 2.5, want %v", o.Name, got, want)
		}
	}
}
