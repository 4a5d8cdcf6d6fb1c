package supernet

import (
	"fmt"

	"edgewise/theory/cell"
)

// Backward takes ∂L/∂logits, [batch][Classes], of the last Forward back through the
// net, as far as is wanted. With Theta it adds to the gradients of the weights;
// without, it goes back only where a local cost needs it. A forward pass serves one
// backward pass.
func (n *Net[T]) Backward(dlogits []T, w Want) error {
	if !n.ready {
		return fmt.Errorf("supernet: Backward: each backward pass needs a Forward before it")
	}
	if want := n.batch * n.cfg.Classes; len(dlogits) != want {
		return fmt.Errorf("supernet: Backward: dlogits has %d values: a batch of %d with %d classes has %d", len(dlogits), n.batch, n.cfg.Classes, want)
	}
	n.ready = false
	if w == (Want{}) {
		return nil
	}
	n.want = w
	copy(n.head.grad, dlogits)
	n.compileBackward()
	n.run()
	for c, l := range n.cells {
		for e, ce := range n.costs[c] {
			for k, o := range l.block.Ops(e) {
				ce[k] = o.Cost
			}
		}
	}
	return nil
}

// wantsInput says whether the gradient at input i of cell c leads anywhere: to
// weights, or to the cell that made it.
func (n *Net[T]) wantsInput(c, i int) bool { return n.want.Theta || n.cells[c].src[i] > 0 }

// compileBackward lists the instructions, last cell first, last node first.
func (n *Net[T]) compileBackward() {
	p := &n.prog
	p.reset()
	p.add(headBackward, 0, 0)
	for c := len(n.cells) - 1; c >= 0; c-- {
		k := n.cells[c].block
		k.BeginBackward(n.want.Theta)
		if n.want.Output {
			for _, j := range n.cfg.Space.Cell.Concat {
				if !n.mixes(c, j) {
					p.add(mix, c, j)
				}
			}
			p.add(outputCost, c, 0)
		}
		p.add(clearFresh, c, 0)
		for j := cell.Inputs + n.cfg.Space.Cell.Nodes - 1; j >= cell.Inputs; j-- {
			n.leaving(c, j, j+1)
			if n.cfg.NodeNorm {
				p.add(normSums, c, j)
				p.sync()
				p.add(normBack, c, j)
			}
			if k.HasInputs(j) {
				p.add(sums, c, j)
			}
		}
		lo, hi := 0, cell.Inputs
		for lo < hi && !n.wantsInput(c, lo) {
			lo++
		}
		for lo < hi && !n.wantsInput(c, hi-1) {
			hi--
		}
		if lo == hi {
			break // earlier cells have no earlier input either
		}
		n.leaving(c, lo, hi)
		for i := lo; i < hi; i++ {
			p.add(preSums, c, i)
		}
		p.sync()
		for i := lo; i < hi; i++ {
			if a := n.cells[c].src[i]; i == lo || a != n.cells[c].src[lo] {
				p.add(preBack, c, a)
			}
		}
	}
	if n.want.Theta {
		if !n.stem.gathers() {
			p.add(stemSums, 0, 0)
			p.sync()
		}
		p.add(stemBack, 0, 0)
	}
}

// leaving adds what takes the gradient back over the edges that leave nodes lo to
// hi−1 of a cell.
func (n *Net[T]) leaving(c, lo, hi int) {
	p, k := &n.prog, n.cells[c].block
	for i := lo; i < hi; i++ {
		if k.NeedsSecondBack(i) {
			p.sync()
			for ; i < hi; i++ {
				if k.NeedsSecondBack(i) {
					p.add(secondBack, c, i)
				}
			}
		}
	}
	for i := lo; i < hi; i++ {
		if k.NeedsFirstBack(i) || i < cell.Inputs {
			p.sync()
			for ; i < hi; i++ {
				if k.NeedsFirstBack(i) || i < cell.Inputs {
					p.add(firstBack, c, i)
				}
			}
		}
	}
}
