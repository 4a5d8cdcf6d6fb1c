package dynamics

import (
	"fmt"
	"math"
)

// Adam is the map of torch.optim.Adam (no amsgrad), L2 in the gradient:
//
//	g = grad + WeightDecay*alpha
//	m = Beta1*m + (1-Beta1)*g
//	v = Beta2*v + (1-Beta2)*g*g
//	alpha = alpha - LR/(1-Beta1^t) * m / (sqrt(v)/sqrt(1-Beta2^t) + Eps)
//
// with t counted from 1. LR may be changed between steps.
type Adam struct {
	LR, Beta1, Beta2, Eps, WeightDecay float64

	t    int
	m, v []float64
}

// Step takes one step.
func (a *Adam) Step(alpha, grad []float64) {
	sameLength(alpha, grad)
	a.m, a.v = fit(a.m, len(alpha)), fit(a.v, len(alpha))
	a.t++
	rate, root := a.corrections()
	for k, g := range grad {
		g += a.WeightDecay * alpha[k]
		a.m[k] = a.Beta1*a.m[k] + (1-a.Beta1)*g
		a.v[k] = a.Beta2*a.v[k] + (1-a.Beta2)*g*g
		alpha[k] -= rate * (a.m[k] / (math.Sqrt(a.v[k])/root + a.Eps))
	}
}

// corrections returns LR/(1-Beta1^t) and sqrt(1-Beta2^t).
func (a *Adam) corrections() (rate, root float64) {
	return a.LR / (1 - power(a.Beta1, a.t)), math.Sqrt(1 - power(a.Beta2, a.t))
}

// power returns beta^t for beta in [0,1), and 0 where 1 - beta^t rounds to 1
// anyway: beta^t <= exp(-t(1-beta)) < 2^-54.
func power(beta float64, t int) float64 {
	if float64(t)*(1-beta) > 38 {
		return 0
	}
	return math.Pow(beta, float64(t))
}

// Reset forgets both moments and the step count.
func (a *Adam) Reset() { a.t, a.m, a.v = 0, nil, nil }

// State returns t, m, v in one slice of length 1 + 2n; empty before the first
// step.
func (a *Adam) State() []float64 {
	if a.t == 0 {
		return []float64{}
	}
	s := append(make([]float64, 0, 1+2*len(a.m)), float64(a.t))
	return append(append(s, a.m...), a.v...)
}

// SetState takes t, m, v back. A length that is not 1 + 2n, a step count that
// is not a positive whole number, a negative v and non-finite entries are
// errors, and leave the optimiser as it was.
func (a *Adam) SetState(state []float64) error {
	if len(state) == 0 {
		a.Reset()
		return nil
	}
	if len(state)%2 != 1 {
		return fmt.Errorf("an Adam state holds a step count and two moments per parameter; %d numbers do not fit that", len(state))
	}
	if err := finite(state); err != nil {
		return err
	}
	t := state[0]
	if t < 1 || t != math.Trunc(t) || t > 1<<53 {
		return fmt.Errorf("an Adam state starts with a step count of at least 1, not %v", t)
	}
	n := len(state) / 2
	for k, v := range state[1+n:] {
		if v < 0 {
			return fmt.Errorf("second moment %d of the Adam state is %v; it must not be negative", k, v)
		}
	}
	a.t = int(t)
	a.m = append([]float64{}, state[1:1+n]...)
	a.v = append([]float64{}, state[1+n:]...)
	return nil
}
