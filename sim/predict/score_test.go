package predict

import (
	"math"
	"strings"
	"testing"

	"edgewise/sim/spec"
	"edgewise/sim/trace"
)

// fromNone makes a trace of the minimal cell with ops none, skip, max pool from
// none-probabilities [point][edge]; steps are 10 apart.
func fromNone(t testing.TB, q [][]float64) *trace.Trace {
	s := testSpec(spec.DSNAS, spec.Single, 100)
	s.Net.Ops = s.Net.Ops[:3]
	space, err := s.Space()
	if err != nil {
		t.Fatal(err)
	}
	tr := &trace.Trace{Manifest: trace.Manifest{Spec: &s, Origin: trace.Observed, Name: "by hand"}}
	tr.Manifest.SetCell(space)
	for i, row := range q {
		p := blank(&trace.Point{Step: 10 * i, Steps: 10, AlphaRate: 1e-3})
		var prob, alpha [][]float64
		for _, x := range row {
			r := []float64{x, (1 - x) / 2, (1 - x) / 2}
			prob = append(prob, r)
			alpha = append(alpha, []float64{math.Log(r[0]), math.Log(r[1]), math.Log(r[2])})
		}
		p.Prob, p.Alpha = [][][]float64{prob}, [][][]float64{alpha}
		tr.Points = append(tr.Points, p)
	}
	return tr
}

var seen = [][]float64{
	{.3, .3, .3, .3, .3},
	{.4, .3, .2, .3, .5},
	{.1, .3, .1, .2, .7},
}

func TestScoreByHand(t *testing.T) {
	obs := fromNone(t, seen)
	perfect := scored(t, fromNone(t, seen), nil, obs)
	if perfect.Pooled.Value != 1 || perfect.Pooled.RMSE != 0 || perfect.Kinds[0].NoneAgrees != 1 || !perfect.Kinds[0].GapAgrees || math.Abs(perfect.Kinds[0].Spearman.X-1) > 1e-12 {
		t.Errorf("a trace against itself: %+v", perfect)
	}
	if e := perfect.Kinds[0].Edge[1]; e.Varies || e.Value != 0 || !strings.Contains(e.String(), "do not vary") {
		t.Errorf("edge 1 does not vary, its R2 is %+v", e)
	}
	// The mean of the 15 observations, 4.6/15, explains nothing.
	mean := 4.6 / 15
	flat := [][]float64{{mean, mean, mean, mean, mean}, {mean, mean, mean, mean, mean}, {mean, mean, mean, mean, mean}}
	s := scored(t, fromNone(t, flat), nil, obs)
	if math.Abs(s.Pooled.Value) > 1e-12 || s.Pooled.N != 15 {
		t.Errorf("the mean has R2 %+v", s.Pooled)
	}
	if s.Kinds[0].Spearman.Known || s.Kinds[0].NoneAgrees != .8 || s.Kinds[0].GapAgrees {
		t.Errorf("flat prediction: %+v", s.Kinds[0])
	}
	// Off by .1 everywhere: SSE = .15, SST = 1.80 - 15 mean^2.
	var off [][]float64
	for _, row := range seen {
		var r []float64
		for _, x := range row {
			r = append(r, x+.1)
		}
		off = append(off, r)
	}
	s = scored(t, fromNone(t, off), nil, obs)
	sst := -15 * mean * mean
	for _, row := range seen {
		for _, x := range row {
			sst += x * x
		}
	}
	if want := 1 - .15/sst; math.Abs(s.Pooled.Value-want) > 1e-12 || math.Abs(s.Pooled.RMSE-.1) > 1e-12 {
		t.Errorf("R2 %+v, want %v", s.Pooled, want)
	}
}

