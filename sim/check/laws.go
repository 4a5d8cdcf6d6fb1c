package check

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"edgewise/sim/trace"
	"edgewise/theory/cell"
	"edgewise/theory/dynamics"
)

// measure gathers the residuals of one law over the points of a trace.
type measure struct {
	law, source string
	limit       float64
	values      []float64
	worst       int // point of the largest
	top         float64
}

func (m *measure) add(point int, v float64) {
	if math.IsNaN(v) {
		return // health names it
	}
	m.values = append(m.values, v)
	if v > m.top || len(m.values) == 1 {
		m.top, m.worst = v, point
	}
}

func (m *measure) into(r *Report, t *trace.Trace, severity Severity, means string) {
	if len(m.values) == 0 {
		return
	}
	slices.Sort(m.values)
	r.Residuals = append(r.Residuals, Residual{
		Law: m.law, Source: m.source, Points: len(m.values),
		Median: m.values[len(m.values)/2], Max: m.top, Limit: m.limit,
	})
	if m.top <= m.limit {
		return
	}
	over := 0
	for _, v := range m.values {
		if v > m.limit {
			over++
		}
	}
	r.add(severity, m.worst, t.Points[m.worst].Step, over,
		fmt.Sprintf("%s: residual %.2g, limit %.2g", m.law, m.top, m.limit), means)
}

// simplex: on each edge the probabilities are in 0..1 and sum to 1, or are all 0
// where the edge is deleted.
func (r *Report) simplex(t *trace.Trace) {
	m := measure{law: "probabilities sum to 1", source: "definition", limit: resolution(t)}
	for i, p := range t.Points {
		worst := 0.0
		for _, k := range p.Prob {
			for _, e := range k {
				sum, all0 := 0.0, true
				for _, v := range e {
					sum += v
					all0 = all0 && v == 0
					worst = max(worst, -v, v-1)
				}
				if !all0 {
					worst = max(worst, math.Abs(sum-1))
				}
			}
		}
		m.add(i, worst)
	}
	m.into(r, t, Error, "the numbers are not probabilities of one edge: columns may be mixed up")
}

// resolution is how exactly probabilities can be expected to be: to rounding in
// our own traces, to half a unit of the last printed decimal place or significant digit
// per operation in logs.
func resolution(t *trace.Trace) float64 {
	if d := decimals(t); d > 0 {
		return float64(len(t.Manifest.Ops)) * 0.5 * math.Pow(10, -float64(d)) * 1.01
	}
	if single(t) {
		return 2e-6
	}
	if d := digits(t); d > 0 {
		return float64(len(t.Manifest.Ops)) * 0.5 * math.Pow(10, -float64(d)) * 1.01
	}
	return 1e-9
}

// single says whether all probabilities are single-precision numbers, as frameworks
// that train in it record them.
func single(t *trace.Trace) bool {
	for _, p := range t.Points {
		for _, k := range p.Prob {
			for _, e := range k {
				for _, v := range e {
					if float64(float32(v)) != v {
						return false
					}
				}
			}
		}
	}
	return true
}

// digits is the number of significant digits, 4 to 8, that all probabilities fit in, or
// 0 when they need more.
func digits(t *trace.Trace) int {
	if t.Manifest.Source == "edgewise search" {
		return 0
	}
	for d := 4; d <= 8; d++ {
		if fits(t, d) {
			return d
		}
	}
	return 0
}

func fits(t *trace.Trace, d int) bool {
	for _, p := range t.Points {
		for _, k := range p.Prob {
			for _, e := range k {
				for _, v := range e {
					if w, err := strconv.ParseFloat(strconv.FormatFloat(v, 'e', d-1, 64), 64); err != nil || w != v && !math.IsNaN(v) {
						return false
					}
				}
			}
		}
	}
	return true
}

// decimals is the number of decimal places that all probabilities fit in, or 0
// when they need more than 6.
func decimals(t *trace.Trace) int {
	if t.Manifest.Source == "edgewise search" {
		return 0 // our own traces are exact: a round number in them is not a rounded one
	}
	if !slices.Contains(printedKinds(t, func(p *trace.Point) [][][]float64 { return p.Prob }), true) {
		return 0
	}
	for d := 1; d <= 6; d++ {
		scale, fits := math.Pow(10, float64(d)), true
		for _, p := range t.Points {
			for _, k := range p.Prob {
				for _, e := range k {
					for _, v := range e {
						if math.Abs(v*scale-math.Round(v*scale)) > 1e-6 {
							fits = false
						}
					}
				}
			}
		}
		if fits {
			return d
		}
	}
	return 0
}

// softmax: prob = softmax(alpha) over the allowed operations, where both are
// recorded; with another gate prob is the share of its weights.
func (r *Report) softmax(t *trace.Trace) {
	var gate dynamics.Gate = dynamics.SoftmaxGate{}
	if s := t.Manifest.Spec; s != nil {
		if g, err := dynamics.GateByName(s.Alpha.Gate); err == nil {
			gate = g
		}
	}
	m := measure{law: "prob = softmax(alpha)", source: "definition", limit: max(1e-9, 2*resolution(t))}
	p, a := make([]float64, 0, 16), make([]float64, 0, 16)
	for i := range t.Points {
		pt := &t.Points[i]
		if pt.Alpha == nil || badAlpha(pt) { // health names it
			continue
		}
		worst := 0.0
		for k := range pt.Alpha {
			for e := range pt.Alpha[k] {
				a, p = a[:0], p[:0]
				for o, v := range pt.Alpha[k][e] {
					if !math.IsNaN(v) {
						a, p = append(a, v), append(p, pt.Prob[k][e][o])
					}
				}
				if len(a) == 0 {
					continue
				}
				gate.Weights(a, a)
				if gate != (dynamics.SoftmaxGate{}) {
					dynamics.Shares(a, a)
				}
				for o := range a {
					worst = max(worst, math.Abs(a[o]-p[o]))
				}
			}
		}
		m.add(i, worst)
	}
	m.into(r, t, Error, "alpha and probabilities belong to different steps or edges, or are not tied by a softmax")
	if d := decimals(t); d > 0 {
		r.add(Note, -1, 0, len(t.Points), fmt.Sprintf("probabilities have %d decimal places", d),
			fmt.Sprintf("differences below %.0e cannot be seen: ties in the final wiring may be rounding", math.Pow(10, -float64(d))))
	}
}

