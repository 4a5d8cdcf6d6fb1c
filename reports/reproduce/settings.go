package reproduce

import (
	"fmt"

	"edgewise/reports/table"
	"edgewise/sim/check"
	"edgewise/sim/trace"
)

// SettingsTable states every arm: what was trained, on how much, with which
// learning rates, and what L - H was at the start and at the end.
func SettingsTable(runs []Run) table.Table {
	t := table.Table{
		Name:    "settings",
		Caption: "Settings of the arms. L - H is over the first and last tenth of the steps, on the split that alpha is trained on.",
		Columns: []table.Column{
			{Header: "Arm"}, {Header: "Setting"},
			{Header: "seeds", Kind: table.KindInteger},
			{Header: "steps", Kind: table.KindInteger},
			{Header: "images", Kind: table.KindInteger},
			{Header: "theta rate"}, {Header: "alpha rate"},
			{Header: "first", Group: "L - H", Kind: table.KindEstimate},
			{Header: "last", Group: "L - H", Kind: table.KindEstimate},
			{Header: "test accuracy", Kind: table.KindEstimate},
		},
	}
	for _, a := range armNames(runs) {
		rs := armRuns(runs, a)
		if rs[0].Observed.Manifest.Spec == nil {
			continue
		}
		s := rs[0].spec()
		var first, last, accuracy []float64
		for _, r := range rs {
			n := len(r.Observed.Points) - 1
			first = append(first, meanGap(r.Observed, 0, max(1, n/10)))
			last = append(last, meanGap(r.Observed, n-max(1, n/10), n))
			if p := r.Observed.Points[n]; p.Test != nil {
				accuracy = append(accuracy, p.Test.Accuracy())
			}
		}
		t.AddFrom(ids(rs), named(rs), table.Text(rs[0].Arm.Setting), table.Integer(len(rs)), table.Integer(s.Steps),
			table.Integer(s.Data.Train), table.Text(fmt.Sprintf("%g to %g", s.Theta.Rate, s.Theta.RateMin)), table.Text(fmt.Sprintf("%g", s.Alpha.Rate)),
			table.MeanOf(first, "no loss"), table.MeanOf(last, "no loss"), table.MeanOf(accuracy, "not evaluated"))
	}
	if len(runs) > 0 && runs[0].Arm.Claimed {
		s := runs[0].spec()
		t.Notes = append(t.Notes, fmt.Sprintf("All arms: minimal cells of %d nodes with %d operations, %d channels, %d x %d images of %s, batch %d, alpha by Adam(%g, %g) without weight decay, theta by SGD with momentum %g and L2 %g.",
			s.Net.Nodes, len(s.Net.Ops), s.Net.Channels, s.Data.Side, s.Data.Side, runs[0].Observed.Manifest.Data.Name, s.Batch, s.Alpha.Beta1, s.Alpha.Beta2, s.Theta.Momentum, s.Theta.WeightDecay))
	}
	return once(t)
}

// meanGap is the mean of L - H over points from..to-1.
func meanGap(t *trace.Trace, from, to int) float64 {
	sum, n := 0.0, 0
	for i := from; i < to; i++ {
		if s := check.AlphaSplit(t, &t.Points[i]); s != nil {
			sum += s.Gap()
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

// ResidualTable sets the laws that must hold beside what was measured on the
// runs: conservation of costs, and the replay of every alpha step.
func ResidualTable(runs []Run) table.Table {
	t := table.Table{
		Name:    "residuals",
		Caption: "What must be zero, and what it is: largest residual over all seeds and steps of an arm. " + signNote,
		Columns: []table.Column{
			{Header: "Arm"}, {Header: "Law"}, {Header: "Source"},
			{Header: "points", Kind: table.KindInteger}, {Header: "median, worst run", Key: "median_worst_run"}, {Header: "largest"},
		},
		Notes: []string{"Conservation is relative to the sum of the absolute costs and holds up to the eps of batch norm and single precision; replay is relative to the distance that alpha moved."},
	}
	for i, a := range armNames(runs) {
		rs := armRuns(runs, a)
		if i > 0 {
			t.Rule()
		}
		var order []string
		merged := map[string]check.Residual{}
		for _, r := range rs {
			for _, v := range r.Laws.Residuals {
				m, ok := merged[v.Law]
				if !ok {
					order = append(order, v.Law)
					m = check.Residual{Law: v.Law, Source: v.Source}
				}
				m.Points += v.Points
				m.Median = max(m.Median, v.Median)
				m.Max = max(m.Max, v.Max)
				merged[v.Law] = m
			}
		}
		for _, law := range order {
			m := merged[law]
			t.AddFrom(ids(rs), named(rs), table.Text(law), table.Text(m.Source), table.Integer(m.Points), scientific(m.Median), scientific(m.Max))
		}
		steps, relative, one := 0, 0.0, 0.0
		for _, r := range rs {
			steps += r.Replay.Steps
			relative = max(relative, r.Replay.Relative)
			one = max(one, r.Replay.OneStep)
		}
		t.AddFrom(ids(rs), named(rs), table.Text("replay: every alpha step from its costs"), table.Text("P1.1-P1.3"), table.Integer(steps), table.NotApplicable(), scientific(relative))
		t.AddFrom(ids(rs), named(rs), table.Text("replay: one step at a time, absolute"), table.Text("P1.1-P1.3"), table.Integer(steps), table.NotApplicable(), scientific(one))
	}
	return once(t)
}

func scientific(v float64) table.Item { return table.Text(fmt.Sprintf("%.1e", v)) }
