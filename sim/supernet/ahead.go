package supernet

import (
	"edgewise/sim/kernel"
	"edgewise/sim/mixop"
)

// queue fills the queue of a worker with what the images lo to hi−1 and the one after them will
// touch in a segment.
func (n *Net[T]) queue(s *mixop.Scratch[T], code []instruction, lo, hi int) {
	s.Ahead.Clear()
	for b := lo; b < hi; b++ {
		for _, ins := range code {
			n.ahead(&s.Ahead, ins, b)
		}
	}
	if b := n.team.Upcoming(); b >= 0 {
		for _, ins := range code {
			n.ahead(&s.Ahead, ins, b)
		}
	}
	s.Ahead.Start()
}

// ahead queues what an instruction will read and write of image b.
func (n *Net[T]) ahead(a *kernel.Ahead, ins instruction, b int) {
	c, i := int(ins.cell), int(ins.i)
	switch ins.op {
	case stemForward:
		kernel.Want(a, n.stem.v.At(b))
	case preForward:
		if r := n.acts[i].readers; len(r) > 0 {
			n.activationAhead(a, i, b)
			for _, q := range r {
				kernel.Want(a, q.pre.V.At(b))
			}
		}
	case preOutput:
		kernel.Want(a, n.cells[c].pre[i].V.At(b))
		kernel.Want(a, n.cells[c].in[i].X.At(b))
	case expand:
		n.cells[c].block.ExpandAhead(a, i, b)
	case second:
		n.cells[c].block.SecondAhead(a, i, b)
	case mix, mixSum:
		n.cells[c].block.MixAhead(a, i, b)
	case sums:
		n.cells[c].block.SumsAhead(a, i, b, n.flat(c, i))
	case secondBack:
		n.cells[c].block.SecondBackAhead(a, i, b)
	case firstBack:
		n.cells[c].block.FirstBackAhead(a, i, b, i >= 2 || n.wantsInput(c, i))
	case preSums:
		kernel.Want(a, n.cells[c].in[i].G.At(b))
		kernel.Want(a, n.cells[c].pre[i].V.At(b))
	case preBack:
		n.activationAhead(a, i, b)
		for _, q := range n.acts[i].readers {
			if q.cell == c {
				kernel.Want(a, n.cells[c].in[q.i].G.At(b))
				kernel.Want(a, q.pre.V.At(b))
			}
		}
		kernel.Want(a, n.acts[i].G.At(b))
	case stemBack:
		kernel.Want(a, n.acts[0].G.At(b))
		kernel.Want(a, n.stem.v.At(b))
	}
}

// activationAhead queues what the readers of activation i make their input from.
func (n *Net[T]) activationAhead(a *kernel.Ahead, i, b int) {
	if i == 0 {
		kernel.Want(a, n.stem.v.At(b))
	} else {
		kernel.Want(a, n.acts[i].X.At(b))
	}
}
