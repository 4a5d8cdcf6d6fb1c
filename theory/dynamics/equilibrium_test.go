package dynamics

import (
	"math"
	"testing"

	"edgewise/theory/cost"
)

// P5.8's table: L2 1e-3, K = 8, op cost .001 to .3.
func TestDecayEquilibriumTable(t *testing.T) {
	for _, w := range []struct{ cost, none float64 }{{.001, .141}, {.003, .197}, {.01, .654}, {.05, .917}, {.3, .982}} {
		c := make([]float64, 8)
		for k := 1; k < 8; k++ {
			c[k] = w.cost
		}
		alpha, err := DecayEquilibrium(c, 1e-3)
		if err != nil {
			t.Fatal(err)
		}
		p, f := make([]float64, 8), make([]float64, 8)
		cost.Softmax(p, alpha)
		approx(t, "p_none", p[0], w.none, 6e-4)
		DARTSField(8, func(out, _ []float64) { copy(out, c) }).WithDecay(1e-3)(f, alpha)
		approxAll(t, "rest", f, make([]float64, 8), 1e-15)
		sum := 0.0
		for _, a := range alpha {
			sum += a
		}
		approx(t, "sum of logits", sum, 0, 1e-10)
	}
	// Adam with L2 in the gradient rests at the same point.
	c := []float64{0, .01, .01, .01, .01, .01, .01, .01}
	opt := &Adam{LR: 3e-4, Beta1: .5, Beta2: .999, Eps: 1e-8, WeightDecay: 1e-3}
	a, g, p := []float64{1, 1, 1, 1, 1, 1, 1, 1}, make([]float64, 8), make([]float64, 8)
	for range 60000 {
		cost.Softmax(p, a)
		cost.DARTS(g, p, c)
		opt.Step(a, g)
	}
	eq, _ := DecayEquilibrium(c, 1e-3)
	cost.Softmax(p, a)
	q := make([]float64, 8)
	cost.Softmax(q, eq)
	approx(t, "Adam's p_none", p[0], q[0], 5e-5)
	for _, bad := range []float64{0, -1, math.NaN()} {
		if _, err := DecayEquilibrium(c, bad); err == nil {
			t.Errorf("decay %v was accepted", bad)
		}
	}
	if _, err := DecayEquilibrium([]float64{0, math.MaxFloat64, -math.MaxFloat64}, 1e-3); err == nil {
		t.Error("costs that overflow were accepted")
	}
	// Costs of mixed signs and sizes.
	if s, err := DecayEquilibrium([]float64{0, 50, -3, 1e3, 7}, 1e-3); err != nil || s[2] <= s[0] {
		t.Errorf("mixed costs: %v, %v", s, err)
	}
}

// P5.8: L2 alone regrows a dropped edge, .886 -> .184 in 10,000 Adam steps.
func TestDecayAloneRegrows(t *testing.T) {
	opt := &Adam{LR: 3e-4, Beta1: .5, Beta2: .999, Eps: 1e-8, WeightDecay: 1e-3}
	a, g, p := []float64{3, -1, -1, -1, -1, -1, -1, -1}, make([]float64, 8), make([]float64, 8)
	cost.Softmax(p, a)
	approx(t, "start", p[0], .886, 5e-4)
	for range 10000 {
		opt.Step(a, g)
	}
	cost.Softmax(p, a)
	approx(t, "end", p[0], .184, 5e-4)
}
