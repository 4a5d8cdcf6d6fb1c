package search

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"edgewise/sim/latency"
	"edgewise/sim/predict"
	"edgewise/sim/spec"
)

func slow() spec.Spec {
	s := tiny()
	s.Use(spec.Latency)
	s.Name, s.Latency.Samples, s.Theta.Freeze = "latency", 60, true
	return s
}

// The recorded costs of a search with latency are those of the loss plus
// lambda dLAT/dp / LAT, and replaying them gives alpha back.
func TestLatencyIsACost(t *testing.T) {
	s := slow()
	s.Latency.Weight = 0.3
	with, err := Record(context.Background(), s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, r, err := predict.Replay(with); err != nil || r.Absolute > 1e-12 {
		t.Errorf("replay: %+v, %v", r, err)
	}
	s.Latency.Weight = 0
	without, err := Record(context.Background(), s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	table, err := latency.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	space, err := s.Space()
	if err != nil {
		t.Fatal(err)
	}
	term, err := latency.NewTerm(table, s.Latency.Samples, 1, space)
	if err != nil {
		t.Fatal(err)
	}
	partial := newTable(len(space.Cell.Edges), len(space.Ops))
	term.Partial(partial, with.Points[0].Prob[0])
	for e, row := range partial {
		for k, l := range row {
			got := with.Points[0].Cost.Mean[0][e][k] - without.Points[0].Cost.Mean[0][e][k]
			if math.Abs(got-0.3*l) > 1e-12 {
				t.Errorf("edge %d, operation %d: latency adds %v, want %v", e, k, got, 0.3*l)
			}
		}
	}
}

// At lambda* two operations are driven alike; below it the slower one gains on the
// faster one, above it loses.
func TestFlipPointTurnsTheDrive(t *testing.T) {
	at := func(weight float64) (alpha, cost [][]float64) {
		s := slow()
		s.Alpha.Optimiser, s.Alpha.Beta1, s.Alpha.Rate, s.Alpha.InitStd, s.Steps, s.Latency.Weight = spec.SGD, 0, 1, 0, 1, weight
		tr, err := Record(context.Background(), s, Options{})
		if err != nil {
			t.Fatal(err)
		}
		return tr.Points[1].Alpha[0], tr.Points[0].Cost.Mean[0]
	}
	_, c0 := at(0)
	_, c1 := at(1)
	tried := 0
	for e := range c0 {
		for i := range c0[e] {
			for k := range c0[e] {
				li, lk := c1[e][i]-c0[e][i], c1[e][k]-c0[e][k]
				lambda, ok := latency.FlipPoint(c0[e][i], li, c0[e][k], lk)
				if !ok || lambda < 1e-6 || lambda > 1 || tried >= 4 {
					continue
				}
				tried++
				for _, x := range []struct{ factor, sign float64 }{{.9, 1}, {1.1, -1}} {
					alpha, _ := at(x.factor * lambda)
					if d := (alpha[e][i] - alpha[e][k]) * x.sign; !(d > 0) {
						t.Errorf("edge %d, operations %d and %d, lambda* = %v: at %v of it the lead is %v", e, i, k, lambda, x.factor, d)
					}
				}
			}
		}
	}
	if tried == 0 {
		t.Error("no pair of operations has a flip point: nothing was tried")
	}
}

// A stored search keeps its latencies; it does not go on under others.
func TestLatenciesStayWithTheRun(t *testing.T) {
	dir := t.TempDir()
	s := slow()
	if err := Store(context.Background(), s, dir, false, Options{}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, latencyFile)
	table, err := latency.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	table.Millis[0] *= 2
	if err := os.WriteFile(path, table.Encode(), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := keepLatencies(s, dir); err == nil || !strings.Contains(err.Error(), "begun with other latencies") {
		t.Errorf("another table was taken: %v", err)
	}
}
