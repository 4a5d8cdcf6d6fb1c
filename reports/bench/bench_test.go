package bench

import (
	"context"
	"os/exec"
	"strings"
	"testing"

	"edgewise/sim/kernel"
)

// The short tables have a row per case, with finite numbers that the table model
// accepts; times are positive and a floor is below what was measured.
func TestShortTables(t *testing.T) {
	o := Options{Repeat: 1, Short: true, Threads: 2}
	c := kernel.Ceilings{Single: 1e12, Double: 1e12, Copy: 1e12, CacheCopy: 1e12}
	mixed, err := Mixed(c, o)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Steps(o, nil)
	if err != nil {
		t.Fatal(err)
	}
	p := Products(c, o)
	for name, rows := range map[string]int{"mixed": 1, "steps": 2, "products": 12} {
		for _, x := range []struct {
			name string
			text func() ([][]string, error)
		}{{"mixed", mixed.Text}, {"steps", s.Text}, {"products", p.Text}} {
			if x.name != name {
				continue
			}
			text, err := x.text()
			if err != nil {
				t.Fatal(err)
			}
			if len(text) != rows+1 {
				t.Errorf("%s has %d rows, want %d", name, len(text)-1, rows)
			}
		}
	}
}

// The PyTorch twin has the same arithmetic as ours: it runs both algorithms and
// answers for every case.
func TestTorchTwin(t *testing.T) {
	python, err := withTorch(context.Background(), "")
	if err != nil {
		t.Skip("PyTorch is not installed: " + err.Error())
	}
	times, err := TimeTorch(context.Background(), Options{Repeat: 1, Short: true, Python: python})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range steps {
		if v, ok := times[s.String()]; ok != !s.slow || ok && (v.Plain <= 0 || v.Last <= 0) {
			t.Errorf("%s: %+v, %v", s, v, ok)
		}
	}
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell to stand in for a broken interpreter")
	}
	if _, err := TimeTorch(context.Background(), Options{Repeat: 1, Short: true, Python: sh}); err == nil || !strings.Contains(err.Error(), "timing PyTorch") {
		t.Errorf("a broken interpreter: %v", err)
	}
}
