package ode

import (
	"math"
	"testing"

	"edgewise/theory/cell"
	"edgewise/theory/cost"
	"edgewise/theory/dynamics"
)

// closedForm are the costs C_e = v w_e r_e - u h_e of P4.3, plus a transfer b
// from the earlier cells onto (2,3) that is taken from the other edges.
type closedForm struct {
	eta     float64
	total   func(t float64) float64 // L - H
	v       func(t float64) float64
	energy4 float64
	b       func(t float64) float64
	rule    rule
}

// rule is an intervention on the assignment of costs (P7).
type rule int

const (
	local      rule = iota
	importance      // C_(2,3) over its reachability 1 - q0 q1 (P7.7)
	centred         // C_e - sum pC / sum p (P7.4)
	entropy         // -.02 times the entropy of p as a bonus (P7.10)
)

func (c closedForm) term(t *testing.T) Term {
	shares, err := cost.NewExpectation(cell.Minimal())
	if err != nil {
		t.Fatal(err)
	}
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	edge := dynamics.EqualCost{Ops: 8, Eta: c.eta}
	p, r, h, costs := make([]float64, 5), make([]float64, 5), make([]float64, 5), make([]float64, 5)
	return Term{Dim: 5, F: func(dd []float64, at float64, d []float64) {
		for e := range p {
			p[e] = dynamics.Probability(d[e])
		}
		must(shares.Shares(r, h, p))
		model := cost.ShareModel{V: c.v(at), Energy: []float64{1, 1, 1, 1, c.energy4}}
		_, err := model.Assign(costs, r, h, p, c.total(at))
		must(err)
		inputs := p[0] + p[1] + p[2] + p[3]
		for e := range 4 {
			costs[e] -= c.b(at) * p[4] / inputs
		}
		costs[4] += c.b(at)
		switch c.rule {
		case importance:
			must(cost.Importance(costs, r, costs))
		case centred:
			must(cost.Centred(costs, p, costs))
		case entropy:
			for e := range costs {
				costs[e] += .02 * (d[e] - edge.Uniform())
			}
		}
		for e := range p {
			dd[e] = edge.Speed(d[e], costs[e])
		}
	}}
}

// growth is what P6 reads off a run: peaks of the none probability, when it
// falls below one half again, and its final value, per edge.
type growth struct{ peak, peakAt, half, final [5]float64 }

// read samples the dense output at every half unit of time, as P6 does.
func (c closedForm) read(t *testing.T) growth {
	t.Helper()
	d0 := math.Log(7)
	const end, points = 150.0, 301
	at := make([]float64, points)
	for i := range at {
		at[i] = end * float64(i) / (points - 1)
	}
	s, err := Solve(c.term(t), []float64{d0, d0, d0, d0, d0}, 0, end, Options{At: at, Controller: PI(1e-9, 1e-10)})
	if err != nil {
		t.Fatal(err)
	}
	var g growth
	for e := range g.peak {
		for i, x := range at {
			none := dynamics.Probability(-s.Y[i][e])
			if none > g.peak[e] {
				g.peak[e], g.peakAt[e], g.half[e] = none, x, 0
			}
			if g.half[e] == 0 && g.peak[e] > .5 && none < .5 {
				g.half[e] = x
			}
			g.final[e] = none
		}
	}
	return g
}

func singleLevel(eta float64) closedForm {
	return closedForm{
		eta:     eta,
		total:   func(t float64) float64 { return .30*math.Exp(-t/10) - .16*(1-math.Exp(-t/15))*math.Exp(-t/120) },
		v:       func(t float64) float64 { return .30/(5*.861) + .03*(1-math.Exp(-t/20)) },
		energy4: 1,
		b:       func(float64) float64 { return 0 },
	}
}

// P6, eta = 30: edges are dropped first (peaks .884, .868, .824 at t = 13, 12.5,
// 31), come back below one half at 30, 20 and 66: growth (O1) in the order
// (0,3), (0,2), (2,3) (O2).
func TestClosedFormGrows(t *testing.T) {
	g := singleLevel(30).read(t)
	for _, w := range []struct {
		e                  int
		peak, peakAt, half float64
	}{{0, .884, 13, 30}, {2, .868, 12.5, 20}, {4, .824, 31, 66}} {
		within(t, "peak", g.peak[w.e], w.peak, 6e-4)
		within(t, "time of the peak", g.peakAt[w.e], w.peakAt, .5)
		within(t, "time below one half", g.half[w.e], w.half, .75)
	}
	if !(g.half[2] < g.half[0] && g.half[0] < g.half[4]) {
		t.Errorf("order of regrowth: %v", g.half)
	}
	if g.peak[0] != g.peak[1] || g.peak[2] != g.peak[3] {
		t.Errorf("the symmetric cell lost its symmetry: %v", g.peak)
	}
}

