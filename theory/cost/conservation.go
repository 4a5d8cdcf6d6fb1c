package cost

import (
	"fmt"

	"edgewise/theory/cell"
)

// Balance is the account of one cell: how the costs of its edges add up per node
// (P3.4). All slices are indexed by node, inputs first.
type Balance struct {
	// Entering is S_j, the sum of C_e over the edges into node j: <g_j, x_j>.
	Entering []float64
	// Handed is sum_l sum_k d_k Z_jl^k C_jl^k over the edges out of node j: what
	// its consumers in the cell hand back. With the DARTS operations only
	// skip_connect (degree 1) does.
	Handed []float64
	// Direct is D_j = S_j - Handed_j for intermediate nodes, the cost of node j
	// as part of the cell's output; 0 for nodes outside the concat.
	Direct []float64
	// Total is sum_e C_e, SkipTerm the sum of Handed over intermediate nodes:
	// costs that are counted once more at the edge before.
	Total, SkipTerm float64
}

// NewBalance computes the account from gates and per-operation costs, both
// [edge][operation], costs being batch sums or means.
func NewBalance(c cell.Cell, ops []cell.Operation, z, costs [][]float64) (Balance, error) {
	if err := checkCell(c); err != nil {
		return Balance{}, err
	}
	if err := table(c, ops, "gates", z); err != nil {
		return Balance{}, err
	}
	if err := table(c, ops, "costs", costs); err != nil {
		return Balance{}, err
	}
	nodes := cell.Inputs + c.Nodes
	b := Balance{Entering: make([]float64, nodes), Handed: make([]float64, nodes), Direct: make([]float64, nodes)}
	for e, ed := range c.Edges {
		for k, o := range ops {
			v := z[e][k] * costs[e][k]
			b.Total += v
			b.Entering[ed.To] += v
			b.Handed[ed.From] += PassedBack(o, v)
		}
	}
	for j := cell.Inputs; j < nodes; j++ {
		b.Direct[j] = b.Entering[j] - b.Handed[j]
		b.SkipTerm += b.Handed[j]
	}
	return b, nil
}

// OutputResidual returns sum_e C_e - skip terms - output, which the law of the
// cell sets to 0: output is L - H for the last cell (bias-free head) and 0 for
// every earlier one, whose output is normalised before it is used (P3.4). It is
// exact in training mode as eps -> 0; about 1e-6 at eps = 1e-5.
func (b Balance) OutputResidual(output float64) float64 { return b.Total - b.SkipTerm - output }

// OutsideResidual returns the largest |D_j| over nodes outside the concat, which
// have no direct output cost (P3.4).
func (b Balance) OutsideResidual(c cell.Cell) float64 {
	worst := 0.0
	for j := cell.Inputs; j < cell.Inputs+c.Nodes; j++ {
		if !c.InConcat(j) {
			worst = max(worst, b.Direct[j], -b.Direct[j])
		}
	}
	return worst
}

// NoneLogitForce returns lambda sum_e (-dL/da_none,e)/Z_none,e, the force on all
// none logits. By the gradient of the softmax it is the sum of the edge costs
// over all cells that share the logits, so by conservation it is L - H plus the
// skip terms (P3.6). z and gradients are [edge][operation]; lambda is the
// temperature of SNAS, 1 for DARTS. A none gate of 0 is an error: its logit has
// no force to divide.
func NoneLogitForce(z, gradients [][]float64, none int, lambda float64) (float64, error) {
	if len(z) != len(gradients) {
		return 0, fmt.Errorf("none logits: %d rows of gates, %d of gradients", len(z), len(gradients))
	}
	sum := 0.0
	for e := range z {
		if none < 0 || none >= len(z[e]) || len(gradients[e]) != len(z[e]) {
			return 0, fmt.Errorf("none logits: edge %d has %d gates and %d gradients, none is %d", e, len(z[e]), len(gradients[e]), none)
		}
		if z[e][none] == 0 {
			return 0, fmt.Errorf("none logits: the none gate of edge %d is 0", e)
		}
		sum -= gradients[e][none] / z[e][none]
	}
	return lambda * sum, nil
}
