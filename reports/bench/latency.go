package bench

import (
	"fmt"

	"edgewise/reports/table"
	"edgewise/sim/latency"
)

// Latencies says how well latencies of unseen wirings are predicted, by the number of
// measured ones: the last fifth of the table is held out.
func Latencies(t *latency.Table) table.Table {
	out := table.Table{
		Name:    "latency",
		Caption: "Latency of cells predicted from their encoding, on held-out wirings.",
		Columns: []table.Column{{Header: "Samples", Kind: table.KindInteger}, {Header: "held out", Kind: table.KindInteger},
			{Header: "regressor", Group: "mean relative error", Unit: "%", Kind: table.KindNumber, Precision: 2},
			{Header: "least squares", Group: "mean relative error", Unit: "%", Kind: table.KindNumber, Precision: 2},
			{Header: "mean", Group: "mean relative error", Unit: "%", Kind: table.KindNumber, Precision: 2},
			{Header: "regressor, largest", Unit: "%", Kind: table.KindNumber, Precision: 1}},
		Notes: []string{t.Setting + fmt.Sprintf("; %d wirings, mean %.3f ms.", len(t.Wirings), t.Mean()),
			"least squares: one time per operation and edge; mean: the samples' mean for every wiring."},
	}
	held := len(t.Wirings) / 5
	var sizes []int
	for n := 25; n < len(t.Wirings)-held; n *= 2 {
		sizes = append(sizes, n)
	}
	for _, s := range latency.Learn(t, append(sizes, len(t.Wirings)-held), held) {
		out.Add(table.Integer(s.Samples), table.Integer(s.HeldOut), table.Number(100*s.Relative), table.Number(100*s.Additive), table.Number(100*s.Mean), table.Number(100*s.Worst))
	}
	out.Notes = append(out.Notes, fmt.Sprintf("Between the corners of the simplex, where nothing was measured, the regressor is off by %.2f %% of its own mean over sampled wirings.", 100*latency.Train(t).Interior(20, 500)))
	return out
}
