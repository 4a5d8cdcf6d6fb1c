package predict

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"edgewise/sim/intervention"
	"edgewise/sim/spec"
	"edgewise/sim/trace"
	"edgewise/theory/cell"
	"edgewise/theory/cost"

	"pgregory.net/rapid"
)

func oneHotGates(ops int, pick ...int) [][]float64 {
	var z [][]float64
	for _, k := range pick {
		row := make([]float64, ops)
		row[k] = 1
		z = append(z, row)
	}
	return z
}

// P4.8 by hand: operations 0 none, 1 skip, 2 max pool.
func TestVotesOfTheMinimalCell(t *testing.T) {
	v := NewVotes(cell.Minimal(), cell.Canonical()[:3])
	shares := make([][]float64, 5)
	for e := range shares {
		shares[e] = make([]float64, 3)
	}
	sampled := func(pick []int) (got []float64, voters float64) {
		z := oneHotGates(3, pick...)
		voters = v.Shares(shares, z)
		for e, k := range pick {
			got = append(got, shares[e][k])
		}
		return got, voters
	}
	for _, c := range []struct {
		pick   []int
		want   []float64
		voters float64
	}{
		{[]int{2, 2, 2, 2, 2}, []float64{.2, .2, .2, .2, .2}, 5},
		{[]int{1, 1, 2, 1, 2}, []float64{.2, .2, .2, .2, .2}, 5},                     // skips from inputs are voters
		{[]int{0, 0, 2, 2, 2}, []float64{0, 0, .5, .5, 0}, 2},                        // (2,3) has nothing to carry
		{[]int{2, 2, 2, 2, 1}, []float64{1. / 3, 1. / 3, 1. / 6, 1. / 6, 1. / 3}, 6}, // an intermediate skip is paid for twice
		{[]int{0, 0, 0, 0, 2}, []float64{0, 0, 0, 0, 0}, 0},
	} {
		got, voters := sampled(c.pick)
		if voters != c.voters {
			t.Errorf("%v: %v voters, want %v", c.pick, voters, c.voters)
		}
		for e := range got {
			if math.Abs(got[e]-c.want[e]) > 1e-15 {
				t.Errorf("%v: shares %v, want %v", c.pick, got, c.want)
				break
			}
		}
	}
	v.Energy = 2
	if got, voters := sampled([]int{2, 2, 2, 2, 2}); voters != 6 || math.Abs(got[4]-2./6) > 1e-15 {
		t.Errorf("energy 2 on (2,3): %v of %v", got, voters)
	}
}

// The conservation law of the last cell (P3.4) holds for the shares of any
// gates of any cell: output costs sum to 1, skips counted as theory/cost counts
// them. An edge into a node that leads nowhere costs nothing.
func TestVotesConserveTheOutputCost(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		nodes := rapid.IntRange(1, 4).Draw(rt, "nodes")
		c, err := cell.DARTS(nodes, rapid.IntRange(1, nodes).Draw(rt, "multiplier"))
		if err != nil {
			rt.Fatal(err)
		}
		ops := cell.Canonical()[:4]
		var z, shares [][]float64
		hard := rapid.Bool().Draw(rt, "hard")
		for range c.Edges {
			row := make([]float64, 4)
			if hard {
				row[rapid.IntRange(0, 3).Draw(rt, "pick")] = 1
			} else {
				for k := range row {
					row[k] = rapid.Float64Range(0, 1).Draw(rt, "z")
				}
			}
			z, shares = append(z, row), append(shares, make([]float64, 4))
		}
		v := NewVotes(c, ops)
		v.Energy = rapid.Float64Range(.5, 2).Draw(rt, "energy")
		voters := v.Shares(shares, z)
		b, err := cost.NewBalance(c, ops, z, shares)
		if err != nil {
			rt.Fatal(err)
		}
		want := 1.0
		if voters == 0 {
			want = 0
		}
		if r := b.OutputResidual(want); math.Abs(r) > 1e-9 {
			rt.Fatalf("output residual %v with %v voters", r, voters)
		}
		if r := b.OutsideResidual(c); r > 1e-9 {
			rt.Fatalf("a node outside the concat has output cost %v", r)
		}
	})
}

