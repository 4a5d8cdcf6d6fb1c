package main

import (
	"fmt"

	"edgewise/sim/spec"
)

// The runs that each fit sees, by name.
var (
	sampledRuns = []string{
		"confident-s101", "calibrated-s101", "three-cells-s101", "one-cell-s101",
		"confident-s102", "calibrated-s102", "three-cells-s102", "one-cell-s102",
		"three-cells-s103", "one-cell-s103",
		"eight-cells-s1", "four-nodes-s1", "three-cells-slow-s1", "one-cell-slow-s1",
	}
	softRuns = []string{"bilevel-s101", "single-level-s101", "bilevel-s102", "single-level-s102", "bilevel-s103"}
	// The first two calibrate the entropy model too, the others give its error.
	stackRuns    = []string{"stack-s201", "stack-large-s201", "stack-s202", "stack-large-s202"}
	learningRuns = []string{
		"one-cell-s102", "three-cells-s102", "confident-s102", "single-level-s102", "eight-cells-s1",
		"confident-s101", "calibrated-s101", "three-cells-s101", "one-cell-s101",
		"bilevel-s101", "single-level-s101", "bilevel-s102",
	}
)

// specs are the searches: the arms of the reproduce study as they were when the
// constants were fitted, and four others.
func specs() []spec.Spec {
	one := spec.Default()
	one.Algorithm, one.Steps = spec.DSNAS, 1000
	one.Data = spec.Data{Side: 8, Train: 2000, Test: 512}
	one.Net.Channels = 4
	one.Alpha.Rate, one.Alpha.WeightDecay = 5e-3, 0
	one.Record.Eval = 250
	three := one
	three.Net.Cells = 3
	calibrated := one
	calibrated.Theta.Rate, calibrated.Theta.RateMin, calibrated.Alpha.Rate = 2e-3, 2e-3, 1e-2
	confident := calibrated
	confident.Net.HeadScale = 6
	bilevel := spec.Default()
	bilevel.Algorithm, bilevel.Level, bilevel.Steps = spec.DARTS, spec.Bilevel, 800
	bilevel.Data = spec.Data{Side: 8, Train: 128, Search: 128, Test: 512, LabelNoise: 0.3}
	bilevel.Net.Channels = 4
	bilevel.Alpha.Rate, bilevel.Alpha.WeightDecay = 1e-2, 0
	bilevel.Record.Eval = 200
	single := bilevel
	single.Level = spec.Single

	var out []spec.Spec
	add := func(name string, s spec.Spec, seeds ...uint64) {
		for _, seed := range seeds {
			s.Seed, s.Name = seed, fmt.Sprintf("%s-s%d", name, seed)
			out = append(out, s)
		}
	}
	add("confident", confident, 101, 102)
	add("calibrated", calibrated, 101, 102)
	add("three-cells", three, 101, 102, 103)
	add("one-cell", one, 101, 102, 103)
	add("bilevel", bilevel, 101, 102, 103)
	add("single-level", single, 101, 102)

	other := one
	other.Data = spec.Data{Side: 8, Train: 2000, Search: 1000}
	other.Record.Eval = 0
	nodes := other
	nodes.Net.Nodes, nodes.Net.Multiplier = 4, 4
	add("four-nodes", nodes, 1)
	cells := other
	cells.Net.Cells, cells.Steps = 8, 1500
	add("eight-cells", cells, 1)
	slow := other
	slow.Net.Channels, slow.Batch, slow.Steps, slow.Alpha.Rate = 6, 32, 2500, 3e-3
	add("one-cell-slow", slow, 1)
	slow.Net.Cells = 3
	add("three-cells-slow", slow, 1)

	// The stack of the published code, small: 50 epochs of 512 images, and 13 of 2,000.
	stack := spec.Default()
	stack.Algorithm, stack.Level, stack.Steps, stack.Batch = spec.DARTS, spec.Bilevel, 800, 32
	stack.Data = spec.Data{Side: 8, Train: 512, Search: 512}
	stack.Net.Cells, stack.Net.Reductions, stack.Net.Nodes, stack.Net.Multiplier, stack.Net.Channels = 8, []int{2, 5}, 4, 4, 4
	stack.Alpha.Rate, stack.Record.Eval = 6e-3, 0
	add("stack", stack, 201, 202)
	stack.Data.Train, stack.Data.Search = 2000, 2000
	add("stack-large", stack, 201, 202)
	return out
}
