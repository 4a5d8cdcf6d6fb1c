package dynamics

import (
	"fmt"

	"edgewise/theory/cost"
)

// SampledCosts are the cost moments of one edge with one-hot gates (DSNAS):
// per operation the conditional moments E[C | k sampled] and E[C^2 | k sampled].
// Operations that the window never sampled have no moments: give them 0 or a
// neighbouring window's.
type SampledCosts struct {
	Mean   []float64
	Second []float64
}

// Estimator says how a sampled search weighs the score of its sample.
type Estimator int

const (
	// Textbook multiplies onehot - p by the edge's own cost (P1.3).
	Textbook Estimator = iota
	// SummedLog multiplies it by k p_e(Z_e)/sum_e' p_e'(Z_e') as well: the
	// estimator of the published analysis code (P1.7).
	SummedLog
)

// SampledMoments are the gradient moments of one-hot gates drawn from
// p = softmax(alpha), edge by edge. With the weights
//
//	textbook:    a_k = p_k,           b_k = p_k
//	summed log:  a_k = p_k w1_k,      b_k = p_k w2_k
//	             w1_k = E[n p_k/(p_k+R)],  w2_k = E[(n p_k/(p_k+R))^2]
//
// where n is the number of edges and R = sum over the other edges of the
// probability of their sample (P1.7),
//
//	E[g_k]   = a_k c_k - p_k sum_m a_m c_m
//	E[g_k^2] = b_k S_k (1-2p_k) + p_k^2 sum_m b_m S_m.
//
// R enters by its mean mu = sum sum_m p^2 and variance V = sum (sum_m p^3 - (sum_m p^2)^2)
// to second order: E[1/(p+R)] = (1+V/(p+mu)^2)/(p+mu) and
// E[1/(p+R)^2] = (1+3V/(p+mu)^2)/(p+mu)^2. P5.11 keeps the leading order and
// one denominator for all operations: s = n/sum_e sum_m p_em^2, a = s p^2,
// b = s^2 p^3.
type SampledMoments struct {
	edges     []SampledCosts
	estimator Estimator
	ops       int
	p         []float64 // all edges
	a, b      []float64 // one edge
}

// NewSampledMoments checks the shapes: every edge has ops conditional means
// and ops second moments, all finite. The slices are kept, not copied.
func NewSampledMoments(edges []SampledCosts, estimator Estimator) (*SampledMoments, error) {
	ops, err := soundEdges(len(edges), func(e int) ([]float64, []float64) { return edges[e].Mean, edges[e].Second })
	if err != nil {
		return nil, err
	}
	for e, c := range edges {
		if len(c.Second) != ops {
			return nil, fmt.Errorf("edge %d: %d second moments of costs for %d operations", e, len(c.Second), ops)
		}
		for k, mean := range c.Mean {
			if err := secondBound(e, k, mean, c.Second[k]); err != nil {
				return nil, err
			}
		}
	}
	if estimator != Textbook && estimator != SummedLog {
		return nil, fmt.Errorf("unknown estimator %d: use Textbook or SummedLog", estimator)
	}
	return &SampledMoments{edges: edges, estimator: estimator, ops: ops, p: make([]float64, ops*len(edges)), a: make([]float64, ops), b: make([]float64, ops)}, nil
}

// Moments implements GradientMoments.
func (m *SampledMoments) Moments(g1, g2, alpha []float64) {
	n := m.ops
	var mu, variance float64 // of the sampled probabilities' sum over all edges
	for e := range m.edges {
		p := m.p[e*n : e*n+n]
		cost.Softmax(p, alpha[e*n:e*n+n])
		if m.estimator == SummedLog {
			mean, spread := sampledProbability(p)
			mu += mean
			variance += spread
		}
	}
	for e := range m.edges {
		p := m.p[e*n : e*n+n]
		a, b := p, p
		if m.estimator == SummedLog {
			mean, spread := sampledProbability(p)
			a, b = m.a, m.b
			summedLogMoments(a, b, p, float64(len(m.edges)), mu-mean, variance-spread)
		}
		sampledGateMoments(g1[e*n:e*n+n], g2[e*n:e*n+n], p, a, b, &m.edges[e])
	}
}

// sampledProbability returns the mean sum_m p_m^2 and the variance
// sum_m p_m^3 - (sum_m p_m^2)^2 of the probability of the operation sampled.
func sampledProbability(p []float64) (mean, variance float64) {
	cube := 0.0
	for _, x := range p {
		mean += x * x
		cube += x * x * x
	}
	return mean, cube - mean*mean
}

// summedLogMoments writes a_k and b_k of SampledMoments.
func summedLogMoments(a, b, p []float64, edges, mu, variance float64) {
	for k, pk := range p {
		inverse := 1 / (pk + mu)
		w := edges * pk * inverse
		spread := variance * inverse * inverse
		a[k] = pk * w * (1 + spread)
		b[k] = pk * w * w * (1 + 3*spread)
	}
}

// sampledGateMoments writes the moments of one edge under weights a, b.
func sampledGateMoments(g1, g2, p, a, b []float64, c *SampledCosts) {
	first, second := 0.0, 0.0
	for k, ak := range a {
		g1[k], g2[k] = ak*c.Mean[k], b[k]*c.Second[k]
		first += g1[k]
		second += g2[k]
	}
	for k, pk := range p {
		g := g1[k] - pk*first
		square := g2[k]*(1-2*pk) + pk*pk*second
		if square < g*g {
			square = g * g
		}
		g1[k], g2[k] = g, square
	}
}
