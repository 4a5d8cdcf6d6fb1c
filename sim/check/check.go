// Package check tests a trace against what must hold for any search: the
// simplex, the softmax, conservation of costs, and the absence of gaps,
// repetitions, NaN, frozen parameters and dead supernets. It never repairs; it
// says what it found, where, and what that means for conclusions.
package check

import (
	"fmt"
	"math"
	"slices"

	"edgewise/sim/trace"
)

// Severity orders findings.
type Severity int

// Note is a fact to know, Warning limits what may be concluded, Error makes
// conclusions unsound.
const (
	Note Severity = iota
	Warning
	Error
)

// String returns the word that tables print.
func (s Severity) String() string { return [...]string{"note", "warning", "error"}[s] }

// Finding is one thing that a trace breaks or lacks.
type Finding struct {
	Severity Severity
	Point    int // index of the first point concerned, from 0; -1 for the manifest
	Step     int // its step
	Count    int // number of points concerned
	What     string
	Means    string
	Line     int // line of the source file, where the trace was imported from one; 0 otherwise
}

// Residual is the size of what should be zero.
type Residual struct {
	Law    string  // "simplex", "conservation of the last cell", ...
	Source string  // P-number
	Points int     // points on which it could be computed
	Median float64 // of the absolute residual relative to its scale
	Max    float64
	Limit  float64 // above which it is a finding
}

// Report is what Trace found: residuals of the laws and findings, worst first.
type Report struct {
	Residuals []Residual
	Findings  []Finding
}

// Worst is the severity of the worst finding, or -1 without any.
func (r Report) Worst() Severity {
	worst := Severity(-1)
	for _, f := range r.Findings {
		worst = max(worst, f.Severity)
	}
	return worst
}

// Trace checks t. A trace without points is one finding.
func Trace(t *trace.Trace) Report {
	var r Report
	if len(t.Points) == 0 {
		r.add(Error, -1, 0, 1, "no points", "there is nothing to conclude from")
		return r
	}
	r.order(t)
	r.health(t)
	r.losses(t)
	r.simplex(t)
	r.softmax(t)
	r.conservation(t)
	r.gauge(t)
	r.noneLogit(t)
	r.motion(t)
	r.reported(t)
	for i, f := range r.Findings {
		if f.Point >= 0 {
			r.Findings[i].Line = t.Points[f.Point].Line
		}
	}
	r.sortFindings()
	return r
}

func (r *Report) add(s Severity, point, step, count int, what, means string) {
	r.Findings = append(r.Findings, Finding{Severity: s, Point: point, Step: step, Count: count, What: what, Means: means})
}

func (r *Report) sortFindings() { Sort(r.Findings) }

// Sort puts findings in order, worst first; equals keep their order.
func Sort(f []Finding) {
	slices.SortStableFunc(f, func(a, b Finding) int { return int(b.Severity - a.Severity) })
}

// order looks for gaps and repetitions in time and for a missing end.
func (r *Report) order(t *trace.Trace) {
	due := func(i int) int { return t.Points[i-1].Step + t.Points[i-1].Steps }
	for _, gap := range []struct {
		is    func(step, due int) bool
		means string
	}{
		{func(step, due int) bool { return step > due }, "steps are missing: integrals over the trace leave them out, and drifts seem faster than they were"},
		{func(step, due int) bool { return step < due }, "steps are repeated, as by a resumed search or two logs in one: integrals over the trace count them twice"},
	} {
		count, first := 0, -1
		for i := 1; i < len(t.Points); i++ {
			if gap.is(t.Points[i].Step, due(i)) {
				if count++; count == 1 {
					first = i
				}
			}
		}
		if count > 0 {
			p, epoch := &t.Points[first], ""
			if !math.IsNaN(p.Epoch) {
				epoch = fmt.Sprintf(" (epoch %.4g)", p.Epoch)
			}
			r.add(Error, first, p.Step, count, fmt.Sprintf("step %d%s follows where step %d was due", p.Step, epoch, due(first)), gap.means)
		}
	}
	last := len(t.Points) - 1
	switch s := t.Points[last].Status; s {
	case trace.Complete:
	case "":
		r.add(Warning, last, t.Points[last].Step, 1, "the trace does not end", "the search was cut short: its final wiring is not known")
	default:
		r.add(Error, last, t.Points[last].Step, 1, "it ended with: "+s, "nothing after this step may be used")
	}
}

