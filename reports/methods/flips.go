package methods

import (
	"fmt"
	"math"
	"slices"

	"edgewise/reports/table"
	"edgewise/sim/method"
	"edgewise/sim/spec"
)

// flipTable checks the flip points that plain costs predict for searches with latency,
// edge by edge over all seeds.
func (s *Study) flipTable() table.Table {
	t := table.Table{
		Name:    "latency-flips",
		Caption: "Flip points of the latency weight: the edges whose largest operation of the plain search is predicted to give way to a faster one, and those on which it does. " + sign,
		Columns: []table.Column{{Header: "Method"}, {Header: "lambda", Kind: table.KindNumber, Precision: 2}, {Header: "median lambda*", Kind: table.KindNumber, Precision: 3},
			{Header: "edges", Kind: table.KindInteger}, {Header: "predicted", Kind: table.KindInteger}, {Header: "changed", Kind: table.KindInteger},
			{Header: "right", Unit: "%", Kind: table.KindNumber, Precision: 1}, {Header: "always the majority", Unit: "%", Kind: table.KindNumber, Precision: 1}},
		Notes: []string{"lambda* = min over faster operations k of (C_k - C_w) / (LAT_w - LAT_k), C the mean costs of the plain search under the same seed, LAT_k the derivative of the predicted latency at uniform p over the mean latency; w the largest operation of the edge other than none."},
	}
	for _, m := range s.Plan.Methods {
		if m.Spec.Algorithm != spec.Latency || m.Against == "" {
			continue
		}
		var all []method.Flip
		var runs []string
		for i, r := range s.results[m.Name] {
			q := s.results[m.Against][i]
			if r.Err != nil || q.Err != nil || q.Outcome.Costs == nil {
				continue
			}
			f, err := s.Plan.Flips(m, &q.Outcome, &r.Outcome)
			if err != nil {
				t.Notes = append(t.Notes, fmt.Sprintf("%s, seed %d: %v", m.Name, r.Seed, err))
				continue
			}
			all, runs = append(all, f...), append(append(runs, r.Outcome.Runs...), q.Outcome.Runs...)
		}
		if len(all) == 0 {
			continue
		}
		var points []float64
		predicted, changed, right := 0, 0, 0
		for _, f := range all {
			points = append(points, f.Lambda)
			if f.Predicted {
				predicted++
			}
			if f.Changed {
				changed++
			}
			if f.Predicted == f.Changed {
				right++
			}
		}
		slices.Sort(points)
		median := table.Item(table.Missing{Reason: "most edges have no faster operation left"})
		if v := points[len(points)/2]; !math.IsInf(v, 1) {
			median = table.Number(v)
		}
		n := float64(len(all))
		t.AddFrom(runs, table.Text(m.Name), table.Number(m.Spec.Latency.Weight), median, table.Integer(len(all)), table.Integer(predicted), table.Integer(changed),
			table.Number(100*float64(right)/n), table.Number(100*float64(max(changed, len(all)-changed))/n))
	}
	return t
}
