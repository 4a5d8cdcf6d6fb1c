package dynamics

import (
	"fmt"
	"math"
)

// Potential returns F(D) = D + sinh D, the coordinate in which an edge of
// equally costly operations moves at constant speed (P5.1). D is the logit of
// the probability that the edge is active, p = 1/(1+exp(-D)), and
// dF/dD = 1 + cosh D = 1/(2p(1-p)): F unrolls the trap of the softmax. It is
// odd and increasing.
func Potential(d float64) float64 { return d + math.Sinh(d) }

// PotentialInverse returns the D with D + sinh D = y, to rounding, for every y;
// infinities and NaN map to themselves.
//
// Newton's map of a convex increasing function falls monotonically to the root
// from above; the start, the smaller of y/2 and asinh y, is above it for
// y >= 0, where F(D) >= 2D and F(D) >= sinh D.
func PotentialInverse(y float64) float64 {
	if math.IsNaN(y) || math.IsInf(y, 0) {
		return y
	}
	if y < 0 {
		return -PotentialInverse(-y)
	}
	if y > 1e17 { // D = asinh(y-D) to rounding, and sinh may overflow
		return math.Asinh(y - math.Asinh(y))
	}
	d := min(y/2, math.Asinh(y))
	for range 64 {
		step := (Potential(d) - y) / (1 + math.Cosh(d))
		next := d - step
		if !(math.Abs(step) > 1e-16*math.Abs(next)) {
			return next
		}
		d = next
	}
	return d
}

// EqualCost is one edge with none (cost 0) and Ops-1 operations of one common
// cost C(t) and equal probabilities, under plain gradient descent at rate Eta:
//
//	D' = -Eta C p(1-p) K/(K-1),  D = logit P(edge active) = alpha_op - alpha_none + ln(K-1)
//
// with the exact solution (P5.1)
//
//	F(D(t)) = F(D(0)) - K/(2(K-1)) Eta int_0^t C.
//
// For K = 2 the factor is 1.
type EqualCost struct {
	Ops int     // K, none included; at least 2
	Eta float64 // learning rate, > 0
}

// NewEqualCost checks its arguments.
func NewEqualCost(ops int, eta float64) (EqualCost, error) {
	if ops < 2 {
		return EqualCost{}, fmt.Errorf("an edge with none needs at least 2 operations, not %d", ops)
	}
	if !(eta > 0) || math.IsInf(eta, 0) {
		return EqualCost{}, fmt.Errorf("learning rate eta is %v; it must be positive and finite", eta)
	}
	return EqualCost{Ops: ops, Eta: eta}, nil
}

// factor is K/(2(K-1)).
func (e EqualCost) factor() float64 { k := float64(e.Ops); return k / (2 * (k - 1)) }

// Uniform returns the D of equal probabilities, ln(K-1).
func (e EqualCost) Uniform() float64 { return math.Log(float64(e.Ops - 1)) }

// At returns D after the cost has integrated to integral = int_0^t C.
func (e EqualCost) At(d0, integral float64) float64 {
	return PotentialInverse(Potential(d0) - e.factor()*e.Eta*integral)
}

// Integral returns the integrated cost that moves D from d0 to d1: positive
// when the edge drops. For a constant cost C the time is Integral/C.
func (e EqualCost) Integral(d0, d1 float64) float64 {
	return (Potential(d0) - Potential(d1)) / (e.factor() * e.Eta)
}

// Speed returns D' at D for cost c.
func (e EqualCost) Speed(d, c float64) float64 {
	return -e.Eta * c * e.factor() / (1 + math.Cosh(d))
}

// UnequalSpeed returns D' and pi' for operations of equal cost c but unequal
// probabilities pi given that the edge is active (P5.1):
//
//	D'    = -Eta c p(1-p) (1 + sum pi^2)
//	pi_k' = -Eta c p(1-p) pi_k (pi_k - sum pi^2)
//
// so the distribution flattens while the edge drops and concentrates while it
// grows. It writes pi' into dpi and returns D'.
func (e EqualCost) UnequalSpeed(dpi []float64, d float64, pi []float64, c float64) float64 {
	collision := 0.0
	for _, x := range pi {
		collision += x * x
	}
	trap := e.Eta * c / (2 * (1 + math.Cosh(d)))
	for k, x := range pi {
		dpi[k] = -trap * x * (x - collision)
	}
	return -trap * (1 + collision)
}

// Probability returns 1/(1+exp(-d)); Logit is its inverse.
func Probability(d float64) float64 {
	if d >= 0 {
		return 1 / (1 + math.Exp(-d))
	}
	return math.Exp(d) / (1 + math.Exp(d))
}

// Logit returns ln(p/(1-p)).
func Logit(p float64) float64 { return math.Log(p) - math.Log1p(-p) }