func TestRoutesAreTheShortest(t *testing.T) {
	want := [][2]float64{{0, 0}, {0, 1}, {1, 1}, {1, 2}, {2, 2}, {2, 3}, {3, 3}, {3, 4}}
	for c, got := range routes(8) {
		if got != want[c] {
			t.Errorf("cell %d: inputs are %v cells from the stem, want %v", c, got, want[c])
		}
	}
}

// The tournament is zero-sum over the voters of every node, and an edge whose
// route lacks more costs more.
func TestTournamentIsZeroSumInEveryNode(t *testing.T) {
	law := Law{Cells: .5, Nodes: .4, Routes: true}
	c, err := cell.DARTS(3, 3)
	if err != nil {
		t.Fatal(err)
	}
	ops := cell.Canonical()[:3]
	r := rand.New(rand.NewPCG(1, 2))
	v := NewVotes(c, ops)
	for trial := range 100 {
		var z, shares, costs [][]float64
		for range c.Edges {
			row := soft([]float64{r.NormFloat64(), r.NormFloat64(), r.NormFloat64()}, nil, 1)
			if trial%2 == 0 {
				row = oneHot(row, r.Float64())
			}
			z, shares, costs = append(z, row), append(shares, make([]float64, 3)), append(costs, make([]float64, 3))
		}
		v.Shares(shares, z)
		law.tournament(costs, c, z, shares, [2]float64{1, 2}, .7)
		for j := 2; j < 5; j++ {
			sum := 0.0
			for _, e := range c.Into(j) {
				for k := range ops {
					sum += z[e][k] * costs[e][k]
				}
				if costs[e][0] != 0 {
					t.Fatalf("none costs %v", costs[e][0])
				}
			}
			if math.Abs(sum) > 1e-12 {
				t.Fatalf("node %d: costs sum to %v", j, sum)
			}
		}
		if trial%2 == 1 && !(costs[2][2] < costs[3][2] && costs[2][2] < costs[4][2]) {
			t.Fatalf("input 0, nearest to the stem, is not the cheapest into node 3: %v", costs)
		}
	}
	if u := (Law{Cells: 1}).lack(3, [2]float64{5, 6}); u != 3 {
		t.Errorf("in the order of sources node 3 lacks %v, want 3", u)
	}
}

// The amplitude is q L^Fading, q the root mean square of recent shares with the
// weight .98^age; noise grows towards the stem while nothing is learned.
func TestScalesOfALaw(t *testing.T) {
	var q scale
	if q.square() != 0 {
		t.Errorf("before any step q^2 = %v", q.square())
	}
	q.add(3)
	q.add(-1)
	if want := (9*.98 + 1) / 1.98; math.Abs(q.square()-want) > 1e-12 {
		t.Errorf("q^2 = %v, want %v", q.square(), want)
	}
	if f := (Law{Cells: 1, Fading: .5}).amplitude(.3, losses{loss: 4, entropy: 1}); math.Abs(f-.6) > 1e-12 {
		t.Errorf("amplitude %v, want .3 sqrt 4", f)
	}
	if f := (Law{Noise: 1, Fading: .5}).amplitude(.3, losses{loss: 4, entropy: 1}); f != 0 {
		t.Errorf("without a tournament its amplitude is %v", f)
	}
	n := (Law{Untrained: .5}).noises([]int{0, 0, 1}, 2, losses{loss: 3, entropy: math.Log(10)})
	if math.Abs(n[0]-(math.Pow(1.5, 4)+1.5*1.5)) > 1e-12 || n[1] != 1 {
		t.Errorf("noise of an untrained stack %v", n)
	}
	n = (Law{Untrained: .5}).noises([]int{0, 1, 0}, 2, losses{loss: .1, entropy: 0})
	if math.Abs(n[0]-2) > 1e-3 || math.Abs(n[1]-1) > 1e-3 {
		t.Errorf("noise of a trained stack %v", n)
	}
}

