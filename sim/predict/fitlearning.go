package predict

import (
	"fmt"
	"math"

	"edgewise/sim/trace"

	"gonum.org/v1/gonum/optimize"
)

// Fit calibrates the learning model on runs that are not to be scored later: it
// minimises the mean square difference of L - H, with weight 4, and of L, on
// every split that was trained on, over windows of 20 steps, with the number of voters as
// observed. Birth, which the first batch tells by itself, and constants that are 0
// are kept. It returns the model and the root mean
// square difference. Runs must be single-step traces with losses.
func (c Learning) Fit(runs []*trace.Trace, evaluations int) (Learning, float64, error) {
	if len(runs) == 0 {
		return c, 0, fmt.Errorf("fitting the learning model needs at least one run")
	}
	var seen []curves
	for _, t := range runs {
		s, err := readCurves(t)
		if err != nil {
			return c, 0, fmt.Errorf("fitting the learning model on run %q: %w", t.Manifest.Name, err)
		}
		seen = append(seen, s)
	}
	free := c.constants()
	var start []float64
	for _, x := range free {
		start = append(start, math.Log(*x))
	}
	loss := func(x []float64) float64 {
		trial := c
		for i, k := range trial.constants() {
			*k = math.Exp(x[i])
		}
		sum, n := 0.0, 0.0
		for i := range seen {
			s, m := seen[i].misfit(trial)
			sum, n = sum+s, n+m
		}
		if math.IsNaN(sum) {
			return math.Inf(1)
		}
		return sum / n
	}
	r, err := optimize.Minimize(optimize.Problem{Func: loss}, start, &optimize.Settings{FuncEvaluations: evaluations, Concurrent: 1}, &optimize.NelderMead{SimplexSize: .5})
	if err != nil {
		return c, 0, fmt.Errorf("fitting the learning model: %w", err)
	}
	for i, k := range c.constants() {
		*k = math.Exp(r.X[i])
	}
	return c, math.Sqrt(r.F), nil
}

func (c *Learning) constants() []*float64 {
	var out []*float64
	for _, x := range []*float64{&c.Signal, &c.Depth, &c.Seed, &c.Memory, &c.Settle, &c.Confusion, &c.Ripening, &c.Power, &c.Leak} {
		if *x != 0 {
			out = append(out, x)
		}
	}
	return out
}

// curves are the observed windows of one run.
type curves struct {
	t      *trace.Trace
	voters []float64 // in units of the first
	split  [][2]*trace.Split
	steps  []int
}

const (
	curveWindow = 20
	gapWeight   = 4 // of L - H, which drives alpha, against L in the fit
)

func readCurves(t *trace.Trace) (curves, error) {
	s := curves{t: t}
	f, err := newFrame(t, RungBlind)
	if err != nil {
		return s, err
	}
	stack, err := kindStack(&t.Manifest)
	if err != nil {
		return s, err
	}
	x, err := f.newExpected(stack, Law{})
	if err != nil {
		return s, err
	}
	prob := make([]float64, f.size)
	for _, p := range t.Coarsen(curveWindow).Points {
		if p.Steps == 0 {
			continue
		}
		v, err := x.voters(f.gather(prob, p.Prob))
		if err != nil {
			return s, err
		}
		s.voters, s.steps = append(s.voters, v), append(s.steps, p.Steps)
		s.split = append(s.split, [2]*trace.Split{p.Train, p.Search})
	}
	return s, nil
}

// misfit is the sum of the squared differences and their number. The model is
// read in the middle of each window.
func (s *curves) misfit(c Learning) (sum, n float64) {
	l := c.start(s.t.Manifest.Spec)
	for i, steps := range s.steps {
		g := s.voters[i] / s.voters[0]
		l.advance(steps/2, g)
		for k, seen := range s.split[i] {
			if seen == nil || k == 1 && s.t.Manifest.Spec.AlphaSplit() != "search" {
				continue
			}
			m, _ := l.measure(k == 0, g)
			sum += (m.loss-seen.Loss)*(m.loss-seen.Loss) + gapWeight*(m.gap()-seen.Gap())*(m.gap()-seen.Gap())
			n += 1 + gapWeight
		}
		l.advance(steps-steps/2, g)
	}
	return sum, n
}
