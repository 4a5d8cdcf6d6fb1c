package dynamics

import (
	"fmt"
	"math"
)

// SampledEdge is a two-way edge {none, op} under a one-sample search with plain
// SGD (P5.9). Per step, with probability p = 1/(1+exp(-D)) the op is sampled at
// a cost of mean Mean and raw second moment Square, and D moves by
// -2 Eta C (1-p); a sample of none moves nothing. The diffusion limit is
//
//	dD = A(D) dt + B(D) dW   (Ito, t in steps)
//	A = -2 Eta p(1-p) Mean - Eta Decay D
//	B = 2 Eta (1-p) sqrt(p Square - p^2 Mean^2)
//
// Decay is L2 weight decay on both logits.
type SampledEdge struct {
	Eta, Mean, Square, Decay float64
}

// NewSampledEdge checks its arguments: eta > 0, Square >= Mean^2, Decay >= 0.
func NewSampledEdge(eta, mean, square, decay float64) (SampledEdge, error) {
	switch {
	case !(eta > 0) || math.IsInf(eta, 0):
		return SampledEdge{}, fmt.Errorf("learning rate eta is %v; it must be positive and finite", eta)
	case math.IsNaN(mean) || math.IsInf(mean, 0) || !(square >= mean*mean) || math.IsInf(square, 0):
		return SampledEdge{}, fmt.Errorf("cost moments %v and %v: the second must be finite and at least the square of the first", mean, square)
	case !(decay >= 0) || math.IsInf(decay, 0):
		return SampledEdge{}, fmt.Errorf("weight decay is %v; it must be zero or positive, and finite", decay)
	}
	return SampledEdge{eta, mean, square, decay}, nil
}

// Drift returns A(D).
func (s SampledEdge) Drift(d float64) float64 {
	p := Probability(d)
	return -2*s.Eta*p*Probability(-d)*s.Mean - s.Eta*s.Decay*d
}

// Slope returns A'(D) = -2 Eta Mean p(1-p)(1-2p) - Eta Decay.
func (s SampledEdge) Slope(d float64) float64 {
	p, q := Probability(d), Probability(-d)
	return -2*s.Eta*s.Mean*p*q*(q-p) - s.Eta*s.Decay
}

// Diffusion returns B(D).
func (s SampledEdge) Diffusion(d float64) float64 {
	p := Probability(d)
	return 2 * s.Eta * Probability(-d) * math.Sqrt(max(0, p*s.Square-p*p*s.Mean*s.Mean))
}

// LinearNoise advances mean and variance of D by n steps of the linear-noise
// approximation: mean += A(mean), var += 2 A'(mean) var + B(mean)^2. It holds
// while the spread is small against the curvature of A.
func (s SampledEdge) LinearNoise(mean, variance float64, n int) (float64, float64) {
	for range n {
		b := s.Diffusion(mean)
		variance += 2*s.Slope(mean)*variance + b*b
		mean += s.Drift(mean)
	}
	return mean, variance
}

// Rest returns the D at which the drift vanishes and is restoring; it needs
// Decay > 0. With several, the one on the side of D = 0 that the cost points
// to, next to 0.
func (s SampledEdge) Rest() (float64, error) {
	if !(s.Decay > 0) {
		return 0, fmt.Errorf("without weight decay the edge has no resting point at finite D")
	}
	// A(0) has the sign of -Mean, and A has the other sign at the far end.
	side := -1.0
	if s.Mean < 0 {
		side = 1
	}
	near, far := 0.0, side
	for s.Drift(far)*side > 0 {
		near, far = far, 2*far
	}
	for range 200 {
		mid := (near + far) / 2
		if mid == near || mid == far {
			break
		}
		if s.Drift(mid)*side > 0 {
			near = mid
		} else {
			far = mid
		}
	}
	return (near + far) / 2, nil
}

// StationarySpread returns the standard deviation of D about its resting point
// in the linear-noise approximation, B/sqrt(2|A'|).
func (s SampledEdge) StationarySpread() (float64, error) {
	d, err := s.Rest()
	if err != nil {
		return 0, err
	}
	slope := s.Slope(d)
	if !(slope < 0) {
		return 0, fmt.Errorf("the drift does not restore D at %g: no stationary spread", d)
	}
	return s.Diffusion(d) / math.Sqrt(-2*slope), nil
}

// StationaryDensity writes the stationary density of the diffusion at the
// ascending, equally spaced points d, normalised by the trapezoidal rule:
//
//	rho(D) = N/B(D)^2 exp( int^D 2A/B^2 ).
//
// The points must cover the range where rho is not negligible; an edge without
// decay has no stationary density.
func (s SampledEdge) StationaryDensity(rho, d []float64) error {
	if !(s.Decay > 0) {
		return fmt.Errorf("without weight decay the edge has no stationary density")
	}
	if len(d) < 3 || len(rho) != len(d) {
		return fmt.Errorf("a density needs at least 3 points and as many values, not %d and %d", len(d), len(rho))
	}
	h := (d[len(d)-1] - d[0]) / float64(len(d)-1)
	ratio := func(x float64) float64 {
		b := s.Diffusion(x)
		return 2 * s.Drift(x) / (b * b)
	}
	top, exponent := math.Inf(-1), 0.0
	for i, x := range d {
		if i > 0 { // Simpson between points
			exponent += h / 6 * (ratio(d[i-1]) + 4*ratio(x-h/2) + ratio(x))
		}
		rho[i] = exponent - 2*math.Log(s.Diffusion(x))
		top = max(top, rho[i])
	}
	if math.IsNaN(top) || math.IsInf(top, 0) {
		return fmt.Errorf("the density overflows between D = %g and %g: the diffusion vanishes there; narrow the range", d[0], d[len(d)-1])
	}
	mass := 0.0
	for i := range rho {
		rho[i] = math.Exp(rho[i] - top)
		w := h
		if i == 0 || i == len(rho)-1 {
			w = h / 2
		}
		mass += w * rho[i]
	}
	for i := range rho {
		rho[i] /= mass
	}
	return nil
}
