package supernet

import "fmt"

// Voter writes W_j GAP O^k_e of sample b to dst, [class]: what a unit of the gate of
// operation k on edge e of the last cell adds to the logits directly, as the last
// forward pass in training mode left it (THEORY P5.10, P7). It is 0 for an edge whose
// target is not concatenated and for an operation that did not run. What an edge adds
// by way of other edges is not in it: operations of degree 0 pass nothing on in the
// batch sum, skip_connect passes everything.
func (n *Net[T]) Voter(dst []float64, edge, op, b int) error {
	last := n.cells[len(n.cells)-1]
	if len(dst) != n.cfg.Classes || edge < 0 || edge >= len(n.cfg.Space.Cell.Edges) || op < 0 || op >= len(n.cfg.Space.Ops) || b < 0 || b >= n.batch || n.mode != Train {
		return fmt.Errorf("supernet: Voter: edge %d, operation %d, sample %d into %d logits: the net has %d edges, %d operations, %d samples, %d classes, and must have run in training mode",
			edge, op, b, len(dst), len(n.cfg.Space.Cell.Edges), len(n.cfg.Space.Ops), n.batch, n.cfg.Classes)
	}
	clear(dst)
	at := -1
	for i, j := range n.cfg.Space.Cell.Concat {
		if j == n.cfg.Space.Cell.Edges[edge].To {
			at = i
		}
	}
	if at < 0 {
		return nil
	}
	c := n.head.c / len(n.cfg.Space.Cell.Concat)
	mean := make([]float64, c)
	last.block.Ops(edge)[op].Average(mean, b)
	for k := range dst {
		for i, w := range n.head.w.Value[k*n.head.c+at*c:][:c] {
			dst[k] += float64(w) * mean[i]
		}
	}
	return nil
}
