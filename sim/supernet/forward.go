package supernet

import (
	"fmt"
	"math"

	"edgewise/theory/cell"
)

// RunAll makes the next forward passes also run the operations whose weight is 0,
// so that the backward pass reports their costs. (Where an activation is zero
// throughout, such costs grow like eps^−1/2 and mean nothing: THEORY P1.9.)
func (n *Net[T]) RunAll(all bool) { n.all = all }

// Forward computes the logits, [batch][Classes], of x, [batch][InChannels][H][W],
// under the weights g of the operations. The result belongs to the net and lasts
// until the next Forward; x must stay unchanged until Backward has returned.
func (n *Net[T]) Forward(x []T, batch int, g Gates, mode Mode) ([]T, error) {
	if err := n.check(len(x), batch, g, mode); err != nil {
		return nil, err
	}
	n.x, n.batch, n.mode = x, batch, mode
	if mode == Eval {
		n.stem.norm.Running()
	}
	for c, l := range n.cells {
		l.block.Begin(g[c], batch, mode == Train, n.all)
		if mode == Eval {
			for _, q := range l.pre {
				q.Norm.Running()
			}
		}
	}
	n.compileForward(mode == Train)
	n.run()
	n.ready = true
	return n.head.logits[:batch*n.cfg.Classes], nil
}

// compileForward lists the instructions. Without batch statistics nothing needs a
// barrier: the whole net runs on one image before the next.
func (n *Net[T]) compileForward(train bool) {
	p := &n.prog
	p.reset()
	sync := func() {
		if train {
			p.sync()
		}
	}
	p.add(stemForward, 0, 0)
	sync()
	p.add(preForward, 0, 0)
	nodes := cell.Inputs + n.cfg.Space.Cell.Nodes
	for c, l := range n.cells {
		sync()
		for i := range cell.Inputs {
			p.add(preOutput, c, i)
			if l.block.NeedsExpand(i) {
				p.add(expand, c, i)
			}
		}
		seconds := func(lo, hi int) {
			for i := lo; i < hi; i++ {
				if l.block.NeedsSecond(i) {
					sync()
					for ; i < hi; i++ {
						if l.block.NeedsSecond(i) {
							p.add(second, c, i)
						}
					}
				}
			}
			sync()
		}
		seconds(0, cell.Inputs)
		for j := cell.Inputs; j < nodes; j++ {
			if n.cfg.NodeNorm {
				p.add(mixSum, c, j)
				sync()
				p.add(normalise, c, j)
			} else {
				if n.pooled(c) {
					p.add(average, c, j)
				}
				if n.mixes(c, j) {
					p.add(mix, c, j)
				}
			}
			if l.block.NeedsExpand(j) {
				p.add(expand, c, j)
				seconds(j, j+1)
			}
		}
		p.add(preForward, 0, c+1)
	}
	p.add(headForward, 0, 0)
}

func (n *Net[T]) check(values, batch int, g Gates, mode Mode) error {
	if batch < 1 || batch > n.cfg.Batch {
		return fmt.Errorf("supernet: Forward: a batch of %d images: the net was built for 1 to %d", batch, n.cfg.Batch)
	}
	if want := batch * n.cfg.InChannels * n.cfg.Height * n.cfg.Width; values != want {
		return fmt.Errorf("supernet: Forward: x has %d values: %d images of %d×%d×%d have %d", values, batch, n.cfg.InChannels, n.cfg.Height, n.cfg.Width, want)
	}
	if mode != Train && mode != Eval {
		return fmt.Errorf("supernet: Forward: mode %d is neither Train nor Eval", mode)
	}
	if len(g) != len(n.cells) {
		return fmt.Errorf("supernet: Forward: gates for %d cells: the net has %d", len(g), len(n.cells))
	}
	for c, zc := range g {
		if len(zc) != len(n.cfg.Space.Cell.Edges) {
			return fmt.Errorf("supernet: Forward: gates of cell %d have %d edges: a cell has %d", c, len(zc), len(n.cfg.Space.Cell.Edges))
		}
		for e, ze := range zc {
			if len(ze) != len(n.cfg.Space.Ops) {
				return fmt.Errorf("supernet: Forward: gates of cell %d, edge %v have %d operations: the space has %d", c, n.cfg.Space.Cell.Edges[e], len(ze), len(n.cfg.Space.Ops))
			}
			for k, z := range ze {
				if math.IsNaN(z) || math.IsInf(z, 0) {
					return fmt.Errorf("supernet: Forward: the gate of cell %d, edge %v, operation %s is %v", c, n.cfg.Space.Cell.Edges[e], n.cfg.Space.Ops[k].Name, z)
				}
			}
		}
	}
	return nil
}
