package predict

import (
	"fmt"
	"math"

	"edgewise/sim/trace"

	"gonum.org/v1/gonum/mat"
)

// entropyWindow is the number of steps over which losses are averaged before an
// entropy is inferred, about an epoch of the runs of Calibration.
const entropyWindow = 50

// FitEntropy calibrates the entropy model on bi-level runs that record entropies: least
// squares of L - H of both splits over windows of about an epoch. Error is left as it
// is: Misfit on runs that were not fitted gives it.
func FitEntropy(runs []*trace.Trace) (EntropyModel, error) {
	m := entropyModel
	var x, y []float64
	for _, t := range runs {
		for _, p := range t.Coarsen(entropyWindow).Points {
			if !recorded(p.Train) || !recorded(p.Search) {
				continue
			}
			r, d := rateShare(&p, t.Manifest.Spec), p.Search.Loss-p.Train.Loss
			x, y = append(x, r, d, 0, r, 0, -d), append(y, p.Search.Gap(), p.Train.Gap())
		}
	}
	if len(y) < 4 {
		return m, fmt.Errorf("fitting the entropy model: fewer than two windows have losses and entropies of the train and the search split")
	}
	var c mat.Dense
	if err := c.Solve(mat.NewDense(len(y), 3, x), mat.NewDense(len(y), 1, y)); err != nil {
		return m, fmt.Errorf("fitting the entropy model: %w", err)
	}
	m.Fresh, m.Held, m.Train = c.At(0, 0), c.At(1, 0), c.At(2, 0)
	return m, nil
}

// Misfit is the mean and the root mean square of inferred minus recorded entropy
// of the search split over the windows of a run, and their number.
func (m EntropyModel) Misfit(t *trace.Trace) (mean, rms float64, windows int) {
	k := classesOf(&t.Manifest)
	for _, p := range t.Coarsen(entropyWindow).Points {
		if !recorded(p.Train) || !recorded(p.Search) {
			continue
		}
		_, h := m.Infer(p.Train.Loss, p.Search.Loss, rateShare(&p, t.Manifest.Spec), k)
		d := h - p.Search.Entropy
		mean, rms, windows = mean+d, rms+d*d, windows+1
	}
	if windows > 0 {
		mean, rms = mean/float64(windows), math.Sqrt(rms/float64(windows))
	}
	return mean, rms, windows
}

func recorded(s *trace.Split) bool {
	return s != nil && s.N > 0 && !math.IsNaN(s.Loss) && !math.IsNaN(s.Entropy)
}
