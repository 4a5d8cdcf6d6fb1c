package search

import (
	"bytes"
	"context"
	"math"
	"os"
	"path/filepath"
	"testing"

	"edgewise/sim/check"
	"edgewise/sim/intervention"
	"edgewise/sim/predict"
	"edgewise/sim/spec"
	"edgewise/sim/trace"
)

// use is an intervention with a strength where it wants one.
func use(i intervention.Intervention) []intervention.Use {
	u := intervention.Use{Name: i.Name}
	if i.Strength != "" {
		u.Strength = 0.02
	}
	return []intervention.Use{u}
}

// Every intervention, in sampled and soft searches, at both levels and on two cells:
// every alpha step follows from the costs in the trace; costs differ from those of
// the plain search; the edges' own costs and their laws stay as the net has them.
func TestInterventionsAreWhatAlphaSees(t *testing.T) {
	for _, i := range intervention.Registered() {
		for _, s := range variants()[:5] {
			if s.Algorithm == spec.Random || i.Soft && s.Algorithm != spec.DARTS {
				continue
			}
			s.Net.Eps = 1e-12
			plain, err := Record(context.Background(), s, Options{})
			if err != nil {
				t.Fatal(err)
			}
			s.Interventions = use(i)
			s.Name += " " + i.Name
			tr, err := Record(context.Background(), s, Options{})
			if err != nil {
				t.Fatalf("%s: %v", s.Name, err)
			}
			_, res, err := predict.Replay(tr)
			if err != nil || res.Steps != s.Steps || res.Relative > 1e-10 {
				t.Errorf("%s: replay %+v: %v", s.Name, res, err)
			}
			if w := check.Trace(tr).Worst(); w >= check.Warning {
				t.Errorf("%s: %+v", s.Name, check.Trace(tr).Findings)
			}
			if !differ(tr.Points[1].EdgeCost, plain.Points[1].EdgeCost) && !differ3(tr.Points[1].Cost.Mean, plain.Points[1].Cost.Mean) &&
				!differ3(tr.Points[s.Steps].Alpha, plain.Points[s.Steps].Alpha) {
				t.Errorf("%s: the search is that without it", s.Name)
			}
			if differ(tr.Points[0].EdgeCost, plain.Points[0].EdgeCost) {
				t.Errorf("%s: the edges' own costs of the first step changed", s.Name)
			}
		}
	}
}

func differ(a, b [][]float64) bool {
	for i := range a {
		for j := range a[i] {
			if math.Float64bits(a[i][j]) != math.Float64bits(b[i][j]) {
				return true
			}
		}
	}
	return false
}

func differ3(a, b [][][]float64) bool {
	for i := range a {
		if differ(a[i], b[i]) {
			return true
		}
	}
	return false
}

// A search with interventions that keep a memory, or take passes of their own, is
// the same after a stop.
func TestInterventionsSurviveAStop(t *testing.T) {
	for _, name := range []string{"baseline", "leave-one-out"} {
		s := tiny()
		s.Interventions = []intervention.Use{{Name: name}}
		whole := t.TempDir()
		if err := Store(context.Background(), s, whole, false, Options{}); err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		ctx, cancel := context.WithCancel(context.Background())
		_ = Store(ctx, s, dir, false, Options{Checkpoint: 2, Progress: func(done, _ int, _ *trace.Point) {
			if done == 3 {
				cancel()
			}
		}})
		if err := Store(context.Background(), s, dir, true, Options{}); err != nil {
			t.Fatal(err)
		}
		a, err := os.ReadFile(filepath.Join(whole, trace.PointsFile))
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(dir, trace.PointsFile))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a, b) {
			t.Errorf("%s: resumed, the trace differs", name)
		}
	}
}
