package figure

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"testing"

	"edgewise/reports/table"
)

// figures are one of each kind.
func figures(t *testing.T) map[string]*Figure {
	t.Helper()
	out := map[string]*Figure{}
	add := func(name string, f *Figure, err error) {
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		f.Name = name
		out[name] = f
	}
	small, large := sample(2, 300, 1), sample(4, 800, 2)
	rungs := []Prediction{{"driven", sample(2, 290, 3)}, {"law", sample(2, 200, 4)}}
	f, err := NoneProbability(small, 0, rungs[:1]...)
	add("none_small", f, err)
	f, err = NoneProbability(small, 0, rungs...)
	add("none_two", f, err)
	f, err = NoneProbability(large, 1, Prediction{"driven", sample(4, 700, 5)})
	add("none_large", f, err)
	f, err = NoneProbability(small, 0)
	add("none_alone", f, err)
	f, err = EdgeCost(small, 0)
	add("cost_small", f, err)
	f, err = EdgeCost(large, 0)
	add("cost_large", f, err)
	f, err = Losses(small)
	add("losses", f, err)
	f, err = HeatMap(large, 0, Alpha, 0, 4000, 8000)
	add("heat_alpha", f, err)
	f, err = HeatMap(small, 0, Prob, 1500)
	add("heat_prob", f, err)
	f, err = Chart("chart", "A map.", Axis{"rate", []float64{1e-4, 1e-3, 1e-2}}, Axis{"prior", []float64{.1, .9}}, 0, 1,
		[]string{"(0,2)", "(2,3)"}, [][][]float64{{{0, .5, 1}, {.2, .3, math.NaN()}}, {{1, 1, 1}, {0, 0, 0}}})
	add("chart", f, err)
	var flows []Flow
	for _, c := range []float64{-0.1, 0.05, 0.2} {
		flows = append(flows, Flow{fmt.Sprintf("C = %g", c), func(d float64) float64 {
			p := 1 / (1 + math.Exp(-d))
			return -p*(1-p)*c - 0.01*d
		}})
	}
	f, err = PhasePortrait("Gap of two parameters under three costs.", -6, 6, flows...)
	add("phase_portrait", f, err)
	spiral := func(x, y float64) (float64, float64) { return -0.3*x - y, x - 0.3*y }
	var path Path
	for x, y := 1.8, 0.0; len(path.X) < 200; {
		path.X, path.Y = append(path.X, x), append(path.Y, y)
		dx, dy := spiral(x, y)
		x, y = x+0.05*dx, y+0.05*dy
	}
	path.Label = "predicted"
	f, err = PhasePlane("Two gaps.", Plane{"D of (0,2)", "D of (2,3)", -2, 2, -2, 2, spiral}, path)
	add("phase_plane", f, err)
	var pairs []Pair
	for i := range 60 {
		x := float64(i%30) / 30
		pairs = append(pairs, Pair{x, x + 0.05*math.Sin(float64(i*i)), []string{"driven", "law"}[i/30]})
	}
	f, err = Calibration("Predicted and observed.", "none-probability", pairs)
	add("calibration", f, err)
	estimate := func(mean, half float64) *table.Estimate { e := table.Symmetric(mean, half, 5); return &e }
	f, err = Forest("Ablations.", "change of the share of failed edges", 0, []Effect{
		{"cost assignment", nil}, {"no skip_connect", estimate(-0.21, 0.08)}, {"cost of none = 0.1", estimate(0.034, 0.052)},
		{"optimiser", nil}, {"SGD, no momentum", estimate(0.41, 0.12)}, {"one seed only", &table.Estimate{Mean: 0.1, Lo: math.NaN(), Hi: math.NaN(), N: 1}},
	})
	add("forest", f, err)
	return out
}

func TestEveryFormatIsTheSameBytesTwice(t *testing.T) {
	first, second := figures(t), figures(t)
	for name, f := range first {
		for _, format := range []Format{SVG, PDF, PNG, PGF, TeX} {
			if format == PNG && name != "none_small" && name != "forest" {
				continue // slow to draw, and the same code
			}
			var a, b bytes.Buffer
			if err := f.Encode(&a, format); err != nil {
				t.Fatal(err)
			}
			if err := second[name].Encode(&b, format); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(a.Bytes(), b.Bytes()) {
				t.Errorf("%s.%s differs when it is written again", name, format)
			}
			if a.Len() < 500 {
				t.Errorf("%s.%s has %d bytes only", name, format, a.Len())
			}
		}
		if dir := os.Getenv("EDGEWISE_FIGURE_DIR"); dir != "" {
			if err := f.Save(dir, SVG, PDF, PNG, PGF, TeX); err != nil {
				t.Fatal(err)
			}
		}
	}
}
