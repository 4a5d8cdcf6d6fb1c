package ablation

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"edgewise/reports/table"
	runner "edgewise/sim/ablation"
)

// All tables of a study, surprises included, compile inside one plain article.
func TestStudyCompiles(t *testing.T) {
	tex, err := exec.LookPath("pdflatex")
	if err != nil {
		t.Skip("pdflatex is not installed: the tables are not compiled (Debian: texlive-latex-extra texlive-science)")
	}
	s := made(t, 3, func(_, arm string, seed uint64) (runner.Outcome, error) {
		return outcome(.4+.001*float64(seed), .3-.002*float64(seed%2), .6+.001*float64(len(arm))*float64(seed%2)), nil
	})
	var b strings.Builder
	b.WriteString("\\documentclass{article}\n" + table.Preamble + "\\begin{document}\n")
	names := map[string]bool{}
	for _, x := range s.Tables() {
		names[x.Name] = true
		if err := x.LaTeX(&b, table.AutoLayout); err != nil {
			t.Fatalf("%s: %v", x.Name, err)
		}
		b.WriteString("\\clearpage\n")
	}
	b.WriteString("\\end{document}\n")
	for _, want := range []string{"ablations", "statements", "verdicts", "surprises", "tests", "levels"} {
		if !names[want] {
			t.Errorf("there is no table %s", want)
		}
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "study.tex"), []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(tex, "-interaction=nonstopmode", "-halt-on-error", "study.tex")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil || strings.Contains(string(out), "Missing character") {
		t.Fatalf("pdflatex: %v\n%s", err, out)
	}
}
