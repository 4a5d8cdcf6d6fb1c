package reproduce

import (
	"fmt"
	"path/filepath"

	"edgewise/reports/figure"
	"edgewise/reports/paper"
	"edgewise/reports/stat"
	"edgewise/reports/table"
	"edgewise/sim/trace"
)

// Tables returns all tables of the study, the main one first; those without rows
// are left out.
func Tables(runs []Run) []table.Table {
	var out []table.Table
	for _, t := range []table.Table{BiasTable(runs), ScoreTable(runs), SettingsTable(runs), CostTable(runs), OperationCostTable(runs), ResidualTable(runs)} {
		if len(t.Rows) > 0 {
			out = append(out, t)
		}
	}
	return out
}

// thin is the number of steps between the stored points of predicted traces and
// of what figures and the page show.
const thin = 20

// Write stores under out what the study found: the tables and figures for a paper
// (package paper), report.html, and the predicted traces of every run beside its
// observed one.
func Write(out string, runs []Run, formats []figure.Format) error {
	set, err := NewSet("Predicted and observed wiring biases", runs)
	if err != nil {
		return err
	}
	if err := set.Write(out, formats); err != nil {
		return err
	}
	if err := writePage(filepath.Join(out, "report.html"), runs, set); err != nil {
		return err
	}
	if err := trace.WriteFile(filepath.Join(out, genotypesFile), []byte(Genotypes(runs))); err != nil {
		return err
	}
	for _, r := range runs {
		for _, p := range r.Predicted {
			if p.Err != nil {
				continue
			}
			if err := trace.Replace(filepath.Join(r.Folder, "predicted", stem(p.Name)), p.Trace.Coarsen(thin)); err != nil {
				return err
			}
		}
	}
	return nil
}

// genotypesFile holds the derived cells as text.
const genotypesFile = "genotypes.txt"

// NewSet is what a paper takes over of the runs: tables, figures and sources.
func NewSet(title string, runs []Run) (*paper.Set, error) {
	s := &paper.Set{Title: title, Sources: paper.Sources{}}
	for _, t := range Tables(runs) {
		s.Tables = append(s.Tables, &t)
	}
	var err error
	if s.Figures, err = Figures(runs); err != nil {
		return nil, err
	}
	for _, r := range runs {
		m := &r.Observed.Manifest
		if s.Sources[m.Run], err = paper.OfTrace(r.Folder, m); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// stem makes a file name of a predictor's name.
func stem(name string) string {
	var b []byte
	for _, c := range []byte(name) {
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-':
			b = append(b, c)
		case len(b) > 0 && b[len(b)-1] != '-':
			b = append(b, '-')
		}
	}
	return string(b)
}

// Verdicts says in one line per phenomenon what the study found.
func Verdicts(runs []Run) []string {
	var out []string
	for _, b := range []struct{ id, text string }{
		{"O1", "edges are dropped first and then grow back"},
		{"O2", "the intermediate edge is excluded"},
		{"O3", "none wins under bi-level optimisation"},
	} {
		agree, total := 0, 0
		for _, c := range claims() {
			if c.bias != b.id || c.judge == nil {
				continue
			}
			observed, _ := values(armRuns(runs, c.arm), c)
			e, err := stat.Mean(observed)
			if err != nil {
				continue
			}
			total++
			if c.judge(e) == stat.Agrees {
				agree++
			}
		}
		if total > 0 {
			out = append(out, fmt.Sprintf("%s (%s): %d of %d claims agree, contrasts included", b.id, b.text, agree, total))
		}
	}
	return out
}
