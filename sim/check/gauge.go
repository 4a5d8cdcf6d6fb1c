package check

import (
	"fmt"
	"math"
	"strings"

	"edgewise/sim/trace"
	"edgewise/theory/cell"
)

// gauge: a softmax does not change when a constant is added to all alpha of an
// edge. So the gradient of the loss sums to zero on each edge, and every row of its
// Hessian does on every edge (P1.1); weight decay that a log has inside them is
// taken away first. Residuals are the largest of a point, relative to its largest
// entry.
func (r *Report) gauge(t *trace.Trace) {
	g := measure{law: "alpha gradients of an edge sum to 0", source: "P1.1", limit: 1e-5}
	h := measure{law: "Hessian rows sum to 0 on each edge", source: "P1.1", limit: 1e-5}
	unit, known := places(t), true
	for i := range t.Points {
		p := &t.Points[i]
		if p.Grad != nil {
			known = known && (t.Manifest.Decay == 0 || p.Alpha != nil)
			g.add(i, gradResidual(&t.Manifest, p, unit))
		}
		if p.Hessian != nil {
			h.add(i, hessianResidual(&t.Manifest, p))
		}
	}
	if !known {
		g.law += ", up to weight decay of an alpha that is not logged"
		g.limit = 1e-2
	}
	means := "gradients belong to other edges or operations, or to a loss with other terms"
	g.into(r, t, Warning, means)
	h.into(r, t, Warning, means)
	r.dead(t)
}

// places is one unit of the last printed place of the gradients; 0 where they are
// not rounded.
func places(t *trace.Trace) float64 {
	for d := 3; d <= 6; d++ {
		scale, fits, any := math.Pow(10, float64(d)), true, false
		for i := range t.Points {
			for _, k := range t.Points[i].Grad {
				for _, e := range k {
					for _, v := range e {
						any = any || v != 0
						fits = fits && !(math.Abs(v*scale-math.Round(v*scale)) > 1e-6)
					}
				}
			}
		}
		if any && fits {
			return 1 / scale
		}
	}
	return 0
}

func gradResidual(m *trace.Manifest, p *trace.Point, unit float64) float64 {
	worst, top := 0.0, 0.0
	for k := range p.Grad {
		for e, row := range p.Grad[k] {
			sum := 0.0
			for o, v := range row {
				if m.Decay != 0 && p.Alpha != nil {
					v -= m.Decay * p.Alpha[k][e][o]
				}
				sum += v
				top = math.Max(top, math.Abs(v))
			}
			worst = math.Max(worst, math.Abs(sum)-0.51*unit*float64(len(row)))
		}
	}
	if top == 0 {
		return 0
	}
	return math.Max(worst, 0) / top
}

func hessianResidual(m *trace.Manifest, p *trace.Point) float64 {
	n := len(m.Ops)
	worst, top := 0.0, 0.0
	for i, row := range p.Hessian {
		for lo := 0; lo < len(row); lo += n {
			sum := 0.0
			for _, v := range row[lo : lo+n] {
				sum += v
				top = math.Max(top, math.Abs(v))
			}
			if i >= lo && i < lo+n {
				sum -= m.Decay
			}
			worst = math.Max(worst, math.Abs(sum))
		}
	}
	if top == 0 {
		return 0
	}
	return worst / top
}

// dead looks for points whose loss does not depend on alpha at all: gradient and
// Hessian are those of weight decay alone. Where decay is inside a gradient and alpha
// is not logged, the Hessian alone tells.
func (r *Report) dead(t *trace.Trace) {
	count, first := 0, -1
	for i := range t.Points {
		p := &t.Points[i]
		told := p.Hessian != nil || t.Manifest.Decay == 0 || p.Alpha != nil
		if p.Grad == nil || p.AlphaRate == 0 || !told || !onlyDecay(p.Hessian, t.Manifest.Decay) || !noGradient(&t.Manifest, p) {
			continue
		}
		if count++; count == 1 {
			first = i
		}
	}
	if count > 0 {
		r.add(Error, first, t.Points[first].Step, count, "the derivatives of the loss in alpha are exactly zero but for weight decay",
			"the supernet is dead: the loss does not depend on the architecture any more, nothing may be concluded from these points")
	}
}

