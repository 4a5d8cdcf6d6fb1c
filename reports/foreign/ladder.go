package foreign

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"edgewise/reports/stat"
	"edgewise/reports/table"
	"edgewise/sim/predict"
	"edgewise/sim/trace"
)

// window is the number of steps of a window of the driven and law rungs; a point
// of an imported log is an epoch, which is longer and kept whole.
const window = 100

// A guess is one predictor of a trace of which nothing is fitted, except by the
// null predictors, which see in hindsight what they are to predict.
type guess struct {
	name string
	make func(t *trace.Trace) (*trace.Trace, error)
}

func guesses() []guess {
	return []guess{
		{predict.RungReplay, func(t *trace.Trace) (*trace.Trace, error) {
			p, _, err := predict.Replay(t)
			return p, err
		}},
		{predict.RungDriven, func(t *trace.Trace) (*trace.Trace, error) {
			return predict.Driven(t, window, predict.DrivenOptions{})
		}},
		{predict.RungLaw, func(t *trace.Trace) (*trace.Trace, error) {
			return predict.LawCurves(t, window, predict.LawFor(t.Manifest.Spec))
		}},
		{predict.RungBlind, blind},
		{"null: uniform", predict.Uniform},
		{"null: start held", predict.Start},
		{"null: same, in hindsight", func(t *trace.Trace) (*trace.Trace, error) { return predict.Same(t) }},
		{"null: depth, in hindsight", func(t *trace.Trace) (*trace.Trace, error) { return predict.Depth(t) }},
	}
}

// blind predicts from the spec; columns of operations that Edgewise cannot build
// get their own names back.
func blind(t *trace.Trace) (*trace.Trace, error) {
	s := t.Manifest.Spec
	if s == nil {
		return nil, &predict.MissingError{Rung: predict.RungBlind, What: "its manifest has no spec", Hint: "the log does not say what was searched"}
	}
	every := window
	if len(t.Points) > 0 && t.Points[0].Steps > every {
		every = t.Points[0].Steps
	}
	p, err := predict.Blind(*s, every, predict.CalibratedLearning(), predict.LawFor(s))
	if err == nil && len(p.Manifest.Ops) == len(t.Manifest.Ops) {
		p.Manifest.Ops = t.Manifest.Ops
	}
	return p, err
}

// Row is how one predictor fares on the cells of one kind of one trace.
type Row struct {
	Trace, Kind, Predictor  string
	R2, Spearman, NoneOrNot float64 // NaN where they do not exist
	Predicted, Observed     Spread  // of the final none-probabilities over edges
	Until                   float64 // epoch until which the mean none-probability is predicted within meanError
	Err                     error   // why there is no prediction
}

// meanError is what a mean none-probability may be off by.
const meanError = 0.02

// heldUntil is the epoch of the last point up to which the mean none-probability of a
// kind is predicted within meanError.
func heldUntil(p, t *trace.Trace, kind int) float64 {
	last := 0.0
	for i := range t.Points {
		j := slices.IndexFunc(p.Points, func(q trace.Point) bool { return q.Step == t.Points[i].Step })
		if j < 0 {
			continue
		}
		if !(math.Abs(meanNone(t, i, kind)-meanNone(p, j, kind)) <= meanError) {
			break
		}
		last = t.Points[i].Epoch
	}
	return last
}

func meanNone(t *trace.Trace, i, kind int) float64 {
	sum, none := 0.0, t.Manifest.None()
	for _, row := range t.Points[i].Prob[kind] {
		sum += row[none] / float64(len(t.Points[i].Prob[kind]))
	}
	return sum
}

// Spread is the mean of numbers and their standard deviation.
type Spread struct{ Mean, SD float64 }

// spreadOf is that of the none-probabilities of a kind at the last step that two traces
// share, as the first of them has them.
func spreadOf(t, other *trace.Trace, kind int) Spread {
	none := t.Manifest.None()
	for i := len(t.Points) - 1; i >= 0 && none >= 0; i-- {
		if !slices.ContainsFunc(other.Points, func(p trace.Point) bool { return p.Step == t.Points[i].Step }) {
			continue
		}
		s, n := Spread{Mean: meanNone(t, i, kind)}, float64(len(t.Points[i].Prob[kind]))
		for _, row := range t.Points[i].Prob[kind] {
			s.SD += (row[none] - s.Mean) * (row[none] - s.Mean) / n
		}
		s.SD = math.Sqrt(s.SD)
		return s
	}
	return Spread{math.NaN(), math.NaN()}
}

