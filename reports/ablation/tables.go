package ablation

import (
	"fmt"
	"math"

	"edgewise/reports/stat"
	"edgewise/reports/table"
	runner "edgewise/sim/ablation"
)

const sign = "A positive cost means that the edge raises the loss and its operation loses probability."

// still is the size below which a predicted change counts as none.
const still = 0.05

// Tables returns the tables of the study, the main one first. An error of the
// statistics stands in the table as a note.
func (s *Study) Tables() []table.Table {
	effects, err := s.Effects()
	tables := []table.Table{s.mainTable(effects)}
	if c := s.ClaimTable(); len(c.Rows) > 0 {
		tables = append(tables, c, s.VerdictTable())
	}
	if x := s.SurpriseTable(effects); len(x.Rows) > 0 {
		tables = append(tables, x)
	}
	tables = append(tables, s.testTable(effects), s.BaseTable())
	if err != nil {
		tables[0].Notes = append(tables[0].Notes, err.Error())
	}
	if f := s.failures(); len(f.Rows) > 0 {
		tables = append(tables, f)
	}
	return tables
}

// mainTable has a row per arm: what is changed, and per measure the predicted and
// the observed change with the verdict.
func (s *Study) mainTable(effects []Effect) table.Table {
	t := table.Table{
		Name:    "ablations",
		Caption: "Interventions on the cost assignment: predicted and observed change against the base of the same seeds. " + sign,
		Columns: []table.Column{{Header: "Base"}, {Header: "Intervention"}, {Header: "Formula"}, {Header: "Source"}},
		Notes: []string{
			"Observed: mean paired difference over seeds with its 95 % interval. Predicted: the mean field of a world of voters from the spec alone, under the same intervention; its constants were fitted to losses of seed 101 only.",
			fmt.Sprintf("Verdict: the interval lies on the predicted side of 0; where the predicted change is below %g, within %g of 0.", still, same),
		},
	}
	for _, m := range measures {
		t.Notes = append(t.Notes, m.name+": "+m.about+".")
		t.Columns = append(t.Columns,
			table.Column{Header: "predicted", Group: m.name, Kind: table.KindNumber, Precision: 2},
			table.Column{Header: "observed", Group: m.name, Kind: table.KindEstimate},
			table.Column{Header: "verdict", Group: m.name, Kind: table.KindVerdict})
	}
	last := ""
	for i, a := range s.Grid.Arms {
		if last != "" && a.Base != last {
			t.Rule()
		}
		last = a.Base
		against := a.Formula
		if a.Against != "" {
			against += " (against " + a.Against + ")"
		}
		row := []table.Item{table.Text(a.Base), table.Text(a.Name), table.Text(against), table.Text(a.Claim)}
		var runs []string
		for k := range measures {
			e := effects[i*len(measures)+k]
			if k == 0 {
				runs = e.Runs
			}
			row = append(row, e.predictedItem(), e.observedItem(), e.verdictItem())
		}
		t.AddFrom(runs, row...)
	}
	return t
}

func (e Effect) predictedItem() table.Item {
	if e.Silent != nil {
		return table.Missing{Reason: e.Silent.Error()}
	}
	return table.Number(e.Predicted)
}

func (e Effect) observedItem() table.Item {
	if e.Err != nil {
		return table.Missing{Reason: e.Err.Error()}
	}
	if e.Partial != "" {
		return table.Noted(estimate(e.Observed), "without some seeds: "+e.Partial)
	}
	return estimate(e.Observed)
}

func estimate(e stat.Estimate) table.Item {
	if !e.Defined {
		return table.Missing{Reason: "not defined"}
	}
	lo, hi := e.Low, e.High
	if math.IsInf(lo, 0) || math.IsInf(hi, 0) {
		lo, hi = math.NaN(), math.NaN()
	}
	return table.Estimate{Mean: e.Value, Lo: lo, Hi: hi, N: e.N}
}

// Verdict compares the observed change with the predicted one.
func (e Effect) Verdict() stat.Verdict {
	switch {
	case e.Err != nil || e.Silent != nil:
		return stat.NotEnough
	case math.Abs(e.Predicted) < still:
		return stat.Within(e.Observed, same)
	case e.Predicted < 0:
		return stat.Below(e.Observed, 0)
	}
	return stat.Above(e.Observed, 0)
}

func (e Effect) verdictItem() table.Item {
	if e.Err != nil || e.Silent != nil {
		return table.NotApplicable()
	}
	return verdict(e.Verdict())
}

