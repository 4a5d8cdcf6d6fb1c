package reproduce

import (
	"fmt"

	"edgewise/sim/trace"
)

// FromTraces predicts stored traces as Study predicts its own: each is an arm of
// its own, so that the null predictors that are fitted on other runs are fitted
// in hindsight on the trace itself.
func FromTraces(dirs []string) ([]Run, error) {
	var runs []Run
	for _, dir := range dirs {
		t, err := trace.Read(dir)
		if err != nil {
			return nil, err
		}
		if t.Manifest.Origin != trace.Observed {
			return nil, fmt.Errorf("%s holds a prediction: compare takes observed traces", dir)
		}
		runs = append(runs, Run{Arm: Arm{Name: dir, Setting: t.Manifest.Source}, Folder: dir, Observed: t})
	}
	for i := range runs {
		runs[i].predict(runs)
	}
	return runs, nil
}
