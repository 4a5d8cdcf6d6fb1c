package foreign

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"edgewise/sim/predict"
)

// What is called order and level: rank correlation of final none-probabilities, share of
// edges on which none wins in both or in neither.
const (
	goodOrder = 0.8
	goodLevel = 0.9
)

// shortcomings says, for every trace and kind of cell on which the law misses order or
// level, by how much and which of its assumptions the numbers speak against.
func shortcomings(rows []Row) (out []string) {
	for _, r := range rows {
		if r.Predictor != predict.RungLaw {
			continue
		}
		if r.Err != nil {
			text := fmt.Sprintf("%s: no law: %s", r.Trace, strings.TrimPrefix(r.Err.Error(), "rung law is not possible on this trace: "))
			if !slices.Contains(out, text) { // it is that of all kinds
				out = append(out, text)
			}
			continue
		}
		if start := of(rows, r, "null: start held"); start != nil && start.Spearman >= goodOrder && start.Spearman >= r.Spearman-0.05 {
			out = append(out, fmt.Sprintf("%s, %s cells: alpha moved so little that the order of its start stays (rank correlation %.2f of the first with the last point): the law earns its level there, not its order", r.Trace, r.Kind, start.Spearman))
			continue
		}
		if r.Spearman >= goodOrder && r.NoneOrNot >= goodLevel {
			continue
		}
		out = append(out, fmt.Sprintf("%s, %s cells: the law has order %.2f and none or not on %.0f %% of edges. None stands at %.2f and %.2f is predicted, within %.2f until epoch %.0f; edges lie %.3f apart (standard deviation) and %.3f is predicted: %s",
			r.Trace, r.Kind, r.Spearman, 100*r.NoneOrNot, r.Observed.Mean, r.Predicted.Mean, meanError, r.Until, r.Observed.SD, r.Predicted.SD, strings.Join(assumptions(r), "; ")))
	}
	return out
}

// of is the row of another predictor of the same trace and kind; nil without one.
func of(rows []Row, r Row, predictor string) *Row {
	for i := range rows {
		if x := &rows[i]; x.Trace == r.Trace && x.Kind == r.Kind && x.Predictor == predictor && x.Err == nil {
			return x
		}
	}
	return nil
}

// assumptions are those that the numbers of a row speak against.
func assumptions(r Row) (out []string) {
	apart := r.Observed.SD / r.Predicted.SD
	if r.Kind == "reduce" && math.Abs(r.Observed.Mean-r.Predicted.Mean) > 0.02 {
		out = append(out, "costs of cells that are not the last sum to zero edge by edge only on average (P4.6), and their sum moves the mean")
	} else if r.Observed.Mean > r.Predicted.Mean+0.05 {
		out = append(out, "as none grows its drift grows faster than the noise of the operations' costs, in units of their share as on our own stacks, lets it (P5.11)")
	} else if r.Observed.Mean < r.Predicted.Mean-0.05 {
		out = append(out, "the drift of none is weaker, or its noise larger, than on our own stacks (P5.11)")
	}
	switch {
	case apart > 1.5:
		out = append(out, fmt.Sprintf("the tournament (P4.7) is %.1f times as strong as on our own stacks", apart))
	case apart < 1/1.5:
		out = append(out, fmt.Sprintf("the tournament (P4.7) has %.1f of its strength on our own stacks", apart))
	}
	if r.Spearman < goodOrder {
		out = append(out, "edges with one source do not stay together: the law orders them by source alone, the target counts too, and which operations an edge has is not predicted")
	}
	if len(out) == 0 {
		out = append(out, "mean and spread are right, and which operation of an edge is best decides")
	}
	return out
}
