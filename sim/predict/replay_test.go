package predict

import (
	"errors"
	"math"
	"strings"
	"testing"

	"edgewise/sim/spec"
	"edgewise/sim/trace"
)

// variants are the searches that every rung has to know.
func variants(steps int) map[string]spec.Spec {
	v := map[string]spec.Spec{
		"darts":          testSpec(spec.DARTS, spec.Single, steps),
		"darts bi-level": testSpec(spec.DARTS, spec.Bilevel, steps),
		"snas":           testSpec(spec.SNAS, spec.Single, steps),
		"dsnas":          testSpec(spec.DSNAS, spec.Single, steps),
		"random":         testSpec(spec.Random, spec.Single, steps),
	}
	s := testSpec(spec.DSNAS, spec.Single, steps)
	s.Estimator = spec.SummedLog
	v["dsnas summed-log"] = s
	v["dsnas restricted"] = restricted(s)
	v["darts restricted"] = restricted(testSpec(spec.DARTS, spec.Single, steps))
	v["snas two kinds"] = twoKinds(testSpec(spec.SNAS, spec.Single, steps))
	v["dsnas two kinds"] = twoKinds(s)
	s = testSpec(spec.DARTS, spec.Single, steps)
	s.Alpha.Optimiser, s.Alpha.Rate = spec.SGD, 5
	v["darts sgd"] = s
	s = testSpec(spec.DSNAS, spec.Single, steps)
	s.Alpha.Warmup = steps / 4
	v["dsnas warm-up"] = s
	return v
}

func simulate(t testing.TB, s spec.Spec) *trace.Trace {
	space, err := s.Space()
	if err != nil {
		t.Fatal(err)
	}
	return simulated{spec: s, costs: noisyCosts(len(space.Cell.Edges), len(space.Ops), .05)}.record(t)
}

// P1.1-P1.3, P1.7: the recorded costs give back every alpha step to rounding.
func TestReplayIsExact(t *testing.T) {
	for name, s := range variants(400) {
		tr := simulate(t, s)
		pred, r, err := Replay(tr)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !(r.Absolute <= 1e-12 && r.OneStep <= 1e-12 && r.Relative <= 1e-12 && r.Prob <= 1e-12) {
			t.Errorf("%s: residuals %+v", name, r)
		}
		want := 400
		switch name {
		case "random":
			want = 0
		case "dsnas warm-up":
			want = 300
		}
		if r.Steps != want {
			t.Errorf("%s: %d steps replayed, want %d", name, r.Steps, want)
		}
		if len(pred.Points) != len(tr.Points) || pred.Manifest.Origin != trace.Predicted || pred.Manifest.Rung != RungReplay {
			t.Errorf("%s: %d points, manifest %+v", name, len(pred.Points), pred.Manifest)
		}
		last, seen := pred.Points[len(pred.Points)-1], tr.Points[len(tr.Points)-1]
		if last.Status != trace.Complete || last.Step != seen.Step || last.Steps != 0 {
			t.Errorf("%s: last point %+v", name, last)
		}
		for k := range last.Prob {
			for e := range last.Prob[k] {
				for o, p := range last.Prob[k][e] {
					if math.Abs(p-seen.Prob[k][e][o]) > 1e-12 || math.IsNaN(last.Alpha[k][e][o]) != math.IsNaN(seen.Alpha[k][e][o]) {
						t.Fatalf("%s: edge %d op %d: p %v, alpha %v; recorded %v, %v", name, e, o, p, last.Alpha[k][e][o], seen.Prob[k][e][o], seen.Alpha[k][e][o])
					}
				}
			}
		}
	}
}

// Each line is a wrong view of the search; the residual must show it.
func TestReplaySeesMutations(t *testing.T) {
	mutations := []struct {
		name, of string
		do       func(*trace.Trace)
	}{
		{"sign of the costs", "darts", func(tr *trace.Trace) { eachCost(tr, func(c float64) float64 { return -c }) }},
		{"no weight decay", "dsnas", func(tr *trace.Trace) { tr.Manifest.Spec.Alpha.WeightDecay = 0 }},
		{"half the rate", "dsnas", func(tr *trace.Trace) {
			for i := range tr.Points {
				tr.Points[i].AlphaRate /= 2
			}
		}},
		{"beta1", "darts", func(tr *trace.Trace) { tr.Manifest.Spec.Alpha.Beta1 = .9 }},
		{"beta2", "darts", func(tr *trace.Trace) { tr.Manifest.Spec.Alpha.Beta2 = .99 }},
		{"the other estimator", "dsnas", func(tr *trace.Trace) { tr.Manifest.Spec.Estimator = spec.SummedLog }},
		{"the other estimator", "dsnas summed-log", func(tr *trace.Trace) { tr.Manifest.Spec.Estimator = spec.PerEdge }},
		{"darts for snas", "snas", func(tr *trace.Trace) { tr.Manifest.Spec.Algorithm = spec.DARTS }},
		{"snas for darts", "darts", func(tr *trace.Trace) {
			tr.Manifest.Spec.Algorithm = spec.SNAS
			for i := range tr.Points {
				tr.Points[i].Gate, tr.Points[i].Temperature = tr.Points[i].Prob, .9
			}
		}},
		{"costs one step late", "darts", func(tr *trace.Trace) {
			for i := len(tr.Points) - 2; i > 0; i-- {
				tr.Points[i].Cost = tr.Points[i-1].Cost
			}
		}},
		{"warm-up forgotten", "dsnas warm-up", func(tr *trace.Trace) {
			for i := range tr.Points {
				tr.Points[i].AlphaRate = tr.Manifest.Spec.Alpha.Rate
			}
		}},
		{"one kind's costs for both", "snas two kinds", func(tr *trace.Trace) {
			for i := range tr.Points {
				if c := tr.Points[i].Cost; c != nil {
					c.Mean[1] = c.Mean[0]
				}
			}
		}},
		{"a constant added to the costs", "dsnas", func(tr *trace.Trace) { eachCost(tr, func(c float64) float64 { return c + .01 }) }},
	}
	for _, m := range mutations {
		tr := simulate(t, variants(200)[m.of])
		m.do(tr)
		if _, r, err := Replay(tr); err == nil && !(r.Absolute > 1e-4 && r.OneStep > 1e-5) {
			t.Errorf("%s (%s): residuals %+v do not show it", m.name, m.of, r)
		}
	}
	// Soft gates have a gauge: a constant on all operations of an edge moves
	// nothing (P1.1).
	tr := simulate(t, variants(200)["darts"])
	eachCost(tr, func(c float64) float64 { return c + .01 })
	if _, r, err := Replay(tr); err != nil || r.Absolute > 1e-9 {
		t.Errorf("gauge: residuals %+v, %v", r, err)
	}
}

