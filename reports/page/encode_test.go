package page

import (
	"encoding/base64"
	"encoding/binary"
	"math"
	"slices"
	"testing"

	"edgewise/sim/trace"
)

func decode16(t *testing.T, s string) []float64 {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	var out []float64
	for i := 0; i < len(b); i += 2 {
		v := math.NaN()
		if q := binary.LittleEndian.Uint16(b[i:]); q != absent {
			v = float64(q) / (absent - 1)
		}
		out = append(out, v)
	}
	return out
}

func TestGridKeepsBothEnds(t *testing.T) {
	for _, c := range [][2]int{{1, 400}, {2, 400}, {400, 400}, {15000, 400}, {401, 400}} {
		g := grid(c[0], c[1])
		if len(g) != min(c[0], c[1]) || g[0] != 0 || g[len(g)-1] != c[0]-1 || !slices.IsSorted(g) || len(slices.Compact(slices.Clone(g))) != len(g) {
			t.Errorf("grid of %d points by %d: %d moments from %d to %d", c[0], c[1], len(g), g[0], g[len(g)-1])
		}
	}
}

// Probabilities are quantised to 1/65534, predictions interpolated to the
// observed steps, absent where the prediction does not reach, and operations
// matched by name.
func TestProbabilitiesOnTheObservedGrid(t *testing.T) {
	observed := sample(t, 2, 5, 1, false)
	predicted := &trace.Trace{Manifest: observed.Manifest}
	predicted.Manifest.Ops = slices.Clone(observed.Manifest.Ops)
	slices.Reverse(predicted.Manifest.Ops)
	point := func(step int, p float64) trace.Point {
		prob := make([][]float64, len(observed.Manifest.Edges))
		for e := range prob {
			prob[e] = make([]float64, 8)
			prob[e][7] = p // none, in the reversed order
		}
		return trace.Point{Step: step, Prob: [][][]float64{prob}}
	}
	predicted.Points = []trace.Point{point(1, 0.2), point(3, 0.8)}
	d, err := encodeRun(Run{Observed: observed, Predicted: []Prediction{{"law", predicted}}}, 400)
	if err != nil {
		t.Fatal(err)
	}
	at := func(v []float64, step, e, o int) float64 { return v[(step*5+e)*8+o] }
	obs, pred := decode16(t, d.Prob), decode16(t, d.Predicted[0].Prob)
	for step := range 5 {
		for e := range 5 {
			for o := range 8 {
				if d := math.Abs(at(obs, step, e, o) - observed.Points[step].Prob[0][e][o]); d > 0.5/65534 {
					t.Fatalf("step %d, edge %d, op %d is %v off", step, e, o, d)
				}
			}
		}
		want := []float64{math.NaN(), 0.2, 0.5, 0.8, math.NaN()}[step]
		if got := at(pred, step, 2, 0); math.IsNaN(got) != math.IsNaN(want) || math.Abs(got-want) > 1e-4 {
			t.Errorf("predicted none at step %d: %v, want %v", step, got, want)
		}
	}
}

// The mean cost of a window is that of its points, weighted with their steps,
// and a trace without costs has none.
func TestCostsAreAveragedBetweenMoments(t *testing.T) {
	tr := sample(t, 2, 5, 1, false)
	for i := range tr.Points {
		p := &tr.Points[i]
		p.EdgeCost = [][]float64{{float64(i), 0, 0, 0, 0}}
		p.Steps = 1 + i
	}
	b, err := base64.StdEncoding.DecodeString(costs(tr, []int{0, 2, 4}))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{2.0 / 3, (2*3 + 3*4) / 7.0, 4} {
		if got := math.Float32frombits(binary.LittleEndian.Uint32(b[i*20:])); math.Abs(float64(got)-want) > 1e-6 {
			t.Errorf("window %d: %v, want %v", i, got, want)
		}
	}
	for i := range tr.Points {
		tr.Points[i].EdgeCost, tr.Points[i].Cost = nil, nil
	}
	if s := costs(tr, []int{0, 4}); s != "" {
		t.Errorf("costs of a trace without any: %q", s)
	}
}
