package predict

import (
	"fmt"
	"math"

	"edgewise/sim/trace"
)

// entropyWindow is the number of steps over which losses are averaged before an
// entropy is inferred, about an epoch of the runs of Calibration.
const entropyWindow = 50

// FitEntropy calibrates the entropy model on bi-level runs that record entropies:
// Offset is the mean of H_train - L_train, Slope the least-squares one of H_search -
// H_train on a_train - a_search, both over windows of about an epoch. Error is left
// as it is: Misfit on runs that were not fitted gives it.
func FitEntropy(runs []*trace.Trace) (EntropyModel, error) {
	m := entropyModel
	n, offset, xy, xx := 0.0, 0.0, 0.0, 0.0
	for _, t := range runs {
		for _, p := range t.Coarsen(entropyWindow).Points {
			if !recorded(p.Train) || !recorded(p.Search) {
				continue
			}
			x := p.Train.Accuracy() - p.Search.Accuracy()
			n, offset = n+1, offset-p.Train.Gap()
			xy, xx = xy+x*(p.Search.Entropy-p.Train.Entropy), xx+x*x
		}
	}
	if n == 0 || xx == 0 {
		return m, fmt.Errorf("fitting the entropy model: no window has losses, entropies and accuracies of the train and the search split")
	}
	m.Offset, m.Slope = offset/n, xy/xx
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
		_, h := m.Infer(p.Train.Loss, p.Train.Accuracy(), p.Search.Accuracy(), k)
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
