package ode

import (
	"fmt"
	"math"
)

// Attempt is what a controller knows of an attempted step.
type Attempt struct {
	Norm     float64 // scaled error; at most 1 is accepted
	Previous float64 // of the last accepted step; 1 at the start
	Order    int     // the method's ErrorOrder
	Rejected bool    // the last attempt from this point was refused
}

// Controller chooses step sizes.
type Controller interface {
	// Norm returns the scaled error of a step and its worst component.
	Norm(err, y0, y1 []float64) (norm float64, worst int)
	// Factor returns the next step size over this one.
	Factor(a Attempt) float64
	// First returns the size (> 0) of the first step at (t, y) with slope f,
	// where eval writes F at a trial point into its first argument.
	First(t float64, y, f []float64, span float64, order int, eval func(dy []float64, t float64, y []float64)) float64
	check() error
}

// Adaptive accepts a step whose scaled error, the root mean square of
// err_k / (ATol + RTol max(|y0_k|, |y1_k|)), is at most 1, and sets the next
// size to h times
//
//	Safety * Norm^(-I/q) * (Previous/Norm)^(P/q),  q = ErrorOrder + 1,
//
// kept between Shrink and Grow, and at most 1 right after a refusal.
type Adaptive struct {
	RTol, ATol float64
	Safety     float64
	I, P       float64 // gains of the integral and the proportional part
	Shrink     float64
	Grow       float64
}

// PI returns the proportional-integral controller with the gains of Hairer's
// DOPRI5 (I + P = .85, P = .2): smoother step sequences than Integral, fewer
// refusals near the stability limit.
func PI(rtol, atol float64) Adaptive {
	return Adaptive{RTol: rtol, ATol: atol, Safety: .9, I: .65, P: .2, Shrink: .2, Grow: 10}
}

// Integral returns the elementary controller, that of SciPy's solve_ivp.
func Integral(rtol, atol float64) Adaptive {
	return Adaptive{RTol: rtol, ATol: atol, Safety: .9, I: 1, Shrink: .2, Grow: 10}
}

func (a Adaptive) check() error {
	const least = 100 * 2.2e-16
	switch {
	case !(a.RTol >= least) && !(a.RTol == 0 && a.ATol > 0):
		return fmt.Errorf("ode: relative tolerance %v; it must be at least %.2g (or 0 with a positive absolute one)", a.RTol, least)
	case !(a.ATol >= 0) || math.IsInf(a.ATol, 0) || math.IsInf(a.RTol, 0):
		return fmt.Errorf("ode: tolerances %v and %v must be finite and not negative", a.RTol, a.ATol)
	case !(a.Safety > 0 && a.Safety < 1):
		return fmt.Errorf("ode: safety factor %v must be between 0 and 1", a.Safety)
	case !(a.Shrink > 0 && a.Shrink < 1 && a.Grow > 1):
		return fmt.Errorf("ode: step factors %v and %v must be below and above 1", a.Shrink, a.Grow)
	case !(a.I > 0) || !(a.P >= 0):
		return fmt.Errorf("ode: controller gains I = %v, P = %v must be positive and not negative", a.I, a.P)
	}
	return nil
}

// Norm implements Controller.
func (a Adaptive) Norm(err, y0, y1 []float64) (float64, int) {
	sum, top, worst := 0.0, -1.0, 0
	for k, e := range err {
		x := e / (a.ATol + a.RTol*math.Max(math.Abs(y0[k]), math.Abs(y1[k])))
		if e == 0 {
			x = 0 // also where the scale is 0
		}
		x *= x
		sum += x
		if !(x <= top) {
			top, worst = x, k
		}
	}
	return math.Sqrt(sum / float64(len(err))), worst
}

// Factor implements Controller.
func (a Adaptive) Factor(at Attempt) float64 {
	if at.Norm == 0 {
		if at.Rejected {
			return 1
		}
		return a.Grow
	}
	q := float64(at.Order + 1)
	if !(at.Norm <= 1) { // refused: no momentum from the past
		return math.Max(a.Shrink, a.Safety*math.Pow(at.Norm, -1/q))
	}
	f := a.Safety * math.Pow(at.Norm, -a.I/q) * math.Pow(at.Previous/at.Norm, a.P/q)
	f = math.Min(a.Grow, math.Max(a.Shrink, f))
	if at.Rejected {
		f = math.Min(1, f)
	}
	return f
}

// First implements Controller by the trial step of Hairer, Norsett and Wanner,
// Solving Ordinary Differential Equations I, II.4.
func (a Adaptive) First(t float64, y, f []float64, span float64, order int, eval func(dy []float64, t float64, y []float64)) float64 {
	n := float64(len(y))
	norm := func(x func(k int) float64) float64 {
		s := 0.0
		for k := range y {
			v := x(k) / (a.ATol + a.RTol*math.Abs(y[k]))
			if x(k) != 0 {
				s += v * v
			}
		}
		return math.Sqrt(s / n)
	}
	d0, d1 := norm(func(k int) float64 { return y[k] }), norm(func(k int) float64 { return f[k] })
	h0 := 1e-6
	if d0 >= 1e-5 && d1 >= 1e-5 && !math.IsInf(d1, 0) {
		h0 = .01 * d0 / d1
	}
	h0 = math.Min(h0, math.Abs(span))
	dir := math.Copysign(1, span)
	y1, f1 := make([]float64, len(y)), make([]float64, len(y))
	for k := range y {
		y1[k] = y[k] + h0*dir*f[k]
	}
	eval(f1, t+h0*dir, y1)
	d2 := norm(func(k int) float64 { return f1[k] - f[k] }) / h0
	h1 := math.Max(1e-6, h0*1e-3)
	if d1 > 1e-15 || d2 > 1e-15 {
		h1 = math.Pow(.01/math.Max(d1, d2), 1/float64(order+1))
	}
	h := math.Min(math.Min(100*h0, h1), math.Abs(span))
	if !(h > 0) {
		h = h0 // the trial slope was not finite: let the steps find out
	}
	return h
}

// Fixed takes every step at the size Step and accepts all of them.
type Fixed struct{ Step float64 }

func (f Fixed) check() error {
	if !(f.Step > 0) || math.IsInf(f.Step, 0) {
		return fmt.Errorf("ode: step size %v must be positive and finite", f.Step)
	}
	return nil
}

// Norm implements Controller: always 0.
func (f Fixed) Norm(err, y0, y1 []float64) (float64, int) { return 0, 0 }

// Factor implements Controller: always 1.
func (f Fixed) Factor(Attempt) float64 { return 1 }

// First implements Controller.
func (f Fixed) First(float64, []float64, []float64, float64, int, func([]float64, float64, []float64)) float64 {
	return f.Step
}
