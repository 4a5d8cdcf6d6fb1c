package predict

import (
	"fmt"
	"math"

	"edgewise/sim/spec"
	"edgewise/sim/trace"
	"edgewise/theory/cost"
)

// gradient writes the architecture gradient of one step into dst:
//
//	darts   p_k (c_k - sum p c)                 p = softmax(alpha), or the pull of another gate
//	snas    z_k (c_k - sum z c)/lambda          z = the recorded gates
//	gdas    z~_k (c_k - sum z~ c)/tau           z~ = the recorded soft gates
//	proxyless  over the two operations with a cost: P1.6
//	dsnas   w c_s (onehot(s) - p)               s = the recorded sample, w = 1 or P1.7
//	random  0
//
// c holds the costs as the flat vector does; entries of operations that were
// not sampled are not read for dsnas. (P1.1, P1.2, P1.3, P1.7.)
func (f *frame) gradient(dst, alpha, c []float64, p *trace.Point) error {
	prob := make([]float64, f.size)
	switch f.spec.Relaxation() {
	case spec.DARTS:
		g := f.gate()
		for _, s := range f.slots {
			if f.spec.Net.Partial > 1 { // the recorded gates are beta q: they sum to beta
				f.softmax(prob, alpha)
				beta := 0.0
				for _, o := range s.op {
					beta += p.Gate[s.kind][s.edge][o]
				}
				cost.PartialChannel(dst[s.lo:s.hi], prob[s.lo:s.hi], c[s.lo:s.hi], beta)
				continue
			}
			g.Weights(prob[s.lo:s.hi], alpha[s.lo:s.hi])
			g.Pull(dst[s.lo:s.hi], alpha[s.lo:s.hi], prob[s.lo:s.hi], c[s.lo:s.hi])
		}
	case spec.SNAS, spec.GDAS:
		f.gather(prob, p.Gate)
		if !(p.Temperature > 0) {
			return fmt.Errorf("temperature is %v: the gradient of %s needs a positive one", p.Temperature, f.spec.Algorithm)
		}
		for _, s := range f.slots {
			cost.SNAS(dst[s.lo:s.hi], prob[s.lo:s.hi], c[s.lo:s.hi], p.Temperature)
		}
	case spec.DSNAS:
		f.softmax(prob, alpha)
		for k := range f.kinds {
			if err := f.sampledGradient(dst, prob, c, f.kindSlots(k), p.Gate); err != nil {
				return err
			}
		}
	case spec.Proxyless:
		f.softmax(prob, alpha)
		for _, s := range f.slots {
			if s.hi-s.lo < 2 {
				clear(dst[s.lo:s.hi])
				continue
			}
			i, j, err := s.pair(p.Cost.Count)
			if err != nil {
				return err
			}
			cost.TwoPath(dst[s.lo:s.hi], prob[s.lo:s.hi], c[s.lo:s.hi], i, j)
		}
	case spec.Random:
		clear(dst)
	default:
		return fmt.Errorf("algorithm %q has no gradient map here", f.spec.Algorithm)
	}
	return nil
}

// sampledGradient is the one-sample gradient of the edges of one kind. Edges on
// which nothing is allowed take no part, not even in the summed-log weights.
func (f *frame) sampledGradient(dst, prob, c []float64, slots []slot, gate [][][]float64) error {
	at := make([]int, len(slots))
	var chosen, weight []float64
	for i, s := range slots {
		if s.lo == s.hi {
			continue
		}
		var err error
		if at[i], err = s.sampled(gate); err != nil {
			return err
		}
		chosen, weight = append(chosen, prob[s.lo+at[i]]), append(weight, 1)
	}
	if f.spec.Estimator == spec.SummedLog {
		cost.SummedLogWeights(weight, chosen)
	}
	n := 0
	for i, s := range slots {
		if s.lo == s.hi {
			continue
		}
		cost.DSNAS(dst[s.lo:s.hi], prob[s.lo:s.hi], at[i], weight[n]*c[s.lo+at[i]])
		n++
	}
	return nil
}

// stepCosts reads the costs of one step into dst, 0 for operations that were
// not run, and refuses costs that are not numbers.
func (f *frame) stepCosts(dst []float64, p *trace.Point) error {
	clear(dst)
	for _, s := range f.slots {
		for i, o := range s.op {
			if p.Cost.Count[s.kind][s.edge][o] == 0 {
				continue
			}
			c := p.Cost.Mean[s.kind][s.edge][o]
			if math.IsNaN(c) || math.IsInf(c, 0) {
				return fmt.Errorf("step %d: the cost of edge %v, %s, is %v", p.Step, f.cell.Edges[s.edge], f.ops[o].Name, c)
			}
			dst[s.lo+i] = c
		}
	}
	return nil
}

// pair returns the two entries of the slot that have a cost, or an error when there
// are not two.
func (s *slot) pair(count [][][]float64) (i, j int, err error) {
	var at []int
	for n, o := range s.op {
		if count[s.kind][s.edge][o] > 0 {
			at = append(at, n)
		}
	}
	if len(at) != 2 {
		return 0, 0, fmt.Errorf("edge %d has costs of %d operations: a two-path search takes those of two", s.edge, len(at))
	}
	return at[0], at[1], nil
}

// settle corrects alpha after a step where the algorithm does: a two-path search
// keeps the probabilities of the operations that it did not sample.
func (f *frame) settle(alpha, before []float64, p *trace.Point) error {
	if f.spec.Relaxation() != spec.Proxyless {
		return nil
	}
	for _, s := range f.slots {
		if s.hi-s.lo < 2 {
			continue
		}
		i, j, err := s.pair(p.Cost.Count)
		if err != nil {
			return err
		}
		cost.KeepOthers(alpha[s.lo:s.hi], before[s.lo:s.hi], i, j)
	}
	return nil
}
