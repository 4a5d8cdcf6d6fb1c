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
	adam    *dynamics.MeanAdam // one of the three is set
	sgd     *dynamics.SGD
	natural *dynamics.ExponentiatedGradient
}

func newStepper(a spec.Alpha, ops int, rung string) (*stepper, error) {
	switch a.Optimiser {
	case spec.Adam:
		return &stepper{adam: &dynamics.MeanAdam{Adam: dynamics.Adam{
			LR: a.Rate, Beta1: a.Beta1, Beta2: a.Beta2, Eps: a.Eps, WeightDecay: a.WeightDecay,
		}}}, nil
	case spec.SGD:
		return &stepper{sgd: &dynamics.SGD{LR: a.Rate, Momentum: a.Beta1, WeightDecay: a.WeightDecay}}, nil
	case spec.Natural:
		return &stepper{natural: &dynamics.ExponentiatedGradient{LR: a.Rate, WeightDecay: a.WeightDecay, Ops: ops}}, nil
	}
	return nil, &MissingError{rung, fmt.Sprintf("its optimiser of alpha, %q, has no map here", a.Optimiser), "name adam, sgd or natural in the spec"}
}

// rate sets the learning rate of the point where it says one.
func (s *stepper) rate(p *trace.Point) {
	if math.IsNaN(p.AlphaRate) {
		return
	}
	switch {
	case s.adam != nil:
		s.adam.LR = p.AlphaRate
	case s.natural != nil:
		s.natural.LR = p.AlphaRate
	default:
		s.sgd.LR = p.AlphaRate
	}
}

// step takes one step along a gradient.
func (s *stepper) step(alpha, grad []float64) {
	switch {
	case s.adam != nil:
		s.adam.Step(alpha, grad)
	case s.natural != nil:
		s.natural.Step(alpha, grad)
	default:
		s.sgd.Step(alpha, grad)
	}
}

// stepMoments takes one step of the mean field (P5.11); SGD and the natural
// gradient are linear in the gradient and need g1 only.
func (s *stepper) stepMoments(alpha, g1, g2 []float64) {
	if s.adam != nil {
		s.adam.StepMoments(alpha, g1, g2)
	} else {
		s.step(alpha, g1)
	}
}
