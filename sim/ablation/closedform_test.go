package ablation

import (
	"math"
	"testing"

	"edgewise/theory/cell"
	"edgewise/theory/cost"
	"edgewise/theory/dynamics"
)

// The closed-form search is Adam on the expected gradient of all eight operations of
// every edge, with costs from the general expectation over wirings.
func TestClosedSearchIsAdamOnExpectedCosts(t *testing.T) {
	const steps, ops = 400, 7
	curve := GrowthCurve(steps)
	c := Closed{Ops: ops, NonePrior: 0.3, Rate: 3e-2, Beta1: .5, Beta2: .999, Eps: 1e-8}
	got := c.Run(curve, NewCorrections(c.Beta1, c.Beta2, steps))

	x, err := cost.NewExpectation(cell.Minimal())
	if err != nil {
		t.Fatal(err)
	}
	adam := dynamics.Adam{LR: c.Rate, Beta1: c.Beta1, Beta2: c.Beta2, Eps: c.Eps}
	n := ops + 1
	alpha, grad := make([]float64, 5*n), make([]float64, 5*n)
	for e := range 5 {
		alpha[e*n] = math.Log(.3 / .7 * ops)
	}
	p, edge, z, k := make([]float64, 5), make([]float64, 5), make([]float64, n), make([]float64, n)
	final := make([]float64, 5)
	for step := range steps + 1 {
		for e := range p {
			cost.Softmax(z, alpha[e*n:][:n])
			final[e], p[e] = z[0], 1-z[0]
		}
		if step == steps {
			break
		}
		if _, err := x.Share(edge, p, curve.Gap[step], cost.ShareModel{V: curve.Slope[step]}); err != nil {
			t.Fatal(err)
		}
		for e := range p {
			cost.Softmax(z, alpha[e*n:][:n])
			for i := range k {
				k[i] = edge[e]
			}
			k[0] = 0
			cost.DARTS(grad[e*n:][:n], z, k)
		}
		adam.Step(alpha, grad)
	}
	moved := false
	for e, q := range final {
		if math.Abs(q-got[e]) > 1e-9 {
			t.Errorf("edge %d: none %v, by the general integrator %v", e, got[e], q)
		}
		moved = moved || math.Abs(q-.3) > .1
	}
	if !moved {
		t.Error("no edge moved: the comparison says nothing")
	}
}

func TestMapRefusesWhatHasNoMeaning(t *testing.T) {
	ok := Closed{Ops: 7, Beta1: .5, Beta2: .999, Eps: 1e-8}
	for name, f := range map[string]func() error{
		"prior 0":  func() error { _, err := Map(ok, []float64{0}, []float64{.1}, GrowthCurve(5), 1); return err },
		"rate NaN": func() error { _, err := Map(ok, []float64{.1}, []float64{math.NaN()}, GrowthCurve(5), 1); return err },
		"no op": func() error {
			s := ok
			s.Ops = 0
			_, err := Map(s, []float64{.1}, []float64{.1}, GrowthCurve(5), 1)
			return err
		},
		"beta2 of 1": func() error {
			s := ok
			s.Beta2 = 1
			_, err := Map(s, []float64{.1}, []float64{.1}, GrowthCurve(5), 1)
			return err
		},
	} {
		if f() == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	a, err := Map(ok, []float64{.1, .5}, []float64{0, .1}, GrowthCurve(50), 1)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := Map(ok, []float64{.1, .5}, []float64{0, .1}, GrowthCurve(50), 2)
	if a.Final[1][1] != b.Final[1][1] || math.Abs(a.Final[0][0][4]-.1) > 1e-12 || math.Abs(a.Final[1][0][2]-.5) > 1e-12 {
		t.Errorf("maps differ with jobs, or a search of rate 0 moved: %v %v", a.Final, b.Final)
	}
}

// One arm is 15,000 steps of the optimiser.
func BenchmarkClosedSearch(b *testing.B) {
	curve := GrowthCurve(15000)
	c := Closed{Ops: 7, NonePrior: .125, Rate: 3e-4, Beta1: .5, Beta2: .999, Eps: 1e-8}
	k := NewCorrections(c.Beta1, c.Beta2, 15000)
	for b.Loop() {
		c.Run(curve, k)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Minutes(), "arms/min")
}
