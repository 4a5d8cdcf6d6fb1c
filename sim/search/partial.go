package search

import "edgewise/theory/cost"

// Searches with partial channels (PC-DARTS): the gates are Z = beta_e softmax(alpha_e),
// beta the softmax of edge logits over the edges that enter a node (P1.6).

// weighEdges sets beta from its logits and multiplies the weights by it.
func (a *arch) weighEdges() {
	for k := range a.beta {
		logits := a.edgeLogits(a.alpha, k)
		for _, in := range a.intoNode {
			b := a.edgeCosts[:len(in)]
			for i, e := range in {
				b[i] = logits[e]
			}
			cost.Softmax(b, b)
			for i, e := range in {
				a.beta[k][e] = b[i]
				for o := range a.weight[k][e] {
					a.weight[k][e][o] *= b[i]
				}
			}
		}
	}
}

// edgeLogits returns the edge logits of a kind in a vector laid out like alpha.
func (a *arch) edgeLogits(v []float64, kind int) []float64 {
	n := len(a.space.Cell.Edges)
	return v[a.edges+kind*n:][:n]
}

// partialGradient fills grad: of the operations beta q_k (C_k - sum q C), of the edges
// beta_e (C_e - sum beta C) with C_e = sum q C and what goes by the operations.
func (a *arch) partialGradient(c [][][]float64) {
	q := make([]float64, len(a.space.Ops))
	costs := make([]float64, len(q))
	for k := range a.ops {
		for e, list := range a.ops[k] {
			for i, o := range list {
				q[i], costs[i] = a.weight[k][e][o]/a.beta[k][e], c[k][e][o]
			}
			g := a.edge(a.grad, k, e)
			a.edgeCosts[e] = a.bypass[k][e] + cost.PartialChannel(g, q[:len(list)], costs[:len(list)], a.beta[k][e])
		}
		grad := a.edgeLogits(a.grad, k)
		for _, in := range a.intoNode {
			b, ce, g := make([]float64, len(in)), make([]float64, len(in)), make([]float64, len(in))
			for i, e := range in {
				b[i], ce[i] = a.beta[k][e], a.edgeCosts[e]
			}
			cost.EdgeNormalisation(g, b, ce)
			for i, e := range in {
				grad[e] = g[i]
			}
		}
	}
}

// bypassCosts gathers what the channels that go by the operations cost, per kind.
func (r *run[T]) bypassCosts() {
	for k := range r.arch.bypass {
		clear(r.arch.bypass[k])
	}
	for c, kind := range r.arch.space.Stack {
		for k, have := range r.arch.kinds {
			if have == kind {
				for e := range r.arch.bypass[k] {
					r.arch.bypass[k][e] += r.net.BypassCost(c, e)
				}
			}
		}
	}
}

// edgeWeights spreads beta to the cells.
func (a *arch) edgeWeights() [][]float64 {
	var out [][]float64
	for _, kind := range a.space.Stack {
		for k, have := range a.kinds {
			if have == kind {
				out = append(out, a.beta[k])
			}
		}
	}
	return out
}
