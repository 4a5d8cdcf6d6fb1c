package main

import (
	"fmt"
	"io"
	"math"
	"slices"

	"edgewise/reports/table"
	"edgewise/sim/trace"
)

// printCosts shows the mean local cost of every edge and operation in the first
// and in the last recorded window that has costs, with its standard error over
// the steps of the window.
func printCosts(w io.Writer, t *trace.Trace) error {
	first, last := -1, -1
	for i, p := range t.Points {
		if p.Cost != nil && p.Cost.Square != nil {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	if first < 0 {
		return nil
	}
	out := table.Table{
		Name:    "costs",
		Caption: "Mean cost per edge and operation, ± standard error over the steps of a window. A positive cost means that the edge raises the loss and its operation loses probability.",
		Columns: []table.Column{{Header: "Steps"}, {Header: "Edge"}},
		Runs:    []string{t.Manifest.Run},
	}
	for _, op := range t.Manifest.Ops {
		out.Columns = append(out.Columns, table.Column{Header: op})
	}
	for _, i := range slices.Compact([]int{first, last}) {
		p := t.Points[i]
		for k := range p.Cost.Mean {
			for e, ed := range t.Manifest.Edges {
				row := []table.Item{table.Text(fmt.Sprintf("%d to %d", p.Step, p.Step+p.Steps)), table.Text(fmt.Sprintf("(%d,%d)", ed[0], ed[1]))}
				for o, m := range p.Cost.Mean[k][e] {
					n := p.Cost.Count[k][e][o]
					if n == 0 {
						row = append(row, table.NotApplicable())
						continue
					}
					if n == 1 {
						row = append(row, table.Noted(table.Text(fmt.Sprintf("%+.4f", m)), "of one step: no standard error"))
						continue
					}
					se := math.Sqrt(max(0, p.Cost.Square[k][e][o]-m*m) / max(1, n-1))
					row = append(row, table.Text(fmt.Sprintf("%+.4f ± %.4f", m, se)))
				}
				out.Add(row...)
			}
		}
		out.Rule()
	}
	return out.Terminal(w, 0)
}

// printSplits shows loss, entropy and L - H of correct and wrong samples on every
// split at the first and at the last evaluation.
func printSplits(w io.Writer, t *trace.Trace) error {
	out := table.Table{
		Name:    "splits",
		Caption: "Loss, entropy and total cost L - H of all, correctly and wrongly classified samples.",
		Columns: []table.Column{
			{Header: "Step", Kind: table.KindInteger}, {Header: "Split"}, {Header: "Samples"}, {Header: "n", Kind: table.KindInteger},
			{Header: "loss", Kind: table.KindNumber, Precision: 3}, {Header: "entropy", Kind: table.KindNumber, Precision: 3}, {Header: "L - H", Kind: table.KindNumber, Precision: 3},
		},
		Runs: []string{t.Manifest.Run},
	}
	add := func(step int, split, who string, n int, loss, entropy float64) {
		if n == 0 || math.IsNaN(loss) || math.IsNaN(entropy) { // a prediction need not tell correct from wrong
			return
		}
		out.Add(table.Integer(step), table.Text(split), table.Text(who), table.Integer(n), table.Number(loss), table.Number(entropy), table.Number(loss-entropy))
	}
	for _, split := range []struct {
		name string
		get  func(*trace.Point) *trace.Split
	}{
		{"train", func(p *trace.Point) *trace.Split { return p.Train }},
		{"search", func(p *trace.Point) *trace.Split { return p.Search }},
		{"test", func(p *trace.Point) *trace.Split { return p.Test }},
	} {
		first, last := -1, -1
		for i := range t.Points {
			if split.get(&t.Points[i]) != nil {
				if first < 0 {
					first = i
				}
				last = i
			}
		}
		for _, i := range slices.Compact([]int{first, last}) {
			if i < 0 {
				continue
			}
			s := split.get(&t.Points[i])
			step := t.Points[i].Step
			add(step, split.name, "all", s.N, s.Loss, s.Entropy)
			add(step, split.name, "correct", s.Correct, s.LossCorrect, s.EntropyCorrect)
			add(step, split.name, "wrong", s.N-s.Correct, s.LossWrong, s.EntropyWrong)
		}
		out.Rule()
	}
	if len(out.Rows) == 0 {
		return nil
	}
	return out.Terminal(w, 0)
}
