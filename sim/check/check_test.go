package check

import (
	"math"
	"testing"

	"edgewise/sim/spec"
	"edgewise/sim/trace"
)

// sound returns a one-cell DARTS trace of three points in which every law holds.
func sound(t *testing.T) *trace.Trace { return soundOf(t, 3) }

func soundOf(t *testing.T, points int) *trace.Trace {
	s := spec.Default()
	s.Algorithm, s.Net.Ops, s.Steps = spec.DARTS, []string{"none", "skip_connect", "sep_conv_3x3"}, 2
	space, err := s.Space()
	if err != nil {
		t.Fatal(err)
	}
	tr := &trace.Trace{Manifest: trace.Manifest{Format: trace.Format, Origin: trace.Observed, Spec: &s}}
	tr.Manifest.SetCell(space)
	for i := range points {
		p := trace.Point{Step: i, Steps: 1, AlphaRate: 0.1, Line: 10 * (i + 1)}
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
	tr.Points[points-1].Steps, tr.Points[points-1].Status = 0, trace.Complete
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