// Ladder predicts a trace at every rung that its content allows, and by the null
// predictors, and scores the final state kind by kind: Spearman over edges of
// predicted with observed none-probability, the share of edges on which none wins
// in both or in neither, R2 of none-probability over edges and points.
func Ladder(t *trace.Trace) []Row {
	var out []Row
	for _, g := range guesses() {
		p, err := g.make(t)
		var s predict.Score
		if err == nil {
			s, err = predict.Compare(p, t)
		}
		for k, kind := range t.Manifest.Kinds {
			r := Row{Trace: t.Manifest.Name, Kind: kind, Predictor: g.name, R2: math.NaN(), Spearman: math.NaN(), NoneOrNot: math.NaN(), Err: err}
			if err == nil {
				r.NoneOrNot = s.Kinds[k].NoneAgrees
				r.Until = heldUntil(p, t, k)
				r.Predicted, r.Observed = spreadOf(p, t, k), spreadOf(t, p, k)
				if s.Kinds[k].R2.Varies {
					r.R2 = s.Kinds[k].R2.Value
				}
				if s.Kinds[k].Spearman.Known {
					r.Spearman = s.Kinds[k].Spearman.X
				}
			}
			out = append(out, r)
		}
	}
	return out
}

// LadderTable shows the rows of all traces, and their mean over traces per kind and
// predictor with a 95 % interval: a trace counts once for each kind, never a kind
// as another trace.
func LadderTable(ts []*trace.Trace, rows []Row) *table.Table {
	t := &table.Table{
		Name: "imported-scores",
		Caption: "Predictions of imported runs, kind by kind. Nothing is fitted on a trace that is scored, except by the null predictors marked as hindsight, " +
			"which see the trace itself. Spearman: predicted with observed final none-probability over edges.",
		Columns: []table.Column{
			{Header: "Trace"}, {Header: "Cell"}, {Header: "Predictor"},
			{Header: "Spearman", Kind: table.KindEstimate}, {Header: "none or not, %", Kind: table.KindEstimate}, {Header: "R2", Kind: table.KindEstimate},
		},
		Notes: []string{"none or not: share of edges on which none wins at the end in both or in neither; a predictor that treats all edges alike has no rank correlation"},
	}
	for _, tr := range ts {
		t.Runs = append(t.Runs, tr.Manifest.Run)
	}
	for i, r := range rows {
		if i > 0 && rows[i-1].Trace != r.Trace {
			t.Rule()
		}
		if r.Err != nil {
			continue
		}
		t.Add(table.Text(r.Trace), table.Text(r.Kind), table.Text(r.Predictor), single(r.Spearman), single(100*r.NoneOrNot), single(r.R2))
	}
	t.Notes = append(t.Notes, shortcomings(rows)...)
	if len(ts) < 2 {
		return t
	}
	t.Rule()
	for _, kind := range kinds(rows) {
		for _, g := range guesses() {
			var sp, no, r2 []float64
			for _, r := range rows {
				if r.Kind == kind && r.Predictor == g.name && r.Err == nil {
					sp, no, r2 = add(sp, r.Spearman), add(no, 100*r.NoneOrNot), add(r2, r.R2)
				}
			}
			if len(no) > 1 {
				t.Add(table.Text(fmt.Sprintf("mean of %d traces", len(no))), table.Text(kind), table.Text(g.name), several(sp), several(no), several(r2))
			}
		}
	}
	return t
}

func kinds(rows []Row) (out []string) {
	seen := map[string]bool{}
	for _, r := range rows {
		if !seen[r.Kind] {
			out, seen[r.Kind] = append(out, r.Kind), true
		}
	}
	return out
}

func add(x []float64, v float64) []float64 {
	if math.IsNaN(v) {
		return x
	}
	return append(x, v)
}

func single(v float64) table.Item {
	if math.IsNaN(v) {
		return table.NotApplicable()
	}
	return table.Estimate{Mean: v, Lo: math.NaN(), Hi: math.NaN(), N: 1}
}

func several(x []float64) table.Item {
	if len(x) < 2 {
		return table.NotApplicable()
	}
	e, err := stat.Mean(x)
	if err != nil {
		return table.Missing{Reason: err.Error()}
	}
	return table.Estimate{Mean: e.Value, Lo: e.Low, Hi: e.High, N: e.N}
}

// Explain says in lines of text which rung a trace's content allows, what the
// higher ones lack, and which corrections of the closed form the prediction uses.
func Explain(t *trace.Trace) []string {
	var out, not []string
	best := ""
	for _, r := range predict.Rungs(t) {
		switch {
		case r.OK && best == "":
			best = r.Rung
		case !r.OK && best == "":
			what := strings.TrimPrefix(r.Err.Error(), fmt.Sprintf("rung %s is not possible on this trace: ", r.Rung))
			not = append(not, fmt.Sprintf("not %s: %s", r.Rung, what))
		}
	}
	if best == "" {
		return append([]string{t.Manifest.Name + ": no rung is possible"}, not...)
	}
	out = append([]string{fmt.Sprintf("%s: rung %s", t.Manifest.Name, best)}, not...)
	for _, c := range predict.Corrections(t) {
		out = append(out, "correction: "+c)
	}
	return out
}
