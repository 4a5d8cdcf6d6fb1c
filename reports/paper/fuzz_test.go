package paper

import (
	"os"
	"path/filepath"
	"testing"
)

// Tables that others stored are read and traced to their file, or refused.
func FuzzSaved(f *testing.F) {
	f.Add([]byte(`{"name":"t","caption":"c","columns":[{"header":"a"}],"rows":[{"cells":[{"kind":"text","text":"x"}]}],"runs":["../x",".","run"]}`))
	f.Add([]byte("{}{}"))
	whole, err := os.ReadFile(filepath.Join("..", "table", "testdata", "plain.json"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(dir, "t.json")
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		tables, sources, err := Saved(path, "fuzz")
		if err == nil && (len(tables) == 0 || len(sources) == 0) {
			t.Fatalf("%d tables of %d sources were read", len(tables), len(sources))
		}
	})
}
