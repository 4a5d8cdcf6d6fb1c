package dynamics

import (
	"fmt"

	"edgewise/theory/cost"
)

// ExponentiatedGradient is natural-gradient descent of softmax logits, edge by
// edge (Ops logits each): with p = softmax(alpha) and grad_k = p_k (c_k - <c>),
//
//	alpha_k = alpha_k - LR*(grad_k/p_k + WeightDecay*alpha_k)
//
// which is p_k <- p_k exp(-LR c_k) up to normalisation: the replicator map
// (P5.2), without the trap p(1-p) of plain descent. Where p_k has underflowed
// to 0 its cost is unknown and the logit keeps its place. It has no memory.
type ExponentiatedGradient struct {
	LR, WeightDecay float64
	Ops             int

	p []float64
}

// Step takes one step. The length must be a multiple of Ops.
func (e *ExponentiatedGradient) Step(alpha, grad []float64) {
	sameLength(alpha, grad)
	if e.Ops < 1 || len(alpha)%e.Ops != 0 {
		panic(fmt.Sprintf("dynamics: %d logits do not split into edges of %d operations", len(alpha), e.Ops))
	}
	if len(e.p) != e.Ops {
		e.p = make([]float64, e.Ops)
	}
	for lo := 0; lo < len(alpha); lo += e.Ops {
		a, g := alpha[lo:lo+e.Ops], grad[lo:lo+e.Ops]
		cost.Softmax(e.p, a)
		for k, p := range e.p {
			c := 0.0
			if p > 0 {
				c = g[k] / p
			}
			a[k] -= e.LR * (c + e.WeightDecay*a[k])
		}
	}
}

// Reset does nothing: the map has no memory.
func (e *ExponentiatedGradient) Reset() {}

// State is empty: the map has no memory.
func (e *ExponentiatedGradient) State() []float64 { return []float64{} }

// SetState accepts the empty state only.
func (e *ExponentiatedGradient) SetState(state []float64) error {
	if len(state) != 0 {
		return fmt.Errorf("the natural gradient has no memory, but the saved state holds %d numbers: it belongs to another optimiser", len(state))
	}
	return nil
}
