package dynamics

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/integrate/quad"

	"edgewise/theory/cost"
)

// SNASField is the expected update of SNAS at temperature lambda (P1.2):
// alpha_k' = -E[z_k (c_k(z) - sum_m z_m c_m(z))]/lambda over
// z = softmax((alpha+G)/lambda), the noise of all edges being drawn together.
// The expectation is over GumbelNodes(edges*ops, nodes); its error falls about
// as 1/nodes. For one two-way edge SNASTwoWay is exact.
func SNASField(edges, ops int, lambda float64, costs Costs, nodes int) (Field, error) {
	return noisyField(edges, ops, lambda, costs, nodes, func(z, hard []float64) []float64 { return z })
}

// GDASField is the expected straight-through update of GDAS at temperature tau
// (P1.6): as SNASField, but the costs are those at the one-hot gates
// onehot(argmax z) of the same sample.
func GDASField(edges, ops int, tau float64, costs Costs, nodes int) (Field, error) {
	return noisyField(edges, ops, tau, costs, nodes, func(z, hard []float64) []float64 {
		clear(hard)
		for lo := 0; lo < len(z); lo += ops {
			top := lo
			for k := lo; k < lo+ops; k++ {
				if z[k] > z[top] {
					top = k
				}
			}
			hard[top] = 1
		}
		return hard
	})
}

func noisyField(edges, ops int, lambda float64, costs Costs, nodes int, gates func(z, hard []float64) []float64) (Field, error) {
	if edges < 1 || ops < 2 || nodes < 1 {
		return nil, fmt.Errorf("a noisy field needs at least 1 edge, 2 operations and 1 node, not %d, %d and %d", edges, ops, nodes)
	}
	if !(lambda > 0) || math.IsInf(lambda, 0) {
		return nil, fmt.Errorf("temperature is %v; it must be positive and finite", lambda)
	}
	n := edges * ops
	noise := GumbelNodes(n, nodes)
	z, hard, c, g := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, ops)
	return func(dalpha, alpha []float64) {
		clear(dalpha[:n])
		for _, node := range noise {
			for k, x := range node {
				z[k] = (alpha[k] + x) / lambda
			}
			softmaxEdges(z, z, ops)
			costs(c, gates(z, hard))
			for lo := 0; lo < n; lo += ops {
				cost.SNAS(g, z[lo:lo+ops], c[lo:lo+ops], lambda)
				for k, x := range g {
					dalpha[lo+k] -= x / float64(len(noise))
				}
			}
		}
	}, nil
}

// SNASTwoWay returns the expected gradient dE/da_op of SNAS at temperature
// lambda on one edge {none, op} with logit difference d (P1.4). With
// z = sigmoid((d+G)/lambda), G logistic,
//
//	E[z(1-z) diff(z)]/lambda = int_0^1 f(lambda logit z - d) diff(z) dz,
//
// f the logistic density and diff(z) = c_op - c_none at gate z. As lambda
// falls to 0 it becomes PathIntegrated, not the end-point cost of DSNAS.
func SNASTwoWay(d, lambda float64, diff func(z float64) float64) float64 {
	return unitIntegral(func(z float64) float64 {
		p := Probability(lambda*Logit(z) - d)
		return p * (1 - p) * diff(z)
	})
}

// PathIntegrated returns p(1-p) int_0^1 diff(z) dz = p(1-p) [L(1) - L(0)], the
// exact policy gradient of E[L] on one edge: the limit of SNAS at temperature 0
// (P1.4). EndPoint is what DSNAS has in its place: p(1-p) diff(1).
func PathIntegrated(p float64, diff func(z float64) float64) float64 {
	return p * (1 - p) * unitIntegral(diff)
}

// EndPoint returns p(1-p) diff(1), the expected gradient of DSNAS on one edge
// {none, op} whose none has cost 0: the cost at the end point of the path.
func EndPoint(p float64, diff func(z float64) float64) float64 { return p * (1 - p) * diff(1) }

// unitIntegral integrates f over (0,1) by 64 panels of 8 Gauss-Legendre points
// in s, z = s^2(3-2s), which gathers points at both ends.
func unitIntegral(f func(float64) float64) float64 {
	const panels = 64
	sum := 0.0
	for i := range panels {
		sum += quad.Fixed(func(s float64) float64 {
			return f(s*s*(3-2*s)) * 6 * s * (1 - s)
		}, float64(i)/panels, float64(i+1)/panels, 8, quad.Legendre{}, 0)
	}
	return sum
}
