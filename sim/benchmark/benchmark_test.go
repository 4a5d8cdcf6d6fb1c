package benchmark

import (
	"bytes"
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"edgewise/sim/kernel"
	"edgewise/sim/spec"
	"edgewise/theory/cell"
)

func TestWiringsAreNumbered(t *testing.T) {
	seen := map[string]bool{}
	for i := range 243 {
		w := At(i, 5, 3)
		if Index(w, 3) != i {
			t.Fatalf("wiring %d is %v, which is number %d", i, w, Index(w, 3))
		}
		seen[string([]byte{byte(w[0]), byte(w[1]), byte(w[2]), byte(w[3]), byte(w[4])})] = true
	}
	if len(seen) != 243 {
		t.Errorf("%d different wirings of 243", len(seen))
	}
	if n, err := Count(Base()); n != 243 || err != nil {
		t.Errorf("the base has %d wirings, %v", n, err)
	}
}

// The shipped table is complete, and its runs are those of Base.
func TestShippedTable(t *testing.T) {
	table, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	base := Base()
	base.Seed = table.Seeds[0]
	if table.Base.ID() != base.ID() || len(table.Entries) != 243 || len(table.Seeds) < 2 {
		t.Errorf("the shipped table is of base %s with %d entries under %v: Base is %s", table.Base.ID(), len(table.Entries), table.Seeds, base.ID())
	}
	packed, err := table.Pack()
	if err != nil || !bytes.Equal(packed, shipped) {
		t.Errorf("packing the shipped table gives other bytes: %v", err)
	}
	e, err := table.Entry(cell.Wiring{0, 0, 0, 0, 0})
	if err != nil || math.Abs(e.Runs[0].Test.Loss-math.Log(10)) > 1e-9 {
		t.Errorf("the empty wiring has loss %v, not log 10: %v", e.Runs[0].Test.Loss, err)
	}
	for _, w := range []cell.Wiring{{0, 0}, {0, 0, 0, 0, 3}, {0, 0, 0, 0, -1}} {
		if _, err := table.Entry(w); err == nil {
			t.Errorf("wiring %v was found", w)
		}
	}
}

// Where no edge enters node 2, the operation on (2,3) changes nothing: three runs
// trained apart, from the same weights, have the same scores to the last bit (P3.5).
func TestIneffectiveEdgesChangeNothing(t *testing.T) {
	table, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for i := 0; i < len(table.Entries); i += 3 {
		w := table.Entries[i].Wiring
		if w[0] != 0 || w[1] != 0 {
			continue
		}
		for k := range table.Seeds {
			a := table.Entries[i].Runs[k]
			for _, e := range table.Entries[i+1 : i+3] {
				if b := e.Runs[k]; a.Test != b.Test || a.Valid != b.Valid {
					t.Errorf("wirings %v and %v, seed %d: %+v and %+v", w, e.Wiring, table.Seeds[k], a.Test, b.Test)
				}
				n++
			}
		}
	}
	if n < 18*2 {
		t.Errorf("only %d pairs were compared", n)
	}
}

// Training a wiring again gives the run of the shipped table: to the last bit under the
// rounding that it was made with, and under another one within a quarter of what
// another seed changes.
func TestARunIsReproduced(t *testing.T) {
	table, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	e := table.Entries[Index(cell.Wiring{0, 1, 1, 0, 2}, 3)]
	s, err := Spec(table.Base, e.Wiring, table.Seeds[0])
	if err != nil {
		t.Fatal(err)
	}
	r, data, err := Train(context.Background(), s)
	if err != nil || data != table.Data || r.ID != e.Runs[0].ID {
		t.Fatalf("trained run %s on %s, %v; the table has %s on %s", r.ID, data, err, e.Runs[0].ID, table.Data)
	}
	if path, err := kernel.CurrentPath(); err == nil && path != kernel.Portable && table.Rounding == kernel.Rounding {
		if r != e.Runs[0] {
			t.Errorf("trained again: %+v; in the table %+v", r, e.Runs[0])
		}
		return
	}
	square := 0.0
	for _, e := range table.Entries {
		d := e.Runs[0].Test.Loss - e.Runs[1].Test.Loss
		square += d * d / float64(len(table.Entries))
	}
	limit := math.Sqrt(square) / 4
	for _, x := range [][2]Score{{r.Train, e.Runs[0].Train}, {r.Valid, e.Runs[0].Valid}, {r.Test, e.Runs[0].Test}} {
		if d := math.Abs(x[0].Loss - x[1].Loss); d > limit || x[0].N != x[1].N {
			t.Errorf("trained again: %+v; in the table %+v: more than %.4f apart", x[0], x[1], limit)
		}
	}
}

