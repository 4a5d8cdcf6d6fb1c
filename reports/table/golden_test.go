package table_test

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"

	"edgewise/reports/table"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestGolden(t *testing.T) {
	renderers := map[string]func(*table.Table, io.Writer) error{
		"txt":        func(t *table.Table, w io.Writer) error { return t.Terminal(w, 0) },
		"narrow.txt": func(t *table.Table, w io.Writer) error { return t.Terminal(w, 100) },
		"md":         (*table.Table).Markdown,
		"csv":        (*table.Table).CSV,
		"json":       (*table.Table).JSON,
		"tex":        func(t *table.Table, w io.Writer) error { return t.LaTeX(w, table.Wide) },
		"long.tex":   func(t *table.Table, w io.Writer) error { return t.LaTeX(w, table.Long) },
	}
	for _, tab := range []*table.Table{biases(), plain()} {
		for ext, render := range renderers {
			name := tab.Name + "." + ext
			t.Run(name, func(t *testing.T) {
				var b bytes.Buffer
				if err := render(tab, &b); err != nil {
					t.Fatal(err)
				}
				path := filepath.Join("testdata", name)
				if *update {
					if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(path)
				if err != nil {
					t.Fatalf("%v (go test -update writes it)", err)
				}
				if d := cmp.Diff(string(want), b.String()); d != "" {
					t.Errorf("%s differs (-golden +now):\n%s", path, d)
				}
			})
		}
	}
}
