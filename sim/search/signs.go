package search

import (
	"math"

	"edgewise/sim/spec"
	"edgewise/sim/trace"
)

// signs names what is wrong with a step although all its numbers are numbers; the
// point keeps the names. alpha is what it was before the step.
func (r *run[T]) signs(p *trace.Point, alpha []float64) []string {
	var out []string
	if r.prime == nil && !r.moving() || r.prime != nil && p.Cost == nil { // the schedule of prime is past this step
		return nil
	}
	if dead(r.c) && r.carries(p) {
		out = append(out, trace.Dead)
	}
	if r.lost(alpha) || r.rounded(p) {
		out = append(out, trace.Rounding)
	}
	if trace.SaturatedAt(r.arch.prob) {
		out = append(out, trace.Saturated)
	}
	return out
}

// dead says whether no cost reached any edge.
func dead(c [][][]float64) bool {
	for _, k := range c {
		for _, e := range k {
			for _, v := range e {
				if v != 0 {
					return false
				}
			}
		}
	}
	return true
}

// carries says whether the gates of alpha's step leave a path to the output: without one all
// costs are zero by P3.5.
func (r *run[T]) carries(p *trace.Point) bool {
	space, gates := r.arch.space, p.Gate
	if gates == nil {
		gates = r.z
	}
	for _, k := range gates {
		active := make([]bool, len(space.Cell.Edges))
		for e, row := range k {
			for o, z := range row {
				active[e] = active[e] || o != space.NoneIndex() && z != 0
			}
		}
		for _, eff := range space.Cell.Effective(active) {
			if eff {
				return true
			}
		}
	}
	return false
}

// lost says whether a gradient moved nothing: every entry of alpha that has one is
// larger than its step by more than float64 can hold.
func (r *run[T]) lost(before []float64) bool {
	pulled := false
	for i, g := range r.arch.grad {
		if r.arch.alpha[i] != before[i] {
			return false
		}
		pulled = pulled || g != 0
	}
	return pulled && r.spec.Alpha.Rate > 0
}

// significance is the relative rounding of a cost, a sum over the values of a
// batch, in units of the precision of the net.
const significance = 16

// rounded says whether the costs of some edge with soft gates differ by no more
// than their rounding, so that alpha follows noise, which Adam blows up to full
// steps.
func (r *run[T]) rounded(p *trace.Point) bool {
	if r.spec.OneHot() || p.Cost == nil {
		return false
	}
	eps := math.Pow(2, -23)
	if r.spec.Precision == spec.Float64 {
		eps = math.Pow(2, -52)
	}
	for k := range r.arch.ops {
		for e, list := range r.arch.ops[k] {
			lo, hi, size := math.Inf(1), math.Inf(-1), 0.0
			for _, o := range list {
				v := r.c[k][e][o]
				lo, hi, size = min(lo, v), max(hi, v), max(size, math.Abs(v))
			}
			if len(list) > 1 && size > 0 && hi-lo <= significance*eps*size {
				return true
			}
		}
	}
	return false
}
