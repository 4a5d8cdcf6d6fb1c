package reproduce

import (
	"bytes"
	"fmt"
	"strings"

	"edgewise/reports/page"
	"edgewise/reports/paper"
	"edgewise/reports/stat"
	"edgewise/reports/table"
	"edgewise/sim/trace"
)

// writePage writes report.html: the verdict, every table, the first seed of each
// arm with its predictions, and where it all came from.
func writePage(path string, runs []Run, set *paper.Set) error {
	r := page.Report{Title: "Edgewise: " + strings.ToLower(set.Title[:1]) + set.Title[1:], Figures: onPage(set.Figures), Tables: set.Tables}
	r.Verdict = plainVerdict(runs)
	if len(runs) > 0 && runs[0].Arm.Claimed {
		r.Verdict = verdict(runs)
	}
	for _, a := range armNames(runs) {
		rs := armRuns(runs, a)
		x := rs[0]
		shown := page.Run{Name: a, Observed: x.Observed.Coarsen(thin)}
		if len(rs) > 1 {
			shown.Name = fmt.Sprintf("%s, seed %d", a, x.Seed)
		}
		for _, p := range x.Predicted {
			if p.Err == nil && (p.Name == "driven" || p.Name == "law-step" || p.Name == "law" || p.Name == "blind" && !x.Arm.Claimed) {
				shown.Predicted = append(shown.Predicted, page.Prediction{Label: p.Name, Trace: p.Trace.Coarsen(thin)})
			}
		}
		r.Runs = append(r.Runs, shown)
	}
	if len(runs) > 0 {
		r.Facts = []page.Fact{{Name: "program", Value: runs[0].Observed.Manifest.Version}}
		if d := runs[0].Observed.Manifest.Data; d.Name != "" {
			r.Facts = append(r.Facts, page.Fact{Name: "images", Value: d.Name}, page.Fact{Name: "fingerprint of the first arm's images", Value: d.Fingerprint})
		}
		r.Facts = append(r.Facts, page.Fact{Name: "runs", Value: fmt.Sprintf("%d; sources.json says where each is, with its spec", len(runs))})
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
	for _, c := range claimsOf(runs) {
		if c.judge == nil {
			continue
		}
		observed, _ := values(armRuns(runs, c.arm), c)
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
