package dynamics

import "math"

// DropIntegral returns eta*C*t, the integrated cost under plain descent, that
// takes an edge from uniform probabilities to p(active) = eps (P5.2):
//
//	2(K-1)/K [F(D0) - F(D_eps)] ~ (K-1)/(K eps).
//
// The trap p(1-p) makes the tail cost 1/eps; the natural gradient needs only
// NaturalDropIntegral = D0 - D_eps ~ ln(1/eps).
func DropIntegral(ops int, eps float64) float64 {
	e := EqualCost{Ops: ops, Eta: 1}
	return e.Integral(e.Uniform(), Logit(eps))
}

// NaturalDropIntegral returns eta*C*t for the replicator: ln(K-1) - logit eps.
func NaturalDropIntegral(ops int, eps float64) float64 {
	return EqualCost{Ops: ops, Eta: 1}.Uniform() - Logit(eps)
}

// SummedLogDropIntegral returns 2*eta*C*t for the summed-log estimator (P1.7)
// on a two-way edge while the other edges hold the mean sampled probability at
// 1: D' = -2 eta C p^2(1-p), so from p0 to p1
//
//	int dp / (p^3 (1-p)^2) = G(p0) - G(p1),
//	G(p) = 3 ln p - 2/p - 1/(2p^2) - 3 ln(1-p) + 1/(1-p).
//
// TextbookDropIntegral is the same with p(1-p): int dp/(p^2 (1-p)^2). Their
// ratio is about 1/(2 p1): rarely sampled edges are left alone (496 for
// .5 -> 1e-3).
func SummedLogDropIntegral(p0, p1 float64) float64 {
	g := func(p float64) float64 {
		return 3*Logit(p) - 2/p - 1/(2*p*p) + 1/(1-p)
	}
	return g(p0) - g(p1)
}

// TextbookDropIntegral returns 2*eta*C*t of the textbook estimator on a two-way
// edge from p0 to p1: 2[F(D0) - F(D1)] with F(D) = D + sinh D.
func TextbookDropIntegral(p0, p1 float64) float64 {
	return 2 * (Potential(Logit(p0)) - Potential(Logit(p1)))
}

// ExpectedSamples returns int p dt, the expected number of times per unit of
// step rate that a dropping edge is still sampled while D falls from d0 to d1
// at constant cost c > 0:
//
//	int p dt = (K-1)/(K eta c) [D + exp D] from d1 to d0.
//
// It grows only linearly in -d1, that is with the logarithm of time: a sampled
// search sees a dropped edge rarely (P5.3).
func (e EqualCost) ExpectedSamples(d0, d1, c float64) float64 {
	return (d0 + math.Exp(d0) - d1 - math.Exp(d1)) / (2 * e.factor() * e.Eta * c)
}

// Unseen returns (1-p)^n, the probability that n steps never sample an edge of
// activity p. A sample of none has cost 0 and moves nothing, so the edge's
// state is then exactly where it was (P5.3).
func Unseen(p float64, n int) float64 {
	return math.Exp(float64(n) * math.Log1p(-p))
}
