package check

import (
	"math"
	"slices"

	"edgewise/sim/trace"
)

// motion looks for alpha that does not move although it should, for supernets
// whose costs are exactly zero, and for saturated probabilities.
func (r *Report) motion(t *trace.Trace) {
	frozen, frozenAt, moving, rated := 0, -1, 0, false
	dead, deadAt := 0, -1
	for i := range t.Points {
		p := &t.Points[i]
		if p.Cost != nil && p.Steps > 0 && allZero(p.Cost.Mean) && !emptySample(t, p) {
			if dead == 0 {
				deadAt = i
			}
			dead++
		}
		if i+1 < len(t.Points) && p.AlphaRate != 0 && known(parameters(p)) && known(parameters(&t.Points[i+1])) {
			moving++
			rated = rated || p.AlphaRate > 0
			if same(parameters(p), parameters(&t.Points[i+1])) {
				if frozen == 0 {
					frozenAt = i
				}
				frozen++
			}
		}
	}
	if dead > 0 {
		r.add(Error, deadAt, t.Points[deadAt].Step, dead, "every cost is exactly zero",
			"the supernet is dead: no gradient reaches the edges, alpha moves by weight decay alone")
	}
	if frozen > 0 && frozen == moving && !rated {
		r.add(Warning, frozenAt, t.Points[frozenAt].Step, frozen, "probabilities never move, and alpha's learning rate is not logged",
			"the architecture was not searched, or was frozen on purpose: the trace tells nothing about what a search prefers")
	} else if frozen > 0 && frozen == moving {
		r.add(Error, frozenAt, t.Points[frozenAt].Step, frozen, "alpha never moves although its learning rate is positive",
			"the architecture was not searched")
	} else if frozen > moving/10 && (t.Manifest.Spec == nil || t.Manifest.Spec.Relaxation() != "") { // a controller moves the decision that it tried
		r.add(Warning, frozenAt, t.Points[frozenAt].Step, frozen, "alpha stands still between points",
			"updates are lost below the printed resolution, or skipped")
	}
	lost, lostAt := 0, -1
	for i := range t.Points {
		if slices.Contains(t.Points[i].Signs, trace.Rounding) {
			if lost == 0 {
				lostAt = i
			}
			lost++
		}
	}
	if lost > 0 {
		r.add(Warning, lostAt, t.Points[lostAt].Step, lost, "significance is lost: alpha's step, or what tells an edge's costs apart, is below the rounding",
			"alpha follows noise there, which Adam blows up to full steps; try precision float64")
	}
	if last := &t.Points[len(t.Points)-1]; trace.SaturatedAt(last.Prob) {
		r.add(Note, len(t.Points)-1, last.Step, 1, "every edge has an operation of probability above 0.9999",
			"gradients of alpha are below 1e-4 of the costs: the wiring can hardly change any more")
	}
}

// emptySample says whether the point is one step whose sampled wiring carries no
// path from an input to the output, for which all costs are zero by P3.5.
func emptySample(t *trace.Trace, p *trace.Point) bool {
	none := t.Manifest.None()
	if p.Steps != 1 || p.Gate == nil || none < 0 {
		return false
	}
	c := t.Manifest.Cell()
	for _, k := range p.Gate {
		active := make([]bool, len(k))
		for e, row := range k {
			for o, z := range row {
				active[e] = active[e] || o != none && z != 0
			}
		}
		for _, eff := range c.Effective(active) {
			if eff {
				return false
			}
		}
	}
	return true
}

func allZero(cube [][][]float64) bool {
	for _, k := range cube {
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

// parameters are alpha, or the probabilities of a log that has no alpha.
func parameters(p *trace.Point) [][][]float64 {
	if p.Alpha != nil {
		return p.Alpha
	}
	return p.Prob
}

// known says whether some number of a cube is one.
func known(cube [][][]float64) bool {
	for _, k := range cube {
		for _, e := range k {
			for _, v := range e {
				if !math.IsNaN(v) {
					return true
				}
			}
		}
	}
	return false
}

func same(a, b [][][]float64) bool {
	for k := range a {
		for e := range a[k] {
			for o := range a[k][e] {
				if a[k][e][o] != b[k][e][o] && !math.IsNaN(a[k][e][o]) {
					return false
				}
			}
		}
	}
	return true
}
