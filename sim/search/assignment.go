package search

import (
	"fmt"

	"edgewise/sim/intervention"
	"edgewise/sim/kernel"
	"edgewise/sim/supernet"
	"edgewise/sim/trace"
	"edgewise/theory/cell"
	"edgewise/theory/cost"
)

// assignment is what a search with interventions keeps: the running moments of
// every edge's cost, and room for what leaving an operation out disturbs.
type assignment[T kernel.Float] struct {
	past    []*intervention.Past // per kind
	voters  bool
	buffers [][]T
	without [][][]float64 // gates with one operation left out
}

func newAssignment[T kernel.Float](r *run[T]) *assignment[T] {
	a := &assignment[T]{}
	for range r.arch.kinds {
		a.past = append(a.past, intervention.NewPast(len(r.arch.space.Cell.Edges)))
	}
	var removal bool
	a.voters, removal = intervention.Needs(r.spec.Interventions)
	if removal {
		for _, q := range r.net.Buffers() {
			a.buffers = append(a.buffers, make([]T, len(q.Value)))
		}
		a.without = copyCube(r.z)
	}
	return a
}

func (a *assignment[T]) state() []float64 {
	var s []float64
	for _, p := range a.past {
		s = append(s, p.State()...)
	}
	return s
}

func (a *assignment[T]) setState(s []float64) error {
	n := len(s) / len(a.past)
	for i, p := range a.past {
		if err := p.SetState(s[i*n:][:n]); err != nil {
			return err
		}
	}
	return nil
}

// intervene replaces the costs of the step by what the spec's interventions make
// of them. The point keeps the edges' costs as the net has them.
func (r *run[T]) intervene(p *trace.Point) error {
	if r.assign == nil {
		return nil
	}
	if p.EdgeCost == nil {
		p.EdgeCost, p.SkipCost = r.edgeCosts()
	}
	split := p.Train
	if r.spec.AlphaSplit() == "search" {
		split = p.Search
	}
	space := r.arch.space
	views := make([]*intervention.View, len(r.arch.kinds))
	for k, kind := range r.arch.kinds { // all voters are read before a pass leaves an operation out
		views[k] = &intervention.View{
			Cell: space.Cell, None: space.NoneIndex(), Prob: r.arch.prob[k], Gate: r.z[k], Cost: r.c[k], Past: r.assign.past[k],
			Without: func(e, op int) (float64, float64, error) {
				less, err := r.leaveOut(k, e, op)
				return split.Loss, less, err
			},
		}
		if r.assign.voters && kind == space.Stack[len(space.Stack)-1] {
			if err := r.listen(views[k]); err != nil {
				return err
			}
		}
	}
	for k, v := range views {
		costs, active := v.Observed()
		if err := intervention.Apply(r.spec.Interventions, v); err != nil {
			return err
		}
		r.assign.past[k].LearnStep(costs, active)
	}
	return nil
}

// listen reads the voters of the last cell.
func (r *run[T]) listen(v *intervention.View) error {
	space := r.arch.space
	for e, row := range v.Gate {
		if !space.Cell.InConcat(space.Cell.Edges[e].To) {
			continue
		}
		for o, z := range row {
			if z != 0 && space.Ops[o].Name != cell.None {
				v.Voices = append(v.Voices, intervention.Voice{Edge: e, Op: o, Gate: z})
			}
		}
	}
	for _, k := range space.Stack[:len(space.Stack)-1] {
		v.Shared = v.Shared || k == space.Stack[len(space.Stack)-1]
	}
	v.Voters, v.Labels = make([]cost.Voters, r.spec.Batch), make([]int, r.spec.Batch)
	for b := range v.Voters {
		v.Labels[b] = int(r.labels[b])
		for _, w := range v.Voices {
			z := make([]float64, r.classes)
			if err := r.net.Voter(z, w.Edge, w.Op, b); err != nil {
				return err
			}
			for i := range z {
				z[i] *= w.Gate
			}
			v.Voters[b] = append(v.Voters[b], z)
		}
	}
	return nil
}

// leaveOut returns the mean loss of the loaded batch with the gate of one
// operation at 0 in all cells of a kind. Running statistics stay as they were.
func (r *run[T]) leaveOut(kind, e, op int) (float64, error) {
	for k := range r.z {
		for i, row := range r.z[k] {
			copy(r.assign.without[k][i], row)
		}
	}
	r.assign.without[kind][e][op] = 0
	for i, q := range r.net.Buffers() {
		copy(r.assign.buffers[i], q.Value)
	}
	defer func() {
		for i, q := range r.net.Buffers() {
			copy(q.Value, r.assign.buffers[i])
		}
	}()
	n := r.spec.Batch
	logits, err := r.net.Forward(r.x, n, r.arch.gates(nil, r.assign.without), supernet.Train)
	if err != nil {
		return 0, err
	}
	if err := supernet.CrossEntropy(logits, r.labels[:n], r.classes, r.dlogits, r.samples); err != nil {
		return 0, fmt.Errorf("%w: %w", ErrDiverged, err)
	}
	return summarise(r.samples[:n]).Loss, nil
}