// Points are matched by step, whatever their number.
func TestScoreMatchesSteps(t *testing.T) {
	obs := fromNone(t, seen)
	pred := fromNone(t, seen)
	pred.Points = pred.Points[1:]
	if s := scored(t, pred, nil, obs); s.Points != 2 || s.Pooled.RMSE != 0 {
		t.Errorf("%+v", s)
	}
	pred.Points[0].Step = 11
	if s := scored(t, pred, nil, obs); s.Points != 1 {
		t.Errorf("%d points in common, want 1", s.Points)
	}
	pred.Points = pred.Points[:1]
	if _, err := Compare(pred, obs); err == nil || !strings.Contains(err.Error(), "no step is in both") {
		t.Errorf("error %v", err)
	}
}

func TestScoreRefusesOtherShapes(t *testing.T) {
	obs := fromNone(t, seen)
	for want, do := range map[string]func(*trace.Trace){
		"kinds":      func(tr *trace.Trace) { tr.Manifest.Kinds = []string{"reduce"} },
		"edges":      func(tr *trace.Trace) { tr.Manifest.Edges = tr.Manifest.Edges[:4] },
		"operations": func(tr *trace.Trace) { tr.Manifest.Ops = []string{"none", "max_pool_3x3", "skip_connect"} },
	} {
		pred := fromNone(t, seen)
		do(pred)
		if _, err := Compare(pred, obs); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v", want, err)
		}
	}
	without := fromNone(t, seen)
	without.Manifest.Ops = []string{"avg_pool_3x3", "skip_connect", "max_pool_3x3"}
	if _, err := Compare(without, without); err == nil || !strings.Contains(err.Error(), "no none") {
		t.Errorf("error %v", err)
	}
}

func TestNullPredictors(t *testing.T) {
	obs := fromNone(t, seen)
	uniform, err := Uniform(obs)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range uniform.NoneProb(0) {
		for _, x := range p {
			if math.Abs(x-1./3) > 1e-15 {
				t.Fatalf("uniform predicts %v", p)
			}
		}
	}
	same, err := Same(obs)
	if err != nil {
		t.Fatal(err)
	}
	if q := same.NoneProb(0); math.Abs(q[1][0]-.34) > 1e-12 || math.Abs(q[2][4]-.28) > 1e-12 {
		t.Errorf("same predicts %v", q)
	}
	depth, err := Depth(obs)
	if err != nil {
		t.Fatal(err)
	}
	// (2,3) is the only edge of depth 1: the regression meets it exactly.
	if q := depth.NoneProb(0); math.Abs(q[2][4]-.7) > 1e-12 || math.Abs(q[2][0]-.175) > 1e-12 {
		t.Errorf("depth predicts %v", q)
	}
	a, b := scored(t, same, nil, obs), scored(t, depth, nil, obs)
	if !(b.Pooled.Value > a.Pooled.Value && a.Pooled.Value >= scored(t, uniform, nil, obs).Pooled.Value) {
		t.Errorf("in hindsight depth %v, same %v", b.Pooled, a.Pooled)
	}
	// Fitted on another run, nothing of this one is seen.
	other := fromNone(t, [][]float64{{.2, .2, .2, .2, .2}, {.3, .3, .3, .3, .8}})
	fit, err := Depth(obs, other)
	if err != nil {
		t.Fatal(err)
	}
	if q := fit.NoneProb(0); math.Abs(q[0][3]-.2) > 1e-12 || math.Abs(q[2][4]-.8) > 1e-12 || math.Abs(q[2][1]-.3) > 1e-12 {
		t.Errorf("fitted on another run: %v", q)
	}
	if !strings.Contains(fit.Manifest.Notes[len(fit.Manifest.Notes)-1], "1 other runs") || fit.Manifest.Origin != trace.Predicted {
		t.Errorf("manifest %+v", fit.Manifest)
	}
	obs.Manifest.Spec = nil // imported logs have null predictors too
	if _, err := Same(obs); err != nil {
		t.Errorf("without a spec: %v", err)
	}
	obs.Manifest.Ops = []string{"avg_pool_3x3", "skip_connect", "max_pool_3x3"}
	if _, err := Same(obs); err == nil {
		t.Error("a space without none was accepted")
	}
}
