package ablation

import (
	"fmt"
	"strings"

	"edgewise/reports/stat"
	"edgewise/reports/table"
	runner "edgewise/sim/ablation"
)

// judged is a claim with what was observed of it.
type judged struct {
	claim
	observed stat.Estimate
	runs     []string
	why      string // why there is no estimate
	verdict  stat.Verdict
	predict  float64
	silent   error // why the theory has no number
}

// judge goes through the claims whose arms the grid has.
func (s *Study) judge() []judged {
	var out []judged
	for _, c := range claims() {
		if !s.has(c) {
			continue
		}
		j := judged{claim: c, verdict: stat.NotEnough}
		j.predict, j.silent = s.foretold(c)
		var x []float64
		x, j.runs, j.why = s.values(c.base, c.arms, c.value)
		e, err := stat.Mean(x)
		switch {
		case len(x) == 0:
		case err != nil:
			j.why = err.Error()
		default:
			j.observed, j.why = e, ""
			j.verdict = c.judge(e)
		}
		out = append(out, j)
	}
	return out
}

// foretold is the number of a claim in the predicted outcomes.
func (s *Study) foretold(c claim) (float64, error) {
	var o []runner.Outcome
	for _, a := range c.arms {
		p, ok := s.Predictions[[2]string{c.base, a}]
		if !ok {
			return 0, fmt.Errorf("no prediction was made")
		}
		if p.Err != nil {
			return 0, p.Err
		}
		o = append(o, p.Outcome)
	}
	return c.value(o)
}

// ClaimTable goes through the statements of P7, one by one.
func (s *Study) ClaimTable() table.Table {
	t := table.Table{
		Name:    "statements",
		Caption: "Statements about interventions, one by one: what is measured and its bound, the number that the theory of the arm gives, the observed mean with its 95 % interval over seeds. " + sign,
		Columns: []table.Column{{Header: "Source"}, {Header: "Statement"}, {Header: "Base"}, {Header: "Measured"},
			{Header: "Predicted", Kind: table.KindNumber, Precision: 2}, {Header: "Observed", Kind: table.KindEstimate}, {Header: "n", Kind: table.KindInteger}, {Header: "Verdict", Kind: table.KindVerdict}},
		Notes: []string{"agrees: the interval lies within the bound, the statement is confirmed; disagrees: outside, it is refuted; otherwise there is not enough evidence."},
	}
	for _, j := range s.judge() {
		row := []table.Item{table.Text(j.source), table.Text(j.text), table.Text(j.base), table.Text(j.says), number(j.predict, j.silent)}
		if j.why != "" {
			t.AddFrom(j.runs, append(row, table.Missing{Reason: j.why}, table.Integer(0), table.NotApplicable())...)
			continue
		}
		t.AddFrom(j.runs, append(row, estimate(j.observed), table.Integer(j.observed.N), verdict(j.verdict))...)
	}
	return t
}

func number(x float64, err error) table.Item {
	if err != nil {
		return table.Missing{Reason: err.Error()}
	}
	return table.Number(x)
}

// VerdictTable sums the statements up by their number in P7.
func (s *Study) VerdictTable() table.Table {
	t := table.Table{
		Name:    "verdicts",
		Caption: "The statements of P7, summed up: confirmed when all of their claims are, refuted when one is.",
		Columns: []table.Column{{Header: "Source"}, {Header: "Claims", Kind: table.KindInteger}, {Header: "confirmed", Kind: table.KindInteger}, {Header: "refuted", Kind: table.KindInteger},
			{Header: "open", Kind: table.KindInteger}, {Header: "Verdict"}, {Header: "Refuted"}},
	}
	type tally struct {
		n       map[stat.Verdict]int
		all     int
		refuted []string
	}
	var order []string
	sums := map[string]*tally{}
	for _, j := range s.judge() {
		if sums[j.source] == nil {
			order = append(order, j.source)
			sums[j.source] = &tally{n: map[stat.Verdict]int{}}
		}
		c := sums[j.source]
		c.all++
		c.n[j.verdict]++
		if j.verdict == stat.Disagrees {
			c.refuted = append(c.refuted, j.text+" ("+j.base+")")
		}
	}
	for _, source := range order {
		c := sums[source]
		word := "not enough evidence"
		switch {
		case c.n[stat.Disagrees] > 0 && c.n[stat.Agrees] > 0:
			word = "refuted in part"
		case c.n[stat.Disagrees] > 0:
			word = "refuted"
		case c.n[stat.Agrees] == c.all:
			word = "confirmed"
		case c.n[stat.Agrees] > 0:
			word = "confirmed in part"
		}
		t.Add(table.Text(source), table.Integer(c.all), table.Integer(c.n[stat.Agrees]), table.Integer(c.n[stat.Disagrees]), table.Integer(c.n[stat.NotEnough]),
			table.Text(word), table.Text(strings.Join(c.refuted, "; ")))
	}
	return t
}

// SurpriseTable names what came out against the prediction, and which condition of
// the statement is in doubt, with the test of that condition.
func (s *Study) SurpriseTable(effects []Effect) table.Table {
	t := table.Table{
		Name:    "surprises",
		Caption: "What came out otherwise than predicted, and why as far as the runs say.",
		Columns: []table.Column{{Header: "Source"}, {Header: "Predicted"}, {Header: "Base"}, {Header: "Observed", Kind: table.KindEstimate}, {Header: "Why"}},
	}
	all := s.judge()
	for _, j := range all {
		if j.verdict != stat.Disagrees {
			continue
		}
		why := j.because
		for _, c := range all {
			if j.tests != "" && c.text == j.tests {
				why += fmt.Sprintf("; test: %s: %s = %s, %s", c.text, c.says, written(c), word(c.verdict))
			}
		}
		if why == "" {
			why = "no condition of the statement was tested"
		}
		t.AddFrom(j.runs, table.Text(j.source), table.Text(j.text+": "+j.says), table.Text(j.base), estimate(j.observed), table.Text(why))
	}
	for _, e := range effects {
		if e.Err == nil && e.Silent == nil && e.Tested && e.Verdict() == stat.Disagrees && e.Holm < 0.05 {
			t.AddFrom(e.Runs, table.Text(e.Arm.Claim), table.Text(fmt.Sprintf("%s: change of %s of %.2f", e.Arm.Name, e.Measure, e.Predicted)), table.Text(e.Arm.Base), estimate(e.Observed),
				table.Text(fmt.Sprintf("the world of voters has it otherwise; p = %.2g after Holm, d = %.1f", e.Holm, e.Size)))
		}
	}
	return t
}

func written(j judged) string {
	if j.why != "" {
		return "not observed"
	}
	return fmt.Sprintf("%.2f ± %.2f (n = %d)", j.observed.Value, j.observed.Half(), j.observed.N)
}

func word(v stat.Verdict) string {
	switch v {
	case stat.Agrees:
		return "confirmed"
	case stat.Disagrees:
		return "refuted"
	}
	return "not enough evidence"
}

// has says whether the grid has the arms of a claim.
func (s *Study) has(c claim) bool {
	for _, a := range c.arms {
		if _, ok := s.results[key{c.base, a, s.Grid.First}]; !ok {
			return false
		}
	}
	return true
}
