package predict

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"edgewise/sim/spec"
	"edgewise/sim/trace"
	"edgewise/theory/cell"

	"gonum.org/v1/gonum/stat/distuv"
)

// stackSpec is a bi-level soft search in the stack of the published code.
func stackSpec(steps int) spec.Spec {
	s := spec.Default()
	s.Name, s.Algorithm, s.Level, s.Steps, s.Batch = "stack", spec.DARTS, spec.Bilevel, steps, 32
	s.Data = spec.Data{Side: 8, Train: 512, Search: 512}
	s.Alpha.Rate = 1e-2
	s.Net.Cells, s.Net.Reductions, s.Net.Nodes, s.Net.Multiplier, s.Net.Channels = 8, []int{2, 5}, 4, 4, 4
	return s
}

// With equal gates the lack of the five sources of a cell deep in the stack stands
// at 0, .95, 1.475, 1.81 and 2.06 hops: worked out by hand from u_cell = mean u_j.
func TestMeanRoutesOfEqualGates(t *testing.T) {
	c, err := cell.DARTS(4, 4)
	if err != nil {
		t.Fatal(err)
	}
	even := make([]float64, len(c.Edges))
	for i := range even {
		even[i] = .875
	}
	u := Law{Hops: 1}.meanRoutes(make([]int, 30), c, [][]float64{even})
	deep := u[len(u)-1]
	for i, want := range []float64{0, .95, 1.475, 1.8083, 2.0583} {
		if got := deep[i] - deep[0]; math.Abs(got-want) > 1e-3 {
			t.Errorf("node %d lacks %.4f hops more than input 0, want %.4f", i, got, want)
		}
	}
	if u[0][0] != 0 || u[0][1] != 0 || u[1][0] != 0 || u[1][1] <= 0 {
		t.Errorf("the first cells do not start at the stem: %v %v", u[0], u[1])
	}
	// An edge that is given up takes its source off the route.
	odd := append([]float64{}, even...)
	odd[1] = 0 // (1,2)
	v := Law{Hops: 1}.meanRoutes(make([]int, 30), c, [][]float64{odd})
	if d := v[29][2] - v[29][0]; math.Abs(d-1) > 1e-12 {
		t.Errorf("node 2 that only input 0 enters lacks %g hops more than it, want 1", d)
	}
}

func TestSpreadSumsToZeroAndGrowsWithTheRootOfCells(t *testing.T) {
	shares := [][]float64{{0, .1, .1, .1, .1}, {0, 0, 0, 0, 0}}
	d := [][]float64{make([]float64, 5), make([]float64, 5)}
	Law{Spread: .5}.spread(d, shares, 4, 2)
	sum, square := 0.0, 0.0
	for _, x := range d[0] {
		sum, square = sum+x, square+x*x
	}
	want := 0.0
	for i := range 4 {
		z := distuv.UnitNormal.Quantile((float64(i) + .5) / 4)
		want += 4 * z * z // f sqrt(4) Spread = 2
	}
	if math.Abs(sum) > 1e-12 || math.Abs(square-want) > 1e-12 || d[0][0] != 0 {
		t.Errorf("%v: sum %g, squares %g, want %g", d[0], sum, square, want)
	}
	if d[1][1] != 0 {
		t.Error("operations that do not vote were moved")
	}
}

// made is a soft stack of single steps whose costs follow the law with known
// constants; alpha rests at uniform gates.
func made(t *testing.T, law Law, steps int) *trace.Trace {
	t.Helper()
	s := stackSpec(steps)
	tr, err := blankSearch(s, 1)
	if err != nil {
		t.Fatal(err)
	}
	f, err := newFrame(tr, RungLaw)
	if err != nil {
		t.Fatal(err)
	}
	stack, _ := kindStack(&tr.Manifest)
	x, _ := f.newExpected(stack, Law{})
	rng := rand.New(rand.NewPCG(3, 1))
	prob := make([]float64, f.size)
	for i := range prob {
		prob[i] = 1.0 / 8
	}
	voters, err := x.voters(prob)
	if err != nil {
		t.Fatal(err)
	}
	l := losses{loss: 1.3, entropy: 1.2}
	q := math.Sqrt(l.gap()*l.gap()+x.spread(l)) / voters
	routes := law.meanRoutes(stack, f.cell, f.actives(prob))
	for i := range tr.Points {
		p := &tr.Points[i]
		f.put(p, make([]float64, f.size))
		if p.Steps == 0 {
			continue
		}
		p.Search = &trace.Split{N: 32, Correct: 20, Loss: l.loss, Entropy: l.entropy}
		p.Train = p.Search
		p.Cost = &trace.Cost{Count: f.cube(1), Mean: f.cube(0)}
		for c, kind := range stack {
			d := make([][]float64, f.edges)
			for e := range d {
				d[e] = make([]float64, len(f.ops))
			}
			x.fill(prob, kind)
			x.votes.Shares(x.shares, x.gate)
			contest(d, f.cell, x.gate, x.shares, routes[c], l.scale()/voters)
			var row []float64
			for e := range d {
				all := q * math.Sqrt(law.Noise) * rng.NormFloat64()
				sum, n := 0.0, 0
				for k := range d[e] {
					if k == f.none {
						continue
					}
					z := distuv.UnitNormal.Quantile((float64(n) + .5) / 7)
					n++
					own := d[e][k] + all + q*math.Sqrt(law.OpNoise)*rng.NormFloat64()
					sum += own / 8
					cells := 6.0
					if kind == 1 {
						cells = 2
					}
					p.Cost.Mean[kind][e][k] += own + l.scale()/voters*law.Spread*z/math.Sqrt(cells)
				}
				row = append(row, sum)
			}
			p.EdgeCost = append(p.EdgeCost, row)
		}
	}
	return tr
}

