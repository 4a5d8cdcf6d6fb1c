package search

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"edgewise/sim/dataset"
	"edgewise/sim/kernel"
	"edgewise/sim/spec"
	"edgewise/sim/supernet"
	"edgewise/sim/trace"
)

// blank returns the set with all images equal, so that a batch of it has one
// prediction and one entropy for all samples.
func blank(s *dataset.Set) *dataset.Set {
	b := *s
	b.Images = make([]uint8, len(s.Images))
	return &b
}

// uniform says whether all samples of a batch, correct or wrong, have one entropy.
func uniform(s *trace.Split) bool {
	same := func(v float64) bool { return math.IsNaN(v) || math.Abs(v-s.Entropy) < 1e-9 }
	return same(s.EntropyCorrect) && same(s.EntropyWrong)
}

// In a bi-level search alpha sees the search split and nothing else, theta the
// training split; in a single-level search both see the training split.
func TestEachLevelTrainsOnItsSplit(t *testing.T) {
	for _, level := range []string{spec.Single, spec.Bilevel} {
		for _, poisoned := range []string{"train", "search"} {
			s := tiny()
			s.Algorithm, s.Level, s.Batch = spec.DARTS, level, 16
			data, err := openSplits(s)
			if err != nil {
				t.Fatal(err)
			}
			if poisoned == "train" {
				data.train = blank(data.train)
			} else {
				data.search = blank(data.search)
			}
			r, err := newRun[float64](s, data, 1)
			if err != nil {
				t.Fatal(err)
			}
			p, err := r.advance()
			if err != nil {
				t.Fatal(err)
			}
			if got := uniform(p.Train); got != (poisoned == "train") {
				t.Errorf("%s, %s images blank: theta's batch is blank: %v", level, poisoned, got)
			}
			if level == spec.Bilevel {
				if got := uniform(p.Search); got != (poisoned == "search") {
					t.Errorf("%s, %s images blank: alpha's batch is blank: %v", level, poisoned, got)
				}
			} else if p.Search != nil {
				t.Errorf("a single-level step reads the search split")
			}
			r.close()
		}
	}
}

// An evaluation changes nothing that the search depends on.
func TestEvaluationLeavesTheNetAlone(t *testing.T) {
	s := tiny()
	data, err := openSplits(s)
	if err != nil {
		t.Fatal(err)
	}
	r, err := newRun[float64](s, data, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	for range 2 {
		if _, err := r.advance(); err != nil {
			t.Fatal(err)
		}
	}
	before := r.save()
	var p trace.Point
	if err := r.evaluate(&p); err != nil {
		t.Fatal(err)
	}
	if p.Test == nil || p.Search == nil || p.Test.N != 16 || p.Search.N != 64 {
		t.Fatalf("evaluated %+v and %+v", p.Test, p.Search)
	}
	if string(before) != string(r.save()) {
		t.Error("weights, running statistics or alpha moved")
	}
}

// Two steps of the optimiser of theta against the formula written out, with
// clipping, momentum and weight decay.
func TestThetaStep(t *testing.T) {
	s := tiny()
	s.Steps = 4
	s.Theta = spec.Theta{Rate: 0.5, RateMin: 0.1, Momentum: 0.9, WeightDecay: 0.01, Clip: 1}
	w, g := []float64{1, -2}, []float64{3, 4}
	o := newSGD(s, []supernet.Param[float64]{{Name: "w", Value: w, Grad: g}})
	want, moment := []float64{1, -2}, []float64{0, 0}
	for step := range 2 {
		rate := 0.1 + 0.4*(1+math.Cos(math.Pi*float64(step)/4))/2
		for i := range want {
			moment[i] = 0.9*moment[i] + (g[i]/(5+1e-6) + 0.01*want[i])
			want[i] -= rate * moment[i]
		}
		if err := o.step(step); err != nil {
			t.Fatal(err)
		}
		for i := range w {
			if math.Abs(w[i]-want[i]) > 1e-14 {
				t.Fatalf("step %d: weight %d is %v, want %v", step, i, w[i], want[i])
			}
		}
	}
	g[0] = math.Inf(1)
	if err := o.step(2); err == nil || w[0] != want[0] {
		t.Errorf("an infinite gradient: %v, weight moved to %v", err, w[0])
	}
}

// A checkpoint of kernels that round otherwise is refused, since the rest of the
// run would not have the bytes of one that was never stopped.
func TestResumeKeepsTheKernels(t *testing.T) {
	if f, err := fused(); err != nil || !f {
		t.Skip("this machine has the portable path only: there is nothing to mix")
	}
	s := tiny()
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	err := Store(ctx, s, dir, false, Options{Checkpoint: 1, Progress: func(done, _ int, _ *trace.Point) {
		if done == 3 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	path, err := kernel.CurrentPath()
	if err != nil {
		t.Fatal(err)
	}
	if err := kernel.UsePath(kernel.Portable); err != nil {
		t.Fatal(err)
	}
	err = Store(context.Background(), s, dir, true, Options{})
	if uerr := kernel.UsePath(path); uerr != nil {
		t.Fatal(uerr)
	}
	if err == nil || !strings.Contains(err.Error(), "round otherwise") {
		t.Fatalf("resuming under the portable path: %v", err)
	}
	file := filepath.Join(dir, checkpointFile)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	now := fmt.Sprintf(`"order":%d`, kernel.Rounding)
	past := bytes.Replace(text[:len(text)-4], []byte(now), []byte(`"order":1`), 1)
	past = binary.LittleEndian.AppendUint32(past, crc32.Checksum(past, castagnoli))
	if err := os.WriteFile(file, past, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Store(context.Background(), s, dir, true, Options{}); err == nil || !strings.Contains(err.Error(), "round otherwise") {
		t.Fatalf("resuming what an earlier version began: %v", err)
	}
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Store(context.Background(), s, dir, true, Options{}); err != nil {
		t.Fatalf("resuming under the first path again: %v", err)
	}
}
