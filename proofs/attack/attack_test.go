package attack

import (
	"os"
	"path/filepath"
	"testing"
)

// Every mutation still fits its source exactly, and the list is long enough.
func TestMutationsFit(t *testing.T) {
	list, err := Mutations()
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 40 {
		t.Errorf("%d mutations: the list must hold at least 40", len(list))
	}
	seen := map[string]bool{}
	for _, m := range list {
		if seen[m.Name] || m.Name == "" || m.Breaks == "" || len(m.Packages) == 0 || m.Run == "" {
			t.Errorf("mutation %q is named twice or lacks a field", m.Name)
		}
		seen[m.Name] = true
		text, err := os.ReadFile(filepath.Join("..", "..", m.File))
		if err != nil {
			t.Error(err)
			continue
		}
		mutant, err := m.Apply(string(text))
		if err != nil {
			t.Error(err)
		} else if mutant == string(text) {
			t.Errorf("mutation %q changes nothing", m.Name)
		}
	}
}
