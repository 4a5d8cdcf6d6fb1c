package main

import (
	"encoding/json"
	"fmt"
	"io"

	"edgewise/reports/table"
	"edgewise/sim/trace"
	"edgewise/theory/bias"
)

// printSummary says what a search ended with: per kind and edge the most
// probable operation and the none-probability, then the measures of bias.
func printSummary(w io.Writer, dir string, t *trace.Trace, asJSON bool) error {
	last := t.Points[len(t.Points)-1]
	type edge struct {
		Kind, Edge, Op string
		Prob, None     float64
	}
	var edges []edge
	none := t.Manifest.None()
	for k, kind := range t.Manifest.Kinds {
		for e, ed := range t.Manifest.Edges {
			row, best := last.Prob[k][e], 0
			for o := range row {
				if row[o] > row[best] {
					best = o
				}
			}
			x := edge{Kind: kind, Edge: fmt.Sprintf("(%d,%d)", ed[0], ed[1]), Op: t.Manifest.Ops[best], Prob: row[best]}
			if row[best] == 0 {
				x.Op = "deleted"
			}
			if none >= 0 {
				x.None = row[none]
			}
			edges = append(edges, x)
		}
	}
	if asJSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(struct {
			Folder, Run, Name, Status string
			Points                    int
			Edges                     []edge
		}{dir, t.Manifest.Run, t.Manifest.Name, last.Status, len(t.Points), edges})
	}
	out := table.Table{
		Name:    "final",
		Caption: fmt.Sprintf("%s, run %s: step %d, %s", t.Manifest.Name, t.Manifest.Run, last.Step, last.Status),
		Columns: []table.Column{{Header: "Cell"}, {Header: "Edge"}, {Header: "Operation"},
			{Header: "probability", Kind: table.KindNumber, Precision: 3}, {Header: "none", Kind: table.KindNumber, Precision: 3}},
		Runs: []string{t.Manifest.Run},
	}
	for _, e := range edges {
		item := table.Item(table.Number(e.None))
		if none < 0 {
			item = table.NotApplicable()
		}
		out.Add(table.Text(e.Kind), table.Text(e.Edge), table.Text(e.Op), table.Number(e.Prob), item)
	}
	if err := out.Terminal(w, 0); err != nil {
		return err
	}
	for k, kind := range t.Manifest.Kinds {
		tr := bias.Trajectory{Cell: t.Manifest.Cell(), None: none}
		for _, p := range t.Points {
			tr.Step, tr.Prob = append(tr.Step, p.Step), append(tr.Prob, p.Prob[k])
		}
		m, err := bias.Measure(tr, bias.Options{})
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s cell: growth: mean none-probability %v at the start, %v at its peak (step %v), %v at the end; width: gap %v; failure: none wins on %v of the edges; derived depth %d, width %.2f\n",
			kind, m.Growth.Start, m.Growth.Peak, m.Growth.PeakStep, m.Growth.Final, m.Width.Gap, m.Failure.None, m.Argmax.Depth, m.Argmax.Width)
	}
	if err := printCosts(w, t); err != nil {
		return err
	}
	if err := printSplits(w, t); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "written to %s\n", dir)
	return err
}
