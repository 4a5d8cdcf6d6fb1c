package dynamics

import (
	"math"

	"gonum.org/v1/gonum/integrate/quad"
)

// AdamEarlyDrift returns |d(D)/dt| = 2 lr per step of the difference of two
// logits under Adam at the exact gradient of a fresh run: every logit moves by
// lr in the direction of its sign (P5.8). No trap: linear drift.
func AdamEarlyDrift(lr float64) float64 { return 2 * lr }

// AdamLateDrift returns |dD/dt| = 2 lr r of a two-way edge at constant cost
// once Adam's memory has filled: the gradient p(1-p)C ~ exp(-r 2 lr t) decays
// while v forgets at 1-beta2, so g/sqrt(v) = r with the self-consistent
//
//	r^2 = 1 - 2 a r,  r = -a + sqrt(a^2+1),  a = 2 lr/(1-beta2)      (P5.8).
//
// It assumes that sqrt(v) >> eps and |D| >> 1.
func AdamLateDrift(lr, beta2 float64) float64 {
	a := 2 * lr / (1 - beta2)
	return 2 * lr / (a + math.Sqrt(a*a+1))
}

// AdamSampledDrift returns the drift per step and logit, in units of lr, of an
// operation sampled with frozen probability p under Adam with a one-sample
// estimator (P5.8): sqrt(p) mean/rms for p >> 1-beta2, p/sqrt(1-beta2) for
// p << 1-beta2 and constant cost. Between them, with w = 1-beta2, shot noise:
// the step that sees a sample of size |G| finds w G^2 of its own and older
// samples' leftovers in v, so
//
//	drift/lr = (p mean/rms)/sqrt(w) * E[(1+V)^(-1/2)],
//	E[(1+V)^(-1/2)] = pi^(-1/2) int_0^inf s^(-1/2) exp(-s - (p/w) Ein(s)) ds,
//
// Ein(s) = int_0^s (1-e^-x)/x dx being the log-Laplace transform of Poisson
// shots that decay at rate w (continuous in time, beta1 << beta2, samples of
// equal size). The sign is that of -mean.
func AdamSampledDrift(p, beta2, mean, rms float64) float64 {
	w := 1 - beta2
	ratio := p / w
	// s = x^2 removes the root; the integrand is even and smooth in x.
	f := func(x float64) float64 { return 2 * math.Exp(-x*x-ratio*ein(x*x)) }
	top := math.Min(6.5, 6.5/math.Sqrt(1+ratio)*(1+math.Log1p(ratio))) // beyond it the integrand is below e^-42
	integral := 0.0
	const panels = 32
	for i := range panels {
		integral += quad.Fixed(f, top*float64(i)/panels, top*float64(i+1)/panels, 8, quad.Legendre{}, 0)
	}
	return p * mean / rms / math.Sqrt(w) * integral / math.Sqrt(math.Pi)
}

// ein returns int_0^s (1-e^-x)/x dx for s >= 0: the alternating series up to
// s = 2, then Gauss-Legendre panels.
func ein(s float64) float64 {
	small := math.Min(s, 2)
	sum, term := 0.0, -1.0
	for n := 1; n < 40; n++ {
		term *= -small / float64(n)
		sum += term / float64(n)
	}
	for lo := 2.0; lo < s; lo *= 1.5 {
		sum += quad.Fixed(func(x float64) float64 { return -math.Expm1(-x) / x }, lo, math.Min(1.5*lo, s), 8, quad.Legendre{}, 0)
	}
	return sum
}