// With two kinds of cells each kind pays for its own: the last cell's kind for
// L - H, every kind for the tournaments of its cells.
func TestEveryKindPaysForItsOwnCells(t *testing.T) {
	tr := simulate(t, twoKinds(testSpec(spec.DSNAS, spec.Single, 1)))
	f, err := newFrame(tr, RungLawStep)
	if err != nil {
		t.Fatal(err)
	}
	law := Law{Cells: .5, Nodes: .4, Routes: true}
	a, err := f.newAssignment(&tr.Manifest, law) // normal, reduction, normal
	if err != nil {
		t.Fatal(err)
	}
	z := oneHotGates(8, 2, 2, 2, 2, 2)
	c := a.costs([][][]float64{z, z}, &trace.Split{N: 1, Loss: 1.5, Entropy: 1}, true)
	in := routes(3)
	for e := range 5 {
		want := [2]float64{.1, 0} // L - H over five voters
		for i, kind := range []int{0, 1, 0} {
			d := oneHotGates(8, 2, 2, 2, 2, 2)
			shares := oneHotGates(8, 2, 2, 2, 2, 2)
			law.tournament(d, f.cell, z, shares, in[i], .1)
			want[kind] += d[e][2] - 1
		}
		for k := range want {
			if got := c.Mean[k][e][2]; math.Abs(got-want[k]) > 1e-12 {
				t.Errorf("kind %d, edge %d: cost %v, want %v", k, e, got, want[k])
			}
		}
	}
}

// lawful is a simulated DSNAS search whose costs are exactly those of a law.
func lawful(t testing.TB, s spec.Spec, law Law, gap func(int) float64) *trace.Trace {
	space, err := s.Space()
	if err != nil {
		t.Fatal(err)
	}
	v := NewVotes(space.Cell, space.Ops)
	var q scale
	sim := simulated{spec: s, gaps: func(step int) (float64, float64) { return 1.5 + gap(step), 1.5 }}
	sim.costs = func(_ *rand.Rand, step int, gate [][]float64) [][]float64 {
		shares, out := clone(gate), clone(gate)
		voters := v.Shares(shares, gate)
		if voters > 0 {
			q.add(gap(step) / voters)
		}
		f := law.amplitude(math.Sqrt(q.square()), losses{loss: 1.5 + gap(step), entropy: 1.5})
		for e := range out {
			for k := range out[e] {
				out[e][k] = shares[e][k] * gap(step)
			}
		}
		for _, in := range routes(s.Net.Cells) {
			law.tournament(out, space.Cell, gate, shares, in, f)
		}
		for e := range out {
			for k := range out[e] {
				if s.OneHot() && gate[e][k] == 0 {
					out[e][k] = 0
				}
			}
		}
		return out
	}
	return sim.record(t)
}

func wave(step int) float64 {
	return .25*math.Exp(-float64(step)/120) - .12 + .05*math.Sin(float64(step))
}

// Where costs obey the law, law-step is exact, for one-hot and soft gates, one
// cell and several, and a wrong law is not.
func TestLawStepIsExactWhereTheLawHolds(t *testing.T) {
	law := Law{Cells: .5, Nodes: .4, Routes: true, Fading: .5}
	for _, algorithm := range []string{spec.DSNAS, spec.DARTS, spec.SNAS} {
		for _, cells := range []int{1, 3} {
			s := testSpec(algorithm, spec.Single, 400)
			s.Net.Cells = cells
			tr := lawful(t, s, law, wave)
			p, err := LawStep(tr, law)
			if got := scored(t, p, err, tr); !(got.Pooled.RMSE < 1e-12) {
				t.Errorf("%s, %d cells: rmse %v", algorithm, cells, got.Pooled.RMSE)
			}
			for name, wrong := range map[string]Law{
				"no tournament":    {},
				"order of sources": {Cells: .5},
				"other constant":   {Cells: .5, Nodes: .1, Routes: true, Fading: .5},
				"noise":            {Cells: .5, Nodes: .4, Routes: true, Fading: .5, Noise: 1},
			} {
				p, err := LawStep(tr, wrong)
				if got := scored(t, p, err, tr); !(got.Pooled.RMSE > 1e-4) {
					t.Errorf("%s, %d cells, %s: rmse %v does not show it", algorithm, cells, name, got.Pooled.RMSE)
				}
			}
		}
	}
}