func verdict(v stat.Verdict) table.Item {
	switch v {
	case stat.Agrees:
		return table.Agrees
	case stat.Disagrees:
		return table.Disagrees
	}
	return table.NotEnough
}

// testTable holds the tests behind the main table.
func (s *Study) testTable(effects []Effect) table.Table {
	t := table.Table{
		Name:    "tests",
		Caption: "Tests of no change: paired differences over seeds, Holm's correction over the whole table.",
		Columns: []table.Column{{Header: "Base"}, {Header: "Intervention"}, {Header: "Measure"}, {Header: "n", Kind: table.KindInteger},
			{Header: "change", Kind: table.KindEstimate}, {Header: "size d", Kind: table.KindNumber, Precision: 2}, {Header: "p", Kind: table.KindPValue}, {Header: "p (Holm)", Kind: table.KindPValue}},
		Notes: []string{"d: mean difference over the standard deviation of the differences. p: Student's t, two-sided, n - 1 degrees of freedom."},
	}
	for _, e := range effects {
		row := []table.Item{table.Text(e.Arm.Base), table.Text(e.Arm.Name), table.Text(e.Measure), table.Integer(e.Observed.N), e.observedItem()}
		if e.Tested {
			row = append(row, table.Number(e.Size), table.PValue(e.P), table.PValue(e.Holm))
		} else {
			row = append(row, table.NotApplicable(), table.NotApplicable(), table.NotApplicable())
		}
		t.AddFrom(e.Runs, row...)
	}
	return t
}

// BaseTable says what the bases, and every arm by itself, ended with.
func (s *Study) BaseTable() table.Table {
	t := table.Table{
		Name:    "levels",
		Caption: "Growth, width and failure of every base and arm: predicted, and observed with 95 % interval over seeds.",
		Columns: []table.Column{{Header: "Base"}, {Header: "Arm"}},
	}
	for _, m := range measures {
		t.Columns = append(t.Columns, table.Column{Header: "predicted", Group: m.name, Kind: table.KindNumber, Precision: 2},
			table.Column{Header: "observed", Group: m.name, Kind: table.KindEstimate})
	}
	t.Columns = append(t.Columns, table.Column{Header: "L - H, last tenth", Kind: table.KindEstimate})
	add := func(base, arm string) {
		name := arm
		if arm == "" {
			name = "(base)"
		}
		row := []table.Item{table.Text(base), table.Text(name)}
		var runs []string
		observed := func(f func(o []runner.Outcome) (float64, error)) table.Item {
			x, ids, why := s.values(base, []string{arm}, f)
			if len(ids) > len(runs) {
				runs = ids
			}
			e, err := stat.Mean(x)
			if err != nil {
				return table.Missing{Reason: why}
			}
			return estimate(e)
		}
		for k, m := range measures {
			if v, err := s.theory(base, arm, m); err != nil {
				row = append(row, table.Missing{Reason: err.Error()})
			} else {
				row = append(row, table.Number(v))
			}
			row = append(row, observed(level(k)))
		}
		row = append(row, observed(func(o []runner.Outcome) (float64, error) { return o[0].Tail, nil }))
		t.AddFrom(runs, row...)
	}
	for i, b := range s.Grid.Bases {
		if i > 0 {
			t.Rule()
		}
		add(b.Name, "")
		for _, a := range s.Grid.Arms {
			if a.Base == b.Name {
				add(b.Name, a.Name)
			}
		}
		t.Notes = append(t.Notes, fmt.Sprintf("%s: %s.", b.Name, b.Setting))
	}
	return t
}

// failures lists the runs that have no outcome.
func (s *Study) failures() table.Table {
	t := table.Table{
		Name:    "failures",
		Caption: "Runs without an outcome, and why. The other runs are not touched by them.",
		Columns: []table.Column{{Header: "Run"}, {Header: "Base"}, {Header: "Arm"}, {Header: "seed", Kind: table.KindInteger}, {Header: "Reason"}},
	}
	for _, j := range s.Grid.Jobs() {
		if r := s.results[key{j.Base, j.Arm, j.Seed}]; r.Err != nil {
			t.AddFrom([]string{j.ID()}, table.Text(j.ID()), table.Text(j.Base), table.Text(j.Arm), table.Integer(j.Seed), table.Text(r.Err.Error()))
		}
	}
	return t
}
