package reproduce

import (
	"fmt"
	"path/filepath"

	"edgewise/reports/figure"
	"edgewise/reports/page"
	"edgewise/reports/table"
	"edgewise/sim/search"
)

// Assemble writes a report of stored traces, whoever made them, to out: what
// each predictor scores on them, their costs and residuals, a figure of the
// none-probabilities of every kind of cell, and report.html. What a trace does
// not hold (costs, a spec) is left out of its rows and said.
func Assemble(out string, runs []Run) error {
	tables := []table.Table{ScoreTable(runs), ResidualTable(runs)}
	if costs := CostTable(withCosts(runs)); len(costs.Rows) > 0 {
		tables = append(tables, costs)
	}
	r := page.Report{
		Title:   "Edgewise: report of traces",
		Verdict: page.Verdict{Headline: fmt.Sprintf("%d traces, each predicted at every rung that it allows.", len(runs))},
		Facts:   []page.Fact{{Name: "program", Value: search.Version}},
	}
	for i := range tables {
		if err := table.Save(filepath.Join(out, "tables"), &tables[i]); err != nil {
			return err
		}
		r.Tables = append(r.Tables, &tables[i])
	}
	for i, x := range runs {
		shown := page.Run{Name: x.Arm.Name, Observed: x.Observed}
		var drawn []figure.Prediction
		for _, p := range x.Predicted {
			if p.Err == nil && (p.Name == "driven" || p.Name == "law-step" || p.Name == "law" || p.Name == "blind") {
				shown.Predicted = append(shown.Predicted, page.Prediction{Label: p.Name, Trace: p.Trace})
			}
			if p.Err == nil && (p.Name == "driven" || p.Name == "law-step") {
				drawn = append(drawn, figure.Prediction{Label: p.Name, Trace: p.Trace})
			}
		}
		r.Runs = append(r.Runs, shown)
		for k, kind := range x.Observed.Manifest.Kinds {
			if x.Observed.Manifest.None() < 0 {
				r.Verdict.Details = append(r.Verdict.Details, x.Arm.Name+" has no none operation: there is no none-probability to draw")
				break
			}
			f, err := figure.NoneProbability(x.Observed, k, drawn...)
			if err != nil {
				return fmt.Errorf("figure of %s: %w", x.Folder, err)
			}
			f.Name = fmt.Sprintf("none-%d-%s-%s", i+1, filepath.Base(x.Folder), kind)
			if err := saveFigure(filepath.Join(out, "figures"), f); err != nil {
				return err
			}
			r.Figures = append(r.Figures, f)
		}
	}
	return savePage(filepath.Join(out, "report.html"), r)
}

// withCosts keeps the runs that record edge costs and have the edges of the
// first of them.
func withCosts(runs []Run) []Run {
	var out []Run
	for _, r := range runs {
		n := 0
		for i := range r.Observed.Points {
			if r.Observed.Points[i].EdgeCost != nil {
				n++
			}
		}
		if n > 0 && (len(out) == 0 || len(out[0].Observed.Manifest.Edges) == len(r.Observed.Manifest.Edges)) {
			out = append(out, r)
		}
	}
	return out
}
