// Package methods sets published search methods side by side: what each did to the
// wiring, what its cell is worth, what it cost, the change against the method that it
// is compared with beside the predicted sign, and its own headline claim.
package methods

import (
	"errors"
	"fmt"
	"math"

	"edgewise/reports/stat"
	"edgewise/sim/ablation"
	"edgewise/sim/method"
	"edgewise/theory/bias"
)

// Study is a plan with its results and predictions.
type Study struct {
	Plan        method.Plan
	Predictions map[string]ablation.Prediction // by method, where the mean field covers it
	results     map[string][]method.Result
}

// New arranges results by method.
func New(p method.Plan, results []method.Result, predictions map[string]ablation.Prediction) *Study {
	s := &Study{Plan: p, Predictions: predictions, results: map[string][]method.Result{}}
	for _, r := range results {
		s.results[r.Method] = append(s.results[r.Method], r)
	}
	return s
}

// get reads one number of an outcome.
type get func(o *method.Outcome) bias.Value

// values returns a number of a method over the seeds that have it, and why others lack it.
func (s *Study) values(name string, f get) (x []float64, runs []string, why string) {
	for _, r := range s.results[name] {
		v, err := value(&r, f)
		if err != nil {
			if why == "" {
				why = err.Error()
			}
			continue
		}
		x, runs = append(x, v), append(runs, r.Outcome.Runs...)
	}
	return x, runs, why
}

func value(r *method.Result, f get) (float64, error) {
	if r.Err != nil {
		return 0, fmt.Errorf("seed %d: %w", r.Seed, r.Err)
	}
	v := f(&r.Outcome)
	if !v.Known {
		return 0, errors.New(v.Why)
	}
	return v.X, nil
}

// change is the paired difference of a number between two methods over common seeds.
func (s *Study) change(name, against string, f get) (e stat.Estimate, runs []string, err error) {
	var a, b []float64
	for i, r := range s.results[name] {
		if i >= len(s.results[against]) {
			break
		}
		q := s.results[against][i]
		x, xerr := value(&r, f)
		y, yerr := value(&q, f)
		if xerr != nil || yerr != nil {
			if err == nil {
				if err = xerr; err == nil {
					err = yerr
				}
			}
			continue
		}
		a, b = append(a, x), append(b, y)
		runs = append(append(runs, r.Outcome.Runs...), q.Outcome.Runs...)
	}
	if len(a) == 0 {
		if err == nil {
			err = errors.New("no seed has both")
		}
		return e, nil, err
	}
	e, err = stat.PairedDifference(a, b)
	return e, runs, err
}

// biases are the measures with predictions, in the order of method.Biases.
var biases = map[string]get{
	"growth":  func(o *method.Outcome) bias.Value { return o.Growth },
	"width":   func(o *method.Outcome) bias.Value { return o.Width },
	"failure": func(o *method.Outcome) bias.Value { return o.Failure },
}

// same is the margin within which a bias counts as unchanged.
const same = 0.1

// still is the size below which the mean field's change counts as none.
const still = 0.05

// predicted is the sign of a change: of the plan, or of the mean field of both.
func (s *Study) predicted(m method.Method, measure string) (sign, why string) {
	if sign = m.Predicted[measure]; sign != "" {
		return sign, m.Theory
	}
	a, b := s.Predictions[m.Name], s.Predictions[m.Against]
	switch {
	case a.Err != nil:
		return "", a.Err.Error()
	case b.Err != nil:
		return "", b.Err.Error()
	}
	pick := map[string]func(o ablation.Outcome) bias.Value{
		"growth":  func(o ablation.Outcome) bias.Value { return o.Rise },
		"width":   func(o ablation.Outcome) bias.Value { return o.Gap },
		"failure": func(o ablation.Outcome) bias.Value { return o.Failure },
	}[measure]
	x, y := pick(a.Outcome), pick(b.Outcome)
	if !x.Known || !y.Known {
		return "", "the mean field has no " + measure + " here"
	}
	d := x.X - y.X
	why = fmt.Sprintf("the voters' mean field: %+.2f", d)
	switch {
	case math.Abs(d) < still:
		return "0", why
	case d < 0:
		return "-", why
	}
	return "+", why
}

// judge compares an observed change with a predicted sign.
func judge(sign string, e stat.Estimate) stat.Verdict {
	switch sign {
	case "+":
		return stat.Above(e, 0)
	case "-":
		return stat.Below(e, 0)
	}
	return stat.Within(e, same)
}
