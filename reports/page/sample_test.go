package page

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"edgewise/reports/figure"
	"edgewise/reports/table"
	"edgewise/sim/spec"
	"edgewise/sim/trace"
	"edgewise/theory/cell"
)

// sample is a made-up search: every edge falls to none, and the edges from the
// inputs grow back.
func sample(t testing.TB, nodes, points int, seed uint64, reduce bool) *trace.Trace {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 7))
	c, err := cell.DARTS(nodes, nodes)
	if err != nil {
		t.Fatal(err)
	}
	cells, reductions := 1, []int(nil)
	if reduce {
		cells, reductions = 3, []int{1}
	}
	space, err := cell.NewSpace(cell.Canonical(), c, cells, reductions)
	if err != nil {
		t.Fatal(err)
	}
	s := spec.Default()
	tr := &trace.Trace{Manifest: trace.Manifest{Format: trace.Format, Version: "test", Run: fmt.Sprintf("%012x", seed*2654435761), Name: fmt.Sprintf("sample %d", seed), Origin: trace.Observed, Source: "edgewise search", Spec: &s,
		Data: trace.Data{Name: "fashion16", Fingerprint: "a1b2", Train: 2000, Search: 2000}}}
	tr.Manifest.SetCell(space)
	m := &tr.Manifest
	kinds, edges, ops := len(m.Kinds), len(m.Edges), len(m.Ops)
	none := make([][]float64, kinds)
	for k := range none {
		none[k] = make([]float64, edges)
	}
	for i := range points {
		x := float64(i) / float64(points-1)
		p := trace.Point{Step: i, Steps: 1, Epoch: x * 50, Prob: make([][][]float64, kinds), Cost: &trace.Cost{Count: make([][][]float64, kinds), Mean: make([][][]float64, kinds)}}
		for k := range kinds {
			p.Prob[k], p.Cost.Count[k], p.Cost.Mean[k] = make([][]float64, edges), make([][]float64, edges), make([][]float64, edges)
			for e := range edges {
				none[k][e] += 0.002 * r.NormFloat64()
				back := 0.9
				if m.Edges[e][0] >= cell.Inputs {
					back = 0.25
				}
				q := math.Min(1, math.Max(0, 0.125+0.85*math.Sin(math.Min(x*2, 1)*math.Pi/2)-back*math.Max(0, 2*x-1)*0.9+0.02*float64(e%3)*x+none[k][e]))
				p.Prob[k][e], p.Cost.Count[k][e], p.Cost.Mean[k][e] = make([]float64, ops), make([]float64, ops), make([]float64, ops)
				total := 0.0
				for o := 1; o < ops; o++ {
					p.Prob[k][e][o] = math.Exp(3 * x * math.Sin(float64(o*(e+2)*(k+1))))
					total += p.Prob[k][e][o]
					p.Cost.Count[k][e][o] = 1
					p.Cost.Mean[k][e][o] = 0.04*(0.5-x) + 0.02*r.NormFloat64()
				}
				p.Prob[k][e][0] = q
				for o := 1; o < ops; o++ {
					p.Prob[k][e][o] *= (1 - q) / total
				}
			}
		}
		split := func(gap float64) *trace.Split {
			return &trace.Split{N: 64, Correct: 8 + int(50*x), Loss: 2.3 - 1.9*x + gap*x, Entropy: 2.25 - 2*x, LossCorrect: 1.4 - 1.3*x, EntropyCorrect: 1.8 - 1.6*x, LossWrong: 2.6 + gap*x, EntropyWrong: 2.2 - 1.5*x}
		}
		p.Train = split(0)
		if i%50 == 0 {
			p.Search = split(0.7)
		}
		tr.Points = append(tr.Points, p)
	}
	tr.Points[points-1].Status = trace.Complete
	return tr
}

// report is a page with some of everything.
func report(t testing.TB) Report {
	t.Helper()
	small, large := sample(t, 2, 600, 1, false), sample(t, 4, 800, 2, true)
	tab := &table.Table{
		Name: "biases", Caption: "Predicted and observed wiring biases. A positive cost means that the edge raises the loss.",
		Columns: []table.Column{{Header: "Bias"}, {Header: "observed", Kind: table.KindEstimate}, {Header: "driven", Kind: table.KindEstimate, Group: "predicted"}, {Header: "law", Kind: table.KindEstimate, Group: "predicted"}, {Header: "p", Kind: table.KindPValue}, {Header: "Verdict", Kind: table.KindVerdict}},
	}
	tab.AddFrom([]string{small.Manifest.Run}, table.Text("O1 growth: peak none-probability"), table.Symmetric(0.953, 0.021, 5), table.Symmetric(0.947, 0.019, 5), table.Symmetric(0.91, 0.06, 5), table.PValue(0.0003), table.Agrees)
	tab.AddFrom([]string{large.Manifest.Run}, table.Text("O2 width: gap between input and inner edges"), table.Symmetric(-0.12, 0.034, 5), table.Symmetric(-0.1, 0.04, 5), table.Missing{Reason: "no law for soft gates"}, table.PValue(0.21), table.Disagrees)
	tab.Add(table.Text("O3 failure"), table.Symmetric(0.4, 0.3, 5), table.NotApplicable(), table.Symmetric(12.5, 0.3, 5), table.PValue(0.04), table.Noted(table.NotEnough, "two seeds only"))
	f, err := figure.NoneProbability(small, 0, figure.Prediction{Label: "driven", Trace: sample(t, 2, 500, 3, false)})
	if err != nil {
		t.Fatal(err)
	}
	return Report{
		Title:   "Wiring biases of minimal cells: predicted and observed",
		Verdict: Verdict{State: table.Agrees, Headline: "The driven rung predicts the none-probability of every edge with R² = 0.98.", Details: []string{"O1 and O2 appear in all five seeds; O3 only in the bi-level runs.", "The means-only variant fails, as it should."}},
		Tables:  []*table.Table{tab},
		Runs: []Run{
			{Name: "DSNAS, single-level, seed 1", Observed: small, Predicted: []Prediction{{"driven", sample(t, 2, 590, 3, false)}, {"law", sample(t, 2, 600, 4, false)}}},
			{Name: "DARTS, bi-level, 4 nodes", Observed: large, Predicted: []Prediction{{"driven", sample(t, 4, 700, 5, true)}}},
			{Name: "imported, no prediction", Observed: sample(t, 2, 100, 6, false)},
		},
		Figures: []*figure.Figure{f},
		Facts:   []Fact{{"Program", "edgewise test"}, {"Command", "edgewise reproduce --out out"}},
	}
}
