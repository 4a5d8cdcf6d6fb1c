package cost

import (
	"fmt"
	"math"

	"edgewise/theory/cell"
)

// PassedBack returns what an operation hands on to the cost of its source node:
// <J'g, x> = d <g, O(x)> = d C for an operation of homogeneity degree d (Euler;
// P3.1). Degree 0 (batch norm in training, batch sum, eps -> 0) passes nothing
// back, degree 1 (skip) everything. Affine parameters behind batch norm, a bias
// before it, and drop-path after the operation leave degree 0 as it is (P3.3).
func PassedBack(o cell.Operation, cost float64) float64 { return float64(o.Degree) * cost }

// Channel is the summary of one channel of a batch norm: sums run over the
// batch and the positions.
type Channel struct {
	GradDotOut float64 // <g, O>
	GradSum    float64 // sum of g
	Mean       float64 // batch mean in training, running mean in eval mode
	Variance   float64 // batch or running variance, without eps
	Gamma      float64 // affine scale, 1 without affine
	Beta       float64 // affine shift, 0 without affine
}

// TrainingPassedBack returns what a batch norm in training mode passes back,
// R = sum_c eps/(var_c+eps) (<g,O>_c - beta_c sum g_c) (P3.2, exact, batch sum):
// 0 as eps -> 0, and all of the cost of the normalised part once the variance
// falls below eps, as it does in a soft search whose gates close.
func TrainingPassedBack(channels []Channel, eps float64) float64 {
	r := 0.0
	for _, c := range channels {
		r += eps / (c.Variance + eps) * (c.GradDotOut - c.Beta*c.GradSum)
	}
	return r
}

// EvalPassedBack returns what a batch norm in eval mode passes back. There it is
// an affine map with fixed statistics, so R = C + sum_c (gamma_c mean_c/sqrt(var_c+eps)
// - beta_c) sum g_c (P3.3): degree 0 is lost, and with it conservation.
func EvalPassedBack(channels []Channel, eps float64) float64 {
	r := 0.0
	for _, c := range channels {
		r += c.GradDotOut + (c.Gamma*c.Mean/math.Sqrt(c.Variance+eps)-c.Beta)*c.GradSum
	}
	return r
}

// table checks that gates and costs have one row per edge and one column per
// operation.
func table(c cell.Cell, ops []cell.Operation, what string, rows [][]float64) error {
	if len(rows) != len(c.Edges) {
		return fmt.Errorf("%s: %d rows for %d edges", what, len(rows), len(c.Edges))
	}
	for e, row := range rows {
		if len(row) != len(ops) {
			return fmt.Errorf("%s: edge %v has %d values for %d operations", what, c.Edges[e], len(row), len(ops))
		}
	}
	return nil
}

// EdgeCosts writes C_e = sum_k Z_e^k C_e^k for each edge.
func EdgeCosts(dst []float64, z, costs [][]float64) {
	for e := range dst {
		dst[e] = 0
		for k, v := range costs[e] {
			dst[e] += z[e][k] * v
		}
	}
}
