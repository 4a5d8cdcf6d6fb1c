package ablation

import (
	"fmt"
	"math"

	"edgewise/reports/figure"
	"edgewise/reports/table"
)

// Forests draws, for each measure, the observed changes that the arms make to it,
// with their intervals, under a heading per base. A measure without any is left
// out.
func (s *Study) Forests() ([]*figure.Figure, error) {
	effects, err := s.Effects()
	if err != nil {
		return nil, err
	}
	var out []*figure.Figure
	for _, m := range measures {
		var rows []figure.Effect
		var runs []string
		base := ""
		for _, e := range effects {
			if e.Measure != m.name || e.Err != nil || !e.Observed.Defined {
				continue
			}
			if e.Arm.Base != base {
				base = e.Arm.Base
				rows = append(rows, figure.Effect{Label: base})
			}
			v := table.Estimate{Mean: e.Observed.Value, Lo: e.Observed.Low, Hi: e.Observed.High, N: e.Observed.N}
			if e.Observed.Equal || math.IsInf(v.Lo, 0) || math.IsInf(v.Hi, 0) {
				v.Lo, v.Hi = math.NaN(), math.NaN()
			}
			rows = append(rows, figure.Effect{Label: e.Arm.Name, Value: &v})
			runs = append(runs, e.Runs...)
		}
		if len(runs) == 0 {
			continue
		}
		f, err := figure.Forest(fmt.Sprintf("Change of %s, the %s, by intervention on the cost assignment: mean paired difference over seeds with its 95 %% interval; filled: the interval does not hold 0.", m.name, m.about),
			"change of "+m.name, 0, rows)
		if err != nil {
			return nil, fmt.Errorf("forest plot of %s: %w", m.name, err)
		}
		f.Name, f.Runs = "forest-"+m.name, runs
		out = append(out, f)
	}
	return out, nil
}