// What was put into costs is read off them.
func TestMeasureStackFindsTheConstants(t *testing.T) {
	want := Law{Noise: 3, OpNoise: 9, Hops: .4, Spread: .3}
	got, slopes, err := MeasureStack(Law{Name: "x", Redundancy: .45}, []*trace.Trace{made(t, want, 600)})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name      string
		got, want float64
	}{{"noise", got.Noise, 3}, {"operations' noise", got.OpNoise, 9}, {"hops", got.Hops, .4}, {"spread", got.Spread, .3}} {
		if math.Abs(c.got/c.want-1) > .1 {
			t.Errorf("%s: %.3f, want %.3f", c.name, c.got, c.want)
		}
	}
	if len(slopes) != 1 || got.Name != "x" || got.Redundancy != .45 {
		t.Errorf("%+v %v", got, slopes)
	}
	short := made(t, want, 60)
	if _, _, err := MeasureStack(Law{}, []*trace.Trace{short}); err == nil || !strings.Contains(err.Error(), "two windows") {
		t.Errorf("a run of 60 steps: %v", err)
	}
}

// The tournament drops edges from late sources, more in the kind with more cells,
// and a drive L - H > 0 only in the kind of the last cell.
func TestStackLawOrdersEdgesBySource(t *testing.T) {
	tr := made(t, Law{Noise: 1, OpNoise: 1}, 400)
	p, err := LawCurves(tr, 50, Law{Noise: .8, OpNoise: 14, Hops: .05})
	if err != nil {
		t.Fatal(err)
	}
	last := p.Points[len(p.Points)-1].Prob
	none := tr.Manifest.None()
	at := func(kind, from, to int) float64 {
		for e, ed := range tr.Manifest.Edges {
			if ed == [2]int{from, to} {
				return last[kind][e][none]
			}
		}
		t.Fatal("no such edge")
		return 0
	}
	for from := range 4 {
		for kind := range 2 {
			if !(at(kind, from, 5) < at(kind, from+1, 5)) {
				t.Errorf("kind %d: none on (%d,5) %.3f is not below (%d,5) %.3f", kind, from, at(kind, from, 5), from+1, at(kind, from+1, 5))
			}
		}
	}
	if n, r := at(0, 4, 5)-at(0, 0, 5), at(1, 4, 5)-at(1, 0, 5); !(n > r) {
		t.Errorf("order in normal cells %.3f, in reduction cells %.3f", n, r)
	}
	mean := func(kind int) float64 {
		sum := 0.0
		for _, e := range last[kind] {
			sum += e[none] / float64(len(last[kind]))
		}
		return sum
	}
	if !(mean(0) > mean(1)+.005) || math.Abs(mean(1)-.125) > .03 {
		t.Errorf("mean none of normal cells %.4f, of reduction cells %.4f", mean(0), mean(1))
	}
	if _, err := LawCurves(sampledTrace(t), 50, Law{Hops: 1}); err == nil || !strings.Contains(err.Error(), "soft gates") {
		t.Errorf("a law of soft gates for sampled ones: %v", err)
	}
}

// sampledTrace is a dsnas search with nothing but losses.
func sampledTrace(t *testing.T) *trace.Trace {
	t.Helper()
	s := spec.Default()
	s.Algorithm, s.Steps, s.Data.Side = spec.DSNAS, 100, 8
	tr, err := blankSearch(s, 50)
	if err != nil {
		t.Fatal(err)
	}
	for i := range tr.Points {
		tr.Points[i].Train = &trace.Split{N: 32, Correct: 20, Loss: 1.3, Entropy: 1.2}
	}
	return tr
}
