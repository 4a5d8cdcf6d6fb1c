package dynamics

// ClampGate is p_k = clamp(alpha_k, 0, 1), the gate of DARTS-PRIME (arXiv
// 2106.11655): operations do not compete, a weight falls in proportion to its cost
// alone, and one that reaches 0 stays there.
type ClampGate struct{}

// Weights implements Gate.
func (ClampGate) Weights(p, alpha []float64) {
	for k, a := range alpha {
		p[k] = min(max(a, 0), 1)
	}
}

// Pull implements Gate: c_k where 0 < alpha_k <= 1, else 0. The subgradient at 1 is
// the one that lets an operation fall again; at 0 the operation is gone.
func (ClampGate) Pull(dst, alpha, _, c []float64) {
	for k, a := range alpha {
		v := c[k]
		if !(a > 0 && a <= 1) {
			v = 0
		}
		dst[k] = v
	}
}

// Project implements Projector: an alpha that fell to 0, or that was there before
// the step, is 0.
func (ClampGate) Project(alpha, before []float64) {
	for k, a := range alpha {
		if a <= 0 || before[k] <= 0 {
			alpha[k] = 0
		}
	}
}

// ClampedEdge is the weight of an operation after time t under a constant cost c and
// the clamp gate: p(t) = clamp(p(0) - c t, 0, 1). It is gone for good at t = p(0)/c
// where c > 0. Unlike under a softmax the rate does not fall with p: there is no trap
// at 0 and no price of one operation's fall on another (compare P5.1). Behind a
// batch norm of the node the costs of a node satisfy sum p c = 0, so that sum p^2 is
// conserved: no edge falls unless another one rises.
func ClampedEdge(p, c, t float64) float64 { return min(max(p-c*t, 0), 1) }
