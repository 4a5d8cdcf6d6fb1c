// Package foreign is what Edgewise says about imported runs: a table of the traces
// as a paper would print it, and a regression of the none-probability on where an
// edge starts and ends.
package foreign

import (
	"fmt"
	"math"

	"edgewise/reports/table"
	"edgewise/sim/check"
	"edgewise/sim/predict"
	"edgewise/sim/trace"
	"edgewise/sim/trace/genotype"
	"edgewise/sim/trace/runlog"
	"edgewise/theory/bias"
)

// Traces is a table of traces, one row per trace and kind of cell: what was
// searched, how well the log agrees with itself (logged against derived wiring,
// gauge and conservation residuals), the highest rung of predictions that it
// allows, and where none stands at its end.
func Traces(ts []*trace.Trace) *table.Table {
	t := &table.Table{
		Name: "imported-traces",
		Caption: "Imported runs. None-probabilities are means over edges at the last logged point; " +
			"a positive gap says that edges from intermediate nodes have more none than edges from inputs into the same node.",
		Columns: []table.Column{
			{Header: "Trace"}, {Header: "Cell"},
			{Header: "Points", Kind: table.KindInteger},
			{Header: "Ops", Kind: table.KindInteger}, {Header: "Edges", Kind: table.KindInteger},
			{Header: "equal", Group: "Wiring, % of pairs", Kind: table.KindNumber, Precision: 1}, {Header: "tied", Group: "Wiring, % of pairs", Kind: table.KindNumber, Precision: 1},
			{Header: "Law residual"},
			{Header: "Rung"},
			{Header: "inputs", Group: "None at the end", Kind: table.KindNumber, Precision: 3}, {Header: "intermediate", Group: "None at the end", Kind: table.KindNumber, Precision: 3},
			{Header: "gap", Group: "None at the end", Kind: table.KindNumber, Precision: 3},
			{Header: "None wins"},
		},
		Notes: []string{
			"wiring: logged (operation, edge) pairs that the parameters give too, and that tie within the printed resolution",
			"law residual: median of the gauge of Hessians (H) or gradients (g) of alpha (P1.1), or of conservation (C; P3.4), relative to the largest term",
		},
	}
	pairs, same, tied := 0, 0, 0
	for i, tr := range ts {
		if i > 0 {
			t.Rule()
		}
		addTrace(t, tr)
		a := runlog.Agreement(tr)
		pairs, same, tied = pairs+a.Pairs, same+a.Same, tied+a.Tied
		if float64(a.Same) < 0.95*float64(a.Pairs) {
			t.Notes = append(t.Notes, shortfall(tr, a))
		}
	}
	if pairs > 0 {
		t.Notes = append(t.Notes, fmt.Sprintf("All: of %d pairs of wiring %.1f %% are equal, %.1f %% with those that tie within the printed resolution", pairs, 100*float64(same)/float64(pairs), 100*float64(same+tied)/float64(pairs)))
	}
	return t
}

// shortfall says why less than 95 % of the logged wiring follow from the parameters.
func shortfall(tr *trace.Trace, a genotype.Agreement) string {
	text := fmt.Sprintf("%s: %.1f %% of %d pairs are equal, %.1f %% with ties", tr.Manifest.Name, 100*float64(a.Same)/float64(a.Pairs), a.Pairs, 100*a.Share())
	if a.Different == 0 {
		return text + ": parameters moved so little that four places do not tell them apart"
	}
	text += fmt.Sprintf("; of the %d others %d have the best operation of their edge, and only which edges are kept differs", a.Different, a.Ranked)
	if tr.Manifest.Source == "import ptdarts" {
		text += ": pt.darts ranks edges by raw alpha, of which the log prints the softmax alone, so that the constant of each edge is an estimate"
	}
	return text
}

