package supernet

import "edgewise/sim/mixop"

// A pass over the net is a program: instructions that each do one part of the work
// for one image, with barriers where the statistics of the batch are needed. Between
// two barriers all instructions run on one image before the next image is touched.

type opcode uint8

const (
	barrier opcode = iota
	stemForward
	preForward
	preOutput
	expand
	second
	mix
	mixSum
	average
	normalise
	headForward

	headBackward
	outputCost
	clearFresh
	normSums
	normBack
	sums
	secondBack
	firstBack
	preSums
	preBack
	stemSums
	stemBack
)

// instruction applies op to a cell (or layer) and a node (or preprocessing).
type instruction struct {
	op      opcode
	cell, i int16
}

// program is a list of instructions, cut by barriers.
type program struct {
	code   []instruction
	lo, hi int  // the segment that runs
	dirty  bool // something since the last barrier has a result over the batch
}

func (p *program) reset() { p.code, p.dirty = p.code[:0], false }

func (p *program) add(op opcode, c, i int) {
	p.code = append(p.code, instruction{op, int16(c), int16(i)})
	switch op {
	case stemForward, preForward, expand, second, mixSum, normSums, sums, secondBack, firstBack, preSums, preBack, stemSums, stemBack:
		p.dirty = true
	}
}

// sync ends the segment if it has results that must be complete.
func (p *program) sync() {
	if p.dirty {
		p.code = append(p.code, instruction{op: barrier})
		p.dirty = false
	}
}

// run executes the program segment by segment.
func (n *Net[T]) run() {
	p := &n.prog
	for p.lo = 0; p.lo < len(p.code); p.lo = p.hi + 1 {
		for p.hi = p.lo; p.hi < len(p.code) && p.code[p.hi].op != barrier; p.hi++ {
		}
		n.visits.Clear()
		for _, ins := range p.code[p.lo:p.hi] {
			n.visit(&n.visits, ins)
		}
		n.team.Run(n.batch, n.chunk)
		for _, ins := range p.code[p.lo:p.hi] {
			n.finish(ins)
		}
	}
}

// runChunk executes the current segment for the images of a chunk.
func (n *Net[T]) runChunk(worker, chunk, lo, hi int) {
	s := n.scratch[worker]
	code := n.prog.code[n.prog.lo:n.prog.hi]
	s.Ahead.Queue(&n.visits, lo, hi, n.team.Upcoming())
	for b := lo; b < hi; b++ {
		s.Ahead.Image(b - lo)
		for _, ins := range code {
			n.image(s, ins, b, chunk, b == lo)
		}
	}
}

// image executes one instruction on one image.
func (n *Net[T]) image(s *mixop.Scratch[T], ins instruction, b, chunk int, first bool) {
	c, i := int(ins.cell), int(ins.i)
	switch ins.op {
	case stemForward:
		n.stem.forward(s, b, n.input(b))
	case preForward:
		n.preForward(s, i, b)
	case preOutput:
		q := n.cells[c].pre[i]
		q.Norm.Apply(n.cells[c].in[i].X.At(b), q.Out, q.V.At(b), q.Out, false)
		if n.pooled(c) {
			n.cells[c].block.InputAverage(i, b, q)
		}
	case expand:
		n.cells[c].block.Expand(s, i, b)
	case second:
		n.cells[c].block.Second(s, i, b)
	case mix, mixSum:
		n.cells[c].block.Mix(i, b)
	case average:
		n.cells[c].block.Average(i, b)
	case normalise:
		n.cells[c].block.Normalise(i, b)
	case headForward:
		n.features(b)
		n.head.forward(b)
	case headBackward:
		n.head.backward(b, n.acts[len(n.acts)-1].G.At(b))
	case outputCost:
		for k, j := range n.cfg.Space.Cell.Concat {
			n.output[c][k][b] = n.cells[c].block.OutputCost(j, b)
		}
	case clearFresh:
		n.cells[c].block.ClearFresh(b)
	case normSums:
		n.cells[c].block.NormSums(i, b)
	case normBack:
		n.cells[c].block.NormBack(i, b)
	case sums:
		n.cells[c].block.Sums(i, b, n.flat(c, i))
	case secondBack:
		n.cells[c].block.SecondBack(s, i, b, chunk, first)
	case firstBack:
		n.cells[c].block.FirstBack(s, i, b, chunk, first, i >= 2 || n.wantsInput(c, i))
	case preSums:
		q := n.cells[c].pre[i]
		q.Norm.Sums(b, n.cells[c].in[i].G.At(b), q.V.At(b), q.Out, false)
	case preBack:
		n.preBackward(s, c, i, b, chunk, first)
	case stemSums:
		n.stem.norm.Sums(b, n.gradient(s, 0, b), n.stem.v.At(b), n.stem.v.Shape, false)
	case stemBack:
		if g := n.gradient(s, 0, b); n.stem.gathers() {
			n.stem.gather(s, b, chunk, first, n.input(b), g)
		} else {
			n.stem.backward(s, b, chunk, first, n.input(b), g)
		}
	}
}

// finish does what an instruction leaves for the end of its segment.
func (n *Net[T]) finish(ins instruction) {
	c, i, train := int(ins.cell), int(ins.i), n.mode == Train
	chunks := min(n.batch, mixop.Chunks)
	switch ins.op {
	case stemForward:
		if train {
			n.stem.norm.Batch(n.stem.m, n.batch)
		}
	case preForward:
		for _, r := range n.acts[i].readers {
			if train {
				r.pre.Norm.Batch(r.pre.M, n.batch)
			}
		}
	case expand:
		n.cells[c].block.ExpandDone(i)
	case second:
		n.cells[c].block.SecondDone(i)
	case mixSum:
		n.cells[c].block.MixDone(i)
	case normSums:
		n.cells[c].block.NormSumsDone(i)
	case headBackward:
		if n.want.Theta {
			n.head.accumulate(n.batch)
		}
	case sums:
		n.cells[c].block.SumsDone(i)
	case secondBack:
		n.cells[c].block.SecondBackDone(i)
	case firstBack:
		n.cells[c].block.FirstBackDone(i)
	case preSums:
		n.cells[c].pre[i].Norm.Fold(n.batch, 1, n.want.Theta)
	case preBack:
		for _, r := range n.acts[i].readers {
			if n.want.Theta && r.cell == c {
				r.pre.ReduceParts(chunks)
			}
		}
	case stemSums:
		n.stem.norm.Fold(n.batch, 1, n.want.Theta)
	case stemBack:
		if n.stem.gathers() {
			n.stem.norm.Fold(n.batch, 1, n.want.Theta)
			n.stem.gathered(chunks)
		} else {
			n.stem.conv.Reduce(chunks)
		}
	}
}

// input is image b of the last forward pass.
func (n *Net[T]) input(b int) []T {
	v := n.cfg.InChannels * n.cfg.Height * n.cfg.Width
	return n.x[b*v:][:v]
}
