package ode

import (
	"math"
	"testing"

	"edgewise/theory/cost"
	"edgewise/theory/dynamics"
)

// strict integrates to the last digits that matter.
var strict = Options{Controller: PI(1e-12, 1e-13)}

func integrate(t *testing.T, term Term, y0 []float64, end float64) []float64 {
	t.Helper()
	s, err := Solve(term, y0, 0, end, strict)
	if err != nil {
		t.Fatal(err)
	}
	return s.EndY
}

func within(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol) {
		t.Errorf("%s: integrated %.13g, exact %.13g (difference %.1e)", what, got, want, got-want)
	}
}

// P5.1: constant costs, K = 2, 3, 8, dropping and growing, short and very long.
func TestEqualCostSolutionTo1em9(t *testing.T) {
	for _, ops := range []int{2, 3, 8} {
		for _, run := range []struct{ cost, end float64 }{{.3, 200}, {-.3, 200}, {.3, 20000}, {-2, 3000}} {
			e, err := dynamics.NewEqualCost(ops, .1)
			if err != nil {
				t.Fatal(err)
			}
			y0 := make([]float64, ops)
			for k := 1; k < ops; k++ {
				y0[k] = .4
			}
			f := dynamics.DARTSField(ops, func(c, _ []float64) {
				for k := range c {
					c[k] = run.cost
				}
				c[0] = 0
			})
			y := integrate(t, Flow(ops, e.Eta, f), y0, run.end)
			within(t, "D", y[1]-y[0]+e.Uniform(), e.At(.4+e.Uniform(), run.cost*run.end), 1e-9)
		}
	}
}

// P5.1: a cost that varies in time, of known integral.
func TestTimeVaryingCostTo1em9(t *testing.T) {
	const a, b = -1. / 200, 1. / 30
	primitive := func(t float64) float64 {
		return math.Exp(a*t) * (a*math.Cos(b*t) + b*math.Sin(b*t)) / (a*a + b*b)
	}
	e, _ := dynamics.NewEqualCost(8, .3)
	c, p := make([]float64, 8), make([]float64, 8)
	term := Term{Dim: 8, F: func(d []float64, t float64, y []float64) {
		for k := 1; k < 8; k++ {
			c[k] = .4 * math.Cos(b*t) * math.Exp(a*t)
		}
		cost.Softmax(p, y)
		cost.DARTS(d, p, c)
		for k := range d {
			d[k] *= -e.Eta
		}
	}}
	y := integrate(t, term, make([]float64, 8), 150)
	within(t, "D", y[1]-y[0]+e.Uniform(), e.At(e.Uniform(), .4*(primitive(150)-primitive(0))), 1e-9)
}

// P5.1: the speeds of D and pi for operations of unequal probability.
func TestUnequalOperationsTo1em9(t *testing.T) {
	const ops = 5
	e, _ := dynamics.NewEqualCost(ops, .5)
	y0 := []float64{.3, -1, .2, 1.1, 0}
	f := dynamics.DARTSField(ops, func(c, _ []float64) {
		for k := range c {
			c[k] = .6
		}
		c[0] = 0
	})
	y := integrate(t, Flow(ops, e.Eta, f), y0, 20)
	reduce := func(y []float64) []float64 { // D, pi_1..pi_4
		p := make([]float64, ops)
		cost.Softmax(p, y)
		out := []float64{dynamics.Logit(1 - p[0])}
		for _, x := range p[1:] {
			out = append(out, x/(1-p[0]))
		}
		return out
	}
	reduced := Term{Dim: ops, Autonomous: true, F: func(d []float64, _ float64, s []float64) {
		d[0] = e.UnequalSpeed(d[1:], s[0], s[1:], .6)
	}}
	z := integrate(t, reduced, reduce(y0), 20)
	for k, want := range reduce(y) {
		within(t, "reduced flow", z[k], want, 1e-9)
	}
}

// P5.2: the replicator.
func TestReplicatorTo1em9(t *testing.T) {
	c := []float64{0, .3, -.5, 1, .2, -.1}
	f := dynamics.NaturalField(6, func(out, _ []float64) { copy(out, c) })
	a0 := []float64{.1, -.4, 0, 1, .3, -1}
	a := integrate(t, Flow(6, .2, f), a0, 40)
	p, p0, got, x := make([]float64, 6), make([]float64, 6), make([]float64, 6), make([]float64, 6)
	cost.Softmax(p0, a0)
	cost.Softmax(got, a)
	for k := range x {
		x[k] = .2 * 40 * c[k]
	}
	dynamics.Replicator(p, p0, x)
	for k := range p {
		within(t, "p", got[k], p[k], 1e-9)
	}
}

