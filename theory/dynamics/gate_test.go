package dynamics

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// Pull is the gradient of L(g(alpha)) for every registered gate, by central
// differences of a loss that is not linear in the weights.
func TestPullIsTheGradientThroughTheGate(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 1))
	const n = 5
	for _, g := range gates {
		alpha, p, c, got := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
		loss := func(a []float64) float64 {
			w := make([]float64, n)
			g.gate.Weights(w, a)
			sum := 0.0
			for k, x := range w {
				sum += math.Sin(float64(k+1)*x) + x*w[0]
			}
			return sum
		}
		for k := range alpha {
			alpha[k] = 0.2 + 0.6*r.Float64()
		}
		g.gate.Weights(p, alpha)
		for k, x := range p {
			c[k] = float64(k+1)*math.Cos(float64(k+1)*x) + p[0]
		}
		for _, x := range p {
			c[0] += x
		}
		g.gate.Pull(got, alpha, p, c)
		for k := range alpha {
			const h = 1e-5
			a := append([]float64{}, alpha...)
			a[k] += h
			up := loss(a)
			a[k] -= 2 * h
			if want := (up - loss(a)) / (2 * h); math.Abs(got[k]-want) > 1e-8 {
				t.Errorf("%s: dL/dalpha_%d is %v, by differences %v", g.name, k, got[k], want)
			}
		}
		if byName, err := GateByName(g.name); err != nil || byName != g.gate {
			t.Errorf("%s: %v %v", g.name, byName, err)
		}
	}
	if _, err := GateByName("softmin"); err == nil || !strings.Contains(err.Error(), NameSigmoid) {
		t.Errorf("an unknown gate: %v", err)
	}
}

func TestGateFieldAgreesWithTheNamedFields(t *testing.T) {
	costs := func(c, z []float64) {
		for k, x := range z {
			c[k] = float64(k%3) - x
		}
	}
	alpha := []float64{.1, -.3, .5, 1, 0, -1}
	a, b := make([]float64, 6), make([]float64, 6)
	for name, pair := range map[string][2]Field{
		"softmax": {GateField(SoftmaxGate{}, 3, costs), DARTSField(3, costs)},
		"sigmoid": {GateField(SigmoidGate{}, 3, costs), FairDARTSField(costs)},
	} {
		pair[0](a, alpha)
		pair[1](b, alpha)
		for k := range a {
			if math.Abs(a[k]-b[k]) > 1e-15 {
				t.Errorf("%s: %v and %v", name, a, b)
			}
		}
	}
}

func TestShares(t *testing.T) {
	p := []float64{.5, .25, .25}
	Shares(p, p)
	if p[0] != .5 || p[2] != .25 {
		t.Errorf("softmax weights are not their own shares: %v", p)
	}
	Shares(p, []float64{0, 0, 0})
	if p[0] != 0 {
		t.Errorf("shares of nothing: %v", p)
	}
	Shares(p, []float64{1, 2, 1})
	if p[1] != .5 {
		t.Errorf("shares %v", p)
	}
}
