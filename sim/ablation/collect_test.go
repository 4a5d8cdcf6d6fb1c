package ablation

import (
	"math"
	"testing"

	"edgewise/sim/trace"
)

// The none-probability of an edge falls by the spread of the other logits alone, and
// the two parts that are measured account for all of it.
func TestLogitsAndSpreadMakeTheNoneProbability(t *testing.T) {
	s := growth(t)
	space, err := s.Space()
	if err != nil {
		t.Fatal(err)
	}
	edge := func(a ...float64) [][]float64 {
		var out [][]float64
		for range space.Cell.Edges {
			out = append(out, a)
		}
		return out
	}
	tr := &trace.Trace{Manifest: trace.Manifest{Spec: &s}}
	tr.Manifest.SetCell(space)
	nan := math.NaN()
	tr.Points = []trace.Point{
		{Alpha: [][][]float64{edge(.3, .1, .1, .1, nan, nan, nan, nan)}},
		{Alpha: [][][]float64{edge(.5, 2, -1.7, 0, nan, nan, nan, nan)}},
	}
	logit, spread := logits(tr)
	if !logit.Known || math.Abs(logit.X-.2) > 1e-12 {
		t.Errorf("none moved by .2 against the others' mean, not %v", logit)
	}
	odds := func(row []float64) float64 {
		return row[0] - math.Log(math.Exp(row[1])+math.Exp(row[2])+math.Exp(row[3]))
	}
	d := odds(tr.Points[1].Alpha[0][0]) - odds(tr.Points[0].Alpha[0][0])
	if math.Abs(d-(logit.X-spread.X)) > 1e-12 || spread.X < 0.5 {
		t.Errorf("the log odds of none moved by %v: logit %v less spread %v", d, logit, spread)
	}
}
