package ablation

import (
	"fmt"
	"math"

	"edgewise/sim/trace"

	"gonum.org/v1/gonum/optimize"
)

// Fit calibrates the constants of a world, but for Energy, on runs that are not to be
// scored later: it minimises the mean square difference of loss and of entropy on the
// split that alpha is trained on, over windows of 5 refresh steps (Nelder-Mead on the
// logarithms, at most evaluations trials). Nothing about edges or alpha is fitted. It
// returns the world and the root mean square difference.
func (w World) Fit(runs []*trace.Trace, evaluations int) (World, float64, error) {
	build := func(x []float64) World {
		v := w
		for i, p := range v.constants() {
			*p = math.Exp(x[i])
		}
		return v
	}
	var start []float64
	for _, p := range w.constants() {
		if !(*p > 0) {
			return w, 0, fmt.Errorf("fitting the world: a constant is %v: start from positive ones", *p)
		}
		start = append(start, math.Log(*p))
	}
	for _, t := range runs {
		if t.Manifest.Spec == nil || len(t.Points) < 2 {
			return w, 0, fmt.Errorf("fitting the world: run %s has no spec or no steps", t.Manifest.Run)
		}
		if _, err := w.Predict(*t.Manifest.Spec); err != nil {
			return w, 0, fmt.Errorf("fitting the world: %w", err)
		}
	}
	miss := func(x []float64) float64 {
		sum := 0.0
		for _, t := range runs {
			sum += build(x).miss(t)
		}
		return sum / float64(len(runs))
	}
	size := 0.3
	r, err := optimize.Minimize(optimize.Problem{Func: miss}, start, &optimize.Settings{FuncEvaluations: evaluations}, &optimize.NelderMead{SimplexSize: size})
	if r == nil {
		return w, 0, fmt.Errorf("fitting the world: %w", err)
	}
	return build(r.X), math.Sqrt(r.F), nil
}

// constants are those that Fit moves.
func (w *World) constants() []*float64 {
	return []*float64{&w.Birth, &w.Signal, &w.Seed, &w.Memory, &w.Leak, &w.Settle, &w.Confusion}
}

// miss is the mean square difference of loss and entropy from a run; a world in
// which the search does not end is as far off as 1.
func (w World) miss(t *trace.Trace) float64 {
	p, err := w.Predict(*t.Manifest.Spec)
	if err != nil {
		return 1
	}
	split := func(q *trace.Point) *trace.Split {
		if t.Manifest.Spec.AlphaSplit() == "search" {
			return q.Search
		}
		return q.Train
	}
	at := map[int]*trace.Split{}
	for i := range p.Points {
		at[p.Points[i].Step] = split(&p.Points[i])
	}
	sum, n := 0.0, 0
	o := t.Coarsen(5 * refresh)
	for i := range o.Points {
		q := &o.Points[i]
		a, b := split(q), at[q.Step+q.Steps/2/refresh*refresh]
		if q.Steps == 0 || a == nil || b == nil {
			continue
		}
		l, h := a.Loss-b.Loss, a.Entropy-b.Entropy
		sum += l*l + h*h
		n++
	}
	if n == 0 {
		return 1
	}
	return sum / float64(n)
}
