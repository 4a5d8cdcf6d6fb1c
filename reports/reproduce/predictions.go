package reproduce

import (
	"strings"

	"edgewise/sim/check"
	"edgewise/sim/predict"
	"edgewise/sim/trace"
)

// Window is the number of steps of a window of the driven rung.
const Window = 100

// A predictor is one column of the tables. others are the runs of the same arm
// under other seeds, on which a null predictor may be fitted; nothing is ever
// fitted on the run that is predicted.
type predictor struct {
	name string
	rung bool // a rung of the ladder, as opposed to a variant or a null predictor
	make func(t *trace.Trace, others []*trace.Trace) (*trace.Trace, error)
}

// shown says whether the main table has a column for it; variants stand in the
// table of scores only.
func (p predictor) shown() bool { return p.rung || strings.HasPrefix(p.name, "null: ") }

func predictors() []predictor {
	return []predictor{
		{"replay", true, func(t *trace.Trace, _ []*trace.Trace) (*trace.Trace, error) {
			p, _, err := predict.Replay(t)
			return p, err
		}},
		{"driven", true, func(t *trace.Trace, _ []*trace.Trace) (*trace.Trace, error) {
			return predict.Driven(t, Window, predict.DrivenOptions{})
		}},
		{"driven, means only", false, func(t *trace.Trace, _ []*trace.Trace) (*trace.Trace, error) {
			return predict.Driven(t, Window, predict.DrivenOptions{MeansOnly: true})
		}},
		{"law-step", true, func(t *trace.Trace, _ []*trace.Trace) (*trace.Trace, error) {
			return predict.LawStep(t, predict.LawFor(t.Manifest.Spec))
		}},
		{"law-step, equal shares", false, func(t *trace.Trace, _ []*trace.Trace) (*trace.Trace, error) {
			return predict.LawStep(t, predict.Laws()[0])
		}},
		{"law", true, func(t *trace.Trace, _ []*trace.Trace) (*trace.Trace, error) {
			return predict.LawCurves(t, Window, predict.LawFor(t.Manifest.Spec))
		}},
		{"blind", true, func(t *trace.Trace, _ []*trace.Trace) (*trace.Trace, error) {
			if t.Manifest.Spec == nil {
				return nil, &predict.MissingError{Rung: predict.RungBlind, What: "spec", Hint: "the log does not say what was searched"}
			}
			return predict.Blind(*t.Manifest.Spec, Window, predict.CalibratedLearning(), predict.LawFor(t.Manifest.Spec))
		}},
		{"null: uniform", false, func(t *trace.Trace, _ []*trace.Trace) (*trace.Trace, error) {
			return predict.Uniform(t)
		}},
		{"null: same", false, func(t *trace.Trace, others []*trace.Trace) (*trace.Trace, error) {
			return predict.Same(t, others...)
		}},
		{"null: depth", false, func(t *trace.Trace, others []*trace.Trace) (*trace.Trace, error) {
			return predict.Depth(t, others...)
		}},
	}
}

// predict fills in what every predictor says about the run.
func (r *Run) predict(all []Run) {
	var others []*trace.Trace
	for i := range all {
		if all[i].Arm.Name == r.Arm.Name && all[i].Seed != r.Seed {
			others = append(others, all[i].Observed)
		}
	}
	_, r.Replay, _ = predict.Replay(r.Observed) // an error stands in the prediction of that name
	r.Laws = check.Trace(r.Observed)
	for _, p := range predictors() {
		out := Prediction{Name: p.name}
		if out.Trace, out.Err = p.make(r.Observed, others); out.Err == nil {
			out.Score, out.Err = predict.Compare(out.Trace, r.Observed)
		}
		r.Predicted = append(r.Predicted, out)
	}
}
