package reproduce

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"edgewise/reports/figure"
	"edgewise/reports/figure/cellgraph"
	"edgewise/sim/trace"
	"edgewise/theory/dynamics"
)

// drawn says which predictions the figures show.
func drawn(name string) bool { return name == "driven" || name == "law-step" }

// Figures draws the first seed of every arm: none-probabilities as observed with
// the driven and law-step predictions over them, and, as far as the trace holds
// what they need, costs, losses, alpha, the cell at four moments and the phase
// portrait of its two-way dynamics; then, over all runs, the calibration of the
// final none-probabilities. A figure of one kind of cell names it where there
// are two.
func Figures(runs []Run) ([]*figure.Figure, error) {
	var out []*figure.Figure
	for _, a := range armNames(runs) {
		r := armRuns(runs, a)[0]
		t := r.Observed.Coarsen(thin)
		m := &t.Manifest
		add := func(kind int, stem string, f *figure.Figure, err error) error {
			if err != nil {
				return fmt.Errorf("figure of arm %s: %w", a, err)
			}
			f.Name = stem + "-" + fileStem(a)
			if kind >= 0 && len(m.Kinds) > 1 {
				f.Name += "-" + m.Kinds[kind]
			}
			out = append(out, f)
			return nil
		}
		var shown []figure.Prediction
		for _, p := range r.Predicted {
			if p.Err == nil && drawn(p.Name) {
				shown = append(shown, figure.Prediction{Label: p.Name, Trace: p.Trace.Coarsen(thin)})
			}
		}
		steps := moments(t)
		for k := range m.Kinds {
			if m.None() >= 0 && t.HasProb() {
				f, err := figure.NoneProbability(t, k, shown...)
				if err = add(k, "none", f, err); err != nil {
					return nil, err
				}
			}
			if costs(t) {
				f, err := figure.EdgeCost(t, k)
				if err = add(k, "cost", f, err); err != nil {
					return nil, err
				}
			}
			q := figure.Alpha
			if !holds(t, steps, func(p *trace.Point) [][][]float64 { return p.Alpha }, k) {
				q = figure.Prob
			}
			if !holds(t, steps, func(p *trace.Point) [][][]float64 { return p.Prob }, k) {
				continue // a log of derived cells only
			}
			f, err := figure.HeatMap(t, k, q, steps[0], steps[len(steps)/2], steps[len(steps)-1])
			if err = add(k, string(q), f, err); err != nil {
				return nil, err
			}
			if m.Nodes <= cellgraph.MaxNodes {
				f, err = cellgraph.Cell(t, k, steps...)
				if err = add(k, "cell", f, err); err != nil {
					return nil, err
				}
			}
		}
		if f, err := figure.Losses(t); err == nil { // an error says that there are none
			if err = add(-1, "losses", f, nil); err != nil {
				return nil, err
			}
		}
		if f, err := portrait(r.Observed); f != nil || err != nil {
			if err = add(-1, "phase", f, err); err != nil {
				return nil, err
			}
		}
	}
	if f, err := calibration(runs); f != nil || err != nil {
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// fileStem makes part of a file name and of a label of an arm's name.
func fileStem(name string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-':
			return r
		}
		return '-'
	}, name), "-")
}

// moments are four steps of the trace from its first to its last point with
// probabilities, or fewer where it has fewer.
func moments(t *trace.Trace) []int {
	n := len(t.Points)
	var out []int
	for i := range 4 {
		s := t.Points[i*(n-1)/3].Step
		if len(out) == 0 || out[len(out)-1] != s {
			out = append(out, s)
		}
	}
	return out
}

// holds says whether the trace has a number for some operation at each of the
// steps.
func holds(t *trace.Trace, steps []int, of func(*trace.Point) [][][]float64, kind int) bool {
	for _, s := range steps {
		known := false
		for i := range t.Points {
			if v := of(&t.Points[i]); t.Points[i].Step == s && v != nil {
				known = slices.ContainsFunc(v[kind][0], func(x float64) bool { return !math.IsNaN(x) })
			}
		}
		if !known {
			return false
		}
	}
	return true
}