// noGradient says whether nothing is left of the gradient without weight decay, as far
// as alpha is known.
func noGradient(m *trace.Manifest, p *trace.Point) bool {
	if m.Decay != 0 && p.Alpha == nil {
		return true
	}
	for k := range p.Grad {
		for e, row := range p.Grad[k] {
			for o, v := range row {
				if m.Decay != 0 {
					v -= m.Decay * p.Alpha[k][e][o]
				}
				if !(math.Abs(v) <= 1e-12) {
					return false
				}
			}
		}
	}
	return true
}

func onlyDecay(h [][]float64, decay float64) bool {
	for i, row := range h {
		for j, v := range row {
			want := 0.0
			if i == j {
				want = decay
			}
			if !(math.Abs(v-want) <= 1e-9) {
				return false
			}
		}
	}
	return true
}

// noneLogit: with soft gates the forces on the logits of none, each divided by its
// probability, sum to L - H plus the skip terms of all cells (P3.6).
func (r *Report) noneLogit(t *trace.Trace) {
	none := t.Manifest.None()
	if none < 0 {
		return
	}
	m := measure{law: "none logits: -g/q sums to L - H and skip terms", source: "P3.6", limit: 1e-3}
	for i := range t.Points {
		p := &t.Points[i]
		split := AlphaSplit(t, p)
		if p.Grad == nil || p.SkipCost == nil || split == nil || p.Steps != 1 || p.Gate != nil {
			continue
		}
		sum, scale := -split.Gap(), math.Abs(split.Gap())
		for k := range p.Grad {
			for e, row := range p.Grad[k] {
				g := row[none]
				if t.Manifest.Decay != 0 && p.Alpha != nil {
					g -= t.Manifest.Decay * p.Alpha[k][e][none]
				}
				if q := p.Prob[k][e][none]; q > 0 {
					sum -= g / q
					scale += math.Abs(g / q)
				}
			}
		}
		for _, v := range p.SkipCost {
			sum -= v
		}
		if scale > 1e-12 {
			m.add(i, math.Abs(sum)/scale)
		}
	}
	m.into(r, t, Warning, "gradients, loss or entropy are of different batches, or the net breaks a condition of the law")
}

// reported repeats what the importer found and wrote into the manifest: damage of
// the log, known defects of the code that wrote it.
func (r *Report) reported(t *trace.Trace) {
	for _, n := range t.Manifest.Notes {
		for _, s := range []Severity{Warning, Error} {
			text, ok := strings.CutPrefix(n, s.String()+": ")
			if !ok {
				continue
			}
			what, means := text, "see the notes of the manifest"
			if i := strings.LastIndex(text, ": "); i > 0 {
				what, means = text[:i], text[i+2:]
			}
			r.add(s, -1, 0, 1, what, means)
		}
	}
	if len(t.Manifest.Blanks) > 0 {
		r.add(Note, -1, 0, len(t.Manifest.Blanks), "the source does not say: "+strings.Join(t.Manifest.Blanks, "; "), "what depends on it is missing or assumed")
	}
	unnamed := 0
	for _, o := range t.Manifest.Ops {
		if strings.HasPrefix(o, "column_") {
			unnamed++
		}
	}
	if unnamed > 0 && t.Manifest.None() < 0 {
		r.add(Warning, -1, 0, unnamed, fmt.Sprintf("%d of %d operations have no name, and none is not among the others", unnamed, len(t.Manifest.Ops)),
			"measures of growth, width and failure need none ("+cell.None+"): import again with --ops")
	}
}