// The spec's interventions act on the law's costs: where none costs as much as
// the other operations (P7.8) nothing moves.
func TestLawStepAppliesInterventions(t *testing.T) {
	s := testSpec(spec.DARTS, spec.Single, 200)
	tr := lawful(t, s, Law{}, wave)
	plain, err := LawStep(tr, Law{})
	if err != nil {
		t.Fatal(err)
	}
	// Equal costs of all operations of edge (0,2) leave its gates where they are.
	tr.Manifest.Spec.Interventions = []intervention.Use{{Name: "none-at-mean"}}
	tr.Manifest.Spec.Alpha.WeightDecay = 0
	p, err := LawStep(tr, Law{})
	if err != nil {
		t.Fatal(err)
	}
	first, last := p.Points[0].Prob[0][0][0], p.Points[len(p.Points)-1].Prob[0][0][0]
	if math.Abs(first-last) > 1e-9 {
		t.Errorf("none went from %v to %v although all operations cost the same", first, last)
	}
	if math.Abs(plain.Points[len(plain.Points)-1].Prob[0][0][0]-first) < 1e-3 {
		t.Error("without the intervention nothing moved either")
	}
	tr.Manifest.Spec.Interventions = []intervention.Use{{Name: "leave-one-out"}}
	if _, err := LawStep(tr, Law{}); err == nil || !strings.Contains(err.Error(), "voters of every image") {
		t.Errorf("leave-one-out: %v", err)
	}
	if _, err := LawCurves(tr, 10, Law{}); err == nil || !strings.Contains(err.Error(), "intervenes") {
		t.Errorf("law: %v", err)
	}
	if _, err := Blind(*tr.Manifest.Spec, 10, testLearning, Law{}); err == nil || !strings.Contains(err.Error(), "intervenes") {
		t.Errorf("blind: %v", err)
	}
	var ok []string
	for _, r := range Rungs(tr) {
		if r.OK {
			ok = append(ok, r.Rung)
		}
	}
	if got := strings.Join(ok, " "); got != "replay driven" {
		t.Errorf("possible rungs %q", got)
	}
}

// Fit finds the constants of the law by which searches were made.
func TestLawFitFindsItsConstants(t *testing.T) {
	truth := Law{Cells: .5, Nodes: .4, Routes: true}
	var runs []*trace.Trace
	for cells := range 2 {
		s := testSpec(spec.DSNAS, spec.Single, 300)
		s.Net.Cells = 1 + 2*cells
		runs = append(runs, lawful(t, s, truth, wave))
	}
	start := truth
	start.Cells, start.Nodes = .3, .7
	fit, r2, err := start.Fit(runs, 70)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(fit.Cells-.5) > .05 || math.Abs(fit.Nodes-.4) > .05 || !(r2 > .999) {
		t.Errorf("fitted %+v with R2 %v", fit, r2)
	}
	if fit.Noise != 0 || fit.Fading != 0 || !fit.Routes {
		t.Errorf("the fit moved what is held: %+v", fit)
	}
	if _, _, err := start.Fit(nil, 10); err == nil {
		t.Error("a fit without runs was accepted")
	}
	runs[0].Manifest.Stack = nil
	if _, _, err := start.Fit(runs, 10); err == nil || !strings.Contains(err.Error(), "field stack") {
		t.Errorf("a run without a stack: %v", err)
	}
}

// In a bi-level search the law reads the search split.
func TestLawStepReadsTheSplitOfAlpha(t *testing.T) {
	s := testSpec(spec.DARTS, spec.Bilevel, 200)
	tr := lawful(t, s, Law{}, wave)
	p, err := LawStep(tr, Law{})
	if got := scored(t, p, err, tr); !(got.Pooled.RMSE < 1e-12) {
		t.Errorf("rmse %v", got.Pooled.RMSE)
	}
	for i := range tr.Points {
		tr.Points[i].Search = nil
	}
	if _, err := LawStep(tr, Law{}); err == nil || !strings.Contains(err.Error(), "search split") {
		t.Errorf("without the search split: %v", err)
	}
}

