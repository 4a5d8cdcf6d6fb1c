package table_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"edgewise/reports/table"
)

// overfull is the widest overfull box, in points, that a table may leave.
const overfull = 5

// compile runs pdflatex and fails on an error, a missing glyph, an
// undefined reference or an overfull box.
func compile(t *testing.T, name, document string, passes int) {
	t.Helper()
	tex, err := exec.LookPath("pdflatex")
	if err != nil {
		t.Skip("pdflatex is not installed: the tables are not compiled (Debian: texlive-latex-extra texlive-science)")
	}
	dir := t.TempDir()
	if keep := os.Getenv("EDGEWISE_TEX_DIR"); keep != "" {
		dir = keep
	}
	if err := os.WriteFile(filepath.Join(dir, name+".tex"), []byte(document), 0o644); err != nil {
		t.Fatal(err)
	}
	var out []byte
	for range passes {
		cmd := exec.Command(tex, "-interaction=nonstopmode", "-halt-on-error", name+".tex")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "max_print_line=10000")
		if out, err = cmd.CombinedOutput(); err != nil {
			t.Fatalf("pdflatex: %v\n%s", err, out)
		}
	}
	for _, m := range regexp.MustCompile(`Overfull \\hbox \(([0-9.]+)pt too wide\).*`).FindAllStringSubmatch(string(out), -1) {
		if w, _ := strconv.ParseFloat(m[1], 64); w > overfull {
			t.Errorf("%s: %s", name, m[0])
		}
	}
	for _, bad := range []string{"Missing character", "undefined", "multiply defined", "Package siunitx Warning", "Float too large"} {
		if i := bytes.Index(out, []byte(bad)); i >= 0 {
			t.Errorf("%s: pdflatex says %q", name, out[max(0, i-100):min(len(out), i+200)])
		}
	}
}

func TestStandaloneCompiles(t *testing.T) {
	for name, tab := range map[string]*table.Table{"float": biases(), "long": long()} {
		var b bytes.Buffer
		if err := tab.Standalone(&b, table.AutoLayout); err != nil {
			t.Fatal(err)
		}
		compile(t, "standalone-"+name, b.String(), 1)
	}
}

// One article, in one column and in two, takes all tables in all layouts by
// \input.
func TestTablesCompileInsideAnArticle(t *testing.T) {
	for _, class := range []string{"", "[twocolumn]"} {
		var b, body strings.Builder
		b.WriteString("\\documentclass" + class + "{article}\n" + table.Preamble + "\\begin{document}\n")
		for _, tab := range []*table.Table{biases(), plain(), wide(), long(), longWide()} {
			for _, l := range []table.Layout{table.Normal, table.Wide, table.Sideways, table.Long} {
				if len(tab.Rows) > 45 && l != table.Long || class != "" && l == table.Long {
					continue // higher than a page; longtable is for one column
				}
				part := *tab
				part.Name = fmt.Sprintf("%s%d", tab.Name, l)
				fmt.Fprintf(&b, "See table~\\ref{tab:%s}.\n", part.Name)
				if err := part.LaTeX(&body, l); err != nil {
					t.Fatal(err)
				}
				body.WriteString("\\clearpage\n")
			}
		}
		b.WriteString(body.String() + "\\end{document}\n")
		compile(t, "article"+strings.Trim(class, "[]"), b.String(), 2)
	}
}
