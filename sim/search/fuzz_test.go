package search

import (
	"bytes"
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"

	"edgewise/sim/spec"
	"edgewise/sim/trace"
)

// small bounds what a fuzzed spec may ask for, so that a run takes milliseconds.
func small(s spec.Spec) spec.Spec {
	s.Steps, s.Batch = min(s.Steps, 3), min(s.Batch, 4)
	s.Data.Dir = ""
	s.Data.Side, s.Data.Train, s.Data.Search, s.Data.Test = min(s.Data.Side, 8), min(s.Data.Train, 16), min(s.Data.Search, 16), min(s.Data.Test, 8)
	s.Net.Cells, s.Net.Nodes = min(s.Net.Cells, 2), min(s.Net.Nodes, 3)
	s.Net.Multiplier, s.Net.Channels, s.Net.Stem = min(s.Net.Multiplier, 3), min(s.Net.Channels, 2), min(s.Net.Stem, 2)
	s.Record.Every, s.Record.Eval = min(s.Record.Every, s.Steps), min(s.Record.Eval, s.Steps)
	s.Theta.Warmup, s.Alpha.Warmup = min(s.Theta.Warmup, s.Steps), min(s.Alpha.Warmup, s.Steps)
	return s
}

// Every spec that passes its check runs to its end or diverges by name, and what
// its trace says is numbers.
func FuzzSpecRun(f *testing.F) {
	for _, s := range variants() {
		text, err := s.Encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte("algorithm = \"snas\"\n[temperature]\nstart = 0.001\nend = 1000.0\n"))
	f.Add([]byte("[net]\nops = [\"skip_connect\"]\nnodes = 1\nmultiplier = 1\n[[edges]]\nedge = \"(0,2)\"\ndelete = true\n"))
	f.Add([]byte("[alpha]\ninit_std = 1000.0\nrate = 1000.0\n[theta]\nrate = 1000.0\nclip = 0.0\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := spec.Decode("fuzz", text, tiny())
		if err != nil {
			return
		}
		if s = small(s); s.Check() != nil {
			return
		}
		tr, err := Record(context.Background(), s, Options{Workers: 1})
		if errors.Is(err, ErrDiverged) {
			return
		}
		if err != nil {
			t.Fatalf("a spec that passed its check cannot be run: %v", err)
		}
		if !tr.Complete() {
			t.Fatal("the trace does not end")
		}
		for _, p := range tr.Points {
			for _, k := range p.Prob {
				for e, row := range k {
					for o, v := range row {
						if math.IsNaN(v) || v < 0 || v > 1+1e-12 {
							t.Fatalf("step %d: edge %d, operation %d has the probability %v", p.Step, e, o, v)
						}
					}
				}
			}
			if _, err := trace.DecodePoint(trace.AppendPoint(nil, &p)); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// A checkpoint of any bytes is taken back whole or refused.
func FuzzCheckpoint(f *testing.F) {
	s := tiny()
	s.Net.Channels, s.Net.Stem = 1, 1
	d, m, err := newDriver(s, 1)
	if err != nil {
		f.Fatal(err)
	}
	defer d.close()
	if _, err := d.advance(); err != nil {
		f.Fatal(err)
	}
	sound := d.save()
	dir := f.TempDir()
	if err := writeCheckpoint(dir, m.Run, 0, sound); err != nil {
		f.Fatal(err)
	}
	file, err := os.ReadFile(filepath.Join(dir, checkpointFile))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file, true)
	f.Add(sound, false)
	f.Add(sound[:20], false)
	f.Add([]byte(checkpointMagic+"{}\n"), true)
	f.Fuzz(func(t *testing.T, text []byte, file bool) {
		if !file {
			if d.load(text) == nil && len(text) != len(d.save()) {
				t.Fatalf("%d bytes were taken for a state of %d", len(text), len(d.save()))
			}
			return
		}
		if err := os.WriteFile(filepath.Join(dir, checkpointFile), text, 0o644); err != nil {
			t.Fatal(err)
		}
		_, state, ok, err := readCheckpoint(dir, m.Run, 1<<24)
		if err == nil && ok && !bytes.Contains(text, state) {
			t.Fatal("the state is not in the file")
		}
	})
}
