package claim

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"edgewise/reports/table"
	"edgewise/sim/benchmark"
	"edgewise/sim/search"
	"edgewise/sim/spec"
	"edgewise/sim/trace"
)

// additive is a table whose accuracy is a sum over edges, with noise by seed.
func additive() *benchmark.Table {
	t := &benchmark.Table{Base: benchmark.Base(), Seeds: []uint64{1, 2, 3}}
	rnd := rand.New(rand.NewPCG(1, 2))
	for i := range 243 {
		e := benchmark.Entry{Wiring: benchmark.At(i, 5, 3)}
		correct := 300
		for k, o := range e.Wiring {
			correct += 20 * o * (k + 1)
		}
		for range t.Seeds {
			s := benchmark.Score{N: 1000, Correct: correct + rnd.IntN(20), Loss: 1}
			e.Runs = append(e.Runs, benchmark.Run{Train: s, Valid: s, Test: s})
		}
		t.Entries = append(t.Entries, e)
	}
	return t
}

// What a predictor is trained on under a seed is not what it is scored against.
func TestLabelsAndTruthAreOfDifferentSeeds(t *testing.T) {
	e := benchmark.Entry{Runs: []benchmark.Run{
		{Valid: benchmark.Score{N: 10, Correct: 1}, Test: benchmark.Score{N: 10, Correct: 2}},
		{Valid: benchmark.Score{N: 10, Correct: 3}, Test: benchmark.Score{N: 10, Correct: 4}},
		{Valid: benchmark.Score{N: 10, Correct: 5}, Test: benchmark.Score{N: 10, Correct: 6}}}}
	if seen, truth := labels(e, 4); seen != 0.3 || math.Abs(truth-0.4) > 1e-15 { // seed index 1; others 0.2 and 0.6
		t.Errorf("label %v and truth %v, want 0.3 and 0.4", seen, truth)
	}
}

// More pairs rank better, the same for any number of jobs; the claim's note names 27
// and 189 pairs.
func TestPredictorLearnsFromMorePairs(t *testing.T) {
	data := additive()
	o := Options{Seeds: 2, Steps: 30, Jobs: 2}
	c, err := learn(context.Background(), data, o)
	if err != nil {
		t.Fatal(err)
	}
	few, many := c.supervised[0], c.supervised[3]
	if few[0]+few[1] >= many[0]+many[1] || many[0] < 0.6 {
		t.Errorf("tau with 9 pairs %v, with 189 %v", few, many)
	}
	out, err := Predictor(context.Background(), data, Options{Seeds: 2, Steps: 30, Jobs: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := out.Check(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.Notes[0], "semi-supervised with 27 pairs is as good as supervised with 189") {
		t.Errorf("the claim reads %q", out.Notes[0])
	}
	if e := out.Rows[0].Cells[1].Value.(table.Estimate); math.Abs(e.Mean-(few[0]+few[1])/2) > 1e-12 {
		t.Errorf("the table says %v for %v", e.Mean, few)
	}
}

func TestNoiseNeedsTwoSeeds(t *testing.T) {
	data := additive()
	k, err := Noise(data)
	if err != nil || k.Value < 0.8 || k.Value > 0.99 {
		t.Errorf("noise ceiling %v, %v", k.Value, err)
	}
	data.Seeds = data.Seeds[:1]
	if _, err := Noise(data); err == nil {
		t.Error("one seed has a noise ceiling")
	}
}

// A cost that raises the loss lowers the score, weighted by how often it was seen,
// over the second half alone.
func TestCostScoreHasTheSign(t *testing.T) {
	point := func(mean, count float64) trace.Point {
		return trace.Point{Steps: 1, Cost: &trace.Cost{Mean: [][][]float64{{{0, mean}}}, Count: [][][]float64{{{1, count}}}}}
	}
	tr := &trace.Trace{Manifest: trace.Manifest{Edges: [][2]int{{0, 2}}, Ops: []string{"none", "skip_connect"}},
		Points: []trace.Point{point(9, 1), point(9, 1), point(0.5, 1), point(0.1, 3)}}
	if s := costScore(tr); math.Abs(s[0][1]+0.2) > 1e-12 {
		t.Errorf("score %v, want -0.2", s[0][1])
	}
}

// Rewards that follow minus the costs correlate with them, and the reverse.
func TestRewardAndCost(t *testing.T) {
	s := BoundedBase()
	s.Steps, s.RADARS = 400, &spec.RADARSRule{Controller: true}
	for _, sign := range []float64{1, -1} {
		rnd := rand.New(rand.NewPCG(3, 4))
		tr := &trace.Trace{Manifest: trace.Manifest{Spec: &s, Edges: [][2]int{{0, 2}, {1, 2}}, Ops: []string{"none", "skip_connect", "sep_conv_3x3"}}}
		for range s.Steps {
			g, c := [][]float64{make([]float64, 3), make([]float64, 3)}, [][]float64{make([]float64, 3), make([]float64, 3)}
			sum := 0.0
			for e := range g {
				o := rnd.IntN(3)
				g[e][o] = 1
				c[e][o] = 0.1*float64(o) - 0.1 + 0.01*rnd.NormFloat64()
				sum += c[e][o]
			}
			tr.Points = append(tr.Points, trace.Point{Steps: 1, Gate: [][][]float64{g}, Cost: &trace.Cost{Mean: [][][]float64{c}},
				Search: &trace.Split{N: 1000, Correct: int(500 - sign*1000*sum)}})
		}
		agree, reward, cost := rewardAndCost(tr)
		if agree*sign < 0.8 || reward < 0.7 || cost < 0.9 {
			t.Errorf("sign %v: agreement %v, reliabilities %v and %v", sign, agree, reward, cost)
		}
	}
}

// The memory of a spec is what its supernet's plan says, and fewer operations take less.
func TestBoundedArmsKeepTheBound(t *testing.T) {
	base := BoundedBase()
	full, one, err := search.Memory(base, nil)
	if err != nil {
		t.Fatal(err)
	}
	bound := one + (full-one)/4
	arms, fits, err := boundedArms(base, bound)
	if err != nil {
		t.Fatal(err)
	}
	if got, _, err := search.Memory(arms[1].spec, nil); err != nil || got > bound || fits < 2 || fits >= len(base.Net.Ops) {
		t.Errorf("%d operations take %d bytes of %d: %v", fits, got, bound, err)
	}
	more := arms[1].spec
	more.Net.Ops = base.Net.Ops[:fits+1]
	if got, _, err := search.Memory(more, nil); err != nil || got <= bound {
		t.Errorf("%d operations take %d bytes, and would fit too: %v", fits+1, got, err)
	}
	prob := [][][]float64{make([][]float64, 5)}
	for e := range prob[0] {
		prob[0][e] = []float64{0, 1, 0, 0, 0, 0, 0, 0}
	}
	if got, _, err := search.Memory(base, prob); err != nil || got >= one {
		t.Errorf("skip connections alone take %d bytes, sampling any one %d: %v", got, one, err)
	}
}
