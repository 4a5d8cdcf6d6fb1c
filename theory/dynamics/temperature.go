package dynamics

import (
	"fmt"
	"math"
)

// TemperatureGame is the bi-level search of one gate as a game about the scale
// of the logits (P5.7). The logits are s = g w times a direction, with the gate
// g = 1 - Z_none set by the validation split and w by the training split with
// weight decay Decay. Train and Validation return the batch mean of L - H at
// logit scale s on each split: s times the derivative of the loss with respect
// to s, increasing through 0 at the split's best scale tau*.
type TemperatureGame struct {
	Train, Validation func(s float64) float64
	Decay             float64
}

// Equilibrium is where the game ends.
type Equilibrium struct {
	Scale    float64 // logit scale g*w in the end
	Gate     float64 // g in the end; p_none = 1 - Gate
	Interior bool    // 0 < Gate < 1: both sides are at rest
}

// BestScale returns the tau* in (lo, hi) at which lh crosses 0 from below, by
// bisection. It is an error when lh does not change sign there.
func BestScale(lh func(float64) float64, lo, hi float64) (float64, error) {
	if !(lh(lo) < 0 && lh(hi) > 0) {
		return 0, fmt.Errorf("L-H is %g at scale %g and %g at scale %g: it does not cross zero from below in between", lh(lo), lo, lh(hi), hi)
	}
	for range 200 {
		mid := (lo + hi) / 2
		if mid == lo || mid == hi {
			break
		}
		if lh(mid) < 0 {
			lo = mid
		} else {
			hi = mid
		}
	}
	return (lo + hi) / 2, nil
}

// Solve returns the equilibrium, scales being sought in (lo, hi). At rest the
// validation side needs L-H = 0 at s = tau_val*, and the training side
// L-H_train(s) + Decay w^2 = 0 with w = s/g:
//
//	g* = tau_val* sqrt(Decay / -LH_train(tau_val*)).
//
// Without weight decay and with held-out over-confidence (tau_val* < tau_train*)
// there is no interior equilibrium: g falls to 0 and w grows for ever at
// s = tau_val*. Where g* >= 1, or the training split is over-confident at
// tau_val*, the gate opens fully: g = 1 and the training side alone sets s.
func (t TemperatureGame) Solve(lo, hi float64) (Equilibrium, error) {
	if !(t.Decay >= 0) {
		return Equilibrium{}, fmt.Errorf("weight decay is %v; it must be zero or positive", t.Decay)
	}
	tau, err := BestScale(t.Validation, lo, hi)
	if err != nil {
		return Equilibrium{}, fmt.Errorf("validation split: %w", err)
	}
	pull := -t.Train(tau) // training wants larger logits
	if pull > 0 {
		if g := tau * math.Sqrt(t.Decay/pull); g < 1 {
			return Equilibrium{Scale: tau, Gate: g, Interior: g > 0}, nil
		}
	}
	s, err := BestScale(func(s float64) float64 { return t.Train(s) + t.Decay*s*s }, lo, hi)
	if err != nil {
		return Equilibrium{}, fmt.Errorf("training split: %w", err)
	}
	return Equilibrium{Scale: s, Gate: 1}, nil
}
