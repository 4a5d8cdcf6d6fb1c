package spec

import (
	"fmt"
	"strings"

	"edgewise/theory/cell"
)

// A Named spec is one of the experiments of the paper (arXiv 2009.01272), at a
// scale that two cores finish in minutes.
type Named struct {
	Spec  Spec
	About string
}

// Presets lists the experiments of the paper by name.
func Presets() []Named {
	dsnas := func(name string) Spec { // alpha faster than published, without its L2, which regrows none by itself (P5.8)
		s := Default()
		s.Name = name
		s.Steps = 1500
		s.Alpha.Rate = 5e-3
		s.Alpha.WeightDecay = 0
		s.Record.Eval = 500
		return s
	}
	growth := func(name string) Spec { // born over-confident and slow to learn: L - H > 0 at the start (P2.5, P5.3)
		s := dsnas(name)
		s.Net.HeadScale = 6
		s.Theta.Rate, s.Theta.RateMin = 5e-4, 5e-4
		s.Alpha.Rate = 2e-2
		return s
	}
	bilevel := func(name string) Spec { // few images, many labels wrong: held-out over-confidence
		s := Default()
		s.Name = name
		s.Algorithm, s.Level = DARTS, Bilevel
		s.Steps = 1500
		s.Data.Train, s.Data.Search, s.Data.LabelNoise = 128, 128, 0.3
		s.Alpha.Rate, s.Alpha.WeightDecay = 1e-2, 0
		s.Record.Eval = 100
		return s
	}
	random := func(name string) Spec {
		s := Default()
		s.Name = name
		s.Algorithm = Random
		s.Steps = 3000
		s.Record.Eval = 300
		return s
	}
	var out []Named
	add := func(s Spec, about string) { out = append(out, Named{s, about}) }

	add(growth("dsnas-1cell"), "(a) DSNAS, single-level, one minimal cell: edges drop first, then grow (O1)")
	s := dsnas("dsnas-8cells")
	s.Net.Cells = 8
	add(s, "(a) DSNAS on eight minimal cells: the intermediate edge is excluded (O2)")
	s = dsnas("dsnas-4nodes")
	s.Net.Nodes, s.Net.Multiplier, s.Net.Cells = 4, 4, 3
	add(s, "(a) DSNAS on three cells of four intermediate nodes, 14 edges")

	s = random("cost-init")
	s.Theta.Freeze = true
	s.Steps = 500
	s.Record.Every = 500
	s.Record.Eval = 500
	add(s, "(b) cost mean per edge and operation at initialisation, uniform sampling, theta frozen")
	s = random("cost-converged")
	s.Steps = 6000
	s.Record.Every = 500
	add(s, "(b) cost mean per edge and operation while theta converges, uniform sampling")

	s = random("single-path")
	s.Edges = []EdgeRule{
		{Edge: "(0,2)", Delete: true},
		{Edge: "(0,3)", Delete: true},
		{Edge: "(1,3)", Delete: true},
		{Edge: "(1,2)", Fix: cell.SepConv3x3},
	}
	s.Record.Every = 50
	add(s, "(c) the single path 1-2-3: edges (0,2), (0,3), (1,3) deleted, (1,2) fixed; cost per window on (2,3)")

	s = random("correct-wrong")
	s.Record.Every = 50
	s.Record.Eval = 50
	add(s, "(d) loss, entropy and cost of correct and wrong samples on the training and the held-out split")

	add(bilevel("darts-bilevel-1cell"), "(e) bi-level DARTS on one minimal cell: none wins (O3)")
	s = bilevel("darts-bilevel-8cells")
	s.Net.Cells = 8
	s.Steps = 600
	add(s, "(e) bi-level DARTS on eight minimal cells")
	return out
}

// Preset returns the preset of that name.
func Preset(name string) (Spec, error) {
	var names []string
	for _, p := range Presets() {
		if p.Spec.Name == name {
			return p.Spec, nil
		}
		names = append(names, p.Spec.Name)
	}
	return Spec{}, fmt.Errorf("preset %q is not known: it is one of %s", name, strings.Join(names, ", "))
}
