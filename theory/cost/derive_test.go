package cost

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"edgewise/theory/cell"
	"edgewise/theory/symbolic"
)

var update = flag.Bool("update", false, "rewrite the golden files under testdata")

func derivations(t *testing.T) map[string]Derivation {
	t.Helper()
	ops := cell.Canonical()
	out := map[string]Derivation{}
	for name, c := range map[string]cell.Cell{"minimal": cell.Minimal(), "four_nodes": mustCell(t, 4, 4), "three_nodes_of_one": mustCell(t, 3, 1)} {
		d, err := Derive(c, ops, 10)
		if err != nil {
			t.Fatal(name, err)
		}
		out[name] = d
	}
	d, err := Derive(cell.Minimal(), ops[1:], 10)
	if err != nil {
		t.Fatal(err)
	}
	out["minimal_without_none"] = d
	return out
}

// Text and LaTeX of the derivations against the files under testdata; run with
// -update to rewrite them, then read the difference.
func TestDerivationsAreGolden(t *testing.T) {
	for name, d := range derivations(t) {
		for suffix, got := range map[string]string{".txt": d.Text(), ".tex": d.Document()} {
			path := filepath.Join("testdata", "derive_"+name+suffix)
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s differs from what is derived now", path)
			}
		}
	}
}

// Every relation in the text reads back.
func TestDerivationTextReadsBack(t *testing.T) {
	for name, d := range derivations(t) {
		read := 0
		for _, line := range strings.Split(d.Text(), "\n") {
			if !strings.HasPrefix(line, "    ") {
				continue
			}
			for _, op := range []string{" = ", " >= ", " <= "} {
				if left, right, ok := strings.Cut(line[4:], op); ok {
					for _, side := range []string{left, right} {
						if e, err := symbolic.Parse(side); err != nil || e.String() != side {
							t.Errorf("%s: %q reads back as %v (%v)", name, side, e, err)
						}
						read++
					}
				}
			}
		}
		want := 0
		for _, s := range d.Sections {
			for _, st := range s.Statements {
				want += 2 * len(st.Relations)
			}
		}
		if read != want || want == 0 {
			t.Errorf("%s: %d sides read, %d stated", name, read, want)
		}
	}
}

func TestDerivationCompilesAsLaTeX(t *testing.T) {
	if _, err := exec.LookPath("pdflatex"); err != nil {
		t.Skip("pdflatex is not installed: the LaTeX is compared with its golden file only")
	}
	dir := t.TempDir()
	for name, d := range derivations(t) {
		if err := os.WriteFile(filepath.Join(dir, name+".tex"), []byte(d.Document()), 0o644); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("pdflatex", "-halt-on-error", "-interaction=nonstopmode", name+".tex")
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out[max(0, len(out)-1500):])
		}
	}
}

func TestDeriveRefuses(t *testing.T) {
	ops := cell.Canonical()
	if _, err := Derive(cell.Cell{}, ops, 10); err == nil {
		t.Error("an empty cell is derived")
	}
	if _, err := Derive(cell.Minimal(), nil, 10); err == nil {
		t.Error("no operations are derived")
	}
	if _, err := Derive(cell.Minimal(), ops, 1); err == nil {
		t.Error("one class is derived")
	}
	if _, err := Derive(mustCell(t, 20, 20), ops, 10); err == nil {
		t.Error("20 nodes are printed")
	}
}
