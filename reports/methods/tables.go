package methods

import (
	"fmt"
	"math"
	"strings"

	"edgewise/reports/stat"
	"edgewise/reports/table"
	"edgewise/sim/method"
	"edgewise/theory/bias"
)

const sign = "A positive cost means that the edge raises the loss and its operation loses probability."

// Tables returns the tables of the study, the main one first.
func (s *Study) Tables() []table.Table {
	tables := []table.Table{s.mainTable(), s.changeTable(), s.claimTable(), s.cellTable(), s.sourceTable()}
	if f := s.flipTable(); len(f.Rows) > 0 {
		tables = append(tables, f)
	}
	if f := s.failures(); len(f.Rows) > 0 {
		tables = append(tables, f)
	}
	return tables
}

// column is one number of the main table.
type column struct {
	header, group, unit string
	get                 get
}

var columns = []column{
	{"growth", "bias", "", biases["growth"]},
	{"width", "bias", "", biases["width"]},
	{"failure", "bias", "", biases["failure"]},
	{"depth", "derived cell", "", func(o *method.Outcome) bias.Value { return o.Depth }},
	{"accuracy", "derived cell", "%", func(o *method.Outcome) bias.Value { return o.Accuracy }},
	{"gap", "derived cell", "nats", func(o *method.Outcome) bias.Value { return o.Difference }},
	{"images", "cost", "thousand", func(o *method.Outcome) bias.Value { return bias.Value{X: o.Images, Known: true} }},
	{"processor", "cost", "s", func(o *method.Outcome) bias.Value { return o.Seconds }},
}

func (s *Study) mainTable() table.Table {
	t := table.Table{
		Name:    "methods",
		Caption: "Search methods under the same seeds and images: mean over seeds with 95 % interval. " + sign,
		Columns: []table.Column{{Header: "Method"}, {Header: "n", Kind: table.KindInteger}},
		Notes: []string{
			"growth: rise of the mean none-probability above its start (O1); width: none-probability of intermediate minus input edges of a node at the end (O2); failure: mean none-probability at the end (O3). Where a space has no none and gates do not compete, the share of its initial weight that an edge has lost stands for its none-probability.",
			fmt.Sprintf("accuracy: of the cell that the method's own rule derives, trained from scratch for %d steps, on test images. gap: test loss of the supernet under the derived cell minus that under its own gates.", s.Plan.Retrain.Steps),
			"images: taken forward and back by the search, of all operations at once (soft gates) or of one per edge (sampled ones); processor: seconds of one thread, which depend on the machine.",
		},
	}
	for _, c := range columns {
		t.Columns = append(t.Columns, table.Column{Header: c.header, Group: c.group, Unit: c.unit, Kind: table.KindEstimate})
	}
	for _, m := range s.Plan.Methods {
		row := []table.Item{table.Text(m.Name), nil}
		var runs []string
		n := 0
		for _, c := range columns {
			x, ids, why := s.values(m.Name, c.get)
			n = max(n, len(x))
			if len(ids) > len(runs) {
				runs = ids
			}
			row = append(row, mean(x, why))
		}
		row[1] = table.Integer(n)
		t.AddFrom(runs, row...)
	}
	return t
}

