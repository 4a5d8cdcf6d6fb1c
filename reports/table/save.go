package table

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"edgewise/sim/trace"
)

// Save writes the table to dir as NAME.tex, NAME.csv, NAME.md and NAME.json; each
// file is replaced as a whole or not at all.
func Save(dir string, t *Table) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("writing table %s: %w", t.Name, err)
	}
	for _, f := range []struct {
		ext    string
		render func(*bytes.Buffer) error
	}{
		{".tex", func(b *bytes.Buffer) error { return t.LaTeX(b, AutoLayout) }},
		{".csv", func(b *bytes.Buffer) error { return t.CSV(b) }},
		{".md", func(b *bytes.Buffer) error { return t.Markdown(b) }},
		{".json", func(b *bytes.Buffer) error { return t.JSON(b) }},
	} {
		var b bytes.Buffer
		if err := f.render(&b); err != nil {
			return fmt.Errorf("table %s%s: %w", t.Name, f.ext, err)
		}
		if err := trace.WriteFile(filepath.Join(dir, t.Name+f.ext), b.Bytes()); err != nil {
			return err
		}
	}
	return nil
}
