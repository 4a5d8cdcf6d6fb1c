// Package runlog holds one search as a log of any text format tells it, and
// makes a trace of it. The packages of the formats read; this one knows what all
// of them share: which column is which operation, how many steps an epoch has,
// what the arguments say about the search, and what remains unknown.
package runlog

import (
	"fmt"
	"math"

	"edgewise/sim/check"
	"edgewise/sim/trace"
	"edgewise/sim/trace/textlog"
)

// Tables are matrices [edge][column] by kind, "normal" and "reduce".
type Tables map[string][][]float64

// Snapshot is what a log says about one epoch: parameters at its start, losses
// over it. What it does not say is nil, "" or NaN.
type Snapshot struct {
	Line        int
	Epoch       int // from 0
	Rate        float64
	Temperature float64
	Alpha, Prob Tables
	Grad        Tables // printed at the end of the epoch
	ToDate      Tables // mean costs of the run so far, at the end of the epoch
	Genotype    string // derived from these parameters
	Train       *trace.Split
	Valid       *trace.Split
}

// NewSnapshot is an empty one.
func NewSnapshot(line, epoch int) Snapshot {
	return Snapshot{Line: line, Epoch: epoch, Rate: math.NaN(), Temperature: math.NaN()}
}

// Run is one search.
type Run struct {
	File      string
	Line      int               // at which it starts
	Args      map[string]string // arguments in lower case, as the log prints them
	Ops       []string          // columns, where the log names them
	Snapshots []Snapshot
	Final     *Snapshot // parameters after the last epoch, where they are printed
	Genotype  string    // printed after the last epoch, without its parameters
	Counted   int       // steps of an epoch, where the log counts them; 0 otherwise
	Layout    *Layout   // of a run without tables of parameters, where something else tells it
	Ended     bool      // the log says that the search came to its end
	Problems  []check.Finding
}

// Layout is what the arrays of a trace are of.
type Layout struct {
	Kinds []string
	Nodes int
	Ops   []string
}

// Options are what a user may say about a log.
type Options struct {
	Ops   []string // names of the columns, in order; "?" for one that is not known
	Run   int      // which run of the file, from 1; 0: the longest
	Name  string   // of the trace; empty: the file's folder and name
	Steps int      // per epoch; 0: what the log says
}

// Convention is what a format's code does and its logs do not say.
type Convention struct {
	Source    string     // "import quark0"
	Known     [][]string // orders of columns that its code has
	Algorithm string     // of package spec; "" where it may be any
	Level     string
	Estimator string
	Order     int
	Valid     string // the split that "valid" is: "search" or "test"
	AtEnd     bool   // that split is evaluated after each epoch, not over it
	RawRank   bool   // genotypes rank edges by raw alpha
	Decay     bool   // Grad contains weight decay
	Notes     []string
	Blanks    []string
	Defects   []check.Finding // known defects of this code
}

// Problem notes what could not be read.
func (r *Run) Problem(s check.Severity, e *textlog.Error, means string) {
	r.note(s, e.Line, e.Error(), means)
}

func (r *Run) note(s check.Severity, line int, what, means string) {
	const most = 50
	if len(r.Problems) == most {
		what, means, s = fmt.Sprintf("more than %d problems: the others are not listed", most), "the log is damaged in many places", check.Warning
	}
	if len(r.Problems) <= most {
		r.Problems = append(r.Problems, check.Finding{Severity: s, Point: -1, Count: 1, Line: line, What: what, Means: means})
	}
}

// Arg returns the first of the named arguments that the log prints.
func (r *Run) Arg(names ...string) (string, bool) {
	for _, n := range names {
		if v, ok := r.Args[n]; ok && v != "" && v != "None" {
			return v, true
		}
	}
	return "", false
}

// Number is Arg as a number; NaN where it is missing or none.
func (r *Run) Number(names ...string) float64 {
	v, ok := r.Arg(names...)
	if !ok {
		return math.NaN()
	}
	x, bad := textlog.Number(v)
	if bad {
		return math.NaN()
	}
	return x
}

// Truth is Arg as a Python truth value.
func (r *Run) Truth(names ...string) bool {
	v, _ := r.Arg(names...)
	return v == "True" || v == "true" || v == "1"
}

// Pick returns the run that the options ask for, and a finding that lists the
// others. Without a wish it is the longest, the last of equals.
func Pick(file string, runs []*Run, want int) (*Run, []check.Finding, error) {
	if len(runs) == 0 {
		return nil, nil, fmt.Errorf("%s: there is no search in it", file)
	}
	if want > len(runs) {
		return nil, nil, fmt.Errorf("%s: run %d was asked for, but there are %d", file, want, len(runs))
	}
	at := want - 1
	if want <= 0 {
		at = 0
		for i, r := range runs {
			if len(r.Snapshots) >= len(runs[at].Snapshots) {
				at = i
			}
		}
	}
	if len(runs) == 1 {
		return runs[0], nil, nil
	}
	list := ""
	for i, r := range runs {
		if i < 40 {
			list += fmt.Sprintf(" %d: line %d, %d epochs;", i+1, r.Line, len(r.Snapshots))
		}
	}
	return runs[at], []check.Finding{{Severity: check.Note, Point: -1, Count: len(runs), Line: runs[at].Line,
		What:  fmt.Sprintf("the file holds %d runs (%s): run %d was taken", len(runs), list[1:len(list)-1], at+1),
		Means: "choose another with --run"}}, nil
}