// conservation: per point and cell, the edge costs minus the skip costs of edges
// from intermediate nodes sum to L - H in the last cell and to 0 in every
// earlier one (P3.4), up to the eps of batch norm. The residual is relative to
// |L - H| plus the sum of the absolute edge costs of the largest cell: a cell
// that no path of a sampled wiring uses carries rounding errors only.
func (r *Report) conservation(t *trace.Trace) {
	if s := t.Manifest.Spec; s != nil && s.Net.NodeNorm {
		r.normalised(t)
		return
	}
	last := measure{law: "last cell: costs sum to L - H", source: "P3.4", limit: 1e-3}
	early := measure{law: "earlier cells: costs sum to 0", source: "P3.4", limit: 1e-3}
	for i := range t.Points {
		p := &t.Points[i]
		split := AlphaSplit(t, p)
		if p.EdgeCost == nil || p.SkipCost == nil || split == nil {
			continue
		}
		scale := 0.0
		for _, row := range p.EdgeCost {
			size := math.Abs(split.Gap())
			for _, v := range row {
				size += math.Abs(v)
			}
			scale = max(scale, size)
		}
		for c, row := range p.EdgeCost {
			sum := -p.SkipCost[c]
			for _, v := range row {
				sum += v
			}
			m := &early
			if c == len(p.EdgeCost)-1 {
				m = &last
				sum -= split.Gap()
			}
			if scale > 1e-12 {
				m.add(i, math.Abs(sum)/scale)
			}
		}
	}
	whole := measure{law: "all cells: costs sum to L - H", source: "P3.4", limit: 1e-3}
	for i := range t.Points {
		if v, ok := total(t, &t.Points[i]); ok {
			whole.add(i, v)
		}
	}
	means := "costs, loss or entropy are of different batches, or the net breaks a condition of the law (bias, eval-mode or missing batch norm)"
	severity := Warning
	if s := t.Manifest.Spec; s != nil && s.BrokenLaw() != "" {
		severity, means = Note, "as it must be: "+s.BrokenLaw()
	}
	last.into(r, t, severity, means)
	early.into(r, t, severity, means)
	whole.into(r, t, severity, means)
}

// total is the residual of conservation over all cells at once, for a step whose costs
// are recorded by kind and not by cell: sum of Z C over all edges and operations, minus
// the skips from intermediate nodes, minus L - H, relative to the sizes of the sums.
func total(t *trace.Trace, p *trace.Point) (residual float64, ok bool) {
	split := AlphaSplit(t, p)
	if p.EdgeCost != nil || p.Cost == nil || p.Steps != 1 || split == nil || slices.Contains(t.Manifest.Blanks, "steps per epoch") {
		return 0, false
	}
	gate, c := p.Gate, t.Manifest.Cell()
	if gate == nil {
		gate = p.Prob
	}
	sum, scale := -split.Gap(), math.Abs(split.Gap())
	for k := range gate {
		for e, row := range gate[k] {
			edge := 0.0
			for o, z := range row {
				if z == 0 {
					continue
				}
				edge += z * p.Cost.Mean[k][e][o]
				if t.Manifest.Ops[o] == cell.Skip && !c.Edges[e].FromInput() {
					sum -= z * p.Cost.Mean[k][e][o]
				}
			}
			sum += edge
			scale += math.Abs(edge)
		}
	}
	return math.Abs(sum) / math.Max(scale, 1e-3), scale > 1e-12 // a sample of none alone costs nothing
}

// normalised: behind the batch norm of a node its value has degree 0 in the gates
// that enter it, so that the edge costs of every node of every cell sum to 0, up to
// eps.
func (r *Report) normalised(t *trace.Trace) {
	m := measure{law: "costs of a normalised node sum to 0", source: "P3.4", limit: 1e-3}
	for i := range t.Points {
		p := &t.Points[i]
		if p.EdgeCost == nil {
			continue
		}
		scale, worst := 0.0, 0.0
		for _, row := range p.EdgeCost {
			size, sum := 0.0, map[int]float64{}
			for e, v := range row {
				sum[t.Manifest.Edges[e][1]] += v
				size += math.Abs(v)
			}
			scale = max(scale, size)
			for _, v := range sum {
				worst = max(worst, math.Abs(v))
			}
		}
		if scale > 1e-12 {
			m.add(i, worst/scale)
		}
	}
	m.into(r, t, Warning, "costs are of different batches, or there is no batch norm behind the nodes")
}

// AlphaSplit returns the statistics of the batch that alpha was trained on.
func AlphaSplit(t *trace.Trace, p *trace.Point) *trace.Split {
	if s := t.Manifest.Spec; s != nil && s.AlphaSplit() == "train" {
		return p.Train
	}
	if p.Search != nil {
		return p.Search
	}
	return p.Train
}
