package dynamics

// SGD is the map of torch.optim.SGD without dampening or Nesterov:
//
//	d = grad + WeightDecay*alpha
//	b = Momentum*b + d          (b = 0 before the first step)
//	alpha = alpha - LR*b
//
// LR may be changed between steps (schedules).
type SGD struct {
	LR, Momentum, WeightDecay float64

	buf []float64 // b, one per parameter; nil without momentum
}

// Step takes one step.
func (s *SGD) Step(alpha, grad []float64) {
	sameLength(alpha, grad)
	if s.Momentum == 0 {
		for k, g := range grad {
			alpha[k] -= s.LR * (g + s.WeightDecay*alpha[k])
		}
		return
	}
	s.buf = fit(s.buf, len(alpha))
	for k, g := range grad {
		b := s.Momentum*s.buf[k] + (g + s.WeightDecay*alpha[k])
		s.buf[k] = b
		alpha[k] -= s.LR * b
	}
}

// Reset forgets the momentum.
func (s *SGD) Reset() { s.buf = nil }

// State returns the momentum buffer; empty before the first step and without
// momentum.
func (s *SGD) State() []float64 { return append([]float64{}, s.buf...) }

// SetState takes a momentum buffer back.
func (s *SGD) SetState(state []float64) error {
	if err := finite(state); err != nil {
		return err
	}
	s.buf = nil
	if len(state) > 0 {
		s.buf = append([]float64{}, state...)
	}
	return nil
}
