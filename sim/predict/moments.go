package predict

import (
	"fmt"
	"math"

	"edgewise/sim/spec"
	"edgewise/sim/trace"
	"edgewise/theory/dynamics"
)

// gumbelNodes is the size of the quadrature over the Gumbel noise of SNAS.
const gumbelNodes = 96

// padded evaluates gradient moments that are laid out with all operations on
// every edge that allows any, and hands the entries of the allowed ones to the
// flat vector. An operation that is not allowed has alpha = -Inf inside, hence
// probability 0 and no part in any sum.
type padded struct {
	inner         dynamics.GradientMoments
	relaxed       *dynamics.RelaxedMoments // inner, when it has a temperature
	place         []int                    // of each flat entry of the kind
	lo            int                      // first flat entry of the kind
	alpha, g1, g2 []float64
}

func (p *padded) moments(g1, g2, alpha []float64) {
	for i, at := range p.place {
		p.alpha[at] = alpha[p.lo+i]
	}
	p.inner.Moments(p.g1, p.g2, p.alpha)
	for i, at := range p.place {
		g1[p.lo+i], g2[p.lo+i] = p.g1[at], p.g2[at]
	}
}

// edgeMoments are the cost moments of one edge over all operations: Cross is
// nil for one-hot gates, where Mean and Square are conditional on the
// operation having been sampled.
type edgeMoments struct {
	mean, square []float64
	cross        [][]float64
}

// momentMap builds the map from alpha to gradient moments of one kind for given
// cost moments per edge (P5.11): the estimator of the search decides the map.
func (f *frame) momentMap(kind int, at func(edge int) edgeMoments, temperature float64) (*padded, error) {
	out := &padded{lo: -1}
	var soft []dynamics.SoftCosts
	var hard []dynamics.SampledCosts
	n := 0
	for _, s := range f.kindSlots(kind) {
		if out.lo < 0 {
			out.lo = s.lo
		}
		if s.lo == s.hi {
			continue
		}
		m := at(s.edge)
		if f.spec.OneHot() {
			hard = append(hard, dynamics.SampledCosts{Mean: m.mean, Second: m.square})
		} else {
			var second []float64
			for _, row := range m.cross {
				second = append(second, row...)
			}
			soft = append(soft, dynamics.SoftCosts{Mean: m.mean, Second: second})
		}
		for _, o := range s.op {
			out.place = append(out.place, n*len(f.ops)+o)
		}
		n++
	}
	if n == 0 {
		return nil, nil // a kind without any free edge
	}
	size := n * len(f.ops)
	out.alpha, out.g1, out.g2 = make([]float64, size), make([]float64, size), make([]float64, size)
	for i := range out.alpha {
		out.alpha[i] = math.Inf(-1)
	}
	var err error
	switch {
	case f.spec.OneHot() && f.spec.Estimator == spec.SummedLog:
		out.inner, err = dynamics.NewSampledMoments(hard, dynamics.SummedLog)
	case f.spec.OneHot():
		out.inner, err = dynamics.NewSampledMoments(hard, dynamics.Textbook)
	case f.spec.Algorithm == spec.SNAS:
		out.relaxed, err = dynamics.NewRelaxedMoments(soft, temperature, gumbelNodes)
		out.inner = out.relaxed
	default:
		out.inner, err = dynamics.NewSoftMoments(soft)
	}
	return out, err
}

// windowMoments reads the cost moments of one edge from a window. Operations
// that the window did not sample keep the moments of the last window that did
// (in carry); before any sample the mean of the edge's sampled operations stands
// in, for none, which costs nothing unless an intervention says so, 0. Operations that are not allowed have
// zero moments.
func (f *frame) windowMoments(w *trace.Point, carry *edgeMoments, s slot) (edgeMoments, error) {
	k, e, n := s.kind, s.edge, len(f.ops)
	m := edgeMoments{mean: make([]float64, n), square: make([]float64, n)}
	if !f.spec.OneHot() {
		m.cross = make([][]float64, n)
		for o := range m.cross {
			m.cross[o] = make([]float64, n)
		}
	}
	var unseen []int
	sum, sumSquare, seen := 0.0, 0.0, 0.0
	for _, o := range s.op {
		if w.Cost.Count[k][e][o] == 0 {
			unseen = append(unseen, o)
			continue
		}
		m.mean[o], m.square[o] = w.Cost.Mean[k][e][o], windowSquare(w, k, e, o)
		if o != f.none {
			sum, sumSquare, seen = sum+m.mean[o], sumSquare+m.square[o], seen+1
		}
		if m.cross == nil {
			continue
		}
		for _, l := range s.op {
			switch {
			case w.Cost.Cross != nil:
				m.cross[o][l] = w.Cost.Cross[k][e][o][l]
			case w.Cost.Count[k][e][l] > 0:
				m.cross[o][l] = w.Cost.Mean[k][e][o] * w.Cost.Mean[k][e][l]
			}
		}
		m.square[o] = m.cross[o][o]
	}
	if !f.spec.OneHot() && len(unseen) > 0 {
		return m, fmt.Errorf("step %d: edge %v has no cost of %s although its gates are soft", w.Step, f.cell.Edges[e], f.ops[unseen[0]].Name)
	}
	for _, o := range unseen {
		switch {
		case carry.mean != nil && (o == f.none || carry.square[o] > 0):
			m.mean[o], m.square[o] = carry.mean[o], carry.square[o]
		case o != f.none && seen > 0:
			m.mean[o], m.square[o] = sum/seen, sumSquare/seen
		}
	}
	return m, nil
}

func windowSquare(w *trace.Point, k, e, o int) float64 {
	if w.Cost.Square != nil {
		return w.Cost.Square[k][e][o]
	}
	return w.Cost.Mean[k][e][o] * w.Cost.Mean[k][e][o]
}