// mean is the mean over seeds, noting why some are left out.
func mean(x []float64, why string) table.Item {
	if len(x) == 0 {
		return table.Missing{Reason: why}
	}
	e, err := stat.Mean(x)
	if err != nil {
		return table.Missing{Reason: err.Error()}
	}
	if why != "" {
		return table.Noted(estimate(e), "without some seeds: "+why)
	}
	return estimate(e)
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

func verdict(v stat.Verdict) table.Item {
	switch v {
	case stat.Agrees:
		return table.Agrees
	case stat.Disagrees:
		return table.Disagrees
	}
	return table.NotEnough
}

// changeTable sets predicted signs beside observed changes.
func (s *Study) changeTable() table.Table {
	t := table.Table{
		Name:    "method-changes",
		Caption: "What each method changes in the biases: predicted sign and observed paired difference against another method. " + sign,
		Columns: []table.Column{{Header: "Method"}, {Header: "Against"}, {Header: "Measure"}, {Header: "predicted"},
			{Header: "observed", Kind: table.KindEstimate}, {Header: "verdict", Kind: table.KindVerdict}, {Header: "Theory"}},
		Notes: []string{fmt.Sprintf("Verdict: the interval lies on the predicted side of 0; for a predicted 0, within %g of it. Mean-field changes below %g count as 0.", same, still)},
	}
	for _, m := range s.Plan.Methods {
		if m.Against == "" {
			continue
		}
		for _, b := range method.Biases {
			sign, why := s.predicted(m, b)
			e, runs, err := s.change(m.Name, m.Against, biases[b])
			if err != nil && sign == "" {
				continue // neither observed nor predicted
			}
			row := []table.Item{table.Text(m.Name), table.Text(m.Against), table.Text(b), nil, nil, table.NotApplicable(), table.Text(why)}
			row[3] = table.Text(sign)
			if sign == "" {
				row[3], row[6] = table.Missing{Reason: why}, table.Text("")
			}
			if err != nil {
				row[4] = table.Missing{Reason: err.Error()}
			} else {
				row[4] = estimate(e)
				if sign != "" {
					row[5] = verdict(judge(sign, e))
				}
			}
			t.AddFrom(runs, row...)
		}
	}
	return t
}

// cellTable says which cells were derived, seed by seed.
func (s *Study) cellTable() table.Table {
	t := table.Table{
		Name:    "method-cells",
		Caption: "Derived cells, seed by seed, operations in the order of the edges.",
		Columns: []table.Column{{Header: "Method"}, {Header: "seed", Kind: table.KindInteger}, {Header: "Cell"}, {Header: "depth", Kind: table.KindNumber}, {Header: "width", Kind: table.KindNumber, Precision: 2},
			{Header: "weights", Kind: table.KindNumber, Precision: table.Whole}, {Header: "accuracy", Unit: "%", Kind: table.KindNumber, Precision: 1}},
	}
	item := func(v bias.Value) table.Item {
		if !v.Known {
			return table.Missing{Reason: v.Why}
		}
		return table.Number(v.X)
	}
	for _, m := range s.Plan.Methods {
		for _, r := range s.results[m.Name] {
			if r.Err != nil {
				continue
			}
			var kinds []string
			for _, row := range r.Outcome.Derived {
				names := make([]string, len(row))
				for e, name := range row {
					if names[e] = name; name == "" {
						names[e] = "-"
					}
				}
				kinds = append(kinds, strings.Join(names, " "))
			}
			o := r.Outcome
			t.AddFrom(o.Runs, table.Text(m.Name), table.Integer(r.Seed), table.Text(strings.Join(kinds, " | ")), item(o.Depth), item(o.Wide), item(o.Size), item(o.Accuracy))
		}
	}
	return t
}

// sourceTable is the page of the methods.
func (s *Study) sourceTable() table.Table {
	t := table.Table{
		Name:    "method-sources",
		Caption: "The methods: where they are from, what they do to cost, gate or schedule, and what is decided here where the paper is silent.",
		Columns: []table.Column{{Header: "Method"}, {Header: "Source"}, {Header: "Formula"}, {Header: "Ours"}},
	}
	for _, m := range s.Plan.Methods {
		t.Add(table.Text(m.Name), table.Text(m.Source), table.Text(m.Formula), table.Text(m.Ours))
	}
	return t
}

// failures lists what has no outcome.
func (s *Study) failures() table.Table {
	t := table.Table{
		Name:    "method-failures",
		Caption: "Searches without an outcome, and why.",
		Columns: []table.Column{{Header: "Method"}, {Header: "seed", Kind: table.KindInteger}, {Header: "Reason"}},
	}
	for _, m := range s.Plan.Methods {
		for _, r := range s.results[m.Name] {
			if r.Err != nil {
				t.Add(table.Text(m.Name), table.Integer(r.Seed), table.Text(r.Err.Error()))
			}
		}
	}
	return t
}
