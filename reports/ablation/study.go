// Package ablation sets what interventions on the cost assignment did beside what
// the theory says they do: paired differences over seeds with intervals, Holm's
// correction over the family, effect sizes, and the statements of P7 one by one.
package ablation

import (
	"fmt"

	"edgewise/reports/stat"
	runner "edgewise/sim/ablation"
	"edgewise/theory/bias"
)

// Study is a grid with its results and its predictions.
type Study struct {
	Grid        runner.Grid
	Predictions runner.Predictions
	results     map[key]runner.Result
}

type key struct {
	base, arm string
	seed      uint64
}

// New arranges results by base, arm and seed.
func New(g runner.Grid, results []runner.Result, p runner.Predictions) *Study {
	s := &Study{Grid: g, Predictions: p, results: map[key]runner.Result{}}
	for _, r := range results {
		s.results[key{r.Base, r.Arm, r.Seed}] = r
	}
	return s
}

// A measure is one of the three numbers that arms are compared in.
type measure struct {
	name, about string
	get         func(o runner.Outcome) bias.Value
}

var measures = []measure{
	{"growth", "rise of the mean none-probability above its start (O1)", func(o runner.Outcome) bias.Value { return o.Rise }},
	{"width", "mean final none-probability of intermediate minus input edges of a node (O2)", func(o runner.Outcome) bias.Value { return o.Gap }},
	{"failure", "mean none-probability at the end (O3)", func(o runner.Outcome) bias.Value { return o.Failure }},
}

// values returns a measure of an arm under every seed at which f has a value for all
// of the arms, in order of seeds, and why the others are left out.
func (s *Study) values(base string, arms []string, f func(o []runner.Outcome) (float64, error)) (x []float64, runs []string, why string) {
	for n := range s.Grid.Seeds {
		seed := s.Grid.First + uint64(n)
		var o []runner.Outcome
		var ids []string
		var fault error
		for _, a := range arms {
			r, ok := s.results[key{base, a, seed}]
			if !ok {
				fault = fmt.Errorf("the grid has no arm %q on base %s", a, base)
				break
			}
			if r.Err != nil {
				fault = fmt.Errorf("seed %d: %w", seed, r.Err)
				break
			}
			o, ids = append(o, r.Outcome), append(ids, r.ID())
		}
		if fault == nil {
			var v float64
			if v, fault = f(o); fault == nil {
				x, runs = append(x, v), append(runs, ids...)
				continue
			}
		}
		if why == "" {
			why = fault.Error()
		}
	}
	return x, runs, why
}

// known is a measure's number or the reason why there is none.
func known(v bias.Value) (float64, error) {
	if !v.Known && v.Why == "" {
		return 0, fmt.Errorf("it was not measured")
	}
	if !v.Known {
		return 0, fmt.Errorf("%s", v.Why)
	}
	return v.X, nil
}

// Effect is the change that an arm makes to a measure.
type Effect struct {
	Arm       runner.Arm
	Measure   string
	Observed  stat.Estimate // paired difference over seeds
	Err       error         // why there is none
	Partial   string        // why seeds are left out
	Predicted float64
	Silent    error   // why the theory says nothing
	P, Holm   float64 // of no change: Student's t, and corrected over the family
	Tested    bool
	Size      float64 // mean difference over the standard deviation of the differences
	Runs      []string
}

// Effects returns all effects of the grid, arms in order, measures within. Holm's
// correction is over all that could be tested.
func (s *Study) Effects() ([]Effect, error) {
	var out []Effect
	for _, a := range s.Grid.Arms {
		for _, m := range measures {
			out = append(out, s.effect(a, m))
		}
	}
	var p []float64
	for _, e := range out {
		if e.Tested {
			p = append(p, e.P)
		}
	}
	if len(p) == 0 {
		return out, nil
	}
	holm, err := stat.Holm(p)
	if err != nil {
		return nil, err
	}
	n := 0
	for i := range out {
		if out[i].Tested {
			out[i].Holm = holm[n]
			n++
		}
	}
	return out, nil
}

func (s *Study) effect(a runner.Arm, m measure) Effect {
	e := Effect{Arm: a, Measure: m.name}
	e.Predicted, e.Silent = s.predicted(a, m)
	var with, without []float64
	difference := func(o []runner.Outcome) (float64, error) {
		x, err := known(m.get(o[0]))
		if err != nil {
			return 0, err
		}
		y, err := known(m.get(o[1]))
		if err != nil {
			return 0, err
		}
		with, without = append(with, x), append(without, y)
		return x - y, nil
	}
	d, runs, why := s.values(a.Base, []string{a.Name, a.Against}, difference)
	e.Runs, e.Partial = runs, why
	if len(d) == 0 {
		e.Err, e.Partial = fmt.Errorf("%s", why), ""
		return e
	}
	if e.Observed, e.Err = stat.PairedDifference(with, without); e.Err != nil {
		return e
	}
	e.P, e.Size, e.Tested = student(e.Observed)
	return e
}

func (s *Study) predicted(a runner.Arm, m measure) (float64, error) {
	x, err := s.theory(a.Base, a.Name, m)
	if err != nil {
		return 0, err
	}
	y, err := s.theory(a.Base, a.Against, m)
	return x - y, err
}

func (s *Study) theory(base, arm string, m measure) (float64, error) {
	p, ok := s.Predictions[[2]string{base, arm}]
	if !ok {
		return 0, fmt.Errorf("no prediction was made")
	}
	if p.Err != nil {
		return 0, p.Err
	}
	return known(m.get(p.Outcome))
}
