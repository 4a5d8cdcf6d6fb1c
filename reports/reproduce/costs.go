package reproduce

import (
	"fmt"
	"math"
	"slices"

	"edgewise/reports/table"
	"edgewise/sim/trace"
)

// The two times at which costs are shown: the first and the last tenth of the
// steps.
const (
	initialisation = "init"
	convergence    = "end"
)

var times = []string{initialisation, convergence}

const timesNote = "init: first tenth of the steps, from initialisation; end: last tenth, at convergence."

// tenth are the points of one of the times: from..to-1.
func tenth(t *trace.Trace, when string) (from, to int) {
	n := len(t.Points)
	if n > 1 && t.Points[n-1].Steps == 0 {
		n-- // the final alpha, over no steps
	}
	k := max(1, n/10)
	if when == convergence {
		return max(0, n-k), n
	}
	return 0, min(k, n)
}

// edgeCost is the mean cost of an edge over a time, weighted by steps; NaN where
// the trace does not hold it.
func edgeCost(t *trace.Trace, kind, edge int, when string) float64 {
	from, to := tenth(t, when)
	sum, weight := 0.0, 0.0
	for i := from; i < to; i++ {
		p := &t.Points[i]
		if c := t.Manifest.EdgeCostOf(p, kind, edge); !math.IsNaN(c) {
			w := float64(max(1, p.Steps))
			sum, weight = sum+w*c, weight+w
		}
	}
	return sum / weight
}

// opCost is the mean cost of an operation on an edge over a time, over the steps
// at which it was part of the wiring; NaN where it never was, or is not known.
func opCost(t *trace.Trace, kind, edge, op int, when string) float64 {
	from, to := tenth(t, when)
	sum, weight := 0.0, 0.0
	for i := from; i < to; i++ {
		c := t.Points[i].Cost
		if c == nil {
			continue
		}
		if n := c.Count[kind][edge][op]; n > 0 && !math.IsNaN(c.Mean[kind][edge][op]) {
			sum, weight = sum+n*c.Mean[kind][edge][op], weight+n
		}
	}
	return sum / weight
}

// over collects a number from every run that has it.
func over(runs []*Run, of func(*trace.Trace) float64) []float64 {
	var out []float64
	for _, r := range runs {
		if v := of(r.Observed); !math.IsNaN(v) {
			out = append(out, v)
		}
	}
	return out
}

// costly are the arms whose runs record costs, in order.
func costly(runs []Run) []string {
	var out []string
	for _, a := range armNames(runs) {
		for _, r := range armRuns(runs, a) {
			if known := slices.ContainsFunc(r.Observed.Points, func(p trace.Point) bool { return p.EdgeCost != nil || p.Cost != nil }); known {
				out = append(out, a)
				break
			}
		}
	}
	return out
}

// wide is the number of edges up to which a table has a column per edge.
const wide = 6

// CostTable is the mean local cost of every edge at initialisation and at
// convergence, summed over the cells that share alpha, one column per edge; arms
// of larger cells stand in OperationCostTable only.
func CostTable(runs []Run) table.Table {
	t := table.Table{
		Name:    "costs",
		Caption: "Mean cost of each edge, over seeds, summed over the cells of a kind. " + signNote,
		Columns: []table.Column{{Header: "Arm"}, {Header: "Cell"}, {Header: "When"}},
		Notes:   []string{timesNote},
	}
	var arms []string
	var edges [][2]int
	for _, a := range costly(runs) {
		m := &armRuns(runs, a)[0].Observed.Manifest
		if len(m.Edges) > wide {
			continue
		}
		arms = append(arms, a)
		for _, e := range m.Edges {
			if !slices.Contains(edges, e) {
				edges = append(edges, e)
			}
		}
	}
	for _, e := range edges {
		t.Columns = append(t.Columns, table.Column{Header: fmt.Sprintf("(%d,%d)", e[0], e[1]), Kind: table.KindEstimate})
	}
	for _, a := range arms {
		rs := armRuns(runs, a)
		m := &rs[0].Observed.Manifest
		for k, kind := range m.Kinds {
			for _, when := range times {
				row := []table.Item{named(rs), table.Text(kind), table.Text(when)}
				for _, e := range edges {
					i := slices.Index(m.Edges, e)
					if i < 0 {
						row = append(row, table.NotApplicable())
						continue
					}
					row = append(row, table.MeanOf(over(rs, func(t *trace.Trace) float64 { return edgeCost(t, k, i, when) }), "the log has no costs then"))
				}
				t.AddFrom(ids(rs), row...)
			}
		}
	}
	return once(t)
}

// OperationCostTable is the mean local cost of every edge and of every operation
// on it at initialisation and at convergence. An operation's mean is over the
// steps at which it was part of the wiring.
func OperationCostTable(runs []Run) table.Table {
	t := table.Table{
		Name:    "operation-costs",
		Caption: "Mean cost of each edge and of each operation on it, over seeds, summed over the cells of a kind. " + signNote,
		Columns: []table.Column{{Header: "Arm"}, {Header: "Cell"}, {Header: "When"}, {Header: "Edge"}, {Header: "all", Key: "edge_cost", Kind: table.KindEstimate}},
		Notes:   []string{timesNote, "all: of the gates as they were (sum of Z C over operations); under an operation: while it was part of the wiring."},
	}
	var ops []string
	for _, a := range costly(runs) {
		for _, o := range armRuns(runs, a)[0].Observed.Manifest.Ops {
			if !slices.Contains(ops, o) {
				ops = append(ops, o)
			}
		}
	}
	for _, o := range ops {
		t.Columns = append(t.Columns, table.Column{Header: o, Group: "operation", Key: o, Kind: table.KindEstimate})
	}
	for i, a := range costly(runs) {
		if i > 0 {
			t.Rule()
		}
		rs := armRuns(runs, a)
		m := &rs[0].Observed.Manifest
		for k, kind := range m.Kinds {
			for _, when := range times {
				for e, ed := range m.Edges {
					row := []table.Item{named(rs), table.Text(kind), table.Text(when), table.Text(fmt.Sprintf("(%d,%d)", ed[0], ed[1])),
						table.MeanOf(over(rs, func(t *trace.Trace) float64 { return edgeCost(t, k, e, when) }), "the log has no costs then")}
					for _, name := range ops {
						o := slices.Index(m.Ops, name)
						if o < 0 {
							row = append(row, table.NotApplicable())
							continue
						}
						row = append(row, table.MeanOf(over(rs, func(t *trace.Trace) float64 { return opCost(t, k, e, o, when) }), "not sampled then, or not recorded"))
					}
					t.AddFrom(ids(rs), row...)
				}
			}
		}
	}
	return once(t)
}
