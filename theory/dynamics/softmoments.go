package dynamics

import (
	"fmt"

	"edgewise/theory/cost"
)

// SoftCosts are the cost moments of one edge with soft gates (DARTS): the mean
// E[C_k] and the raw second moments S_kl = E[C_k C_l], row-major K x K.
type SoftCosts struct {
	Mean   []float64
	Second []float64
}

// SoftMoments are the gradient moments of soft gates q = softmax(alpha), edge
// by edge (P5.11). With M_kl = delta_kl - q_l, g_k = q_k sum_l M_kl C_l and so
//
//	E[g_k]   = q_k (c_k - sum_l q_l c_l)
//	E[g_k^2] = q_k^2 (row k of M) S (row k of M)'
//	         = q_k^2 (S_kk - 2 sum_l q_l S_kl + sum_lm q_l S_lm q_m).
//
// The moments are held while alpha moves: a window.
type SoftMoments struct {
	edges []SoftCosts
	ops   int
	q, sq []float64
}

// NewSoftMoments checks the shapes: every edge has ops means and ops*ops
// second moments, all finite. The slices are kept, not copied.
func NewSoftMoments(edges []SoftCosts) (*SoftMoments, error) {
	ops, err := soundEdges(len(edges), func(e int) ([]float64, []float64) { return edges[e].Mean, edges[e].Second })
	if err != nil {
		return nil, err
	}
	for e, c := range edges {
		if len(c.Second) != ops*ops {
			return nil, fmt.Errorf("edge %d: %d second moments of costs; %d operations need %d", e, len(c.Second), ops, ops*ops)
		}
		for k, mean := range c.Mean {
			if err := secondBound(e, k, mean, c.Second[k*ops+k]); err != nil {
				return nil, err
			}
		}
	}
	return &SoftMoments{edges: edges, ops: ops, q: make([]float64, ops), sq: make([]float64, ops)}, nil
}

// Moments implements GradientMoments.
func (m *SoftMoments) Moments(g1, g2, alpha []float64) {
	n := m.ops
	for e := range m.edges {
		lo := e * n
		cost.Softmax(m.q, alpha[lo:lo+n])
		softGateMoments(g1[lo:lo+n], g2[lo:lo+n], m.q, m.sq, &m.edges[e])
	}
}

// softGateMoments writes the moments of one edge at gates q; sq is scratch.
func softGateMoments(g1, g2, q, sq []float64, c *SoftCosts) {
	n := len(q)
	mean, qsq := 0.0, 0.0
	for k, qk := range q {
		mean += qk * c.Mean[k]
		row := c.Second[k*n : k*n+n]
		sum := 0.0
		for l, s := range row {
			sum += s * q[l]
		}
		sq[k] = sum
		qsq += qk * sum
	}
	for k, qk := range q {
		g := qk * (c.Mean[k] - mean)
		square := qk * qk * (c.Second[k*n+k] - 2*sq[k] + qsq)
		if square < g*g { // rounding, when the costs have no spread
			square = g * g
		}
		g1[k], g2[k] = g, square
	}
}
