package bench

import (
	"math/rand/v2"

	"edgewise/sim/supernet"
	"edgewise/theory/cell"
)

// runner passes a batch of noise through a supernet of any size, without optimisers.
type runner struct {
	step
	net    *supernet.Net[float32]
	space  cell.Space
	rnd    *rand.Rand
	x, dl  []float32
	labels []uint8
	gates  supernet.Gates
}

func newRunner(s step, workers int) (*runner, error) {
	c, err := cell.DARTS(s.Nodes, s.Nodes)
	if err != nil {
		return nil, err
	}
	space, err := cell.NewSpace(cell.Canonical(), c, s.Cells, nil)
	if err != nil {
		return nil, err
	}
	r := &runner{step: s, space: space, rnd: rand.New(rand.NewPCG(5, 6))}
	r.net, err = supernet.New[float32](supernet.Config{
		Space: space, Channels: s.Channels, StemMultiplier: 3, InChannels: 3, Classes: 10,
		Height: s.Side, Width: s.Side, Batch: s.Batch, Eps: 1e-5, Workers: workers,
	}, r.rnd)
	if err != nil {
		return nil, err
	}
	r.x, r.dl, r.labels = make([]float32, s.Batch*3*s.Side*s.Side), make([]float32, s.Batch*10), make([]uint8, s.Batch)
	for i := range r.x {
		r.x[i] = float32(r.rnd.NormFloat64())
	}
	for i := range r.labels {
		r.labels[i] = uint8(r.rnd.IntN(10))
	}
	r.gates = supernet.NewGates(space)
	for _, rows := range r.gates {
		for _, row := range rows {
			for o := range row {
				row[o] = 1 / float64(len(row))
			}
		}
	}
	return r, nil
}

// pass is one forward and backward pass.
func (r *runner) pass(w supernet.Want) error {
	logits, err := r.net.Forward(r.x, r.Batch, r.gates, supernet.Train)
	if err != nil {
		return err
	}
	if err := supernet.CrossEntropy(logits, r.labels, 10, r.dl, nil); err != nil {
		return err
	}
	if w.Theta {
		r.net.ZeroGrad()
	}
	return r.net.Backward(r.dl, w)
}

// run makes the passes of one step.
func (r *runner) run() error {
	if r.Algorithm == "darts" {
		if err := r.pass(supernet.Want{Cost: true}); err != nil {
			return err
		}
		return r.pass(supernet.Want{Theta: true})
	}
	return r.runWired(func() int { return r.rnd.IntN(len(r.space.Ops)) })
}

// runLargest makes the pass of the wiring that needs the most memory: separable
// convolutions on all edges.
func (r *runner) runLargest() error {
	op := r.space.OpIndex(cell.SepConv5x5)
	return r.runWired(func() int { return op })
}

// runWired makes the pass of a wiring that takes the operations from draw.
func (r *runner) runWired(draw func() int) error {
	for _, rows := range r.gates {
		for _, row := range rows {
			clear(row)
			row[draw()] = 1
		}
	}
	return r.pass(supernet.Want{Theta: true, Cost: true})
}
