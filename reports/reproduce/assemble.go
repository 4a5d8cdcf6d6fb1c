package reproduce

import (
	"fmt"
	"path/filepath"

	"edgewise/reports/figure"
	"edgewise/reports/page"
	"edgewise/reports/paper"
	"edgewise/sim/trace"
)

// Assemble writes a report of stored traces, whoever made them, to out: the set,
// which NewSet makes of the runs and callers add tables to, and report.html. What
// a trace does not hold (costs, a spec) is left out of its rows and said.
func Assemble(out string, runs []Run, set *paper.Set, formats []figure.Format) error {
	if err := set.Write(out, formats); err != nil {
		return err
	}
	if err := trace.WriteFile(filepath.Join(out, genotypesFile), []byte(Genotypes(runs))); err != nil {
		return err
	}
	return writePage(filepath.Join(out, "report.html"), runs, set)
}

// onPage are the figures that the page shows: those of the runs that it has no
// chart of its own for, and the residuals of predictions.
func onPage(figures []*figure.Figure) []*figure.Figure {
	var out []*figure.Figure
	for _, f := range figures {
		for _, stem := range []string{"none-", "phase-", "calibration"} {
			if len(f.Name) >= len(stem) && f.Name[:len(stem)] == stem {
				out = append(out, f)
			}
		}
	}
	return out
}

// plainVerdict is the verdict where nothing was claimed beforehand.
func plainVerdict(runs []Run) page.Verdict {
	v := page.Verdict{Headline: fmt.Sprintf("%d traces, each predicted at every rung that it allows.", len(runs))}
	for _, a := range armNames(runs) {
		if armRuns(runs, a)[0].Observed.Manifest.None() < 0 {
			v.Details = append(v.Details, a+" has no none operation: there is no none-probability to draw")
		}
	}
	return v
}
