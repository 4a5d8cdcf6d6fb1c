package method

import (
	"errors"

	"edgewise/sim/ablation"
)

// Predict asks the mean field of the voters' world about every method, from its spec
// alone, jobs at a time; what it does not cover has an error that says why.
func (p Plan) Predict(w ablation.World, jobs int) map[string]ablation.Prediction {
	found := make([]ablation.Prediction, len(p.Methods))
	ablation.Each(len(found), jobs, func(i int) {
		if p.Methods[i].drawn {
			found[i].Err = errors.New("random search moves no probabilities")
			return
		}
		t, err := w.Predict(p.Methods[i].Spec)
		if err == nil {
			found[i].Outcome, err = ablation.Measure(t)
		}
		found[i].Err = err
	})
	out := map[string]ablation.Prediction{}
	for i, m := range p.Methods {
		out[m.Name] = found[i]
	}
	return out
}