// costs says whether the trace holds costs of edges at all of its kinds.
func costs(t *trace.Trace) bool {
	for k := range t.Manifest.Kinds {
		known := false
		for i := range t.Points {
			known = known || !math.IsNaN(t.Manifest.EdgeCostOf(&t.Points[i], k, 0))
		}
		if !known {
			return false
		}
	}
	return true
}

// portrait is the two-way dynamics (P5.1) of an edge, D = logit P(edge active)
// under plain descent on the mean cost of the run's edges at initialisation and
// at convergence; nil where the trace holds no costs or the space no none.
func portrait(t *trace.Trace) (*figure.Figure, error) {
	m := &t.Manifest
	if m.None() < 0 || len(m.Ops) < 2 {
		return nil, nil
	}
	law, err := dynamics.NewEqualCost(len(m.Ops), 1)
	if err != nil {
		return nil, err
	}
	var flows []figure.Flow
	for _, when := range times {
		sum, n := 0.0, 0.0
		for k := range m.Kinds {
			for e := range m.Edges {
				if c := edgeCost(t, k, e, when); !math.IsNaN(c) {
					sum, n = sum+c, n+1
				}
			}
		}
		if n == 0 {
			return nil, nil
		}
		c := sum / n
		flows = append(flows, figure.Flow{Label: fmt.Sprintf("%s: C = %.2g", when, c), F: func(d float64) float64 { return law.Speed(d, c) }})
	}
	f, err := figure.PhasePortrait(fmt.Sprintf("Two-way dynamics of an edge, D = logit P(edge active), under plain descent on the mean cost C of the edges of run %s (%s) in its first and last tenth (P5.1, learning rate 1). A positive cost drives D down, and slower the closer the edge is to being dropped or certain.", m.Run, m.Name),
		-6, 6, flows...)
	if err != nil {
		return nil, err
	}
	f.Runs = []string{m.Run}
	return f, nil
}

// calibration sets observed over predicted final none-probabilities of every edge
// of every run, by rung; nil where nothing was predicted.
func calibration(runs []Run) (*figure.Figure, error) {
	var pairs []figure.Pair
	var ids []string
	for _, name := range []string{"driven", "law-step", "law", "blind"} {
		for _, r := range runs {
			for _, p := range r.Predicted {
				if p.Name != name || p.Err != nil {
					continue
				}
				for k := range r.Observed.Manifest.Kinds {
					pred, obs := p.Trace.NoneProb(k), r.Observed.NoneProb(k)
					for e, x := range pred[len(pred)-1] {
						if y := obs[len(obs)-1][e]; !math.IsNaN(x) && !math.IsNaN(y) {
							pairs = append(pairs, figure.Pair{Predicted: x, Observed: y, Group: name})
						}
					}
				}
			}
		}
	}
	if len(pairs) == 0 {
		return nil, nil
	}
	for _, r := range runs {
		ids = append(ids, r.Observed.Manifest.Run)
	}
	f, err := figure.Calibration("Final none-probability of every edge of every run: observed over predicted, by how much of the run the prediction may see. R² is of the predictions as they stand, not of a fit.", "final none-probability", pairs)
	if err != nil {
		return nil, err
	}
	f.Runs = ids
	return f, nil
}

// Genotypes is, for the first seed of every arm, the cell that DARTS would derive
// at four moments, in the notation of its code.
func Genotypes(runs []Run) string {
	var b strings.Builder
	for _, a := range armNames(runs) {
		r := armRuns(runs, a)[0]
		t := r.Observed
		for _, s := range moments(t) {
			i := 0
			for j := range t.Points {
				if t.Points[j].Step <= s {
					i = j
				}
			}
			if g, err := figure.Genotype(t, i); err == nil {
				fmt.Fprintf(&b, "%s, run %s, step %d: %s\n", a, t.Manifest.Run, s, g)
			}
		}
	}
	return b.String()
}
