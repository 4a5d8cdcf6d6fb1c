package bench

import (
	"context"
	"math"
	"os/exec"
	"strings"
	"testing"

	"edgewise/reports/table"
	"edgewise/sim/kernel"
)

// The short tables have a row per case, with finite numbers that the table model
// accepts.
func TestShortTables(t *testing.T) {
	o := Options{Repeat: 1, Short: true, Threads: 2}
	c := kernel.Ceilings{Single: 1e12, Double: 1e12, Copy: 1e12, CacheCopy: 1e12}
	for _, x := range []struct {
		name string
		rows int
		make func() (table.Table, error)
	}{
		{"mixed", 1, func() (table.Table, error) { return Mixed(c, o) }},
		{"steps", 2, func() (table.Table, error) { return Steps(context.Background(), o) }},
		{"products", 14, func() (table.Table, error) { return Products(c, o), nil }},
		{"scaling", 6, func() (table.Table, error) { return Scaling(o) }},
		{"memory", 2, func() (table.Table, error) { return Memory(o) }},
	} {
		made, err := x.make()
		if err != nil {
			t.Fatalf("%s: %v", x.name, err)
		}
		text, err := made.Text()
		if err != nil {
			t.Fatalf("%s: %v", x.name, err)
		}
		if len(text) != x.rows+1 {
			t.Errorf("%s has %d rows, want %d", x.name, len(text)-1, x.rows)
		}
	}
	o.Only = "no such step"
	if _, err := Steps(context.Background(), o); err == nil || !strings.Contains(err.Error(), o.Only) {
		t.Errorf("steps that do not exist: %v", err)
	}
}

// A net holds at most one and a half times what must live, whether all operations run
// or one per edge, and what the plan says is what the process takes.
func TestMemoryNearWhatMustLive(t *testing.T) {
	for _, s := range []step{
		{Algorithm: "darts", Cells: 1, Nodes: 2, Channels: 8, Side: 16, Batch: 64},
		{Algorithm: "dsnas", Cells: 1, Nodes: 2, Channels: 8, Side: 16, Batch: 64},
		{Algorithm: "darts", Cells: 2, Nodes: 3, Channels: 4, Side: 16, Batch: 64},
	} {
		live, plan, process, err := weigh(s)
		if err != nil {
			t.Fatal(err)
		}
		if r := plan / live; !(r >= 1 && r <= 1.5) {
			t.Errorf("%s: the plan is %.2f times what must live (%.1f MB)", s, r, live/1e6)
		}
		if r := process / plan; r > 1.4 { // the runtime reuses what it had: there is no lower bound
			t.Errorf("%s: the process takes %.2f times the plan (%.1f MB)", s, r, plan/1e6)
		}
	}
}

// What must live on one cell of two nodes, counted by hand: per edge six outputs of
// convolutions, for each of three nodes two poolings and the indices of one, three
// activations that operations leave, stem and preprocessings with what they read, and
// the gradient of two nodes.
func TestLiveByHand(t *testing.T) {
	s := step{Algorithm: "darts", Cells: 1, Nodes: 2, Channels: 8, Side: 16, Batch: 4}
	r, err := newRunner(s, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer r.net.Close()
	if err := r.run(); err != nil {
		t.Fatal(err)
	}
	n, values := 4*8*16*16, 0
	for _, p := range r.net.Params() {
		values += len(p.Value) + len(p.Grad)
	}
	values += n * (5*6 + 3*2 + 3 + 3 + 3 + 2 + 2)
	if want := int64(4*values + 3*n); r.net.Live() != want {
		t.Errorf("%d bytes must live, by hand %d", r.net.Live(), want)
	}
}

func TestExponent(t *testing.T) {
	if p := exponent([]float64{1, 2, 8}, []float64{3, 6, 24}); math.Abs(p-1) > 1e-12 {
		t.Errorf("proportional values have exponent %g", p)
	}
	if p := exponent([]float64{1, 4, 16}, []float64{5, 10, 20}); math.Abs(p-0.5) > 1e-12 {
		t.Errorf("square roots have exponent %g", p)
	}
}

// The PyTorch twin runs both algorithms in every variant, and a broken interpreter is
// named.
func TestTorchTwin(t *testing.T) {
	python, err := withTorch(context.Background(), "")
	if err != nil {
		t.Skip("PyTorch is not installed: " + err.Error())
	}
	p, err := startTorch(context.Background(), python)
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	for _, s := range steps[:2] {
		s.Batch, s.Side = 2, 8
		for _, v := range variants {
			ms, err := p.time(s, 2, v)
			if err != nil {
				t.Fatal(err)
			}
			if len(ms) != 2 || ms[0] <= 0 || ms[1] <= 0 {
				t.Errorf("%s, %+v: %v", s, v, ms)
			}
		}
	}
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell to stand in for a broken interpreter")
	}
	broken, err := startTorch(context.Background(), sh)
	if err != nil {
		t.Fatal(err)
	}
	defer broken.close()
	if _, err := broken.time(steps[0], 1, variants[0]); err == nil || !strings.Contains(err.Error(), "timing PyTorch") {
		t.Errorf("a broken interpreter: %v", err)
	}
}
