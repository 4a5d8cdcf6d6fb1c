package check

import (
	"math"
	"strings"
	"testing"

	"edgewise/sim/spec"
	"edgewise/sim/trace"
)

// sound returns a three-point one-cell DARTS trace in which every law holds.
func sound(t *testing.T) *trace.Trace {
	s := spec.Default()
	s.Algorithm, s.Net.Ops, s.Steps = spec.DARTS, []string{"none", "skip_connect", "sep_conv_3x3"}, 2
	space, err := s.Space()
	if err != nil {
		t.Fatal(err)
	}
	tr := &trace.Trace{Manifest: trace.Manifest{Format: trace.Format, Origin: trace.Observed, Spec: &s}}
	tr.Manifest.SetCell(space)
	for i := range 3 {
		p := trace.Point{Step: i, Steps: 1, AlphaRate: 0.1}
		var alpha, prob, mean, count [][]float64
		edge := make([]float64, 5)
		for e := range 5 {
			a := []float64{0.1 * float64(i), 0.2, float64(e) / 10}
			var z [3]float64
			sum := 0.0
			for o, v := range a {
				z[o] = math.Exp(v)
				sum += z[o]
			}
			for o := range z {
				z[o] /= sum
			}
			c := []float64{0, 0.3 - float64(e)/7, 0.1 * float64(e+i)}
			edge[e] = z[1]*c[1] + z[2]*c[2]
			alpha, prob, mean, count = append(alpha, a), append(prob, z[:]), append(mean, c), append(count, []float64{1, 1, 1})
		}
		p.Alpha, p.Prob = [][][]float64{alpha}, [][][]float64{prob}
		p.Cost = &trace.Cost{Count: [][][]float64{count}, Mean: [][][]float64{mean}}
		p.EdgeCost, p.SkipCost = [][]float64{edge}, []float64{prob[4][1] * mean[4][1]}
		gap := edge[0] + edge[1] + edge[2] + edge[3] + edge[4] - p.SkipCost[0]
		p.Train = &trace.Split{N: 64, Correct: 32, Loss: 2 + gap, Entropy: 2}
		tr.Points = append(tr.Points, p)
	}
	tr.Points[2].Steps, tr.Points[2].Status = 0, trace.Complete
	return tr
}

func TestSoundTraceHasNoFindings(t *testing.T) {
	r := Trace(sound(t))
	if len(r.Findings) > 0 || len(r.Residuals) != 3 {
		t.Fatalf("%+v", r)
	}
	for _, v := range r.Residuals {
		if v.Max > 1e-12 {
			t.Errorf("%s: residual %g on a trace where it holds exactly", v.Law, v.Max)
		}
	}
}

// Each way of breaking the trace must be named.
func TestWhatIsBrokenIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		spoil    func(*trace.Trace)
		severity Severity
		want     string
	}{
		"sign of a cost":     {func(t *trace.Trace) { t.Points[1].EdgeCost[0][3] *= -1 }, Warning, "last cell: costs sum to L - H"},
		"no skip term":       {func(t *trace.Trace) { t.Points[0].SkipCost[0] = 0 }, Warning, "last cell: costs sum to L - H"},
		"L instead of L - H": {func(t *trace.Trace) { t.Points[0].Train.Entropy = 0 }, Warning, "last cell: costs sum to L - H"},
		"prob of no edge":    {func(t *trace.Trace) { t.Points[1].Prob[0][2][0] += 0.1 }, Error, "probabilities sum to 1"},
		"negative prob": {func(t *trace.Trace) {
			t.Points[1].Prob[0][2][0] -= 1
			t.Points[1].Prob[0][2][1] += 1
		}, Error, "probabilities sum to 1"},
		"alpha of another step": {func(t *trace.Trace) { t.Points[0].Alpha = t.Points[1].Alpha }, Error, "prob = softmax(alpha)"},
		"a missing step":        {func(t *trace.Trace) { t.Points = append(t.Points[:1], t.Points[2]) }, Error, "step 2 follows where step 1 was due"},
		"a repeated step":       {func(t *trace.Trace) { t.Points[1].Step = 0 }, Error, "step 0 follows where step 1 was due"},
		"no end":                {func(t *trace.Trace) { t.Points = t.Points[:2] }, Warning, "does not end"},
		"NaN loss":              {func(t *trace.Trace) { t.Points[1].Train.Loss = math.NaN() }, Error, "train loss or entropy is not a number"},
		"NaN cost":              {func(t *trace.Trace) { t.Points[1].Cost.Mean[0][0][1] = math.Inf(1) }, Error, "a cost is not a number"},
		"divergence":            {func(t *trace.Trace) { t.Points[2].Status = "step 2: the search diverged" }, Error, "it ended with"},
		"frozen alpha": {func(t *trace.Trace) {
			t.Points[1].Alpha, t.Points[2].Alpha = t.Points[0].Alpha, t.Points[0].Alpha
			t.Points[1].Prob, t.Points[2].Prob = t.Points[0].Prob, t.Points[0].Prob
		}, Error, "alpha never moves"},
		"dead supernet": {func(t *trace.Trace) {
			for e := range t.Points[1].Cost.Mean[0] {
				clear(t.Points[1].Cost.Mean[0][e])
			}
		}, Error, "every cost is exactly zero"},
		"nothing": {func(t *trace.Trace) { t.Points = nil }, Error, "no points"},
	} {
		t.Run(name, func(t *testing.T) {
			tr := sound(t)
			c.spoil(tr)
			r := Trace(tr)
			for _, f := range r.Findings {
				if strings.Contains(f.What, c.want) && f.Severity == c.severity && f.Means != "" {
					return
				}
			}
			t.Errorf("%q (%v) is not among %+v", c.want, c.severity, r.Findings)
		})
	}
}
