package mixop

import (
	"fmt"
	"math/rand/v2"

	"edgewise/sim/kernel"
	"edgewise/theory/cell"
)

// Mixed is one mixed operation on its own, O(x) = Σ_k Z^k·O^k(x), for checks and
// measurements: a block of one edge.
type Mixed[T kernel.Float] struct {
	X, DX   Images[T] // input and ∂L/∂x
	Y, DY   Images[T] // output and ∂L/∂y
	block   *Block[T]
	team    *Team
	scratch []*Scratch[T]
	stage   func(s *Scratch[T], b, chunk int, first bool)
	visits  kernel.Visits // of the stage
	chunk   func(worker, chunk, lo, hi int)
}

// NewMixed builds the mixed operation of ops with that stride on batch images of
// c channels of h×w.
func NewMixed[T kernel.Float](ops []cell.Operation, stride, batch, c, h, w int, eps float64, affine bool, workers int, rnd *rand.Rand) (*Mixed[T], error) {
	if batch < 1 || c < 1 || h < 1 || w < 1 || stride < 1 || stride > 2 || (stride == 2 && (h%2 != 0 || w%2 != 0 || c%2 != 0)) {
		return nil, fmt.Errorf("mixop: no mixed operation of stride %d on %d images of %d×%d×%d: stride is 1 or 2, and stride 2 needs even sizes", stride, batch, c, h, w)
	}
	m := &Mixed[T]{X: NewImages[T](batch, c, h, w), DX: NewImages[T](batch, c, h, w),
		Y: NewImages[T](batch, c, h/stride, w/stride), DY: NewImages[T](batch, c, h/stride, w/stride)}
	cfg := BlockConfig[T]{Cell: cell.Cell{Nodes: 1, Edges: []cell.Edge{{From: 0, To: 2}}, Concat: []int{2}}, Ops: ops, Batch: batch, Norm: NormConfig{Eps: eps, Affine: affine},
		In: [2]Images[T]{m.X, m.X}, InG: [2]Images[T]{m.DX, m.DX}, Out: m.Y, OutG: m.DY}
	if stride == 2 {
		cfg.Kind = cell.Reduction
	}
	plan := NewPlan()
	var err error
	if m.block, err = NewBlock[T](cfg, plan, rnd); err != nil {
		return nil, fmt.Errorf("mixop: %w", err)
	}
	m.team = NewTeam(workers)
	for range m.team.Size() {
		m.scratch = append(m.scratch, NewScratch[T](plan))
	}
	m.chunk = func(worker, chunk, lo, hi int) {
		s := m.scratch[worker]
		s.Ahead.Queue(&m.visits, lo, hi, m.team.Upcoming())
		for b := lo; b < hi; b++ {
			s.Ahead.Image(b - lo)
			m.stage(s, b, chunk, b == lo)
		}
	}
	return m, nil
}

// Ops returns the operations with their costs.
func (m *Mixed[T]) Ops() []*Op[T] { return m.block.Ops(0) }

// Weights lists the weights in the order of a DARTS state_dict.
func (m *Mixed[T]) Weights() []*Weight[T] { return m.block.Weights() }

// Close stops the workers.
func (m *Mixed[T]) Close() { m.team.Close() }

// all runs a stage on all images; visits lists what it touches.
func (m *Mixed[T]) all(visits func(v *kernel.Visits), stage func(s *Scratch[T], b, chunk int, first bool)) {
	m.visits.Clear()
	visits(&m.visits)
	m.stage = stage
	m.team.Run(m.block.Batch, m.chunk)
}

// Forward computes Y from X under the weights z, with the statistics of the batch
// or, without train, the running ones.
func (m *Mixed[T]) Forward(z []float64, train bool) error {
	k := m.block
	if len(z) != len(k.Ops(0)) {
		return fmt.Errorf("mixop: %d weights for %d operations", len(z), len(k.Ops(0)))
	}
	k.Begin([][]float64{z}, k.Batch, train, false)
	m.all(func(v *kernel.Visits) { k.ExpandVisits(v, 0) },
		func(s *Scratch[T], b, _ int, _ bool) { k.Expand(s, 0, b) })
	k.ExpandDone(0)
	if k.NeedsSecond(0) {
		m.all(func(v *kernel.Visits) { k.SecondVisits(v, 0) },
			func(s *Scratch[T], b, _ int, _ bool) { k.Second(s, 0, b) })
		k.SecondDone(0)
	}
	m.all(func(v *kernel.Visits) { k.MixVisits(v, 2) },
		func(_ *Scratch[T], b, _ int, _ bool) { k.Mix(2, b) })
	return nil
}

// Backward computes the costs, with data DX, and with theta the gradients of the
// weights, from DY and the last Forward.
func (m *Mixed[T]) Backward(theta, data bool) {
	k := m.block
	k.BeginBackward(theta)
	m.all(func(v *kernel.Visits) { k.SumsVisits(v, 2, false) },
		func(_ *Scratch[T], b, _ int, _ bool) { k.Sums(2, b, false) })
	k.SumsDone(2)
	if !theta && !data {
		return
	}
	if k.NeedsSecondBack(0) {
		m.all(func(v *kernel.Visits) { k.SecondBackVisits(v, 0) },
			func(s *Scratch[T], b, chunk int, first bool) { k.SecondBack(s, 0, b, chunk, first) })
		k.SecondBackDone(0)
	}
	m.all(func(v *kernel.Visits) { k.FirstBackVisits(v, 0, data) },
		func(s *Scratch[T], b, chunk int, first bool) { k.FirstBack(s, 0, b, chunk, first, data) })
	k.FirstBackDone(0)
}