func tiny() spec.Spec {
	s := Base()
	s.Steps, s.Batch = 2, 8
	s.Data = spec.Data{Side: 8, Train: 32, Search: 16, Test: 16}
	s.Net.Channels, s.Net.Stem = 2, 1
	s.Net.Ops = []string{cell.None, cell.Skip}
	s.Record = spec.Record{Every: 1, Eval: 2}
	return s
}

// Stopped, resumed and made by more workers, the table has the same bytes; a run of
// other images and a damaged file are named.
func TestCompleteResumes(t *testing.T) {
	whole, err := Complete(context.Background(), tiny(), []uint64{1, 2}, t.TempDir(), 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	want, err := whole.Pack()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	if _, err := Complete(ctx, tiny(), []uint64{1, 2}, dir, 2, func(done, _ int) {
		if done == 20 {
			cancel()
		}
	}); !errors.Is(err, context.Canceled) {
		t.Fatalf("a cancelled table: %v", err)
	}
	trained := 0
	again, err := Complete(context.Background(), tiny(), []uint64{1, 2}, dir, 2, func(done, total int) { trained++ })
	if err != nil {
		t.Fatal(err)
	}
	if got, err := again.Pack(); err != nil || !bytes.Equal(got, want) || trained > 44 || trained == 0 {
		t.Errorf("resumed with %d of 64 runs to do, the table differs: %v", trained, err)
	}
	back, err := Unpack("packed", want)
	if err != nil || back.Entries[31].Runs[1] != whole.Entries[31].Runs[1] {
		t.Errorf("unpacked: %v", err)
	}

	s, err := Spec(tiny(), At(5, 5, 2), 1)
	if err != nil {
		t.Fatal(err)
	}
	path, rounding := filepath.Join(dir, s.ID()+".json"), strconv.Itoa(kernel.Rounding)
	for damage, text := range map[string]string{
		"cut":           `{"id":`,
		"another run":   `{"id":"x","train":{"n":1,"correct":0,"loss":1},"valid":{"n":1,"correct":0,"loss":1},"test":{"n":1,"correct":0,"loss":1},"data":"y","rounding":` + rounding + `}`,
		"other images":  `{"id":"` + s.ID() + `","train":{"n":1,"correct":0,"loss":1},"valid":{"n":1,"correct":0,"loss":1},"test":{"n":1,"correct":0,"loss":1},"data":"y","rounding":` + rounding + `}`,
		"no score":      `{"id":"` + s.ID() + `","train":{"n":0,"correct":0,"loss":1},"valid":{"n":1,"correct":0,"loss":1},"test":{"n":1,"correct":0,"loss":1},"data":"` + whole.Data + `","rounding":` + rounding + `}`,
		"other kernels": `{"id":"` + s.ID() + `","train":{"n":1,"correct":0,"loss":1},"valid":{"n":1,"correct":0,"loss":1},"test":{"n":1,"correct":0,"loss":1},"data":"` + whole.Data + `","rounding":1}`,
	} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Complete(context.Background(), tiny(), []uint64{1, 2}, dir, 1, nil); err == nil || !strings.Contains(err.Error(), s.ID()) {
			t.Errorf("%s: %v", damage, err)
		}
	}
}

// A table with a run out of place, or one missing, is refused.
func TestCheckSeesDisorder(t *testing.T) {
	for name, spoil := range map[string]func(*Table){
		"swapped entries": func(t *Table) { t.Entries[3], t.Entries[4] = t.Entries[4], t.Entries[3] },
		"missing entry":   func(t *Table) { t.Entries = t.Entries[:30] },
		"missing run":     func(t *Table) { t.Entries[7].Runs = nil },
		"other seed":      func(t *Table) { t.Seeds = []uint64{9} },
		"format":          func(t *Table) { t.Format = "" },
		"NaN":             func(t *Table) { t.Entries[0].Runs[0].Test.Loss = math.NaN() },
	} {
		table, err := Complete(context.Background(), tiny(), []uint64{1}, t.TempDir(), 2, nil)
		if err != nil {
			t.Fatal(err)
		}
		spoil(table)
		if err := table.Check(); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := Unpack("garbage", []byte("no gzip")); err == nil || !strings.Contains(err.Error(), "garbage") {
		t.Errorf("garbage: %v", err)
	}
}
