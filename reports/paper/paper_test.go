package paper

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"edgewise/reports/figure"
	"edgewise/reports/table"
	"edgewise/sim/spec"

	"gonum.org/v1/plot/vg/draw"
)

func numbers(name string, runs ...string) *table.Table {
	t := &table.Table{Name: name, Columns: []table.Column{{Header: "Arm"}, {Header: "x", Kind: table.KindNumber}}}
	t.AddFrom(runs, table.Text("a"), table.Number(1.5))
	return t
}

// A number without a run, a run without a source, and two things of one name are
// refused, and nothing is written.
func TestWhatCannotBeTracedIsRefused(t *testing.T) {
	blank := func(name string) *figure.Figure {
		return figure.New(name, "", figure.Column, 30, func(draw.Canvas) error { return nil })
	}
	known := Sources{"r1": {Made: "edgewise search"}}
	for want, s := range map[string]*Set{
		"table x, row 1, column 2 (x): it does not say which run its number is of": {Tables: []*table.Table{numbers("x")}, Sources: known},
		"table x, row 1, column 2 (x): the source of run r2 is not known":          {Tables: []*table.Table{numbers("x", "r1", "r2")}, Sources: known},
		"two tables are called x":  {Tables: []*table.Table{numbers("x", "r1"), numbers("x", "r1")}, Sources: known},
		"two figures are called f": {Figures: []*figure.Figure{blank("f"), blank("f")}},
	} {
		dir := filepath.Join(t.TempDir(), "out")
		if err := s.Write(dir, []figure.Format{figure.SVG}); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("%s: something is written", want)
		}
	}
	if err := (&Set{Tables: []*table.Table{numbers("x", "r1")}, Sources: known}).Check(); err != nil {
		t.Error(err)
	}
}

// The literature is what the runs rest on, no more, and every key that the
// sentence cites is in the bibliography.
func TestLiteratureIsWhatTheRunsRestOn(t *testing.T) {
	s := spec.Default()
	s.Algorithm = spec.SNAS
	set := &Set{Sources: Sources{"a": {Made: "edgewise search", Spec: &s}, "b": {Made: "import robust"}}}
	bib, said := string(set.bibliography()), set.sentence()
	for key, want := range map[string]bool{"xie2021understanding": true, "liu2019darts": true, "xie2019snas": true, "zela2020understanding": true,
		"xiao2017fashion": true, "kingma2015adam": true, "hu2020dsnas": false, "dong2020nasbench201": false, "krizhevsky2009learning": false, "holm1979simple": false} {
		if strings.Contains(bib, "{"+key+",") != want || strings.Contains(said, "cite{"+key+"}") != want {
			t.Errorf("%s: want %v, in\n%s\n%s", key, want, bib, said)
		}
	}
	for _, e := range literature {
		if strings.Count(e.text, "{") != strings.Count(e.text, "}") {
			t.Errorf("%s: braces do not match", e.key)
		}
	}
}

// Tables that were stored are read from a study's folder and from what --json
// prints, and their numbers are traced to the file where no run is there.
func TestSavedTablesAreTracedToTheirFile(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"one", "two"} {
		if err := table.Save(filepath.Join(dir, TableFolder), numbers(name, "../gone")); err != nil {
			t.Fatal(err)
		}
	}
	stream := filepath.Join(dir, "printed.json")
	var text []byte
	for _, name := range []string{"one", "two"} {
		b, err := os.ReadFile(filepath.Join(dir, TableFolder, name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		text = append(append(text, b...), '\n')
	}
	if err := os.WriteFile(stream, text, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, stream} {
		list, sources, err := Saved(path, "edgewise bench")
		if err != nil || len(list) != 2 {
			t.Fatalf("%s: %d tables, %v", path, len(list), err)
		}
		if err := (&Set{Tables: list, Sources: sources}).Check(); err != nil {
			t.Error(err)
		}
		for id, x := range sources {
			if !strings.HasPrefix(id, "edgewise bench:") || x.SHA256 == "" || x.File == "" {
				t.Errorf("source %s: %+v", id, x)
			}
		}
	}
	for _, bad := range []string{filepath.Join(dir, "gone"), t.TempDir()} {
		if _, _, err := Saved(bad, "x"); err == nil {
			t.Errorf("%s is read", bad)
		}
	}
	broken := filepath.Join(dir, "broken.json")
	for _, content := range []string{"", "{", "[]"} {
		if err := os.WriteFile(broken, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, _, err := Saved(broken, "x"); err == nil {
			t.Errorf("%q is read as a table", content)
		}
	}
}
