package check

import (
	"math"
	"strconv"
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

// Probabilities that a table rounds to six significant digits sum to 1 as well as that.
func TestSignificantDigitsAreNoDamage(t *testing.T) {
	tr := sound(t)
	for i := range tr.Points {
		for _, row := range tr.Points[i].Prob[0] {
			for o, v := range row {
				row[o], _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 6, 64), 64)
			}
			row[0] *= 0.1 // a probability of seven places
			row[0], _ = strconv.ParseFloat(strconv.FormatFloat(row[0], 'g', 6, 64), 64)
			row[1], _ = strconv.ParseFloat(strconv.FormatFloat(1-row[0]-row[2], 'g', 6, 64), 64)
		}
		tr.Points[i].Alpha = nil
	}
	if r := Trace(tr); len(r.Findings) > 0 {
		t.Errorf("%+v", r.Findings)
	}
	tr.Points[1].Prob[0][2][1] -= 1e-4
	if r := Trace(tr); r.Worst() != Error {
		t.Errorf("a probability that is off by 1e-4 passes: %+v", r.Findings)
	}
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