// health looks for numbers that are none.
func (r *Report) health(t *trace.Trace) {
	count, first := 0, -1
	var what string
	loss, entropy := logged(t)
	cubes := []struct {
		name string
		get  func(*trace.Point) [][][]float64
		has  []bool
	}{
		{"a probability", func(p *trace.Point) [][][]float64 { return p.Prob }, nil},
		{"a derivative in alpha", func(p *trace.Point) [][][]float64 { return p.Grad }, nil},
		{"a derivative in alpha", func(p *trace.Point) [][][]float64 { return [][][]float64{p.Hessian} }, nil},
		{"a cost to date", func(p *trace.Point) [][][]float64 { return p.CostToDate }, nil},
	}
	for c := range cubes {
		cubes[c].has = printedKinds(t, cubes[c].get)
	}
	for i := range t.Points {
		p := &t.Points[i]
		bad := ""
		for k, s := range []*trace.Split{p.Test, p.Search, p.Train} {
			name := [...]string{"test", "search", "train"}[k]
			if s != nil && (math.IsNaN(s.Loss) && loss[name] || math.IsInf(s.Loss, 0) || math.IsNaN(s.Entropy) && entropy[name] && loss[name]) {
				bad = "the " + name + " loss or entropy"
			}
		}
		for _, c := range cubes {
			for k, cube := range c.get(p) {
				if c.has[k] && anyBad(cube) {
					bad = c.name
				}
			}
		}
		if badAlpha(p) {
			bad = "alpha"
		}
		if p.Cost != nil && anyBadCost(p.Cost) {
			bad = "a cost"
		}
		if bad != "" {
			if count == 0 {
				first, what = i, bad
			}
			count++
		}
	}
	if count > 0 {
		r.add(Error, first, t.Points[first].Step, count, what+" is not a number", "the search diverged or the log is damaged: averages over these points are meaningless")
	}
}

// losses looks for mean losses below what their accuracies allow.
func (r *Report) losses(t *trace.Trace) {
	for k, name := range []string{"train", "search", "test"} {
		count, first := 0, -1
		for i := range t.Points {
			p := &t.Points[i]
			if s := [...]*trace.Split{p.Train, p.Search, p.Test}[k]; s != nil && s.Impossible() {
				if count++; count == 1 {
					first = i
				}
			}
		}
		if count > 0 {
			s := [...]*trace.Split{t.Points[first].Train, t.Points[first].Search, t.Points[first].Test}[k]
			r.add(Warning, first, t.Points[first].Step, count,
				fmt.Sprintf("the %s loss %.3g is no mean cross-entropy: with %.3g %% classified wrongly it is at least %.3g", name, s.Loss, 100*(1-s.Accuracy()), s.LeastLoss()),
				"the search weights or rescales its loss, or loss and accuracy are of different images: L - H, and entropies inferred from this loss, mean nothing")
		}
	}
}

// printedKinds says of which kinds of cells a trace holds numbers at all: a log may
// print no probabilities, or those of one kind, which is a blank and no damage.
func printedKinds(t *trace.Trace, get func(*trace.Point) [][][]float64) []bool {
	var has []bool
	for i := range t.Points {
		for k, cube := range get(&t.Points[i]) {
			if k == len(has) {
				has = append(has, false)
			}
			for _, e := range cube {
				for _, v := range e {
					has[k] = has[k] || !math.IsNaN(v)
				}
			}
		}
	}
	return has
}

// logged says of which splits a trace holds losses and entropies at all.
func logged(t *trace.Trace) (loss, entropy map[string]bool) {
	loss, entropy = map[string]bool{}, map[string]bool{}
	for i := range t.Points {
		p := &t.Points[i]
		for k, s := range []*trace.Split{p.Test, p.Search, p.Train} {
			name := [...]string{"test", "search", "train"}[k]
			if s != nil {
				loss[name] = loss[name] || !math.IsNaN(s.Loss)
				entropy[name] = entropy[name] || !math.IsNaN(s.Entropy)
			}
		}
	}
	return loss, entropy
}

func anyBad(table [][]float64) bool {
	for _, row := range table {
		for _, v := range row {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return true
			}
		}
	}
	return false
}

// badAlpha says whether alpha is infinite, or no number where the operation has a
// probability: NaN stands for one that is not allowed, whose probability is 0.
func badAlpha(p *trace.Point) bool {
	for k := range p.Alpha {
		for e := range p.Alpha[k] {
			for o, v := range p.Alpha[k][e] {
				if math.IsInf(v, 0) || math.IsNaN(v) && p.Prob[k][e][o] > 0 {
					return true
				}
			}
		}
	}
	return false
}

func anyBadCost(c *trace.Cost) bool {
	for k := range c.Mean {
		for e := range c.Mean[k] {
			for o, v := range c.Mean[k][e] {
				if c.Count != nil && c.Count[k][e][o] == 0 {
					continue
				}
				if math.IsNaN(v) || math.IsInf(v, 0) {
					return true
				}
			}
		}
	}
	return false
}