// P6, sweep of eta: peaks of (0,2)/(2,3), and the final order.
func TestClosedFormSweep(t *testing.T) {
	for _, w := range []struct{ eta, p0, p4 float64 }{{3, .14, .14}, {6, .16, .16}, {10, .20, .20}, {15, .28, .29}, {20, .42, .48}, {30, .88, .82}, {60, 1, .93}} {
		g := singleLevel(w.eta).read(t)
		within(t, "peak of (0,2)", g.peak[0], w.p0, .006)
		within(t, "peak of (2,3)", g.peak[4], w.p4, .006)
		if w.eta <= 30 && !(g.final[2] < g.final[0] && g.final[0] < g.final[4]) {
			t.Errorf("eta %g: final none probabilities %v", w.eta, g.final)
		}
	}
}

// P6, eta = 6: with edge (2,3)'s energy 1.7 times, or a transfer of .03 from
// the earlier cells, (2,3) is excluded; the others grow.
func TestClosedFormExcludes(t *testing.T) {
	energy := singleLevel(6)
	energy.energy4 = 1.7
	transfer := singleLevel(6)
	transfer.b = func(t float64) float64 { return .03 * (1 - math.Exp(-t/15)) }
	for _, w := range []struct {
		c    closedForm
		want float64
	}{{energy, .981}, {transfer, .901}} {
		g := w.c.read(t)
		within(t, "final (2,3)", g.final[4], w.want, 6e-4)
		if g.final[0] > .06 || g.final[2] > .06 {
			t.Errorf("the input edges end at %v", g.final)
		}
	}
}

// P6, bi-level: the curve plus an over-confidence gap that rises to .12 drops
// every edge (O3).
func TestClosedFormFailsBiLevel(t *testing.T) {
	c := singleLevel(6)
	c.total = func(t float64) float64 {
		return .30*math.Exp(-t/10) - .16*(1-math.Exp(-t/15))*math.Exp(-t/25) + .12*(1-math.Exp(-t/30))
	}
	g := c.read(t)
	within(t, "(0,2)", g.final[0], 1, 6e-4)
	within(t, "(0,3)", g.final[2], 1, 6e-4)
	within(t, "(2,3)", g.final[4], .932, 6e-4)
	c.total = func(float64) float64 { return .05 }
	g = c.read(t)
	for i, want := range map[int]float64{0: .88, 2: .74, 4: .85} {
		within(t, "gap .05", g.final[i], want, .006)
	}
}

// P6 and P7: the rules at eta = 6 and 30. Importance weighting makes (2,3)
// worse, because its cost is still positive while it is dropped; centred costs
// have no drop phase and no catastrophe; entropy bounds everything.
func TestRulesOnTheClosedForm(t *testing.T) {
	run := func(eta float64, r rule) growth {
		c := singleLevel(eta)
		c.rule = r
		return c.read(t)
	}
	g := run(6, importance)
	within(t, "importance, eta 6: (2,3)", g.final[4], .056, 6e-4)
	g = run(6, centred)
	for e, want := range map[int]float64{0: .129, 2: .111, 4: .154} {
		within(t, "centred, eta 6", g.final[e], want, 6e-4)
	}
	within(t, "centred, eta 6: no drop phase", g.peak[0], .13, .006)
	g = run(6, entropy)
	for _, e := range []int{0, 2, 4} {
		within(t, "entropy, eta 6", g.final[e], .076, .0026)
	}
	g = run(30, local)
	within(t, "local, eta 30: (2,3)", g.final[4], .038, 6e-4)
	g = run(30, importance)
	within(t, "importance, eta 30: (2,3)", g.final[4], .962, 6e-4)
	g = run(30, centred)
	within(t, "centred, eta 30: (2,3)", g.final[4], .976, 6e-4)
	for _, e := range []int{0, 2} {
		if g.final[e] < .055 || g.final[e] > .195 {
			t.Errorf("centred, eta 30: edge %d ends at %g, outside .06 to .19", e, g.final[e])
		}
	}
	g = run(30, entropy)
	for _, e := range []int{0, 2, 4} {
		within(t, "entropy, eta 30: peak", g.peak[e], .33, .016)
		within(t, "entropy, eta 30", g.final[e], .07, .006)
	}
	bilevel := singleLevel(6)
	bilevel.total = func(t float64) float64 {
		return .30*math.Exp(-t/10) - .16*(1-math.Exp(-t/15))*math.Exp(-t/25) + .12*(1-math.Exp(-t/30))
	}
	bilevel.rule = centred
	g = bilevel.read(t)
	for _, e := range []int{0, 2, 4} {
		within(t, "centred, bi-level", g.final[e], .126, .0096)
	}
}
