package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"edgewise/reports/paper"
	"edgewise/reports/table"
	"edgewise/sim/trace"
)

// command runs one command line in the folder of the test.
func command(t *testing.T, args ...string) {
	t.Helper()
	var out, errs bytes.Buffer
	if code := run(context.Background(), args, &out, &errs); code != exitDone {
		t.Fatalf("edgewise %s: exit %d: %s", strings.Join(args, " "), code, errs.String())
	}
}

// compile runs pdflatex as often as references need, with bibtex where there is
// one, and fails on an error, a missing glyph, an undefined reference or a box
// that is overfull by more than 5 points.
func compile(t *testing.T, dir, name string) {
	t.Helper()
	tex, err := exec.LookPath("pdflatex")
	if err != nil {
		t.Skip("pdflatex is not installed: the paper is not compiled (Debian: texlive-latex-extra texlive-science)")
	}
	bibtex, noBib := exec.LookPath("bibtex")
	var out []byte
	for pass := range 3 {
		cmd := exec.Command(tex, "-interaction=nonstopmode", "-halt-on-error", name+".tex")
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "max_print_line=10000")
		if out, err = cmd.CombinedOutput(); err != nil {
			t.Fatalf("pdflatex %s: %v\n%s", name, err, out[max(0, len(out)-3000):])
		}
		if pass == 0 && noBib == nil {
			b := exec.Command(bibtex, name)
			b.Dir = dir
			if text, err := b.CombinedOutput(); err != nil || bytes.Contains(text, []byte("Warning--")) {
				t.Fatalf("bibtex: %v\n%s", err, text)
			}
		}
	}
	for _, m := range regexp.MustCompile(`Overfull \\[hv]box \(([0-9.]+)pt too (?:wide|high)\).*`).FindAllStringSubmatch(string(out), -1) {
		if w, _ := strconv.ParseFloat(m[1], 64); w > 5 {
			t.Errorf("%s: %s", name, m[0])
		}
	}
	bad := []string{"Missing character", "multiply defined", "Package siunitx Warning", "Float too large"}
	if noBib == nil {
		bad = append(bad, "undefined")
	}
	for _, b := range bad {
		if i := bytes.Index(out, []byte(b)); i >= 0 {
			t.Errorf("%s: pdflatex says %q", name, out[max(0, i-100):min(len(out), i+200)])
		}
	}
}

var readme = func() func(*testing.T) string {
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	return func(t *testing.T) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
}() // read before a test changes the folder

// threeCommands are those of the README that lead to a table in a paper.
func threeCommands(t *testing.T) []string {
	t.Helper()
	_, after, ok := strings.Cut(readme(t), "## A table in your paper")
	if !ok {
		t.Fatal("README has no section about a table in a paper")
	}
	var out []string
	for _, line := range strings.Split(after, "\n") {
		if strings.HasPrefix(line, "    ") {
			out = append(out, strings.TrimSpace(line))
		} else if len(out) > 0 {
			break
		}
	}
	if len(out) != 3 {
		t.Fatalf("README has %d commands, not three: %q", len(out), out)
	}
	return out
}

// The three commands of the README, with a smaller search and one claim, give a
// document that compiles, every number of which is followed to its trace.
func TestThreeCommandsToATableInAPaper(t *testing.T) {
	lines := threeCommands(t)
	dir := t.TempDir()
	t.Chdir(dir)
	for i, extra := range [][]string{{"--steps", "40", "--channels", "2", "--side", "8"}, {"--claims", "P2.1", "--formats", "svg,pdf"}} {
		f := strings.Fields(lines[i])
		if len(f) < 4 || strings.Join(f[:3], " ") != "go run ./cmd/edgewise" {
			t.Fatalf("README, command %d is %q", i+1, lines[i])
		}
		command(t, append(f[3:], extra...)...)
	}
	f := strings.Fields(lines[2])
	if len(f) != 5 || f[0] != "cd" || f[2] != "&&" || f[3] != "pdflatex" {
		t.Fatalf("README, command 3 is %q", lines[2])
	}
	follow(t, f[1])
	shown(t, filepath.Join(f[1], "tables", "biases.json"), filepath.Join(f[1], "figures", "none-run.svg"))
	figures, _ := filepath.Glob(filepath.Join(f[1], "figures", "*.svg"))
	if len(figures) < 6 {
		t.Errorf("figures: %q", figures)
	}
	compile(t, f[1], f[4])
}

