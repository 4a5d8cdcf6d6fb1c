package foreign

import (
	"errors"
	"strings"
	"testing"

	"edgewise/sim/predict"
)

// Each way of falling short names what the numbers speak against; what holds is not
// talked about.
func TestShortcomingsNameTheAssumption(t *testing.T) {
	law := func(order, level float64, predicted, observed Spread) Row {
		return Row{Trace: "a log", Kind: "normal", Predictor: predict.RungLaw, Spearman: order, NoneOrNot: level, Predicted: predicted, Observed: observed, Until: 7}
	}
	for name, c := range map[string]struct {
		rows []Row
		want []string // parts of the one note; none: no note
	}{
		"all well":       {[]Row{law(.9, .95, Spread{.3, .1}, Spread{.3, .1})}, nil},
		"a null":         {[]Row{{Trace: "a log", Kind: "normal", Predictor: "null: uniform"}}, nil},
		"too weak":       {[]Row{law(.85, .7, Spread{.3, .05}, Spread{.5, .2})}, []string{"order 0.85", "70 %", "0.50 and 0.30 is predicted, within 0.02 until epoch 7", "as none grows", "4.0 times as strong"}},
		"too strong":     {[]Row{law(.85, .7, Spread{.5, .2}, Spread{.3, .05})}, []string{"the drift of none is weaker", "0.2 of its strength"}},
		"order":          {[]Row{law(.5, .95, Spread{.3, .1}, Spread{.3, .1})}, []string{"edges with one source do not stay together"}},
		"argmax":         {[]Row{law(.9, .5, Spread{.3, .1}, Spread{.3, .1})}, []string{"which operation of an edge is best decides"}},
		"start stays":    {[]Row{law(.97, 1, Spread{.13, .001}, Spread{.13, .001}), {Trace: "a log", Kind: "normal", Predictor: "null: start held", Spearman: .96}}, []string{"order of its start stays", "0.96"}},
		"not applicable": {[]Row{{Trace: "a log", Kind: "normal", Predictor: predict.RungLaw, Err: errors.New("rung law is not possible on this trace: no cross-entropies")}, {Trace: "a log", Kind: "reduce", Predictor: predict.RungLaw, Err: errors.New("rung law is not possible on this trace: no cross-entropies")}}, []string{"a log: no law: no cross-entropies"}},
	} {
		notes := shortcomings(c.rows)
		if len(c.want) == 0 && len(notes) > 0 || len(c.want) > 0 && len(notes) != 1 {
			t.Errorf("%s: %q", name, notes)
			continue
		}
		for _, w := range c.want {
			if !strings.Contains(notes[0], w) {
				t.Errorf("%s: %q is not in %q", name, w, notes[0])
			}
		}
	}
}
