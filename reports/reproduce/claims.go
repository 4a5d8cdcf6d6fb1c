package reproduce

import (
	"fmt"
	"math"

	"edgewise/reports/stat"
	"edgewise/reports/table"
	"edgewise/sim/predict"
	"edgewise/theory/bias"
)

// A claim is one row of the main table: a measure of one arm and what the theory
// says about it.
type claim struct {
	bias    string // O1, O2, O3
	arm     string
	measure string
	get     func(*bias.Measures) bias.Value
	text    string
	judge   func(stat.Estimate) stat.Verdict // nil: nothing is claimed
	bound   float64
}

func above(x float64) (string, func(stat.Estimate) stat.Verdict) {
	return fmt.Sprintf("> %g", x), func(e stat.Estimate) stat.Verdict { return stat.Above(e, x) }
}

func below(x float64) (string, func(stat.Estimate) stat.Verdict) {
	return fmt.Sprintf("< %g", x), func(e stat.Estimate) stat.Verdict { return stat.Below(e, x) }
}

// claims lists what is expected where. The bounds were fixed on other seeds than
// the default ones.
func claims() []claim {
	rise := func(m *bias.Measures) bias.Value { return m.Growth.Rise }
	dropped := func(m *bias.Measures) bias.Value { return m.Growth.Dropped }
	regrown := func(m *bias.Measures) bias.Value { return m.Growth.Regrown }
	gap := func(m *bias.Measures) bias.Value { return m.Width.Gap }
	mean := func(m *bias.Measures) bias.Value { return m.Failure.Mean }
	none := func(m *bias.Measures) bias.Value { return m.Failure.None }
	depth := func(m *bias.Measures) bias.Value { return bias.Value{X: float64(m.Argmax.Depth), Known: true} }
	width := func(m *bias.Measures) bias.Value { return bias.Value{X: m.Argmax.Width, Known: true} }
	var out []claim
	add := func(b, arm, measure string, get func(*bias.Measures) bias.Value, text string, judge func(stat.Estimate) stat.Verdict) {
		out = append(out, claim{bias: b, arm: arm, measure: measure, get: get, text: text, judge: judge})
	}
	claimed := func(b, arm, measure string, get func(*bias.Measures) bias.Value, f func(float64) (string, func(stat.Estimate) stat.Verdict), x float64) {
		text, judge := f(x)
		add(b, arm, measure, get, text, judge)
		out[len(out)-1].bound = x
	}
	claimed("O1", "confident", "rise of the mean none-probability", rise, above, 0.05)
	claimed("O1", "calibrated", "rise of the mean none-probability", rise, below, 0.05)
	claimed("O1", "confident", "share of edges dropped", dropped, above, 0.5)
	claimed("O1", "calibrated", "share of edges dropped", dropped, below, 0.5)
	add("O1", "confident", "share of edges dropped, then regrown", regrown, "", nil)
	add("O1", "calibrated", "share of edges dropped, then regrown", regrown, "", nil)
	claimed("O2", "three-cells", "none-probability gap, (2,3) minus its node mates", gap, above, 0.05)
	claimed("O2", "one-cell", "none-probability gap, (2,3) minus its node mates", gap, below, 0.05)
	claimed("O2", "single-level", "none-probability gap, (2,3) minus its node mates", gap, below, 0.05)
	add("O2", "three-cells", "depth of the derived cell", depth, "", nil)
	add("O2", "one-cell", "depth of the derived cell", depth, "", nil)
	add("O2", "three-cells", "width of the derived cell", width, "", nil)
	add("O2", "one-cell", "width of the derived cell", width, "", nil)
	claimed("O3", "bilevel", "mean final none-probability", mean, above, 0.5)
	claimed("O3", "single-level", "mean final none-probability", mean, below, 0.5)
	add("O3", "bilevel", "share of edges where none wins", none, "", nil)
	add("O3", "single-level", "share of edges where none wins", none, "", nil)
	return out
}

// armRuns returns the runs of an arm, by seed.
func armRuns(runs []Run, name string) []*Run {
	var out []*Run
	for i := range runs {
		if runs[i].Arm.Name == name {
			out = append(out, &runs[i])
		}
	}
	return out
}

// values takes a measure from every run of an arm: observed, and predicted by
// each predictor in the order of predictors(). A predictor that cannot predict
// some run of the arm has no values.
func values(runs []*Run, get func(*bias.Measures) bias.Value) (observed []float64, predicted [][]float64) {
	predicted = make([][]float64, len(predictors()))
	for _, r := range runs {
		for k, p := range r.Predicted {
			if p.Err != nil || len(p.Score.Kinds) == 0 {
				continue
			}
			if v := get(&p.Score.Kinds[0].Predicted); v.Known {
				predicted[k] = append(predicted[k], v.X)
			}
		}
		if s := r.Predicted[0].Score; len(s.Kinds) > 0 { // replay is scored on every point
			if v := get(&s.Kinds[0].Observed); v.Known {
				observed = append(observed, v.X)
			}
		}
	}
	for k := range predicted {
		if len(predicted[k]) != len(runs) {
			predicted[k] = nil
		}
	}
	return observed, predicted
}

// sides says, of one run and one prediction of it, on how many of the arm's
// claimed measures both lie on the same side of the bound, and of how many.
func sides(arm string, s predict.Score) (same, total int) {
	for _, c := range claims() {
		if c.arm != arm || c.judge == nil || len(s.Kinds) == 0 {
			continue
		}
		p, o := c.get(&s.Kinds[0].Predicted), c.get(&s.Kinds[0].Observed)
		if !p.Known || !o.Known {
			continue
		}
		total++
		if (p.X > c.bound) == (o.X > c.bound) {
			same++
		}
	}
	return same, total
}

// estimate is the mean over seeds with its interval, as a table shows it.
func estimate(x []float64, why string) table.Item {
	if len(x) == 0 {
		return table.Missing{Reason: why}
	}
	e, err := stat.Mean(x)
	if err != nil || !e.Defined {
		return table.Missing{Reason: why}
	}
	return asEstimate(e)
}

func asEstimate(e stat.Estimate) table.Item {
	lo, hi := e.Low, e.High
	if math.IsInf(lo, 0) || math.IsInf(hi, 0) {
		lo, hi = math.NaN(), math.NaN()
	}
	return table.Estimate{Mean: e.Value, Lo: lo, Hi: hi, N: e.N}
}

func asVerdict(v stat.Verdict) table.Item {
	switch v {
	case stat.Agrees:
		return table.Agrees
	case stat.Disagrees:
		return table.Disagrees
	}
	return table.NotEnough
}