// shown checks that the README's table has the header and the measures of the one
// that its commands write, and that its figure is one of those that they write.
func shown(t *testing.T, tablePath, figurePath string) {
	t.Helper()
	text := readme(t)
	f, err := os.Open(tablePath)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	tab, err := table.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	cells, err := tab.Text()
	if err != nil {
		t.Fatal(err)
	}
	if head := "| " + strings.Join(cells[0], " | ") + " |"; !strings.Contains(text, head) {
		t.Errorf("README has no table with the header %s", head)
	}
	for _, r := range cells[1:] {
		if row := "| " + r[0] + " | " + r[1] + " | "; !strings.Contains(text, row) {
			t.Errorf("README has no row %s", row)
		}
	}
	if _, err := os.Stat(figurePath); err != nil || !strings.Contains(text, "example/"+filepath.Base(figurePath)) {
		t.Errorf("README does not show %s: %v", filepath.Base(figurePath), err)
	}
}

// follow takes every number of the JSON form of every table of a set to its run,
// the run to its trace, and the trace to its spec.
func follow(t *testing.T, dir string) {
	t.Helper()
	var sources paper.Sources
	text, err := os.ReadFile(filepath.Join(dir, paper.SourcesFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &sources); err != nil {
		t.Fatal(err)
	}
	checked := map[string]bool{}
	files, _ := filepath.Glob(filepath.Join(dir, paper.TableFolder, "*.json"))
	numbers := 0
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		tab, err := table.Decode(f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range tab.Rows {
			for j, c := range r.Cells {
				switch c.Value.(type) {
				case table.Text, table.Missing:
					continue
				}
				numbers++
				runs := paper.Of(tab, r, c)
				if len(runs) == 0 {
					t.Errorf("%s, row %d, column %d: no run", tab.Name, i, j)
				}
				for _, id := range runs {
					if !checked[id] {
						checked[id] = true
						followRun(t, dir, id, sources)
					}
				}
			}
		}
	}
	if len(files) < 5 || numbers < 100 || len(checked) < 2 {
		t.Errorf("followed %d numbers of %d tables to %d sources", numbers, len(files), len(checked))
	}
}

func followRun(t *testing.T, dir, id string, sources paper.Sources) {
	t.Helper()
	src, ok := sources[id]
	switch {
	case !ok:
		t.Errorf("run %s: not in %s", id, paper.SourcesFile)
		return
	case src.File == "":
		if src.Command == "" {
			t.Errorf("run %s: neither a file nor a command", id)
		}
		return
	}
	folder := filepath.Join(dir, filepath.FromSlash(src.Folder))
	f, err := os.Open(filepath.Join(folder, src.File))
	if err != nil {
		t.Errorf("run %s: %v", id, err)
		return
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != src.SHA256 {
		t.Errorf("run %s: %s has the checksum %s, not %s", id, src.File, got, src.SHA256)
	}
	if src.File != trace.PointsFile {
		return
	}
	m, err := trace.ReadManifest(folder)
	if err != nil {
		t.Error(err)
		return
	}
	if m.Run != id {
		t.Errorf("run %s: its trace is of run %s", id, m.Run)
	}
	if m.Spec != nil && (src.Spec == nil || src.Spec.ID() != m.Spec.ID()) {
		t.Errorf("run %s: the index has another spec", id)
	}
	if m.Source == "edgewise search" && m.Spec.ID() != id {
		t.Errorf("run %s: its spec has the address %s", id, m.Spec.ID())
	}
}
