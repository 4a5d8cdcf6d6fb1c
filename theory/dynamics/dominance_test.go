package dynamics

import (
	"math"
	"math/rand/v2"
	"testing"

	"edgewise/theory/cost"
)

// P5.6, and its counter-example.
func TestNoneDominance(t *testing.T) {
	r := rand.New(rand.NewPCG(42, 1))
	guaranteed := 0
	for range 50000 {
		k := 2 + r.IntN(7)
		p, c, g, dp := make([]float64, k), make([]float64, k), make([]float64, k), make([]float64, k)
		sum := 0.0
		for i := range p {
			x := r.NormFloat64() // gamma(1/2): a flat-tailed point of the simplex
			p[i] = x*x + 1e-12
			sum += p[i]
			c[i] = .01 + .99*r.Float64()
		}
		for i := range p {
			p[i] /= sum
		}
		c[0] = 0
		d := NoneDominance(p, c, 0)
		if !d.Positive || !d.LogitRises {
			t.Fatalf("positive costs not recognised: %+v", d)
		}
		cost.DARTS(g, p, c)
		if !(-g[0] > 0) {
			t.Fatalf("alpha_none falls at p = %v, c = %v", p, c)
		}
		if !d.ProbabilityRises {
			continue
		}
		guaranteed++
		ProbabilitySpeed(dp, p, c)
		for m := 1; m < k; m++ {
			if !(g[m]-g[0] > -1e-16) {
				t.Fatalf("p_none/p_%d falls at p = %v, c = %v", m, p, c)
			}
		}
		if !(dp[0] > 0) {
			t.Fatalf("p_none falls at p = %v, c = %v", p, c)
		}
	}
	if guaranteed < 1000 {
		t.Errorf("the condition held only %d times", guaranteed)
	}
	p, c, dp := []float64{.01, .9, .09}, []float64{0, .1, 10}, make([]float64, 3)
	ProbabilitySpeed(dp, p, c)
	approx(t, "p_none'", dp[0], -.0064, 5e-5)
	if d := NoneDominance(p, c, 0); !d.LogitRises || d.ProbabilityRises {
		t.Errorf("counter-example: %+v", d)
	}
	if d := NoneDominance(p, []float64{0, -.1, 10}, 0); d.Positive || d.LogitRises {
		t.Errorf("a negative cost: %+v", d)
	}
}

// P5.6: E[L-H] > 0 does not make every edge's cost positive.
func TestPositiveTotalIsNotEnough(t *testing.T) {
	phi := []float64{-2, -.2, .1, .2, .3} // under-confident when thin
	p := []float64{.5, .5, 1, .5, .5}
	costs := densityCosts(t, p, phi)
	total := 0.0 // E[L-H] = E[n phi(n)]
	for e, c := range costs {
		total += p[e] * c
	}
	if !(total > 0 && costs[2] < 0) || AllCostsPositive(phi) {
		t.Errorf("the counter-example is gone: E[L-H] = %g, costs %v", total, costs)
	}
	if !AllCostsPositive([]float64{0, 0, .1, .2, .3}) || AllCostsPositive([]float64{0, 0, 0, 0, 0}) || AllCostsPositive(nil) {
		t.Error("AllCostsPositive")
	}
}

// P5.6: an adversary with positive costs (cheapest for the leading operation)
// keeps the probability of none small although alpha_none rises at every step;
// at a cost ratio of .9 the condition holds soon, and it cannot.
func TestAdversaryHoldsNoneDown(t *testing.T) {
	play := func(ratio, lead float64) (final float64, rises bool) {
		a := []float64{0, lead, -.6, .4, -1.2, .9, -.3, .2}
		p, c, g := make([]float64, 8), make([]float64, 8), make([]float64, 8)
		rises = true
		for step := range 4000 {
			cost.Softmax(p, a)
			if step%40 == 0 {
				top := 1
				for k := 1; k < 8; k++ {
					c[k] = 1
					if p[k] > p[top] {
						top = k
					}
				}
				c[top] = ratio
			}
			cost.DARTS(g, p, c)
			rises = rises && -g[0] > 0
			for k := range a {
				a[k] -= .05 * g[k]
			}
		}
		cost.Softmax(p, a)
		return p[0], rises
	}
	for _, c := range []struct{ ratio, lead float64 }{{.1, 1}, {.3, 4}} {
		if final, rises := play(c.ratio, c.lead); final > .2 || !rises {
			t.Errorf("cost ratio %g: none ends at %.3f; alpha_none rose at every step: %v", c.ratio, final, rises)
		}
	}
	if final, _ := play(.9, 4); final < .9 {
		t.Errorf("cost ratio .9 holds none down at %.3f", final)
	}
}

// P5.6: under the replicator positive costs always make none win, at the rate
// of the costs: log(p_none/p_k)' = eta C_k.
func TestReplicatorNoneAlwaysWins(t *testing.T) {
	p0, c := []float64{.01, .9, .09}, []float64{0, .1, 10}
	p, integral := make([]float64, 3), make([]float64, 3)
	for _, time := range []float64{1, 10, 100, 400} {
		for k := range c {
			integral[k] = time * c[k]
		}
		Replicator(p, p0, integral)
		for k := 1; k < 3; k++ {
			if p[k] > 0 {
				approx(t, "log ratio", math.Log(p[0]/p[k])-math.Log(p0[0]/p0[k]), time*c[k], 1e-10*time*c[k]+1e-12)
			}
		}
	}
	if p[0] < 1-1e-14 {
		t.Errorf("none ends at %g", p[0])
	}
}
