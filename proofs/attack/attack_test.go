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

// The full form makes every attack but samples of others; the short one no long one.
func TestForms(t *testing.T) {
	all := len(All())
	full, err := Select(Options{Full: true})
	if err != nil {
		t.Fatal(err)
	}
	short, err := Select(Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range full {
		if a.Sample {
			t.Errorf("%s is in the full form beside the whole", a.Name)
		}
	}
	long := 0
	for _, a := range All() {
		if a.Long {
			long++
		}
	}
	if len(full) != all-1 || len(short) != all-long {
		t.Errorf("%d full and %d short of %d attacks, %d of them long", len(full), len(short), all, long)
	}
}
