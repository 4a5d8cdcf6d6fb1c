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
	gaps, first := 0, -1
	for i := 1; i < len(t.Points); i++ {
		prev, p := t.Points[i-1], t.Points[i]
		if want := prev.Step + prev.Steps; p.Step != want {
			if gaps == 0 {
				first = i
			}
			gaps++
		}
	}
	if gaps > 0 {
		p := t.Points[first]
		want := t.Points[first-1].Step + t.Points[first-1].Steps
		r.add(Error, first, p.Step, gaps, fmt.Sprintf("step %d follows where step %d was due", p.Step, want),
			"steps are missing or repeated: integrals over the trace are wrong")
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
	loss, entropy, prob := logged(t)
	for i, p := range t.Points {
		bad := ""
		for k, s := range []*trace.Split{p.Test, p.Search, p.Train} {
			name := [...]string{"test", "search", "train"}[k]
			if s != nil && (math.IsNaN(s.Loss) && loss[name] || math.IsInf(s.Loss, 0) || math.IsNaN(s.Entropy) && entropy[name] && loss[name]) {
				bad = "the " + name + " loss or entropy"
			}
		}
		if prob && anyBad(p.Prob) {
			bad = "a probability"
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

// logged says what a trace holds at all: an imported log may have no entropy, no
// loss or no probabilities, which is a blank of the log and no damage.
func logged(t *trace.Trace) (loss, entropy map[string]bool, prob bool) {
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
		for _, k := range p.Prob {
			for _, e := range k {
				for _, v := range e {
					prob = prob || !math.IsNaN(v)
				}
			}
		}
	}
	return loss, entropy, prob
}

func anyBad(cube [][][]float64) bool {
	for _, k := range cube {
		for _, e := range k {
			for _, v := range e {
				if math.IsNaN(v) || math.IsInf(v, 0) {
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
