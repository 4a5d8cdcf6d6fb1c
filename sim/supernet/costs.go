package supernet

import (
	"fmt"

	"edgewise/theory/cell"
)

// Cost returns C^k_e = ⟨∂L/∂x_j, O^k_e(x_i)⟩ of cell c, [edge][op], summed over the
// batch, of the last backward pass: the mean if dlogits carries 1/B. Positive: the
// operation raises the loss. It is 0 for operations that did not run; see Ran. The
// slices are the net's own.
func (n *Net[T]) Cost(c int) [][]float64 { return n.costs[c] }

// Ran says which operations of cell c the last forward pass computed.
func (n *Net[T]) Ran(c, edge, op int) bool { return n.cells[c].block.Ops(edge)[op].Ran() }

// CostSample writes the part of sample b in the costs of cell c to dst, [edge][op].
func (n *Net[T]) CostSample(dst [][]float64, c, b int) error {
	if c < 0 || c >= len(n.cells) || b < 0 || b >= n.batch || len(dst) != len(n.costs[c]) {
		return fmt.Errorf("supernet: CostSample: cell %d, sample %d, %d edges: the net has %d cells, %d samples, %d edges", c, b, len(dst), len(n.cells), n.batch, len(n.cfg.Space.Cell.Edges))
	}
	for e, row := range dst {
		if len(row) != len(n.cfg.Space.Ops) {
			return fmt.Errorf("supernet: CostSample: edge %d has %d operations: the space has %d", e, len(row), len(n.cfg.Space.Ops))
		}
		for k, o := range n.cells[c].block.Ops(e) {
			row[k] = o.CostAt(b)
		}
	}
	return nil
}

// Bypass sets the weights of the edges, [cell][edge], of a net with partial channels
// for the next passes; the gates of its operations hold them already.
func (n *Net[T]) Bypass(beta [][]float64) error {
	if len(beta) != len(n.cells) || n.cfg.Partial < 2 {
		return fmt.Errorf("supernet: Bypass: edge weights of %d cells: the net has %d and 1/%d of the channels", len(beta), len(n.cells), max(1, n.cfg.Partial))
	}
	for c, row := range beta {
		if len(row) != len(n.cfg.Space.Cell.Edges) {
			return fmt.Errorf("supernet: Bypass: cell %d: %d edge weights: a cell has %d edges", c, len(row), len(n.cfg.Space.Cell.Edges))
		}
		n.cells[c].block.Bypass(row)
	}
	return nil
}

// BypassCost returns ⟨∂L/∂x_j, x_i[C/K:]⟩ of edge e of cell c, summed over the batch,
// of the last backward pass: what the channels that go by the operations cost.
func (n *Net[T]) BypassCost(c, e int) float64 { return n.cells[c].block.BypassCost(e) }

// OutputCost returns D_j = ⟨∂L/∂(concat)_j, x_j⟩ of cell c, [concat node][sample], of
// the last backward pass that wanted Output. The slices are the net's own.
func (n *Net[T]) OutputCost(c int) [][]float64 { return n.output[c] }

// NewGates allocates gates for a space, all 0.
func NewGates(s cell.Space) Gates {
	g := make(Gates, len(s.Stack))
	for c := range g {
		g[c] = make([][]float64, len(s.Cell.Edges))
		for e := range g[c] {
			g[c][e] = make([]float64, len(s.Ops))
		}
	}
	return g
}
