package supernet

import "edgewise/sim/kernel"

// visit lists what an instruction reads and writes of an image, in the order of its use.
func (n *Net[T]) visit(v *kernel.Visits, ins instruction) {
	c, i := int(ins.cell), int(ins.i)
	switch ins.op {
	case stemForward:
		n.stem.v.Visit(v)
	case preForward:
		if r := n.acts[i].readers; len(r) > 0 {
			n.visitActivation(v, i)
			for _, q := range r {
				q.pre.V.Visit(v)
			}
		}
	case preOutput:
		n.cells[c].pre[i].V.Visit(v)
		n.cells[c].in[i].X.Visit(v)
	case expand:
		n.cells[c].block.ExpandVisits(v, i)
	case second:
		n.cells[c].block.SecondVisits(v, i)
	case mix, mixSum:
		n.cells[c].block.MixVisits(v, i)
	case sums:
		n.cells[c].block.SumsVisits(v, i, n.flat(c, i))
	case secondBack:
		n.cells[c].block.SecondBackVisits(v, i)
	case firstBack:
		n.cells[c].block.FirstBackVisits(v, i, i >= 2 || n.wantsInput(c, i))
	case preSums:
		n.cells[c].in[i].G.Visit(v)
		n.cells[c].pre[i].V.Visit(v)
	case preBack:
		n.visitActivation(v, i)
		for _, q := range n.acts[i].readers {
			if q.cell == c {
				n.cells[c].in[q.i].G.Visit(v)
				q.pre.V.Visit(v)
			}
		}
		n.acts[i].G.Visit(v)
	case stemBack:
		if !n.stem.gathers() {
			n.acts[0].G.Visit(v)
			n.stem.v.Visit(v)
		}
	}
}

// visitActivation lists what the readers of activation i make their input from.
func (n *Net[T]) visitActivation(v *kernel.Visits, i int) {
	if i == 0 {
		n.stem.v.Visit(v)
	} else {
		n.acts[i].X.Visit(v)
	}
}
