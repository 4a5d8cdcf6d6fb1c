package dynamics

import "math"

// Replicator writes the exact solution of natural-gradient descent (P5.2),
// p_k' = -eta p_k (C_k - sum_m p_m C_m):
//
//	p_k(t) = p_k(0) exp(-eta int_0^t C_k) / normalisation,
//
// given integral[k] = eta * int_0^t C_k. No trap: logits move at the speed of
// their costs, whatever the probabilities. p may be p0.
func Replicator(p, p0, integral []float64) {
	least := math.Inf(1)
	for k, x := range integral {
		if p0[k] > 0 && x < least {
			least = x
		}
	}
	sum := 0.0
	for k, x := range integral {
		if p[k] = p0[k]; p[k] != 0 { // an operation that is absent stays absent
			p[k] *= math.Exp(least - x)
		}
		sum += p[k]
	}
	for k := range p {
		p[k] /= sum
	}
}
