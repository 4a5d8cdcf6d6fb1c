package cost

import (
	"math"
	"testing"
)

// The two-path gradient is that of a loss linear in the two gates, through the
// softmax of their logits alone.
func TestTwoPathIsTheGradientOfTheTwoGates(t *testing.T) {
	alpha, c := []float64{.3, -1, .8, .1}, []float64{.5, 2, -1, .7}
	p, got := make([]float64, 4), make([]float64, 4)
	Softmax(p, alpha)
	const i, j, h = 0, 2, 1e-6
	TwoPath(got, p, c, i, j)
	loss := func(a []float64) float64 {
		w := 1 / (1 + math.Exp(a[j]-a[i]))
		return w*c[i] + (1-w)*c[j]
	}
	for k := range alpha {
		a := append([]float64{}, alpha...)
		a[k] += h
		up := loss(a)
		a[k] -= 2 * h
		if want := (up - loss(a)) / (2 * h); math.Abs(got[k]-want) > 1e-9 {
			t.Errorf("logit %d: %v, by differences %v", k, got[k], want)
		}
	}
}

func TestKeepOthersLeavesTheOthersAlone(t *testing.T) {
	before := []float64{.3, -1, .8, .1}
	after := []float64{.9, -1, -.4, .1}
	p, q := make([]float64, 4), make([]float64, 4)
	Softmax(p, before)
	KeepOthers(after, before, 0, 2)
	Softmax(q, after)
	for _, k := range []int{1, 3} {
		if math.Abs(p[k]-q[k]) > 1e-15 {
			t.Errorf("operation %d: %v, before %v", k, q[k], p[k])
		}
	}
	if math.Abs(after[0]-after[2]-1.3) > 1e-12 {
		t.Errorf("the two moved against each other: %v", after)
	}
}
