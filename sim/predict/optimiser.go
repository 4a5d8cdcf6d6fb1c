package predict

import (
	"fmt"
	"math"

	"edgewise/sim/spec"
	"edgewise/sim/trace"
	"edgewise/theory/dynamics"
)

// stepper is the optimiser of alpha that a spec describes, both as the map of
// single gradients and as its closure over gradient moments.
type stepper struct {
	adam *dynamics.MeanAdam // one of the two is set
	sgd  *dynamics.SGD
}

func newStepper(a spec.Alpha, rung string) (*stepper, error) {
	switch a.Optimiser {
	case spec.Adam:
		return &stepper{adam: &dynamics.MeanAdam{Adam: dynamics.Adam{
			LR: a.Rate, Beta1: a.Beta1, Beta2: a.Beta2, Eps: a.Eps, WeightDecay: a.WeightDecay,
		}}}, nil
	case spec.SGD:
		return &stepper{sgd: &dynamics.SGD{LR: a.Rate, Momentum: a.Beta1, WeightDecay: a.WeightDecay}}, nil
	}
	return nil, &MissingError{rung, fmt.Sprintf("its optimiser of alpha, %q, has no map here", a.Optimiser), "name adam or sgd in the spec"}
}

// rate sets the learning rate of the point where it says one.
func (s *stepper) rate(p *trace.Point) {
	if math.IsNaN(p.AlphaRate) {
		return
	}
	if s.adam != nil {
		s.adam.LR = p.AlphaRate
	} else {
		s.sgd.LR = p.AlphaRate
	}
}

// step takes one step along a gradient.
func (s *stepper) step(alpha, grad []float64) {
	if s.adam != nil {
		s.adam.Step(alpha, grad)
	} else {
		s.sgd.Step(alpha, grad)
	}
}

// stepMoments takes one step of the mean field (P5.11); SGD is linear in the
// gradient and needs g1 only.
func (s *stepper) stepMoments(alpha, g1, g2 []float64) {
	if s.adam != nil {
		s.adam.StepMoments(alpha, g1, g2)
	} else {
		s.sgd.Step(alpha, g1)
	}
}
