package ablation

import (
	"bytes"
	"strings"
	"testing"

	"edgewise/reports/stat"
	"edgewise/reports/table"
	runner "edgewise/sim/ablation"
	"edgewise/theory/bias"
)

// shownAs is the table as CSV, a line per row.
func shownAs(t *testing.T, x table.Table) string {
	t.Helper()
	var b bytes.Buffer
	if err := x.CSV(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func row(text, begins string) string {
	for _, l := range strings.Split(text, "\n") {
		if strings.HasPrefix(l, begins) {
			return l
		}
	}
	return ""
}

// Calibrated costs that drop (2,3) and no edge from an input: the statement is
// refuted, the surprise is named, and its condition was tested.
func TestSurprisesNameTheirCondition(t *testing.T) {
	s := made(t, 5, func(base, arm string, seed uint64) (runner.Outcome, error) {
		small := 0.002 * float64(seed%2)
		switch {
		case arm == "calibrated" && base == dropping:
			o := outcome(.4+small, .2, .3)
			o.InputRise = bias.Value{X: .02 + small, Known: true}
			return o, nil
		case arm == "shapley":
			return outcome(.1, .3+small, .2+small), nil
		}
		return outcome(.5+small, .2+small, .3+small), nil
	})
	effects, err := s.Effects()
	if err != nil {
		t.Fatal(err)
	}
	x := s.SurpriseTable(effects)
	line := ""
	for _, l := range strings.Split(shownAs(t, x), "\n") {
		if strings.Contains(l, "calibrated costs: no O1:") {
			line = l
		}
	}
	for _, want := range []string{"P7.11", "exclusion of (2,3)", "no edge from an input rises", "n = 5", "confirmed"} {
		if !strings.Contains(line, want) {
			t.Errorf("the surprise does not say %q: %s", want, line)
		}
	}
	v := shownAs(t, s.VerdictTable())
	if l := row(v, "P7.11,"); !strings.Contains(l, "refuted in part") || !strings.Contains(l, "calibrated costs: no O1 (growth)") {
		t.Errorf("P7.11: %s", l)
	}
	if l := row(v, "P7.5,"); !strings.Contains(l, ",3,2,0,1,confirmed in part") {
		t.Errorf("P7.5: %s", l)
	}
	for _, j := range s.judge() {
		if j.text == "calibrated costs: no O1" && (j.verdict != stat.Disagrees || j.silent != nil || j.predict != .1) {
			t.Errorf("%+v", j)
		}
		if j.text == "none falls by the spread of the others" && j.why == "" {
			t.Errorf("a measure that no outcome has is observed: %+v", j)
		}
	}
	// every test that a claim names is a claim
	names := map[string]bool{}
	for _, c := range claims() {
		names[c.text] = true
	}
	for _, c := range claims() {
		if c.tests != "" && !names[c.tests] {
			t.Errorf("%s is tested by %q, which is no claim", c.text, c.tests)
		}
	}
}