func eachCost(tr *trace.Trace, f func(float64) float64) {
	for i := range tr.Points {
		if c := tr.Points[i].Cost; c != nil {
			for k := range c.Mean {
				for e := range c.Mean[k] {
					for o := range c.Mean[k][e] {
						c.Mean[k][e][o] = f(c.Mean[k][e][o])
					}
				}
			}
		}
	}
}

func TestRungsNameWhatIsMissing(t *testing.T) {
	base := func() *trace.Trace {
		s := testSpec(spec.DSNAS, spec.Single, 20)
		return simulated{spec: s, costs: noisyCosts(5, 8, .05), gaps: func(int) (float64, float64) { return 1, 1.2 }}.record(t)
	}
	cases := []struct {
		name     string
		do       func(*trace.Trace)
		possible string // initial letters of the rungs that remain
		what     string
	}{
		{"complete", func(*trace.Trace) {}, "replay driven law-step law blind", ""},
		{"no spec", func(tr *trace.Trace) { tr.Manifest.Spec = nil }, "", "no spec"},
		{"no points", func(tr *trace.Trace) { tr.Points = nil }, "blind", "no points"},
		{"no alpha", func(tr *trace.Trace) { tr.Points[0].Alpha = nil }, "blind", "alpha of its first point"},
		{"no gates", func(tr *trace.Trace) { tr.Points[3].Gate = nil }, "driven law blind", "point 3 (step 3): field gate"},
		{"no costs", func(tr *trace.Trace) { tr.Points[3].Cost = nil }, "law-step law blind", "field cost"},
		{"no losses", func(tr *trace.Trace) { tr.Points[3].Train = nil }, "replay driven blind", "of the train split"},
		{"no stack", func(tr *trace.Trace) { tr.Manifest.Stack = nil }, "replay driven blind", "field stack"},
		{"windows", func(tr *trace.Trace) { *tr = *tr.Coarsen(5) }, "driven law blind", "covers 5 steps"},
		{"means only", func(tr *trace.Trace) { *tr = *tr.Coarsen(5); tr.Points[1].Cost.Square = nil }, "law blind", "cost_square"},
		{"a step left out", func(tr *trace.Trace) { tr.Points = append(tr.Points[:4], tr.Points[5:]...) }, "driven law blind", "end at step 4"},
	}
	for _, c := range cases {
		tr := base()
		c.do(tr)
		var ok []string
		said := ""
		for _, r := range Rungs(tr) {
			if r.OK {
				ok = append(ok, r.Rung)
				continue
			}
			var m *MissingError
			if !errors.As(r.Err, &m) || m.Rung != r.Rung || m.Hint == "" {
				t.Errorf("%s: rung %s: error %v names no content", c.name, r.Rung, r.Err)
			}
			said += r.Err.Error() + "\n"
		}
		if got := strings.Join(ok, " "); got != c.possible || !strings.Contains(said, c.what) {
			t.Errorf("%s: possible %q, want %q; errors %s", c.name, got, c.possible, said)
		}
		if _, _, err := Replay(tr); (err == nil) != strings.Contains(c.possible, "replay") {
			t.Errorf("%s: replay says %v", c.name, err)
		}
		if _, err := Driven(tr, 5, DrivenOptions{}); (err == nil) != strings.Contains(c.possible, "driven") {
			t.Errorf("%s: driven says %v", c.name, err)
		}
		if _, err := LawStep(tr, Law{}); (err == nil) != strings.Contains(c.possible, "law-step") {
			t.Errorf("%s: law-step says %v", c.name, err)
		}
	}
}

func TestReplayNamesBadNumbers(t *testing.T) {
	tr := simulate(t, testSpec(spec.DARTS, spec.Single, 20))
	tr.Points[7].Cost.Mean[0][4][2] = math.NaN()
	if _, _, err := Replay(tr); err == nil || !strings.Contains(err.Error(), "step 7: the cost of edge (2,3), max_pool_3x3, is NaN") {
		t.Errorf("error %v", err)
	}
	tr = simulate(t, testSpec(spec.DSNAS, spec.Single, 20))
	tr.Points[7].Gate[0][4] = []float64{.5, .5, 0, 0, 0, 0, 0, 0}
	if _, _, err := Replay(tr); err == nil || !strings.Contains(err.Error(), "step 7: gate of edge 4") {
		t.Errorf("error %v", err)
	}
}
