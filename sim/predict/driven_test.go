package predict

import (
	"math"
	"testing"

	"edgewise/sim/spec"
	"edgewise/sim/trace"
	"edgewise/theory/cost"
)

func softmaxOf(a []float64) []float64 {
	p := make([]float64, len(a))
	cost.Softmax(p, a)
	return p
}

// scored compares a prediction with the trace it was made for.
func scored(t testing.TB, pred *trace.Trace, err error, obs *trace.Trace) Score {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	s, err := Compare(pred, obs)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func driven(t testing.TB, tr *trace.Trace, window int, o DrivenOptions) Score {
	t.Helper()
	p, err := Driven(tr, window, o)
	return scored(t, p, err, tr)
}

// P5.11 on simulated searches: windows of 100 steps carry the trajectory, their
// means alone do not. SNAS has the noise of its soft samples on top, which no
// moment of the costs holds.
func TestDrivenFollowsSimulatedSearches(t *testing.T) {
	floor := map[string]float64{"snas": .9, "snas two kinds": .85}
	for name, s := range variants(3000) {
		if s.Alpha.Optimiser == spec.SGD {
			s.Alpha.Rate = .5
		}
		tr := simulate(t, s)
		got := driven(t, tr, 100, DrivenOptions{})
		want := floor[name]
		if want == 0 {
			want = .97
		}
		if got.Pooled.Varies && !(got.Pooled.Value >= want) {
			t.Errorf("%s: R2 %v, want %v", name, got.Pooled, want)
		}
		if name == "random" && (got.Pooled.Value < .999999 || got.Kinds[0].Edge[0].Varies) {
			t.Errorf("random search: %+v", got.Pooled)
		}
		if s.Algorithm == spec.Random || s.Alpha.Optimiser == spec.SGD || len(s.Edges) > 0 {
			continue
		}
		if m := driven(t, tr, 100, DrivenOptions{MeansOnly: true}); !(m.Pooled.Value < .6) {
			t.Errorf("%s: means alone reach R2 %v", name, m.Pooled)
		}
	}
}

// SGD is linear in the gradient: means alone do as well as all moments.
func TestMeansSufficeUnderSGD(t *testing.T) {
	tr := simulate(t, variants(500)["darts sgd"])
	a, b := driven(t, tr, 50, DrivenOptions{}), driven(t, tr, 50, DrivenOptions{MeansOnly: true})
	if a.Pooled != b.Pooled {
		t.Errorf("R2 %v with all moments, %v with means", a.Pooled, b.Pooled)
	}
}

// Windows of one step with soft gates are the search itself.
func TestDrivenWithWindowsOfOneStepIsReplay(t *testing.T) {
	for _, name := range []string{"darts", "darts restricted", "darts sgd"} {
		if s := driven(t, simulate(t, variants(300)[name]), 1, DrivenOptions{}); !(s.Pooled.RMSE < 1e-12) {
			t.Errorf("%s: rmse %v", name, s.Pooled.RMSE)
		}
	}
}

func TestDrivenSeesMutations(t *testing.T) {
	mutations := map[string]func(*trace.Trace){
		"sign of the costs": func(tr *trace.Trace) { eachCost(tr, func(c float64) float64 { return -c }) },
		"weight decay":      func(tr *trace.Trace) { tr.Manifest.Spec.Alpha.WeightDecay = .1 },
		"estimator":         func(tr *trace.Trace) { tr.Manifest.Spec.Estimator = spec.PerEdge },
		"warm-up": func(tr *trace.Trace) {
			for i := range tr.Points[:1000] {
				tr.Points[i].AlphaRate = 0
			}
		},
	}
	fast := variants(2000)["dsnas summed-log"]
	fast.Alpha.Rate = 1e-2 // far from uniform, where the estimators differ
	good := driven(t, simulate(t, fast), 100, DrivenOptions{})
	for name, do := range mutations {
		tr := simulate(t, fast)
		do(tr)
		if s := driven(t, tr, 100, DrivenOptions{}); !(s.Pooled.RMSE > 1.5*good.Pooled.RMSE) {
			t.Errorf("%s: rmse %v against %v unchanged", name, s.Pooled.RMSE, good.Pooled.RMSE)
		}
	}
}

// A window does not reach over the step at which alpha starts to move, and the
// points are those of the windows and the end.
func TestWindowsStopWhereAlphaStarts(t *testing.T) {
	s := testSpec(spec.DSNAS, spec.Single, 100)
	s.Alpha.Warmup = 37
	p, err := Driven(simulate(t, s), 25, DrivenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var at []int
	for _, q := range p.Points {
		at = append(at, q.Step)
	}
	want := []int{0, 25, 37, 62, 87, 100}
	if len(at) != len(want) {
		t.Fatalf("points at %v, want %v", at, want)
	}
	for i := range at {
		if at[i] != want[i] {
			t.Fatalf("points at %v, want %v", at, want)
		}
	}
	for e, row := range p.Points[2].Prob[0] {
		for o, x := range row {
			if x != p.Points[0].Prob[0][e][o] {
				t.Fatalf("alpha moved before step 37: edge %d", e)
			}
		}
	}
}

// What a window did not sample: none costs nothing; another operation keeps what
// the last window saw, or, before any sample, takes the mean of its edge.
func TestUnsampledOperations(t *testing.T) {
	tr := simulate(t, testSpec(spec.DSNAS, spec.Single, 5))
	f, err := newFrame(tr, RungDriven)
	if err != nil {
		t.Fatal(err)
	}
	c := &trace.Cost{Count: f.cube(0), Mean: f.cube(0), Square: f.cube(0)}
	for o, x := range map[int]float64{1: .2, 3: .4} {
		c.Count[0][2][o], c.Mean[0][2][o], c.Square[0][2][o] = 5, x, 2*x*x
	}
	p := &trace.Point{Steps: 10, Cost: c}
	carry := edgeMoments{mean: make([]float64, 8), square: make([]float64, 8)}
	carry.mean[4], carry.square[4] = .7, .5
	m, err := f.windowMoments(p, &carry, f.slots[2])
	if err != nil {
		t.Fatal(err)
	}
	want := edgeMoments{
		mean:   []float64{0, .2, .3, .4, .7, .3, .3, .3},
		square: []float64{0, .08, .2, .32, .5, .2, .2, .2},
	}
	for o := range want.mean {
		if math.Abs(m.mean[o]-want.mean[o]) > 1e-15 || math.Abs(m.square[o]-want.square[o]) > 1e-15 {
			t.Errorf("operation %d: moments %v, %v, want %v, %v", o, m.mean[o], m.square[o], want.mean[o], want.square[o])
		}
	}
}

func TestDrivenRefusesBadWindows(t *testing.T) {
	if _, err := Driven(simulate(t, testSpec(spec.DSNAS, spec.Single, 10)), 0, DrivenOptions{}); err == nil {
		t.Error("a window of 0 steps was accepted")
	}
}

// P5.11 on runs of the published code. The floors are the values of P5.11.
func TestDrivenFollowsThePublishedCode(t *testing.T) {
	for _, c := range []struct {
		run    string
		window int
		floor  float64
	}{
		{"D-darts-s2", 5, .9996}, {"D-darts-s2", 25, .999}, {"D-darts-s2", 100, .989}, {"D-darts-s2", 250, .965},
		{"D2-darts-overfit-s2", 25, .99},
		{"A-dsnas-s6", 94, .967},
		{"A8-dsnas-8cells-s6", 94, .986},
	} {
		tr := official(t, c.run)
		got := driven(t, tr, c.window, DrivenOptions{})
		if !(got.Pooled.Value >= c.floor) {
			t.Errorf("%s, windows of %d: R2 %v, want %v", c.run, c.window, got.Pooled, c.floor)
		}
		means := driven(t, tr, c.window, DrivenOptions{MeansOnly: true})
		if !(means.Pooled.Value < .9) {
			t.Errorf("%s, windows of %d: means alone reach R2 %v", c.run, c.window, means.Pooled)
		}
		t.Logf("%s, windows of %d: R2 %v, means alone %v", c.run, c.window, got.Pooled, means.Pooled)
	}
	// The trajectory tells the estimators apart.
	tr := official(t, "A-dsnas-s6")
	tr.Manifest.Spec.Estimator = spec.PerEdge
	if got := driven(t, tr, 94, DrivenOptions{}); !(got.Pooled.Value < .96) {
		t.Errorf("with the textbook estimator R2 %v", got.Pooled)
	}
}

// P1.1 and P1.7 on runs of the published code, recorded in float32.
func TestReplayOfThePublishedCode(t *testing.T) {
	for _, run := range []string{"D-darts-s2", "D2-darts-overfit-s2", "A-dsnas-s6", "A8-dsnas-8cells-s6"} {
		_, r, err := Replay(official(t, run))
		if err != nil {
			t.Fatal(err)
		}
		if !(r.Absolute <= 1e-5 && r.Relative <= 1e-5 && r.Prob <= 5e-6 && r.OneStep <= 2e-6) {
			t.Errorf("%s: residuals %+v", run, r)
		}
		t.Logf("%s: %+v", run, r)
	}
	tr := official(t, "A8-dsnas-8cells-s6")
	tr.Manifest.Spec.Estimator = spec.PerEdge
	if _, r, err := Replay(tr); err != nil || !(r.Prob > .05) {
		t.Errorf("the textbook estimator replays the published code to %+v, %v", r, err)
	}
}
