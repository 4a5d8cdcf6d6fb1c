package dynamics

import (
	"math"
	"testing"
)

func TestClampMasksForGood(t *testing.T) {
	alpha, before := []float64{-.1, .2, .3, 1.5, 1e-9}, []float64{.1, 0, .2, 1.4, .1}
	ClampGate{}.Project(alpha, before)
	for k, want := range []float64{0, 0, .3, 1.5, 1e-9} {
		if alpha[k] != want {
			t.Errorf("alpha_%d is %v, want %v", k, alpha[k], want)
		}
	}
	g := make([]float64, 5)
	ClampGate{}.Pull(g, []float64{0, -1, 1, 1.1, .5}, nil, []float64{1, 1, 1, 1, 1})
	for k, want := range []float64{0, 0, 1, 0, 1} {
		if g[k] != want {
			t.Errorf("pull_%d is %v, want %v", k, g[k], want)
		}
	}
}

// normalisedCosts are those of a loss behind a node's batch norm: the gradient of a
// function of p/|p| alone, so that sum_k p_k c_k = 0 (Euler).
func normalisedCosts(c, p []float64) {
	norm := 0.0
	for _, x := range p {
		norm += x * x
	}
	norm = math.Sqrt(norm)
	dot := 0.0
	for k, x := range p {
		c[k] = math.Sin(float64(3*k + 1)) // gradient of a linear function of p/|p|
		dot += c[k] * x / norm
	}
	for k, x := range p {
		c[k] = (c[k] - dot*x/norm) / norm
	}
}

// Behind a normalised node clamped gates move on the sphere: sum p^2 is conserved,
// whatever the costs, so the cell as a whole neither grows nor shrinks. Under a
// common cost without the norm every weight falls at the same rate, p(t) = p(0) - Ct.
func TestClampedGatesBehindANormMoveOnTheSphere(t *testing.T) {
	p := []float64{.2, .3, .25, .15, .4}
	f := GateField(ClampGate{}, len(p), normalisedCosts)
	square := func() (s float64) {
		for _, x := range p {
			s += x * x
		}
		return s
	}
	start := square()
	d := make([]float64, len(p))
	rk := func(h float64) { // midpoint
		f(d, p)
		mid := make([]float64, len(p))
		for k := range p {
			mid[k] = p[k] + h/2*d[k]
		}
		f(d, mid)
		for k := range p {
			p[k] += h * d[k]
		}
	}
	first := append([]float64{}, p...)
	for range 400 {
		rk(1e-4)
	}
	if drift := math.Abs(square() - start); drift > 1e-9 {
		t.Errorf("sum p^2 drifts by %.2g", drift)
	}
	moved := 0.0
	for k := range p {
		moved = math.Max(moved, math.Abs(p[k]-first[k]))
	}
	if moved < 1e-2 {
		t.Errorf("p moved by %.2g: nothing was tried", moved)
	}
	p = []float64{.2, .3, .25, .15, .4}
	f = GateField(ClampGate{}, len(p), func(c, _ []float64) {
		for k := range c {
			c[k] = 0.5
		}
	})
	for range 100 {
		rk(1e-3)
	}
	for k, x := range []float64{.15, .25, .2, .1, .35} {
		if math.Abs(p[k]-x) > 1e-12 {
			t.Errorf("p_%d is %v after cost .5 for time .1, want %v", k, p[k], x)
		}
	}
}
