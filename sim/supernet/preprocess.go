package supernet

import (
	"edgewise/sim/kernel"
	"edgewise/sim/mixop"
)

// activation is a tensor that later cells read, with its gradient. That of the stem has no
// memory of its own: its readers make their ReLU from the stem's v. Nor has its gradient where
// one cell reads it: see Net.gradient.
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
	r := n.rectified(s, a, b)
	for _, q := range act.readers {
		q.pre.Forward(s, b, r)
	}
}

// rectified returns the scratch with the ReLU of activation a of image b.
func (n *Net[T]) rectified(s *mixop.Scratch[T], a, b int) []T {
	q := n.acts[a].readers[0].pre
	if a > 0 {
		return q.Rectify(s, n.acts[a].X.At(b))
	}
	r := q.Rectified(s)
	n.stem.rectified(r, q.R, b)
	return r
}

// preBackward takes image b back through the preprocessings of cell c that read
// activation a. The readers of the last such cell come first: they write the gradient
// of the activation, the others add to it.
func (n *Net[T]) preBackward(s *mixop.Scratch[T], c, a, b, chunk int, first bool) {
	act := n.acts[a]
	q := act.readers[0].pre
	var r, x, dr []T
	planes := q.R
	if a == 0 || n.want.Theta {
		r = n.rectified(s, a, b)
		x = r
	} else {
		x, planes = act.X.At(b), q.In
	}
	last := act.readers[len(act.readers)-1]
	writes := c == last.cell
	for _, q := range act.readers {
		if q.cell != c {
			continue
		}
		add := dr != nil
		if dr = n.gradient(s, a, b); !writes {
			dr = q.pre.InputGradient(s)
		}
		q.pre.Backward(s, b, chunk, first, r, n.cells[c].in[q.i].G.At(b), dr, add, n.want.Theta)
	}
	if writes {
		last.pre.Mask.Write(dr, dr, act.X.Shape, x, planes)
	} else {
		last.pre.Mask.Add(n.gradient(s, a, b), dr, act.X.Shape, x, planes)
	}
}

// flat says whether the gradient at node j of cell c is constant over each plane:
// the last cell's nodes get it from global pooling, unless operations that run take
// the node as their source.
func (n *Net[T]) flat(c, j int) bool {
	return c == len(n.cells)-1 && !n.cfg.NodeNorm && !n.cells[c].block.NeedsFirstBack(j)
}
