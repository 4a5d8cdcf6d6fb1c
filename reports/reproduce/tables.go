package reproduce

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"edgewise/reports/stat"
	"edgewise/reports/table"
	"edgewise/sim/predict"
)

// signNote stands in the caption of every table that speaks of costs.
const signNote = "A positive cost means that the edge raises the loss and its operation loses probability."

// ids are the runs that a row was made from.
func ids(runs []*Run) []string {
	out := make([]string, len(runs))
	for i, r := range runs {
		out[i] = r.Observed.Manifest.Run
	}
	return out
}

// named is the name of an arm. Of runs that are not of the study a footnote says
// which they are and what made them.
func named(rs []*Run) table.Item {
	a := rs[0].Arm
	if a.Claimed {
		return table.Text(a.Name)
	}
	noun := "run "
	if len(rs) > 1 {
		noun = "runs "
	}
	return table.Noted(table.Text(a.Name), noun+strings.Join(ids(rs), ", ")+": "+rs[0].Observed.Manifest.Source)
}

// once keeps the footnotes of an arm's name at its first row only.
func once(t table.Table) table.Table {
	seen := map[table.Value]bool{}
	for _, r := range t.Rows {
		for j := range r.Cells {
			c := &r.Cells[j]
			if t.Columns[j].Header != "Arm" {
				continue
			}
			if seen[c.Value] {
				c.Notes = nil
			}
			seen[c.Value] = true
		}
	}
	return t
}

// The seeds of the runs of Arms on which the constants of the law rungs and of
// blind were fitted (predict.Calibration).
const (
	firstCalibrated = 101
	lastCalibrated  = 103
)

// Calibrated warns of runs that the constants of the rungs below driven were
// fitted on: what those rungs say of them is no prediction. It is empty where
// there are none.
func Calibrated(runs []Run) string {
	for _, r := range runs {
		if r.Arm.Claimed && r.Seed >= firstCalibrated && r.Seed <= lastCalibrated {
			return fmt.Sprintf("Warning: the constants of law-step, law and blind were fitted on the runs of seeds %d to %d, some of which are here: of those they predict nothing.", firstCalibrated, lastCalibrated)
		}
	}
	return ""
}

// BiasTable is the main table: observed biases with mean and 95 % interval over
// seeds, what each rung and each null predictor says of the same runs, and the
// verdict on what the theory claims.
func BiasTable(runs []Run) table.Table {
	t := table.Table{
		Name:    "biases",
		Caption: "Predicted and observed wiring biases: mean and 95 % confidence interval over seeds. " + signNote,
		Columns: []table.Column{
			{Header: "Bias"}, {Header: "Measure"}, {Header: "Arm"}, {Header: "Cell"},
		},
		Notes: []string{
			"Calibrated constants of law-step, law and blind: " + predict.Calibration + ".",
			"Rungs: replay sees every step's costs, driven the first and second moments of the costs per 100 steps, law-step the loss and entropy of each step and the sampled wiring, law only the curves of loss and entropy, blind the spec alone; nulls see none of the run (same and depth are fitted on the other seeds of the arm; where there is one run only, in hindsight on that run).",
		},
	}
	all := claimsOf(runs)
	judged := slices.ContainsFunc(all, func(c claim) bool { return c.judge != nil })
	if judged {
		t.Columns = append(t.Columns, table.Column{Header: "Claim"})
		t.Notes = append(t.Notes, "Verdict on the claim: the interval of the observed mean lies on the claimed side (agrees), on the other (disagrees), or on both (not enough evidence).")
	}
	if w := Calibrated(runs); w != "" {
		t.Notes = append(t.Notes, w)
	}
	t.Columns = append(t.Columns, table.Column{Header: "Observed", Kind: table.KindEstimate})
	for _, p := range predictors() {
		group, name := "Predicted", p.name
		if !p.shown() {
			continue
		}
		if !p.rung {
			group, name = "Null", p.name[len("null: "):]
		}
		t.Columns = append(t.Columns, table.Column{Header: name, Group: group, Kind: table.KindEstimate})
	}
	if judged {
		t.Columns = append(t.Columns, table.Column{Header: "Verdict", Kind: table.KindVerdict})
	}
	last := ""
	for _, c := range all {
		rs := armRuns(runs, c.arm)
		group := c.bias
		if !rs[0].Arm.Claimed {
			group = c.arm
		}
		if group != last {
			if last != "" {
				t.Rule()
			}
			last = group
		}
		observed, predicted := values(rs, c)
		row := []table.Item{table.Text(c.bias), table.Text(c.measure), named(rs), table.Text(rs[0].Observed.Manifest.Kinds[c.kind])}
		if judged {
			row = append(row, claimText(c))
		}
		row = append(row, table.MeanOf(observed, "no run of this arm has the measure"))
		for k, p := range predictors() {
			if p.shown() {
				row = append(row, table.MeanOf(predicted[k], why(rs, k)))
			}
		}
		if judged {
			row = append(row, verdictOf(c, observed))
		}
		t.AddFrom(ids(rs), row...)
	}
	return once(t)
}