func addTrace(t *table.Table, tr *trace.Trace) {
	m := &tr.Manifest
	a := runlog.Agreement(tr)
	for k, kind := range m.Kinds {
		name := table.Item(table.Text(m.Name))
		equal, tied := table.Item(table.Missing{Reason: "the log has no genotype beside its parameters"}), table.Item(table.NotApplicable())
		if a.Pairs > 0 {
			equal, tied = table.Number(100*float64(a.Same)/float64(a.Pairs)), table.Number(100*float64(a.Tied)/float64(a.Pairs))
		}
		law, rung := table.Item(table.Text(residual(tr))), table.Item(table.Text(highest(tr)))
		if k > 0 { // these are of the whole trace
			name, law, rung, equal, tied = table.Text(""), table.Text(""), table.Text(""), table.NotApplicable(), table.NotApplicable()
		}
		in, between, gap, wins := final(tr, k)
		t.AddFrom([]string{m.Run}, name, table.Text(kind), table.Integer(len(tr.Points)), table.Integer(len(m.Ops)), table.Integer(len(m.Edges)),
			equal, tied, law, rung, in, between, gap, wins)
	}
}

// residual is the first law that the trace allows to be tested.
func residual(tr *trace.Trace) string {
	letters := map[string]string{"Hessian rows": "H", "last cell: ": "C", "alpha gradi": "g"}
	best := ""
	for _, r := range check.Trace(tr).Residuals {
		l, ok := letters[r.Law[:11]]
		if !ok {
			l, ok = letters[r.Law[:min(12, len(r.Law))]]
		}
		if ok && (best == "" || l == "H" || l == "C") {
			best = fmt.Sprintf("%s %.0e", l, r.Median)
		}
	}
	if best == "" {
		return "–"
	}
	return best
}

// highest is the best rung of the ladder that the content allows.
func highest(tr *trace.Trace) string {
	for _, r := range predict.Rungs(tr) {
		if r.OK {
			return r.Rung
		}
	}
	return "–"
}

// final summarises none at the last point that has probabilities.
func final(tr *trace.Trace, kind int) (in, between, gap, wins table.Item) {
	none := table.Missing{Reason: "the space has no none, or the log does not name it"}
	q := lastNone(tr, kind)
	if q == nil {
		if tr.Manifest.None() >= 0 {
			none.Reason = "the log has no probabilities"
		}
		return none, none, none, none
	}
	c := tr.Manifest.Cell()
	var input, other, gaps []float64
	top := 0
	for e, ed := range c.Edges {
		if ed.FromInput() {
			input = append(input, q[e])
		} else {
			other = append(other, q[e])
		}
		if noneWins(tr, kind, e) {
			top++
		}
	}
	for j := 2; j < 2+c.Nodes; j++ {
		var a, b []float64
		for _, e := range c.Into(j) {
			if c.Edges[e].FromInput() {
				a = append(a, q[e])
			} else {
				b = append(b, q[e])
			}
		}
		if len(a) > 0 && len(b) > 0 {
			gaps = append(gaps, mean(b)-mean(a))
		}
	}
	return table.Finite(mean(input), "no edge starts at an input"), table.Finite(mean(other), "no edge starts at an intermediate node"),
		table.Finite(mean(gaps), "no node is entered from both"), table.Text(fmt.Sprintf("%d of %d", top, len(q)))
}

// lastPoint is the last point whose probabilities of a kind are known; nil without
// one.
func lastPoint(tr *trace.Trace, kind int) *trace.Point {
	for i := len(tr.Points) - 1; i >= 0; i-- {
		p := &tr.Points[i]
		if p.Prob != nil && !math.IsNaN(p.Prob[kind][0][0]) {
			return p
		}
	}
	return nil
}

func lastNone(tr *trace.Trace, kind int) []float64 {
	none, p := tr.Manifest.None(), lastPoint(tr, kind)
	if none < 0 || p == nil {
		return nil
	}
	out := make([]float64, len(p.Prob[kind]))
	for e := range out {
		out[e] = p.Prob[kind][e][none]
	}
	return out
}

// noneWins says whether none is more probable than every other operation of the
// edge at the end.
func noneWins(tr *trace.Trace, kind, edge int) bool {
	none := tr.Manifest.None()
	row := lastPoint(tr, kind).Prob[kind][edge]
	for o, v := range row {
		if o != none && v >= row[none] {
			return false
		}
	}
	return true
}

func mean(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	return sum / float64(len(v))
}

// depth is that of the node an edge starts at.
func depth(from int) float64 { return float64(bias.SourceDepth(from)) }
