package ablation

// Prediction is what the theory says about an arm, from its spec alone, or why it
// says nothing.
type Prediction struct {
	Outcome Outcome
	Err     error
}

// Predictions holds the predictions of a grid: of bases under the arm "".
type Predictions map[[2]string]Prediction

// Predict predicts every base and arm of the grid in the world w, jobs at a time.
// Nothing of any run is read.
func (g Grid) Predict(w World, jobs int) Predictions {
	g.Seeds = 1
	all := g.Jobs()
	list := Unique(all)
	found := make([]Prediction, len(list))
	Each(len(list), jobs, func(i int) {
		t, err := w.Predict(list[i].Spec)
		if err == nil {
			found[i].Outcome, err = Measure(t)
		}
		found[i].Err = err
	})
	out := Predictions{}
	for _, j := range all {
		for i, u := range list {
			if u.ID() == j.ID() {
				out[[2]string{j.Base, j.Arm}] = found[i]
			}
		}
	}
	return out
}