func claimText(c claim) table.Item {
	if c.judge == nil {
		return table.NotApplicable()
	}
	return table.Text(c.text)
}

func verdictOf(c claim, observed []float64) table.Item {
	if c.judge == nil {
		return table.NotApplicable()
	}
	e, err := stat.Mean(observed)
	if err != nil {
		return table.Missing{Reason: err.Error()}
	}
	return table.From(table.Judged(c.judge(e)))
}

// why says why predictor k has no value on some run.
func why(runs []*Run, k int) string {
	for _, r := range runs {
		if err := r.Predicted[k].Err; err != nil {
			return err.Error()
		}
	}
	return "the measure does not exist on the predicted trace"
}

// ScoreTable says how well each predictor follows none-probability over time, per
// arm: R2 pooled over the edges of a run, mean over seeds with its interval and
// the worst seed; the share of edges on which it is right about whether none
// wins; and whether predicted and observed width gaps have one sign.
func ScoreTable(runs []Run) table.Table {
	t := table.Table{
		Name:    "scores",
		Caption: "How well each predictor follows the none-probability of every edge over time.",
		Columns: []table.Column{
			{Header: "Arm"}, {Header: "Predictor"},
			{Header: "R2", Kind: table.KindEstimate},
			{Header: "worst R2", Kind: table.KindNumber, Precision: 3},
			{Header: "RMSE", Kind: table.KindEstimate},
			{Header: "none or not", Kind: table.KindEstimate},
			{Header: "sign of gap", Kind: table.KindEstimate},
			{Header: "claims right"},
		},
		Notes: []string{
			"R2 = 1 - SSE/SST over edges and points of one run, SST about the mean; 0 is a constant in hindsight, negative is worse.",
			"none or not: share of edges on which none wins at the end in both or in neither; sign of gap: share of runs whose predicted width gap has the observed sign; claims right: how often, over runs and claims of the arm, prediction and observation lie on the same side of the claimed bound.",
			fmt.Sprintf("driven uses windows of %d steps; means only drops the second moments and fails under Adam (P5.11).", Window),
			"null: same and null: depth are fitted on the other runs of the arm, or, where there is none, in hindsight on the run itself.",
		},
	}
	last := ""
	for _, a := range armNames(runs) {
		rs := armRuns(runs, a)
		if last != "" {
			t.Rule()
		}
		last = a
		for k, p := range predictors() {
			var r2, rmse, none, sign []float64
			right, claimed := 0, 0
			for _, r := range rs {
				q := r.Predicted[k]
				if q.Err != nil {
					continue
				}
				if q.Score.Pooled.Varies {
					r2 = append(r2, q.Score.Pooled.Value)
				}
				rmse = append(rmse, q.Score.Pooled.RMSE)
				same, n := sides(a, q.Score)
				right, claimed = right+same, claimed+n
				agree, known := 0.0, []float64{} // the kinds of a run are one value: they share its weights
				for _, ks := range q.Score.Kinds {
					agree += ks.NoneAgrees / float64(len(q.Score.Kinds))
					if ks.GapKnown {
						known = append(known, indicator(ks.GapAgrees))
					}
				}
				none = append(none, agree)
				if len(known) > 0 {
					sum := 0.0
					for _, x := range known {
						sum += x
					}
					sign = append(sign, sum/float64(len(known)))
				}
			}
			reason := why(rs, k)
			t.AddFrom(ids(rs), named(rs), table.Text(p.name), table.MeanOf(r2, reason), worst(r2, reason),
				table.MeanOf(rmse, reason), table.MeanOf(none, reason), table.MeanOf(sign, reason), ofClaims(right, claimed))
		}
	}
	return once(t)
}

// ofClaims prints right of claimed, or that the arm has no claims.
func ofClaims(right, claimed int) table.Item {
	if claimed == 0 {
		return table.NotApplicable()
	}
	return table.Text(fmt.Sprintf("%d of %d", right, claimed))
}

func indicator(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func worst(x []float64, reason string) table.Item {
	if len(x) == 0 {
		return table.Missing{Reason: reason}
	}
	lo := math.Inf(1)
	for _, v := range x {
		lo = min(lo, v)
	}
	return table.Number(lo)
}

func armNames(runs []Run) []string {
	var out []string
	for _, r := range runs {
		if len(out) == 0 || out[len(out)-1] != r.Arm.Name {
			out = append(out, r.Arm.Name)
		}
	}
	return out
}
