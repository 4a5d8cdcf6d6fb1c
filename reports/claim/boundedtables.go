package claim

import (
	"fmt"
	"math"

	"edgewise/reports/stat"
	"edgewise/reports/table"
)

func boundedTables(arms []arm, results [][]result, bound, full int64, fits int) ([]table.Table, error) {
	const mib = 1 << 20
	main := table.Table{
		Name: "radars-bound",
		Caption: fmt.Sprintf("RADARS under a bound of %.3f MiB of tensors and weights (all %d operations together take %.3f): what each search finds, trained from scratch; mean and 95 %% interval over %d seeds.",
			float64(bound)/mib, len(arms[0].spec.Net.Ops), float64(full)/mib, len(results[0])),
		Columns: []table.Column{{Header: "Search"}, {Header: "What it is"}, {Header: "Operations", Kind: table.KindInteger}, {Header: "Memory", Unit: "MiB", Kind: table.KindEstimate},
			{Header: "Images", Kind: table.KindEstimate}, {Header: "Accuracy", Kind: table.KindEstimate},
			{Header: "Failure", Kind: table.KindEstimate}, {Header: "Width", Kind: table.KindEstimate}},
	}
	of := func(a int, f func(result) float64) []float64 {
		var out []float64
		for _, r := range results[a] {
			if v := f(r); !math.IsNaN(v) {
				out = append(out, v)
			}
		}
		return out
	}
	accuracy := func(r result) float64 { return r.accuracy }
	failure := func(r result) float64 { return r.failure }
	width := func(r result) float64 { return r.width }
	bytes := func(r result) float64 { return r.bytes }
	worst := 0.0
	for i, a := range arms {
		main.Add(table.Text(a.name), table.Text(a.about), table.Integer(len(a.spec.Net.Ops)), mean(of(i, bytes)),
			mean(of(i, func(r result) float64 { return r.images })), mean(of(i, accuracy)), mean(of(i, failure)), mean(of(i, width)))
	}
	for _, v := range of(0, bytes) {
		worst = max(worst, v)
	}
	compare := func(claim string, a, b int, f func(result) float64, judge func(stat.Estimate) stat.Verdict) error {
		d, err := stat.PairedDifference(of(a, f), of(b, f))
		if err == nil {
			main.Notes = append(main.Notes, fmt.Sprintf("%s: %s minus %s is %s: %s.", claim, arms[a].name, arms[b].name, text(d), judge(d)))
		}
		return err
	}
	main.Notes = append(main.Notes, fmt.Sprintf("Claim, a larger space under the same bound: RADARS searches %d operations per edge in at most %.3f of %.3f MiB; DARTS can hold %d.", len(arms[0].spec.Net.Ops), worst, float64(bound)/mib, fits))
	notWorse := func(e stat.Estimate) stat.Verdict { return stat.Above(e, -accuracyMargin) }
	below := func(e stat.Estimate) stat.Verdict { return stat.Below(e, 0) }
	for _, c := range []struct {
		claim string
		a, b  int
		f     func(result) float64
		judge func(stat.Estimate) stat.Verdict
	}{
		{"Claim, better cells than the space that fits", 0, 1, accuracy, func(e stat.Estimate) stat.Verdict { return stat.Above(e, 0) }},
		{fmt.Sprintf("Claim, less search: at most %g less accurate than 2.5 times the steps of RL", accuracyMargin), 0, 4, accuracy, notWorse},
		{"Claim, better cells than RL of equal steps", 0, 3, accuracy, func(e stat.Estimate) stat.Verdict { return stat.Above(e, 0) }},
		{"Predicted, less failure than DARTS on the whole space (a global reward is leave-one-out; the local cost is too pessimistic about keeping an edge, P5.10)", 3, 2, failure, below},
		{"Predicted, less width preference than DARTS on the whole space (one reward for all edges, no reachability factor)", 3, 2, width, below},
	} {
		if err := compare(c.claim, c.a, c.b, c.f, c.judge); err != nil {
			return nil, err
		}
	}
	main.Notes = append(main.Notes,
		"Failure: mean none-probability at the end. Width: mean none-probability of intermediate minus input edges, per node. Memory: the largest of what the search runs at once, from the memory plan of the supernet, without scratch and momenta; Images pass forward and backward.")
	pay := table.Table{
		Name:    "radars-reward",
		Caption: "Who pays: the global reward of REINFORCE against the local cost on the same supernet and passes, over edges and operations sampled at least ten times. Pearson's correlation of the mean advantage R - b with minus the mean cost; mean and 95 % interval over seeds. A positive cost means that the edge raises the loss.",
		Columns: []table.Column{{Header: "Search"}, {Header: "reward and minus cost", Kind: table.KindEstimate},
			{Header: "odd and even steps", Group: "reliability of the", Key: "reliability_reward", Kind: table.KindEstimate}, {Header: "costs, odd and even steps", Group: "reliability of the", Key: "reliability_cost", Kind: table.KindEstimate}},
		Notes: []string{"Predicted: positive, because both estimate what the operation does to the loss; the reliability of rewards bounds it: one scalar is shared by all edges, so that its noise is that of the whole wiring."},
	}
	pay.Columns[2].Header = "rewards, odd and even steps"
	for _, i := range []int{0, 3, 4} {
		pay.Add(table.Text(arms[i].name), mean(of(i, func(r result) float64 { return r.agreement })),
			mean(of(i, func(r result) float64 { return r.reward })), mean(of(i, func(r result) float64 { return r.cost })))
	}
	return []table.Table{main, pay}, nil
}

// accuracyMargin is how much less accurate than a claimed equal a cell may be.
const accuracyMargin = 0.02
