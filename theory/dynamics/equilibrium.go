package dynamics

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"edgewise/theory/cost"
)

// DecayEquilibrium returns the stable fixed point of descent with L2 weight
// decay at constant costs c, reached from equal logits (P5.8):
//
//	p_k (c_k - sum_m p_m c_m) = -decay * alpha_k.
//
// It is a minimum of U(alpha) = sum_k p_k c_k + decay |alpha|^2/2, found by
// Newton steps with line search; every optimiser whose step vanishes with
// grad + decay*alpha (SGD, and Adam with L2 in the gradient) rests there. The
// logits of a fixed point sum to zero. U need not be convex: other minima are
// possible for large costs.
func DecayEquilibrium(c []float64, decay float64) (alpha []float64, err error) {
	if !(decay > 0) || math.IsInf(decay, 0) {
		return nil, fmt.Errorf("weight decay is %v: only a positive one has a fixed point at finite logits", decay)
	}
	for k, x := range c {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, fmt.Errorf("cost %d is %v", k, x)
		}
	}
	n := len(c)
	alpha = make([]float64, n)
	p, g, trial := make([]float64, n), make([]float64, n), make([]float64, n)
	energy := func(a []float64) float64 {
		cost.Softmax(p, a)
		u := 0.0
		for k, x := range a {
			u += p[k]*c[k] + decay*x*x/2
		}
		return u
	}
	for range 500 {
		u := energy(alpha)
		cost.DARTS(g, p, c)
		for k := range g {
			g[k] += decay * alpha[k]
		}
		step, slope := newtonStep(p, c, g, decay)
		rate, moved := 1.0, 0.0
		for range 64 { // down to 2^-64 of a Newton step
			moved = 0
			for k := range trial {
				trial[k] = alpha[k] - rate*step[k]
				moved = max(moved, rate*math.Abs(step[k])/(1+math.Abs(alpha[k])))
			}
			if moved <= 1e-13 || energy(trial) <= u-1e-4*rate*slope {
				break
			}
			rate /= 2
		}
		if err := Diverged(trial); err != nil {
			return nil, fmt.Errorf("costs %v and decay %g have no fixed point in float64: %w", c, decay, err)
		}
		copy(alpha, trial)
		if moved <= 1e-13 {
			return alpha, nil
		}
	}
	return nil, fmt.Errorf("no fixed point within 500 Newton steps for costs %v and decay %g", c, decay)
}

// newtonStep returns step = (H + shift)^-1 g with the Hessian H of U, shifted
// by the least tried amount that makes it positive definite, and step'g.
func newtonStep(p, c, g []float64, decay float64) (step []float64, slope float64) {
	n := len(g)
	h := ConstantCostJacobian(p, c)
	gradient := mat.NewVecDense(n, g)
	sym := mat.NewSymDense(n, nil)
	shift := 0.0
	for range 200 {
		for a := range n {
			for b := a; b < n; b++ {
				v := -(h.At(a, b) + h.At(b, a)) / 2
				if a == b {
					v += decay + shift
				}
				sym.SetSym(a, b, v)
			}
		}
		var chol mat.Cholesky
		var x mat.VecDense
		if chol.Factorize(sym) && chol.SolveVecTo(&x, gradient) == nil {
			return x.RawVector().Data, mat.Dot(&x, gradient)
		}
		shift = max(2*shift, decay)
	}
	return append([]float64{}, g...), mat.Dot(gradient, gradient)
}
