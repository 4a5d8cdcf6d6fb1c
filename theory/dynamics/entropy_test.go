package dynamics

import (
	"math"
	"testing"

	"edgewise/theory/cost"
)

// P7.10: the bonus is the gradient of -t H, and the flow rests at the softmax
// of -c/t, from both sides.
func TestEntropyBonus(t *testing.T) {
	const temperature = .2
	c := []float64{0, .3, -.1, .5}
	constant := func(out, _ []float64) { copy(out, c) }
	f := DARTSField(4, constant).WithEntropy(temperature, 4)
	alpha, got, p := []float64{.3, -1, .5, 0}, make([]float64, 4), make([]float64, 4)
	f(got, alpha)
	want := gradient(func(a []float64) float64 {
		cost.Softmax(p, a)
		s := 0.0
		for k, x := range p {
			s += x*c[k] + temperature*x*math.Log(x)
		}
		return s
	}, alpha)
	negate(want)
	approxAll(t, "field", got, want, 1e-9)
	rest := make([]float64, 4)
	if err := EntropyEquilibrium(rest, c, temperature); err != nil {
		t.Fatal(err)
	}
	for _, start := range [][]float64{{3, 0, 0, -3}, {-3, 2, 0, 3}} {
		a := append([]float64{}, start...)
		plainRK4(func(_ float64, dy, y []float64) { f(dy, y) }, a, 0, 6000, 20000)
		cost.Softmax(p, a)
		approxAll(t, "rest", p, rest, 1e-9)
	}
	s, err := Linearise(f, []float64{math.Log(rest[0]), math.Log(rest[1]), math.Log(rest[2]), math.Log(rest[3])}, 4)
	if err != nil || !s.Stable {
		t.Errorf("the balance is not stable: %+v, %v", s, err)
	}
	if EntropyEquilibrium(p, c, 0) == nil {
		t.Error("temperature 0 was accepted")
	}
	same := make([]float64, 8)
	if err := EntropyEquilibrium(same, []float64{0, .1, .1, .1, .1, .1, .1, .1}, temperature); err != nil {
		t.Fatal(err)
	}
	approx(t, "D", Logit(1-same[0]), math.Log(7)-.1/temperature, 1e-14)
}

// P7.8: with none at the mean cost of the operations an edge of equal costs
// is frozen.
func TestNoneAtTheMeanCostFreezes(t *testing.T) {
	c := []float64{.4, .4, .4, .4}
	f := DARTSField(4, func(out, _ []float64) { copy(out, c) })
	d := make([]float64, 4)
	f(d, []float64{1, 0, -1, .3})
	approxAll(t, "alpha'", d, make([]float64, 4), 1e-16)
	c[0] = 0
	if f(d, []float64{1, 0, -1, .3}); d[0] <= 0 {
		t.Errorf("with none at cost 0 it should gain: %g", d[0])
	}
}
