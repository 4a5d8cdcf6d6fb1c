package dynamics

import "edgewise/theory/cost"

// FairDARTSField is alpha_k' = -z_k (1-z_k) c_k(z), z = sigmoid(alpha): no
// competition between operations (P1.6).
func FairDARTSField(costs Costs) Field {
	var z, c []float64
	return func(dalpha, alpha []float64) {
		z, c = sized(z, len(alpha)), sized(c, len(alpha))
		for k, a := range alpha {
			z[k] = cost.Sigmoid(a)
		}
		costs(c, z)
		cost.FairDARTS(dalpha, z, c)
		negate(dalpha)
	}
}

// PartialChannelField is the flow of PC-DARTS. The state holds the logits of
// all operations, edge by edge, and then one logit per edge; groups lists, per
// node, the edges that enter it. Gates are beta_e softmax(alpha_e)_k with beta
// the softmax of the edge logits within a group (P1.6).
func PartialChannelField(edges, ops int, groups [][]int, costs Costs) Field {
	n := edges * ops
	q, z, c := make([]float64, n), make([]float64, n), make([]float64, n)
	beta, edgeCost := make([]float64, edges), make([]float64, edges)
	gather := make([]float64, edges)
	return func(dstate, state []float64) {
		softmaxEdges(q, state[:n], ops)
		logits := state[n : n+edges]
		for _, g := range groups {
			for i, e := range g {
				gather[i] = logits[e]
			}
			cost.Softmax(gather[:len(g)], gather[:len(g)])
			for i, e := range g {
				beta[e] = gather[i]
			}
		}
		for k := range z {
			z[k] = beta[k/ops] * q[k]
		}
		costs(c, z)
		for e := range edges {
			lo, hi := e*ops, (e+1)*ops
			edgeCost[e] = cost.PartialChannel(dstate[lo:hi], q[lo:hi], c[lo:hi], beta[e])
		}
		for _, g := range groups {
			mean := 0.0
			for _, e := range g {
				mean += beta[e] * edgeCost[e]
			}
			for _, e := range g {
				dstate[n+e] = beta[e] * (edgeCost[e] - mean)
			}
		}
		negate(dstate[:n+edges])
	}
}