// The expected costs against enumeration of all wirings of the minimal cell,
// each with the step law's costs (P4.3, P4.8, P4.7). Without skips and with the
// batch spread off, they agree to rounding.
func TestExpectedCostsByEnumeration(t *testing.T) {
	s := testSpec(spec.DSNAS, spec.Single, 1)
	s.Net.Ops = []string{cell.None, cell.MaxPool}
	s.Net.Cells = 2
	tr := simulate(t, s)
	f, err := newFrame(tr, RungLaw)
	if err != nil {
		t.Fatal(err)
	}
	law := Law{Cells: .5, Nodes: .4, Routes: true, Redundancy: .45, Noise: 1.5}
	x, err := f.newExpected([]int{0, 0}, law)
	if err != nil {
		t.Fatal(err)
	}
	x.batch = math.Inf(1) // no spread over batches
	l := losses{loss: 1.4, entropy: 1.5}
	r := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		prob := make([]float64, 10)
		for e := range 5 {
			prob[2*e] = r.Float64()
			prob[2*e+1] = 1 - prob[2*e]
		}
		got, err := x.moments(prob, 0, l)
		if err != nil {
			t.Fatal(err)
		}
		mean, square := enumerated(law, l, prob)
		for e := range 5 {
			if math.Abs(got[e].mean[1]-mean[e]) > 1e-12 {
				t.Errorf("edge %d: mean %v, enumeration %v", e, got[e].mean[1], mean[e])
			}
			// The tournament's own variance is left out: within a tenth.
			if math.Abs(got[e].square[1]-square[e]) > .1*square[e] {
				t.Errorf("edge %d: mean square %v, enumeration %v", e, got[e].square[1], square[e])
			}
			if got[e].mean[0] != 0 || got[e].square[0] != 0 {
				t.Errorf("edge %d: none has moments %v, %v", e, got[e].mean[0], got[e].square[0])
			}
		}
	}
}

// enumerated sums over the 2^5 wirings of two minimal cells with none and one
// operation.
func enumerated(law Law, l losses, prob []float64) (mean, square []float64) {
	c := cell.Minimal()
	v := NewVotes(c, []cell.Operation{{Name: cell.None}, {Name: cell.MaxPool}})
	shares := oneHotGates(2, 0, 0, 0, 0, 0)
	weight := func(w int) float64 {
		p := 1.0
		for e := range 5 {
			p *= prob[2*e+w>>e&1]
		}
		return p
	}
	gates := func(w int) [][]float64 {
		return oneHotGates(2, w&1, w>>1&1, w>>2&1, w>>3&1, w>>4&1)
	}
	n, some := 0.0, 0.0
	for w := range 32 {
		k := v.Shares(shares, gates(w))
		n += weight(w) * k
		if k > 0 {
			some += weight(w)
		}
	}
	slope := law.Redundancy * l.information() / n
	u := (slope*n - l.gap()) / some
	q2 := 0.0
	for w := range 32 {
		if k := v.Shares(shares, gates(w)); k > 0 {
			q2 += weight(w) / some * math.Pow(slope-u/k, 2)
		}
	}
	mean, square = make([]float64, 5), make([]float64, 5)
	for w := range 32 {
		z := gates(w)
		k := v.Shares(shares, z)
		costs := oneHotGates(2, 0, 0, 0, 0, 0)
		for e := range costs {
			costs[e][0] = 0
		}
		for _, in := range routes(2) {
			law.tournament(costs, c, z, shares, in, math.Sqrt(q2))
		}
		for e := range 5 {
			if w>>e&1 == 0 {
				continue
			}
			given := weight(w) / prob[2*e+1]
			x, noise := costs[e][1], 0.0
			if k > 0 && shares[e][1] > 0 {
				x += slope - u/k
				noise = law.Noise * 2 * q2
			}
			mean[e] += given * x
			square[e] += given * (x*x + noise)
		}
	}
	return mean, square
}

// noisyWave is L - H whose mean does not depend on the wiring, with the spread
// over batches of 64 that the law expects at H = 1.5.
func noisyWave(step int) float64 {
	r := rand.New(rand.NewPCG(uint64(step), 5))
	return .2*math.Exp(-float64(step)/150) - .1 + math.Sqrt(-math.Expm1(-2*(math.Log(10)-1.5))/64)*r.NormFloat64()
}