// P5.2, P1.7: times to drop, by events: plain descent, natural gradient,
// textbook and summed-log estimators.
func TestDropTimesTo1em9(t *testing.T) {
	const eps = 1e-2
	level := func(d float64) []Event {
		return []Event{{Name: "dropped", G: func(_ float64, y []float64) float64 { return y[0] - d }, Direction: -1, Terminal: true}}
	}
	run := func(what string, f func(d float64) float64, d0, d1, want float64) {
		t.Helper()
		term := Term{Dim: 1, Autonomous: true, F: func(dy []float64, _ float64, y []float64) { dy[0] = f(y[0]) }}
		o := strict
		o.Events = level(d1)
		s, err := Solve(term, []float64{d0}, 0, 10*want, o)
		if err != nil {
			t.Fatal(err)
		}
		if s.Outcome != StoppedByEvent {
			t.Fatalf("%s: never dropped", what)
		}
		within(t, what+" (relative)", s.EndT/want, 1, 1e-9)
	}
	e := dynamics.EqualCost{Ops: 8, Eta: 1}
	down := dynamics.Logit(eps)
	run("plain", func(d float64) float64 { return e.Speed(d, 1) }, e.Uniform(), down, dynamics.DropIntegral(8, eps))
	run("natural", func(float64) float64 { return -1 }, e.Uniform(), down, dynamics.NaturalDropIntegral(8, eps))
	trap := func(d float64, power float64) float64 {
		p := dynamics.Probability(d)
		return -math.Pow(p, power) * (1 - p) // D' at 2 eta C = 1
	}
	run("textbook", func(d float64) float64 { return trap(d, 1) }, 0, down, dynamics.TextbookDropIntegral(.5, eps))
	run("summed log", func(d float64) float64 { return trap(d, 2) }, 0, down, dynamics.SummedLogDropIntegral(.5, eps))
}

// P5.3: expected samples, integrated along with D; and regrowth: back at the
// start exactly where the integral of the cost returns to zero.
func TestRegrowthTo1em9(t *testing.T) {
	e := dynamics.EqualCost{Ops: 8, Eta: 2}
	joint := Term{Dim: 2, Autonomous: true, F: func(d []float64, _ float64, y []float64) {
		d[0], d[1] = e.Speed(y[0], .4), dynamics.Probability(y[0])
	}}
	y := integrate(t, joint, []float64{e.Uniform(), 0}, 60)
	within(t, "int p dt", y[1], e.ExpectedSamples(e.Uniform(), y[0], .4), 1e-9)
	there := Term{Dim: 1, F: func(d []float64, t float64, y []float64) { d[0] = e.Speed(y[0], math.Sin(t)) }}
	o := strict
	o.At = []float64{math.Pi, 2 * math.Pi, 3 * math.Pi}
	s, err := Solve(there, []float64{e.Uniform()}, 0, 3*math.Pi, o)
	if err != nil {
		t.Fatal(err)
	}
	for i, integral := range []float64{2, 0, 2} {
		within(t, "D", s.Y[i][0], e.At(e.Uniform(), integral), 1e-9)
	}
}

// P5.8: the flow with weight decay ends at the fixed point.
func TestDecayEquilibriumTo1em9(t *testing.T) {
	c := []float64{0, .05, .02, -.01, .3}
	want, err := dynamics.DecayEquilibrium(c, 1e-2)
	if err != nil {
		t.Fatal(err)
	}
	f := dynamics.DARTSField(5, func(out, _ []float64) { copy(out, c) }).WithDecay(1e-2)
	for _, m := range []Method{DormandPrince(), Rodas4()} {
		s, err := Solve(Flow(5, 1, f), make([]float64, 5), 0, 5000, Options{Method: m, Controller: PI(1e-11, 1e-12)})
		if err != nil {
			t.Fatal(err)
		}
		for k := range want {
			within(t, m.Name(), s.EndY[k], want[k], 1e-9)
		}
	}
}
