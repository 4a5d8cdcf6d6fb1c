package dynamics

import (
	"fmt"
	"math"
)

// MeanField is an optimiser closed over the moments of the gradient: the state
// it carries is the expectation of the real one's (P5.11).
type MeanField interface {
	// Advance takes n steps; the moments are evaluated anew at each.
	Advance(alpha []float64, f GradientMoments, n int)
	Reset()
	State() []float64
	SetState(state []float64) error
}

// NewMeanField returns the moment closure of the optimiser that the
// configuration describes, with the errors of New.
func NewMeanField(c Config) (MeanField, error) {
	opt, err := New(c)
	if err != nil {
		return nil, err
	}
	if a, ok := opt.(*Adam); ok {
		return &MeanAdam{Adam: *a}, nil
	}
	return &meanOfFirst{Optimiser: opt}, nil
}

// MeanAdam is the moment-closed mean field of Adam (P5.11):
//
//	m = Beta1*m + (1-Beta1)*(E[g] + wd*alpha)
//	v = Beta2*v + (1-Beta2)*(E[g^2] + 2 wd*alpha*E[g] + wd^2*alpha^2)
//	alpha = alpha - LR*mhat / (sqrt(vhat) + Eps)
//
// Under Adam the drift depends on E[g^2] as much as on E[g]: means alone do
// not predict alpha. The closure replaces E[m/sqrt v] by E[m]/sqrt(E[v]); it is
// exact for a gradient without spread and good while v averages over many
// steps (1/(1-Beta2) of them) and p_k >> 1-Beta2 for sampled gates (P5.8).
type MeanAdam struct {
	Adam

	g1, g2 []float64
}

// Advance implements MeanField.
func (a *MeanAdam) Advance(alpha []float64, f GradientMoments, n int) {
	if len(a.g1) != len(alpha) {
		a.g1, a.g2 = make([]float64, len(alpha)), make([]float64, len(alpha))
	}
	for range n {
		f.Moments(a.g1, a.g2, alpha)
		a.StepMoments(alpha, a.g1, a.g2)
	}
}

// StepMoments takes one step from given moments g1 = E[g], g2 = E[g^2], both
// without weight decay.
func (a *MeanAdam) StepMoments(alpha, g1, g2 []float64) {
	sameLength(alpha, g1)
	sameLength(alpha, g2)
	a.m, a.v = fit(a.m, len(alpha)), fit(a.v, len(alpha))
	a.t++
	rate, root := a.corrections()
	inverse := 1 / root
	for k, x := range alpha {
		decay := a.WeightDecay * x
		m := a.Beta1*a.m[k] + (1-a.Beta1)*(g1[k]+decay)
		v := a.Beta2*a.v[k] + (1-a.Beta2)*(g2[k]+decay*(2*g1[k]+decay))
		a.m[k], a.v[k] = m, v
		alpha[k] = x - rate*m/(math.Sqrt(v)*inverse+a.Eps)
	}
}

// meanOfFirst is the mean field of a map that is linear in the gradient (SGD,
// with or without momentum; the natural gradient at given alpha): the map
// itself, fed with E[g].
type meanOfFirst struct {
	Optimiser

	g1, g2 []float64
}

func (m *meanOfFirst) Advance(alpha []float64, f GradientMoments, n int) {
	if len(m.g1) != len(alpha) {
		m.g1, m.g2 = make([]float64, len(alpha)), make([]float64, len(alpha))
	}
	for range n {
		f.Moments(m.g1, m.g2, alpha)
		m.Step(alpha, m.g1)
	}
}

// Diverged returns an error that names the first parameter which is not a
// finite number, and nil when all are.
func Diverged(alpha []float64) error {
	for k, x := range alpha {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("architecture parameter %d is %v: the trajectory has diverged; lower the learning rate or look for infinite costs", k, x)
		}
	}
	return nil
}
