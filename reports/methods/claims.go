package methods

import (
	"errors"
	"math"

	"edgewise/reports/stat"
	"edgewise/reports/table"
	"edgewise/sim/method"
	"edgewise/theory/bias"
)

// A claim is a headline of a method's own paper, tried here.
type claim struct {
	method, against string
	text, says      string
	get             get
	judge           func(stat.Estimate) stat.Verdict
	// of makes the estimate from the numbers of both methods; nil: their paired
	// difference.
	of func(a, b []float64) (stat.Estimate, error)
}

func below(x float64) func(stat.Estimate) stat.Verdict {
	return func(e stat.Estimate) stat.Verdict { return stat.Below(e, x) }
}

func claims() []claim {
	gap := func(o *method.Outcome) bias.Value { return o.Difference }
	discrete := func(o *method.Outcome) bias.Value { return o.Discrete }
	size := func(o *method.Outcome) bias.Value { return o.Size }
	millis := func(o *method.Outcome) bias.Value { return o.Latency }
	accuracy := func(o *method.Outcome) bias.Value { return o.Accuracy }
	alive := func(o *method.Outcome) bias.Value { return o.Alive }
	return []claim{
		{"prime", "darts", "more reliable discretisation: smaller gap", "change of the gap < 0", gap, below(0), nil},
		{"prime", "prime-plain", "schedule and proximity shrink the gap", "change of the gap < 0", gap, below(0), nil},
		{"prime", "darts", "more reliable discretisation: less spread over seeds", "change of the distance of the discretised loss from its mean over seeds < 0", discrete, below(0), spread},
		{"prime", "darts", "smaller cells: fewer weights", "change of the derived cell's weights < 0", size, below(0), nil},
		{"prime", "darts", "smaller cells: operations are gone at the end", "change of the share of operations with weight < 0", alive, below(0), nil},
		{"latency", "darts", "latency falls by 20 %", "latency over darts's, less 1, below -0.2", millis, below(-.2), ratio},
		{"latency", "darts", "at equal accuracy", "change of accuracy within 2 points", accuracy, within(2), nil},
		{"latency-strong", "darts", "latency falls by 20 %", "latency over darts's, less 1, below -0.2", millis, below(-.2), ratio},
		{"latency-strong", "darts", "at equal accuracy", "change of accuracy within 2 points", accuracy, within(2), nil},
	}
}

func within(x float64) func(stat.Estimate) stat.Verdict {
	return func(e stat.Estimate) stat.Verdict { return stat.Within(e, x) }
}

// ratio is a/b - 1 seed by seed.
func ratio(a, b []float64) (stat.Estimate, error) {
	x := make([]float64, len(a))
	for i := range a {
		x[i] = a[i]/b[i] - 1
	}
	return stat.Mean(x)
}

// spread compares |x - mean x| of two methods seed by seed.
func spread(a, b []float64) (stat.Estimate, error) {
	away := func(x []float64) []float64 {
		m := 0.0
		for _, v := range x {
			m += v / float64(len(x))
		}
		out := make([]float64, len(x))
		for i, v := range x {
			out[i] = math.Abs(v - m)
		}
		return out
	}
	if len(a) < 3 {
		return stat.Estimate{}, errors.New("a spread needs at least three seeds")
	}
	return stat.PairedDifference(away(a), away(b))
}

// claimTable tries the headline claims of the methods that the plan has.
func (s *Study) claimTable() table.Table {
	t := table.Table{
		Name:    "method-claims",
		Caption: "Headline claims of the methods' own papers, tried at this scale.",
		Columns: []table.Column{{Header: "Method"}, {Header: "Against"}, {Header: "Claim"}, {Header: "Measured"},
			{Header: "observed", Kind: table.KindEstimate}, {Header: "holds", Kind: table.KindVerdict}},
		Notes: []string{"holds: agrees where the interval over seeds lies on the claimed side of the bound, disagrees where it lies on the other."},
	}
	for _, c := range claims() {
		if !s.has(c.method) || !s.has(c.against) {
			continue
		}
		row := []table.Item{table.Text(c.method), table.Text(c.against), table.Text(c.text), table.Text(c.says)}
		e, runs, err := s.change(c.method, c.against, c.get)
		if c.of != nil && err == nil {
			a, _, _ := s.values(c.method, c.get)
			b, _, _ := s.values(c.against, c.get)
			if len(a) != len(b) {
				err = errors.New("some seeds lack it")
			} else {
				e, err = c.of(a, b)
			}
		}
		if err != nil {
			t.AddFrom(runs, append(row, table.Missing{Reason: err.Error()}, table.NotApplicable())...)
			continue
		}
		t.AddFrom(runs, append(row, estimate(e), verdict(c.judge(e)))...)
	}
	return t
}

func (s *Study) has(name string) bool {
	for _, m := range s.Plan.Methods {
		if m.Name == name {
			return true
		}
	}
	return false
}
