package search

import (
	"math"

	"edgewise/sim/spec"
	"edgewise/sim/supernet"
	"edgewise/theory/cell"
	"edgewise/theory/dynamics"
)

// arch holds the architecture parameters: one alpha per kind of cell, edge and
// allowed operation, in one flat vector that the optimiser steps over.
type arch struct {
	space   cell.Space
	kinds   []cell.Kind
	ops     [][][]int // [kind][edge]: indices of the allowed operations
	at      [][]int   // [kind][edge]: offset of the edge's first alpha in the vector
	alpha   []float64
	grad    []float64
	optim   dynamics.Optimiser
	gate    dynamics.Gate
	prob    [][][]float64 // [kind][edge][op]: share of the edge's weight; 0 where not allowed
	weight  [][][]float64 // [kind][edge][op]: gate(alpha); prob itself under a softmax
	scratch []float64
	before  []float64 // alpha before a step, for gates that bind it

	// Of partial channels (PC-DARTS): alpha ends with a logit per kind and edge, of
	// which the softmax over the edges into a node is the edge's weight. weight holds
	// it already.
	edges     int // place of the first of these logits; len(alpha) without
	beta      [][]float64
	bypass    [][]float64 // [kind][edge]: what the channels that go by cost
	intoNode  [][]int
	edgeCosts []float64
}

func newArch(s spec.Spec) (*arch, error) {
	space, err := s.Space()
	if err != nil {
		return nil, err
	}
	allowed, err := s.Allowed()
	if err != nil {
		return nil, err
	}
	a := &arch{space: space, kinds: space.Kinds(), scratch: make([]float64, len(space.Ops)), gate: s.Gate()}
	n := 0
	for _, k := range a.kinds {
		var ops [][]int
		var at []int
		for _, row := range allowed[k] {
			var list []int
			for o, ok := range row {
				if ok {
					list = append(list, o)
				}
			}
			ops, at = append(ops, list), append(at, n)
			n += len(list)
		}
		a.ops, a.at = append(a.ops, ops), append(a.at, at)
		a.prob = append(a.prob, newTable(len(space.Cell.Edges), len(space.Ops)))
	}
	a.edges = n
	if s.Net.Partial > 1 {
		edges := len(space.Cell.Edges)
		n += len(a.kinds) * edges
		a.beta, a.bypass = newTable(len(a.kinds), edges), newTable(len(a.kinds), edges)
		for j := cell.Inputs; j < cell.Inputs+space.Cell.Nodes; j++ {
			a.intoNode = append(a.intoNode, space.Cell.Into(j))
		}
		a.edgeCosts = make([]float64, edges)
	}
	a.alpha, a.grad = make([]float64, n), make([]float64, n)
	init := stream(s.Seed, "alpha", 0)
	for i := range a.alpha {
		a.alpha[i] = s.Alpha.InitMean + s.Alpha.InitStd*init.NormFloat64()
		if s.Algorithm == spec.Random {
			a.alpha[i] = 0
		}
	}
	switch s.Alpha.Optimiser {
	case spec.SGD:
		a.optim = &dynamics.SGD{LR: s.Alpha.Rate, Momentum: s.Alpha.Beta1, WeightDecay: s.Alpha.WeightDecay}
	case spec.Natural:
		a.optim = &dynamics.ExponentiatedGradient{LR: s.Alpha.Rate, WeightDecay: s.Alpha.WeightDecay, Ops: len(space.Ops)}
	default:
		a.optim = &dynamics.Adam{LR: s.Alpha.Rate, Beta1: s.Alpha.Beta1, Beta2: s.Alpha.Beta2, Eps: s.Alpha.Eps, WeightDecay: s.Alpha.WeightDecay}
	}
	a.weight = a.prob
	if !s.SoftmaxGate() || a.beta != nil {
		a.weight = copyCube(a.prob)
	}
	a.updateProb()
	return a, nil
}

func newTable(rows, cols int) [][]float64 {
	out := make([][]float64, rows)
	for i := range out {
		out[i] = make([]float64, cols)
	}
	return out
}

// edge returns the alphas of one edge.
func (a *arch) edge(v []float64, kind, e int) []float64 {
	return v[a.at[kind][e]:][:len(a.ops[kind][e])]
}

// updateProb sets weight = gate(alpha), and prob to its shares, over the allowed
// operations of each edge.
func (a *arch) updateProb() {
	for k := range a.ops {
		for e, list := range a.ops[k] {
			p := a.scratch[:len(list)]
			a.gate.Weights(p, a.edge(a.alpha, k, e))
			for i, o := range list {
				a.weight[k][e][o] = p[i]
			}
		}
	}
	if a.beta != nil {
		a.weighEdges()
	}
	if a.soft() {
		return
	}
	for k := range a.weight {
		for e := range a.weight[k] {
			dynamics.Shares(a.prob[k][e], a.weight[k][e])
		}
	}
}

// soft says whether weights are probabilities.
func (a *arch) soft() bool { return a.gate == dynamics.SoftmaxGate{} && a.beta == nil }

// step moves alpha by one step of its optimiser along grad.
func (a *arch) step() {
	p, bound := a.gate.(dynamics.Projector)
	if bound {
		a.before = append(a.before[:0], a.alpha...)
	}
	a.optim.Step(a.alpha, a.grad)
	if bound {
		p.Project(a.alpha, a.before)
	}
	a.updateProb()
}

// finite says whether every alpha is a number.
func (a *arch) finite() bool {
	for _, v := range a.alpha {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}

// snapshot returns alpha as [kind][edge][op], NaN where an operation is not
// allowed.
func (a *arch) snapshot() [][][]float64 {
	out := make([][][]float64, len(a.ops))
	for k := range a.ops {
		out[k] = newTable(len(a.ops[k]), len(a.space.Ops))
		for e, list := range a.ops[k] {
			for o := range out[k][e] {
				out[k][e][o] = math.NaN()
			}
			for i, o := range list {
				out[k][e][o] = a.edge(a.alpha, k, e)[i]
			}
		}
	}
	return out
}

// gates spreads tables per kind to one per cell, which share the kind's rows.
func (a *arch) gates(dst supernet.Gates, tables [][][]float64) supernet.Gates {
	dst = dst[:0]
	for _, kind := range a.space.Stack {
		for k, have := range a.kinds {
			if have == kind {
				dst = append(dst, tables[k])
			}
		}
	}
	return dst
}

// copyInto is copyCube into memory of the same shape, or new memory.
func copyInto(dst, v [][][]float64) [][][]float64 {
	if dst == nil {
		return copyCube(v)
	}
	for i := range v {
		for j := range v[i] {
			copy(dst[i][j], v[i][j])
		}
	}
	return dst
}

func copyCube(v [][][]float64) [][][]float64 {
	out := make([][][]float64, len(v))
	for i := range v {
		out[i] = make([][]float64, len(v[i]))
		for j := range v[i] {
			out[i][j] = append([]float64(nil), v[i][j]...)
		}
	}
	return out
}
