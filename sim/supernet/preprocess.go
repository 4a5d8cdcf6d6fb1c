package supernet

import (
	"edgewise/sim/kernel"
	"edgewise/sim/mixop"
)

// activation is a tensor that later cells read, with its gradient.
type activation[T kernel.Float] struct {
	X, G    mixop.Images[T]
	readers []reader[T]
}

// reader is a preprocessing that reads an activation for input i of a cell.
type reader[T kernel.Float] struct {
	cell, i int
	pre     *mixop.Pointwise[T]
}

// preForward runs all preprocessings that read activation a on image b: they share
// the rectified image.
func (n *Net[T]) preForward(s *mixop.Scratch[T], a, b int) {
	act := n.acts[a]
	if len(act.readers) == 0 {
		return
	}
	r := act.readers[0].pre.Rectify(s, act.X.At(b))
	for _, q := range act.readers {
		q.pre.Forward(s, b, r)
	}
}

// preBackward takes image b back through the preprocessings of cell c that read
// activation a. The readers of the last such cell come first: they write the gradient
// of the activation, the others add to it.
func (n *Net[T]) preBackward(s *mixop.Scratch[T], c, a, b, chunk int, first bool) {
	act := n.acts[a]
	x := act.X.At(b)
	var r, dr []T
	for _, q := range act.readers {
		if q.cell != c {
			continue
		}
		if r == nil && n.want.Theta {
			r = q.pre.Rectify(s, x)
		}
		add := dr != nil
		dr = q.pre.InputGradient(s)
		q.pre.Backward(s, b, chunk, first, r, n.cells[c].in[q.i].G.At(b), dr, add, n.want.Theta)
	}
	last := act.readers[len(act.readers)-1]
	if c == last.cell {
		last.pre.Mask.Write(act.G.At(b), dr, x, act.G.Shape)
	} else {
		last.pre.Mask.Add(act.G.At(b), dr, x)
	}
}

// flat says whether the gradient at node j of cell c is constant over each plane:
// the last cell's nodes get it from global pooling, unless operations that run take
// the node as their source.
func (n *Net[T]) flat(c, j int) bool {
	return c == len(n.cells)-1 && !n.cfg.NodeNorm && !n.cells[c].block.NeedsFirstBack(j)
}