// The curve rung follows a search that obeys the law.
func TestLawCurvesFollowALawfulSearch(t *testing.T) {
	law := Law{Redundancy: 1e-9}
	s := testSpec(spec.DSNAS, spec.Single, 1500)
	s.Alpha.Rate = 1e-2
	tr := lawful(t, s, Law{}, noisyWave)
	p, err := LawCurves(tr, 50, law)
	if got := scored(t, p, err, tr); !(got.Pooled.Value > .9) {
		t.Errorf("R2 %v", got.Pooled)
	}
	s = testSpec(spec.DARTS, spec.Single, 800)
	tr = lawful(t, s, Law{}, noisyWave)
	p, err = LawCurves(tr, 20, law)
	if got := scored(t, p, err, tr); !(got.Pooled.Value > .9) {
		t.Errorf("soft gates: R2 %v", got.Pooled)
	}
	for i := range tr.Points {
		if x := tr.Points[i].Train; x != nil {
			tr.Points[i].Train = &trace.Split{N: x.N, Correct: x.Correct, Loss: x.Entropy, Entropy: x.Loss}
		}
	}
	p, err = LawCurves(tr, 20, law)
	if got := scored(t, p, err, tr); !(got.Pooled.Value < 0) {
		t.Errorf("with loss and entropy exchanged R2 is %v", got.Pooled)
	}
}

func TestRestrictedSpacesUnderTheLaws(t *testing.T) {
	for _, s := range []spec.Spec{restricted(testSpec(spec.DSNAS, spec.Single, 60)), restricted(testSpec(spec.DARTS, spec.Single, 60)), twoKinds(testSpec(spec.SNAS, spec.Single, 60)), twoKinds(testSpec(spec.DSNAS, spec.Single, 60))} {
		tr := simulated{spec: s, costs: noisyCosts(5, 8, .05), gaps: func(i int) (float64, float64) { return 1.2, 1.3 }}.record(t)
		for name, make := range map[string]func() (*trace.Trace, error){
			RungLawStep: func() (*trace.Trace, error) { return LawStep(tr, LawFor(&s)) },
			RungLaw:     func() (*trace.Trace, error) { return LawCurves(tr, 20, LawFor(&s)) },
		} {
			p, err := make()
			if err != nil {
				t.Fatalf("%s %s: %v", s.Algorithm, name, err)
			}
			for _, q := range p.Points {
				for k := range q.Prob {
					for e := range q.Prob[k] {
						sum := 0.0
						for _, x := range q.Prob[k][e] {
							if math.IsNaN(x) {
								t.Fatalf("%s %s: NaN probability on edge %d", s.Algorithm, name, e)
							}
							sum += x
						}
						if sum != 0 && math.Abs(sum-1) > 1e-12 {
							t.Fatalf("%s %s: probabilities of edge %d sum to %v", s.Algorithm, name, e, sum)
						}
					}
				}
			}
		}
	}
}

// P5.12 and what became of it: equal shares alone on the published code, and the
// tournament by the shortest route, calibrated on other runs.
func TestLawsOnThePublishedCode(t *testing.T) {
	for _, c := range []struct {
		run        string
		law        Law
		low, below float64
	}{
		{"A-dsnas-s6", Law{}, .65, .8},
		{"A8-dsnas-8cells-s6", Law{}, -.3, -.1},
		{"A8-dsnas-8cells-s6", sampledLaw, .8, 1},
	} {
		tr := official(t, c.run)
		p, err := LawStep(tr, c.law)
		got := scored(t, p, err, tr)
		if !(got.Pooled.Value >= c.low && got.Pooled.Value <= c.below) {
			t.Errorf("%s, law %q: R2 %v, want %v to %v", c.run, c.law.Name, got.Pooled, c.low, c.below)
		}
		t.Logf("%s, law %q: R2 %v", c.run, c.law.Name, got.Pooled)
	}
	tr := official(t, "A8-dsnas-8cells-s6")
	p, err := LawCurves(tr, 94, sampledLaw)
	if got := scored(t, p, err, tr); !(got.Pooled.Value > .7 && got.Kinds[0].GapAgrees && got.Kinds[0].Spearman.X >= .9) {
		t.Errorf("from curves alone: R2 %v, rank correlation %v", got.Pooled, got.Kinds[0].Spearman)
	}
}
