package reproduce

import (
	"fmt"
	"os"
	"path/filepath"

	"edgewise/reports/figure"
	"edgewise/reports/stat"
	"edgewise/reports/table"
	"edgewise/sim/trace"
)

// Tables returns all tables of the study, the main one first.
func Tables(runs []Run) []table.Table {
	return []table.Table{BiasTable(runs), ScoreTable(runs), SettingsTable(runs), CostTable(runs), ResidualTable(runs)}
}

// thin is the number of steps between the stored points of predicted traces and
// of what figures and the page show.
const thin = 20

// Write stores under out what the study found: tables as .tex, .csv, .md and
// .json, figures of the first seed of each arm as SVG, PDF and PNG, report.html,
// and the predicted traces of every run beside its observed one.
func Write(out string, runs []Run) error {
	for _, t := range Tables(runs) {
		if err := table.Save(filepath.Join(out, "tables"), &t); err != nil {
			return err
		}
	}
	list, err := Figures(runs)
	if err != nil {
		return err
	}
	for _, f := range list {
		if err := saveFigure(filepath.Join(out, "figures"), f); err != nil {
			return err
		}
	}
	if err := writePage(filepath.Join(out, "report.html"), runs, list); err != nil {
		return err
	}
	for _, r := range runs {
		for _, p := range r.Predicted {
			if p.Err != nil {
				continue
			}
			if err := replaceTrace(filepath.Join(r.Folder, "predicted", stem(p.Name)), p.Trace.Coarsen(thin)); err != nil {
				return err
			}
		}
	}
	return nil
}

// saveFigure writes the figure to dir, which is made if needed.
func saveFigure(dir string, f *figure.Figure) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("writing figure %s: %w", f.Name, err)
	}
	if err := f.Save(dir, figure.SVG, figure.PDF, figure.PNG); err != nil {
		return fmt.Errorf("writing figure %s: %w", f.Name, err)
	}
	return nil
}

// replaceTrace writes a trace that can be made again from the run beside it.
func replaceTrace(dir string, t *trace.Trace) error {
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("replacing the prediction in %s: %w", dir, err)
	}
	return trace.Write(dir, t)
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

// Figures draws, for the first seed of every arm, the none-probabilities as
// observed with the driven and law-step predictions over them.
func Figures(runs []Run) ([]*figure.Figure, error) {
	var out []*figure.Figure
	for _, a := range armNames(runs) {
		r := armRuns(runs, a)[0]
		var shown []figure.Prediction
		for _, p := range r.Predicted {
			if p.Err == nil && (p.Name == "driven" || p.Name == "law-step") {
				shown = append(shown, figure.Prediction{Label: p.Name, Trace: p.Trace.Coarsen(thin)})
			}
		}
		f, err := figure.NoneProbability(r.Observed.Coarsen(thin), 0, shown...)
		if err != nil {
			return nil, fmt.Errorf("figure of arm %s: %w", a, err)
		}
		f.Name = "none-" + a
		out = append(out, f)
	}
	return out, nil
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
			observed, _ := values(armRuns(runs, c.arm), c.get)
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
