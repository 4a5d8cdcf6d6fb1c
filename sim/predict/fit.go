package predict

import (
	"fmt"
	"math"

	"edgewise/sim/trace"

	"gonum.org/v1/gonum/optimize"
)

// Fit calibrates the constants of a law on runs that are not to be scored
// later: it minimises the mean over runs of min(1.5, 1 - R2) of LawStep's pooled
// none-probability (Nelder-Mead on the logarithms; at most evaluations trial
// laws). Constants that are 0 stay 0; Routes and Fading are kept. It returns the
// law and the mean R2, each R2 counted as at least -0.5. Runs on which LawStep
// fails, or whose none-probability does not vary, are errors.
func (l Law) Fit(runs []*trace.Trace, evaluations int) (Law, float64, error) {
	return l.fit(runs, evaluations, LawStep)
}

// FitCurves is Fit by LawCurves over windows of the given number of steps.
func (l Law) FitCurves(runs []*trace.Trace, window, evaluations int) (Law, float64, error) {
	return l.fit(runs, evaluations, func(t *trace.Trace, trial Law) (*trace.Trace, error) { return LawCurves(t, window, trial) })
}

func (l Law) fit(runs []*trace.Trace, evaluations int, predict func(*trace.Trace, Law) (*trace.Trace, error)) (Law, float64, error) {
	if len(runs) == 0 {
		return l, 0, fmt.Errorf("fitting a law needs at least one run")
	}
	free := l.constants()
	var start []float64
	for _, c := range free {
		start = append(start, math.Log(*c))
	}
	loss := func(x []float64) (float64, error) {
		trial := l
		for i, c := range trial.constants() {
			*c = math.Exp(x[i])
		}
		sum := 0.0
		for _, t := range runs {
			p, err := predict(t, trial)
			if err != nil {
				return 0, err
			}
			s, err := Compare(p, t)
			if err != nil {
				return 0, err
			}
			if !s.Pooled.Varies {
				return 0, fmt.Errorf("run %q: its none-probabilities do not vary, so nothing can be fitted to them", t.Manifest.Name)
			}
			sum += math.Min(1.5, 1-s.Pooled.Value)
		}
		return sum / float64(len(runs)), nil
	}
	first, err := loss(start)
	if err != nil || len(free) == 0 {
		return l, 1 - first, err
	}
	r, err := optimize.Minimize(optimize.Problem{Func: func(x []float64) float64 {
		v, err := loss(x)
		if err != nil {
			return 1.5 // a law that diverges is no law
		}
		return v
	}}, start, &optimize.Settings{FuncEvaluations: evaluations, Concurrent: 1}, &optimize.NelderMead{SimplexSize: .4})
	if err != nil {
		return l, 0, fmt.Errorf("fitting law %q: %w", l.Name, err)
	}
	for i, c := range l.constants() {
		*c = math.Exp(r.X[i])
	}
	return l, 1 - r.F, nil
}

// constants returns the free constants: those that are not 0.
func (l *Law) constants() []*float64 {
	var out []*float64
	for _, c := range []*float64{&l.Noise, &l.OpNoise, &l.Energy, &l.Cells, &l.Nodes, &l.Hops} {
		if *c != 0 {
			out = append(out, c)
		}
	}
	return out
}
