// Package reproduce is the main job: it trains supernets in which a wiring bias
// is expected and their contrasts in which it is not, predicts every run at each
// rung of the ladder, and sets predicted beside observed biases with intervals
// over seeds, null predictors and verdicts.
package reproduce

import (
	"fmt"

	"edgewise/sim/spec"
)

// Arm is one setting of the study, run under several seeds.
type Arm struct {
	Name    string
	Setting string // what a reader must know to repeat it
	Spec    spec.Spec
	Claimed bool // the theory says beforehand which biases it shows
}

// Arms returns the six settings. Each phenomenon has one in which THEORY says
// that it appears and one in which it says that it does not; only what is named
// in Setting differs between the two.
//
//   - O1 needs L - H > 0 at the start (P5.3): "over-confident birth" scales the
//     head's initial weights by 10, so that L - H starts up to 100 times higher (P2.5);
//     its contrast leaves them.
//   - O2 as exclusion of the intermediate edge needs earlier cells (P4.6): three
//     cells against one.
//   - O3 needs held-out over-confidence (P5.7): bi-level DARTS with few, partly
//     mislabelled images against the same search at a single level.
func Arms() []Arm {
	sampled := spec.Default()
	sampled.Algorithm = spec.DSNAS
	sampled.Steps = 1000
	sampled.Data = spec.Data{Side: 8, Train: 2000, Test: 512}
	sampled.Net.Channels = 4
	sampled.Alpha.WeightDecay = 0 // L2 under Adam alone regrows none (P5.8)
	sampled.Record.Eval = 250

	birth := sampled
	birth.Steps = 2000
	birth.Theta.Rate, birth.Theta.RateMin = 5e-4, 5e-4
	birth.Alpha.Rate = 5e-3
	confident := birth
	confident.Net.HeadScale = 10

	one := sampled
	one.Alpha.Rate = 5e-3
	three := one
	three.Net.Cells = 3

	bilevel := spec.Default()
	bilevel.Algorithm, bilevel.Level = spec.DARTS, spec.Bilevel
	bilevel.Steps = 1500
	bilevel.Data = spec.Data{Side: 8, Train: 128, Search: 128, Test: 512, LabelNoise: 0.3}
	bilevel.Net.Channels = 4
	bilevel.Alpha.Rate, bilevel.Alpha.WeightDecay = 5e-3, 0
	bilevel.Record.Eval = 500
	single := bilevel
	single.Level = spec.Single

	return []Arm{
		arm("confident", "DSNAS, 1 cell, head scaled by 10 at the start: L - H > 0", confident),
		arm("calibrated", "the same with the head as drawn: L - H near 0", birth),
		arm("three-cells", "DSNAS, 3 cells", three),
		arm("one-cell", "the same with 1 cell", one),
		arm("bilevel", "DARTS, 1 cell, alpha on 128 held-out images, 30 % of labels wrong", bilevel),
		arm("single-level", "the same with alpha on the training images", single),
	}
}

func arm(name, setting string, s spec.Spec) Arm {
	s.Name = name
	return Arm{Name: name, Setting: setting, Spec: s, Claimed: true}
}

// seeded is the arm's spec under one seed, counted from 1.
func (a Arm) seeded(seed uint64) spec.Spec {
	s := a.Spec
	s.Seed = seed
	s.Name = fmt.Sprintf("%s-s%d", a.Name, seed)
	return s
}
