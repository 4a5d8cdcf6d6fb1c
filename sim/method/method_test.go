package method

import (
	"slices"
	"strings"
	"testing"

	"edgewise/sim/spec"
	"edgewise/sim/trace"
	"edgewise/theory/cell"
)

func TestDefaultPlan(t *testing.T) {
	p, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	if p.Seeds < 5 || len(p.Methods) < 4 {
		t.Errorf("%d seeds of %d methods", p.Seeds, len(p.Methods))
	}
	for _, m := range p.Methods {
		if m.Source == "" || m.Formula == "" || m.Ours == "" {
			t.Errorf("%s has no source, formula or word about what is ours", m.Name)
		}
		if !m.drawn && m.Spec.Data != p.Methods[0].Spec.Data {
			t.Errorf("%s searches on other images", m.Name)
		}
	}
	for text, want := range map[string]string{
		"seeds = 0":                             "seeds is 0",
		"seeds = 1\nfirst_seed = 1\ncolour = 1": "unknown key colour",
		"seeds = 1\nfirst_seed = 1":             "no [[method]]",
		"seeds = 1\nfirst_seed = 1\n[[method]]": "random: 0 cells",
		"seeds = 1\nfirst_seed = 1\n[random]\ncells = 2\nsteps = 2\n[[method]]\nname = \"a\"\nalgorithm = \"enas\"":                                 "method[0] a: spec: algorithm is \"enas\"",
		"seeds = 1\nfirst_seed = 1\n[random]\ncells = 2\nsteps = 2\n[[method]]\nname = \"a\"\nalgorithm = \"darts\"\npredicted = { depth = \"+\" }": "predicted depth",
	} {
		if _, err := Decode("p", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// shared is a trace of one minimal cell whose edges are clamped: shares say nothing
// about which edge is strong, weights do.
func shared() *trace.Trace {
	s := spec.Default()
	s.Use(spec.PRIME)
	s.Net.Ops = []string{cell.Skip, cell.SepConv3x3}
	space, err := s.Space()
	if err != nil {
		panic(err)
	}
	t := &trace.Trace{Manifest: trace.Manifest{Spec: &s}}
	t.Manifest.SetCell(space)
	at := func(step int, status string, alpha ...[]float64) {
		p := trace.Point{Step: step, Steps: 1, Status: status, Alpha: [][][]float64{alpha}, Prob: [][][]float64{nil}}
		for _, row := range alpha {
			share := make([]float64, len(row))
			for k, x := range row {
				share[k] = x / max(row[0]+row[1], 1e-300)
			}
			p.Prob[0] = append(p.Prob[0], share)
		}
		t.Points = append(t.Points, p)
	}
	at(0, "", []float64{.5, .5}, []float64{.5, .5}, []float64{.5, .5}, []float64{.5, .5}, []float64{.5, .5})
	at(1, "", []float64{.2, .3}, []float64{.5, .5}, []float64{.5, .5}, []float64{.5, .5}, []float64{.25, .25})
	at(2, trace.Complete, []float64{.4, .6}, []float64{.5, .3}, []float64{.1, 0}, []float64{.2, .3}, []float64{.3, .3})
	t.Points[2].Steps = 0
	return t
}

func TestDeriveReadsWeightsNotShares(t *testing.T) {
	d, err := Derive(shared())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{cell.SepConv3x3, cell.Skip, "", cell.SepConv3x3, cell.Skip}
	if len(d) != 1 || !slices.Equal(d[0], want) {
		t.Errorf("derived %v, want %v", d, want)
	}
	cut := shared()
	cut.Points = cut.Points[:2]
	if _, err := Derive(cut); err == nil {
		t.Error("a cell was derived from a search that has no end")
	}
}

func TestLostWeight(t *testing.T) {
	var o Outcome
	if err := o.biases(shared()); err != nil {
		t.Fatal(err)
	}
	// at step 1 edges 0 and 4 have lost half; at the end 0, .2, .9, .5, .4
	for name, x := range map[string][2]float64{
		"growth": {o.Growth.X, .4}, "failure": {o.Failure.X, .4}, "width": {o.Width.X, .4 - .7}, "alive": {o.Alive.X, .9},
	} {
		if d := x[0] - x[1]; d > 1e-12 || d < -1e-12 {
			t.Errorf("%s is %v, want %v", name, x[0], x[1])
		}
	}
}

func TestWeightsOfACell(t *testing.T) {
	// torch: DilConv(4, 4, 3): 4*9 + 16; SepConv(4, 4, 5): 2 (4*25 + 16)
	if n := Weights([]string{cell.Skip, "", cell.DilConv3x3, cell.SepConv5x5, cell.MaxPool}, 4); n != 52+232 {
		t.Errorf("%d weights", n)
	}
}

func TestFixedTrainsOneWiring(t *testing.T) {
	p, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	j, err := p.training(Derived{{cell.SepConv3x3, "", cell.Skip, "", cell.MaxPool}}, p.Retrain, "x", 7)
	if err != nil {
		t.Fatal(err)
	}
	allowed, err := j.Spec.Allowed()
	if err != nil {
		t.Fatal(err)
	}
	for e, want := range []int{1, 0, 1, 0, 1} {
		n := 0
		for _, ok := range allowed[cell.Normal][e] {
			if ok {
				n++
			}
		}
		if n != want {
			t.Errorf("edge %d may take %d operations, want %d", e, n, want)
		}
	}
	if j.Spec.Seed != 7 || !j.Spec.Alpha.Freeze {
		t.Errorf("seed %d, alpha at rest %v", j.Spec.Seed, j.Spec.Alpha.Freeze)
	}
	if _, err := p.training(Derived{{"conv", "", "", "", ""}}, p.Retrain, "x", 7); err == nil {
		t.Error("an unknown operation was trained")
	}
}
