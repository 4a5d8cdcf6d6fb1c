package reproduce

import (
	"bytes"
	"fmt"

	"edgewise/reports/figure"
	"edgewise/reports/page"
	"edgewise/reports/stat"
	"edgewise/reports/table"
	"edgewise/sim/search"
	"edgewise/sim/trace"
)

// writePage writes report.html: the verdict, every table, the first seed of each
// arm with its predictions, and where it all came from.
func writePage(path string, runs []Run, figures []*figure.Figure) error {
	r := page.Report{Title: "Edgewise: predicted and observed wiring biases", Figures: figures}
	r.Verdict = verdict(runs)
	for _, t := range Tables(runs) {
		r.Tables = append(r.Tables, &t)
	}
	for _, a := range armNames(runs) {
		x := armRuns(runs, a)[0]
		shown := page.Run{Name: fmt.Sprintf("%s, seed %d", a, x.Seed), Observed: x.Observed.Coarsen(thin)}
		for _, p := range x.Predicted {
			if p.Err == nil && (p.Name == "driven" || p.Name == "law-step" || p.Name == "law") {
				shown.Predicted = append(shown.Predicted, page.Prediction{Label: p.Name, Trace: p.Trace.Coarsen(thin)})
			}
		}
		r.Runs = append(r.Runs, shown)
	}
	if len(runs) > 0 {
		d := runs[0].Observed.Manifest.Data
		r.Facts = []page.Fact{
			{Name: "program", Value: search.Version},
			{Name: "images", Value: d.Name},
			{Name: "fingerprint of the first arm's images", Value: d.Fingerprint},
			{Name: "runs", Value: fmt.Sprintf("%d, each in runs/ with its spec", len(runs))},
		}
	}
	return savePage(path, r)
}

// savePage replaces the file at path by the page.
func savePage(path string, r page.Report) error {
	var b bytes.Buffer
	if err := page.Write(&b, r); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return trace.WriteFile(path, b.Bytes())
}

// verdict condenses the claims: it agrees when all of them do, disagrees when
// one does, and is not enough evidence otherwise.
func verdict(runs []Run) page.Verdict {
	v := page.Verdict{State: table.Agrees, Headline: "Every claim about O1, O2 and O3 holds where the theory says so, and fails where it says so."}
	agree, total := 0, 0
	for _, c := range claims() {
		if c.judge == nil {
			continue
		}
		observed, _ := values(armRuns(runs, c.arm), c.get)
		e, err := stat.Mean(observed)
		if err != nil {
			continue
		}
		total++
		switch c.judge(e) {
		case stat.Agrees:
			agree++
		case stat.Disagrees:
			v.State = table.Disagrees
		default:
			if v.State == table.Agrees {
				v.State = table.NotEnough
			}
		}
	}
	if agree < total {
		v.Headline = fmt.Sprintf("%d of %d claims about O1, O2 and O3 agree with what was observed.", agree, total)
	}
	v.Details = Verdicts(runs)
	return v
}
