package dynamics

import (
	"fmt"

	"edgewise/theory/cost"
)

// Field writes dalpha/dt at alpha: minus the expected gradient of one search
// step, for a learning rate of 1. alpha holds the edges one after the other, ops
// logits each. A Field keeps scratch memory: use one per goroutine.
type Field func(dalpha, alpha []float64)

// Costs writes the costs c of all operations of all edges at gates z (or, for
// sampled searches, at probabilities z the conditional means E[C | k sampled]),
// laid out like alpha.
type Costs func(c, z []float64)

// DARTSField is alpha_k' = -q_k (c_k(q) - sum_m q_m c_m(q)), q = softmax(alpha)
// edge by edge (P1.1).
func DARTSField(ops int, costs Costs) Field {
	var q, c []float64
	return func(dalpha, alpha []float64) {
		q, c = sized(q, len(alpha)), sized(c, len(alpha))
		softmaxEdges(q, alpha, ops)
		costs(c, q)
		descendEdges(dalpha, q, c, ops)
	}
}

// DSNASField is the expected update of a one-sample search. The costs are the
// conditional means E[C | k sampled] at the probabilities p. Textbook:
// alpha_k' = -p_k (c_k - sum_m p_m c_m) (P1.3). SummedLog (P1.7):
// alpha_k' = -(a_k c_k - p_k sum_m a_m c_m) with the weights a of
// SampledMoments; costs are taken as independent of the other edges' weights.
func DSNASField(ops int, estimator Estimator, conditional Costs) Field {
	if estimator == Textbook {
		return DARTSField(ops, conditional)
	}
	var p, c, a, b []float64
	return func(dalpha, alpha []float64) {
		p, c = sized(p, len(alpha)), sized(c, len(alpha))
		a, b = sized(a, ops), sized(b, ops)
		softmaxEdges(p, alpha, ops)
		conditional(c, p)
		mu, variance := 0.0, 0.0
		for lo := 0; lo < len(p); lo += ops {
			mean, spread := sampledProbability(p[lo : lo+ops])
			mu += mean
			variance += spread
		}
		edges := float64(len(p) / ops)
		for lo := 0; lo < len(p); lo += ops {
			pe, ce, out := p[lo:lo+ops], c[lo:lo+ops], dalpha[lo:lo+ops]
			mean, spread := sampledProbability(pe)
			summedLogMoments(a, b, pe, edges, mu-mean, variance-spread)
			total := 0.0
			for k, x := range ce {
				out[k] = -a[k] * x
				total += a[k] * x
			}
			for k := range out {
				out[k] += pe[k] * total
			}
		}
	}
}

// ProxylessField is alpha_k' = -p_k (E c_k - sum_m p_m E c_m), the costs of all
// operations being averaged over the one-hot wirings drawn from p (P1.6), by
// enumeration. More than 2^20 wirings are an error.
func ProxylessField(edges, ops int, costs Costs) (Field, error) {
	wirings := 1
	for range edges {
		if wirings *= ops; wirings > 1<<20 || wirings < 1 {
			return nil, fmt.Errorf("%d edges of %d operations have more wirings than can be enumerated (2^20); average the costs by Monte Carlo and use DARTSField", edges, ops)
		}
	}
	n := edges * ops
	p, z, c, mean := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	return func(dalpha, alpha []float64) {
		softmaxEdges(p, alpha, ops)
		clear(mean)
		for w := range wirings {
			clear(z)
			prob, rest := 1.0, w
			for e := range edges {
				k := e*ops + rest%ops
				rest /= ops
				z[k] = 1
				prob *= p[k]
			}
			costs(c, z)
			for k, x := range c {
				mean[k] += prob * x
			}
		}
		descendEdges(dalpha, p, mean, ops)
	}, nil
}

// NaturalField is the natural gradient: alpha_k' = -(c_k(p) - sum_m p_m c_m(p)),
// whose probabilities follow the replicator equation (P5.2).
func NaturalField(ops int, costs Costs) Field {
	var p, c []float64
	return func(dalpha, alpha []float64) {
		p, c = sized(p, len(alpha)), sized(c, len(alpha))
		softmaxEdges(p, alpha, ops)
		costs(c, p)
		for lo := 0; lo < len(p); lo += ops {
			mean := 0.0
			for k := lo; k < lo+ops; k++ {
				mean += p[k] * c[k]
			}
			for k := lo; k < lo+ops; k++ {
				dalpha[k] = mean - c[k]
			}
		}
	}
}

// WithDecay adds L2 weight decay: alpha' = field - decay*alpha.
func (f Field) WithDecay(decay float64) Field {
	return func(dalpha, alpha []float64) {
		f(dalpha, alpha)
		for k, a := range alpha {
			dalpha[k] -= decay * a
		}
	}
}

// softmaxEdges writes the softmax of each run of ops logits.
func softmaxEdges(dst, alpha []float64, ops int) {
	for lo := 0; lo+ops <= len(alpha); lo += ops {
		cost.Softmax(dst[lo:lo+ops], alpha[lo:lo+ops])
	}
}

// descendEdges writes -q_k (c_k - sum q c) for each run of ops.
func descendEdges(dst, q, c []float64, ops int) {
	for lo := 0; lo+ops <= len(q); lo += ops {
		cost.DARTS(dst[lo:lo+ops], q[lo:lo+ops], c[lo:lo+ops])
	}
	negate(dst[:len(q)])
}

func negate(x []float64) {
	for k := range x {
		x[k] = -x[k]
	}
}

// sized returns x, or new memory of length n when it has another length.
func sized(x []float64, n int) []float64 {
	if len(x) == n {
		return x
	}
	return make([]float64, n)
}
