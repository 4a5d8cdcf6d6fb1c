package bias

import (
	"math"
	"strings"
	"testing"

	"edgewise/theory/cell"

	"pgregory.net/rapid"
)

// trajectory makes one of three operations (none, a, b) from none-probabilities
// [point][edge]; a takes two thirds of the rest.
func trajectory(c cell.Cell, q [][]float64) Trajectory {
	t := Trajectory{Cell: c, None: 0}
	for i, row := range q {
		t.Step = append(t.Step, 10*i)
		var p [][]float64
		for _, x := range row {
			p = append(p, []float64{x, (1 - x) * 2 / 3, (1 - x) / 3})
		}
		t.Prob = append(t.Prob, p)
	}
	return t
}

func measure(t testing.TB, tr Trajectory) Measures {
	t.Helper()
	m, err := Measure(tr, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func same(t testing.TB, what string, got Value, want float64) {
	t.Helper()
	if !got.Known || math.Abs(got.X-want) > 1e-12 {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}

func missing(t testing.TB, what string, got Value, why string) {
	t.Helper()
	if got.Known || got.X != 0 || !strings.Contains(got.Why, why) {
		t.Errorf("%s = %+v, want it absent because %q", what, got, why)
	}
}

// grown drops all edges, regrows the inputs and leaves (2,3) dropped.
var grown = [][]float64{
	{.2, .2, .2, .2, .2},
	{.6, .5, .22, .2, .7},
	{.8, .4, .20, .2, .9},
	{.1, .3, .10, .1, .8},
}

func TestGrowth(t *testing.T) {
	g := measure(t, trajectory(cell.Minimal(), grown)).Growth
	same(t, "start", g.Start, .2)
	same(t, "peak", g.Peak, .5)
	same(t, "peak step", g.PeakStep, 20)
	same(t, "final", g.Final, .28)
	same(t, "rise", g.Rise, .3)
	same(t, "dropped", g.Dropped, 3./5)          // edges 0, 1 and 4; edge 2 rose by .02 only
	same(t, "regrown", g.Regrown, 1./5)          // edge 0; edge 1 is still above its start
	same(t, "dropped half", g.DroppedHalf, 2./5) // edges 0 and 4; edge 1 touched 1/2
	same(t, "regrown half", g.RegrownHalf, 1./5)
	same(t, "drop step", g.DropStep, (20+10+20)/3.)
	same(t, "regrow step", g.RegrowStep, 30)
	m, err := Measure(trajectory(cell.Minimal(), grown), Options{Margin: .01})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "dropped at margin .01", m.Growth.Dropped, 4./5)
}

// An edge that starts above 1/2 is dropped only after it was below.
func TestHalfNeedsToBeCrossed(t *testing.T) {
	q := [][]float64{{.6, .6, .2, .2, .2}, {.8, .3, .2, .2, .2}, {.4, .7, .2, .2, .2}}
	same(t, "dropped half", measure(t, trajectory(cell.Minimal(), q)).Growth.DroppedHalf, 1./5) // edge 1
}

// The order of the points matters: backwards the same points grow nothing.
func TestGrowthReadsTime(t *testing.T) {
	back := [][]float64{grown[3], grown[2], grown[1], grown[0]}
	g := measure(t, trajectory(cell.Minimal(), back)).Growth
	same(t, "peak step backwards", g.PeakStep, 10)
	same(t, "dropped backwards", g.Dropped, 1)
	same(t, "regrown backwards", g.Regrown, 2./5) // edges 1 and 4
	flat := measure(t, trajectory(cell.Minimal(), grown[:1])).Growth
	same(t, "no drop", flat.Dropped, 0)
	missing(t, "drop step", flat.DropStep, "no edge was dropped")
	missing(t, "regrow step", flat.RegrowStep, "no edge regrew")
}

// The peak is the first of its height.
func TestThePeakIsTheFirst(t *testing.T) {
	g := measure(t, trajectory(cell.Minimal(), [][]float64{grown[0], grown[2], grown[2], grown[3]})).Growth
	same(t, "peak step", g.PeakStep, 10)
	if g.Edges[0].PeakStep != 10 {
		t.Errorf("edge 0 peaks at %d", g.Edges[0].PeakStep)
	}
}

func TestWidth(t *testing.T) {
	w := measure(t, trajectory(cell.Minimal(), grown)).Width
	same(t, "input none", w.InputNone, .15)
	same(t, "intermediate none", w.IntermediateNone, .8)
	same(t, "input selected", w.InputSelected, 1)
	same(t, "intermediate selected", w.IntermediateSelected, 0)
	same(t, "gap", w.Gap, .8-.1) // node 3 only: node 2 has no intermediate edge
	same(t, "gap of peaks", w.GapPeak, .9-.21)
	same(t, "slope", w.SlopeDepth, .65)
	// q ranks: .1 .1 .1 -> 2, .3 -> 4, .8 -> 5; sources 0 1 0 1 2 -> 1.5 3.5 1.5 3.5 5
	same(t, "rank source", w.SpearmanSource, pearson([]float64{1.5, 3.5, 1.5, 3.5, 5}, []float64{2, 4, 2, 2, 5}))
	same(t, "rank depth", w.SpearmanDepth, pearson([]float64{2.5, 2.5, 2.5, 2.5, 5}, []float64{2, 4, 2, 2, 5}))
}

func pearson(a, b []float64) float64 {
	ma, mb := mean(a), mean(b)
	var saa, sbb, sab float64
	for i := range a {
		saa, sbb, sab = saa+(a[i]-ma)*(a[i]-ma), sbb+(b[i]-mb)*(b[i]-mb), sab+(a[i]-ma)*(b[i]-mb)
	}
	return sab / math.Sqrt(saa*sbb)
}

// Mirroring the cell's ends turns the sign of the width measures.
func TestWidthSign(t *testing.T) {
	deep := [][]float64{{.2, .2, .2, .2, .2}, {.8, .8, .8, .8, .1}}
	w := measure(t, trajectory(cell.Minimal(), deep)).Width
	same(t, "gap", w.Gap, -.7)
	same(t, "slope", w.SlopeDepth, -.7)
	if !(w.SpearmanDepth.X < 0) {
		t.Errorf("rank correlation %v of a deep cell", w.SpearmanDepth)
	}
}

func TestDerivedCells(t *testing.T) {
	m := measure(t, trajectory(cell.Minimal(), grown))
	if m.Argmax.Depth != 1 || m.Argmax.Width != 2 || m.Argmax.Edges != 4 || m.Argmax.Effective != 4 {
		t.Errorf("argmax cell %+v", m.Argmax)
	}
	// Node 3 keeps its two strongest: edges 2 and 3.
	if m.Top2.Depth != 1 || m.Top2.Width != 2 || m.Top2.Edges != 4 {
		t.Errorf("top-2 cell %+v", m.Top2)
	}
	chain := [][]float64{{.1, .9, .9, .9, .2}}
	m = measure(t, trajectory(cell.Minimal(), chain))
	if m.Argmax.Depth != 2 || m.Argmax.Width != 1 || m.Argmax.Edges != 2 {
		t.Errorf("chain %+v", m.Argmax)
	}
	if m.Top2.Depth != 2 || m.Top2.Edges != 4 || m.Top2.Width != 1.5 {
		t.Errorf("chain, top 2 %+v", m.Top2)
	}
	dead := measure(t, trajectory(cell.Minimal(), [][]float64{{.9, .9, .2, .9, .2}}))
	if dead.Argmax.Edges != 2 || dead.Argmax.Effective != 1 || dead.Argmax.Depth != 1 {
		t.Errorf("(2,3) behind an empty node 2: %+v", dead.Argmax)
	}
	none := measure(t, trajectory(cell.Minimal(), [][]float64{{.9, .9, .9, .9, .9}}))
	if none.Argmax.Depth != 0 || none.Argmax.Width != 0 || none.Argmax.Edges != 0 {
		t.Errorf("all none: %+v", none.Argmax)
	}
}

func TestFailure(t *testing.T) {
	f := measure(t, trajectory(cell.Minimal(), [][]float64{{.2, .2, .2, .2, .2}, {.45, .3, .6, .9, .1}})).Failure
	same(t, "none wins", f.None, 3./5) // .45 beats .367 and .183
	same(t, "above half", f.Half, 2./5)
	same(t, "mean", f.Mean, .47)
	tie := trajectory(cell.Minimal(), [][]float64{{.4, .4, .4, .4, .4}})
	for e := range tie.Prob[0] {
		tie.Prob[0][e] = []float64{.4, .4, .2}
	}
	same(t, "ties", measure(t, tie).Failure.None, 0)
}

func TestCellsWithoutIntermediateEdges(t *testing.T) {
	c, err := cell.DARTS(1, 1)
	if err != nil {
		t.Fatal(err)
	}
	w := measure(t, trajectory(c, [][]float64{{.2, .3}})).Width
	same(t, "input none", w.InputNone, .25)
	missing(t, "gap", w.Gap, "both kinds")
	missing(t, "slope", w.SlopeDepth, "same depth")
	missing(t, "intermediate", w.IntermediateNone, "intermediate node")
	missing(t, "rank", w.SpearmanDepth, "three pairs")
}

func TestSpacesWithoutNone(t *testing.T) {
	tr := trajectory(cell.Minimal(), grown)
	tr.None = -1
	m := measure(t, tr)
	missing(t, "peak", m.Growth.Peak, "no none")
	missing(t, "gap", m.Width.Gap, "no none")
	missing(t, "failure", m.Failure.None, "no none")
	if m.Argmax.Edges != 5 || m.Top2.Edges != 4 {
		t.Errorf("without none every edge is kept: %+v, %+v", m.Argmax, m.Top2)
	}
}

// Fixed and deleted edges are no free edges.
func TestRestrictedEdges(t *testing.T) {
	tr := trajectory(cell.Minimal(), grown)
	for i := range tr.Prob {
		tr.Prob[i][0] = []float64{0, 0, 0} // deleted
		tr.Prob[i][1] = []float64{0, 1, 0} // fixed
	}
	m := measure(t, tr)
	if n := len(m.Growth.Edges); n != 3 {
		t.Errorf("%d free edges, want 3", n)
	}
	same(t, "dropped", m.Growth.Dropped, 1./3)
	if m.Argmax.Active[0] || !m.Argmax.Active[1] || m.Top2.Active[0] {
		t.Errorf("derived %v, %v", m.Argmax.Active, m.Top2.Active)
	}
	for i := range tr.Prob {
		for e := range tr.Prob[i] {
			tr.Prob[i][e] = []float64{0, 1, 0}
		}
	}
	missing(t, "all fixed", measure(t, tr).Failure.None, "no edge may choose")
}

func TestBadTrajectoriesAreRefused(t *testing.T) {
	cases := map[string]func(*Trajectory){
		"without points":      func(t *Trajectory) { t.Prob = nil },
		"steps for":           func(t *Trajectory) { t.Step = t.Step[1:] },
		"comes after":         func(t *Trajectory) { t.Step[0] = 99 },
		"edges for a cell":    func(t *Trajectory) { t.Prob[1] = t.Prob[1][1:] },
		"the first edge has":  func(t *Trajectory) { t.Prob[1][2] = t.Prob[1][2][1:] },
		"not a probability":   func(t *Trajectory) { t.Prob[1][2][1] = math.NaN() },
		"probabilities sum":   func(t *Trajectory) { t.Prob[1][2][1] += .1 },
		"none is operation 3": func(t *Trajectory) { t.None = 3 },
	}
	for want, breakIt := range cases {
		tr := trajectory(cell.Minimal(), grown)
		breakIt(&tr)
		if _, err := Measure(tr, Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
	if _, err := Measure(trajectory(cell.Minimal(), grown), Options{Margin: 2}); err == nil {
		t.Error("a margin of 2 was accepted")
	}
}

// Any trajectory of any cell gives numbers or reasons, never NaN, and shares in
// [0,1]; relabelling the operations that are not none changes nothing.
func TestAnyCellProperty(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		nodes := rapid.IntRange(1, 5).Draw(rt, "nodes")
		c, err := cell.DARTS(nodes, rapid.IntRange(1, nodes).Draw(rt, "multiplier"))
		if err != nil {
			rt.Fatal(err)
		}
		var q [][]float64
		for range rapid.IntRange(1, 6).Draw(rt, "points") {
			var row []float64
			for range c.Edges {
				row = append(row, rapid.Float64Range(0, 1).Draw(rt, "q"))
			}
			q = append(q, row)
		}
		tr := trajectory(c, q)
		m := measure(t, tr)
		for _, v := range []Value{m.Growth.Peak, m.Growth.Dropped, m.Growth.Regrown, m.Growth.DroppedHalf, m.Growth.RegrownHalf,
			m.Width.InputSelected, m.Width.IntermediateSelected, m.Failure.None, m.Failure.Half, m.Failure.Mean} {
			if v.Known && !(v.X >= 0 && v.X <= 1) {
				rt.Fatalf("%v is no share", v.X)
			}
			if !v.Known && v.Why == "" {
				rt.Fatal("absent without a reason")
			}
		}
		for _, v := range []Value{m.Width.Gap, m.Width.GapPeak, m.Width.SlopeDepth, m.Width.SpearmanDepth, m.Width.SpearmanSource} {
			if v.Known && !(math.Abs(v.X) <= 1+1e-9) {
				rt.Fatalf("%v is outside [-1,1]", v.X)
			}
		}
		if m.Growth.Regrown.X > m.Growth.Dropped.X || m.Growth.RegrownHalf.X > m.Growth.DroppedHalf.X {
			rt.Fatalf("more edges regrew than dropped: %+v", m.Growth)
		}
		for i := range tr.Prob {
			for _, row := range tr.Prob[i] {
				row[1], row[2] = row[2], row[1]
			}
		}
		if n := measure(t, tr); n.Width != m.Width || n.Failure != m.Failure || n.Growth.Peak != m.Growth.Peak {
			rt.Fatal("the names of the operations matter")
		}
	})
}
