package predict

import (
	"fmt"
	"math"
	"strings"

	"edgewise/sim/trace"
)

// EntropyModel infers the mean entropy H of the predictions from losses L and
// accuracies a, for logs that print no entropy:
//
//	H_train = L_train + Offset                     the head is near stationary (P2.1, P2.7)
//	H_held  = H_train + Slope (a_train - a_held)   the same net is a little less sure of images that it gets wrong
//
// clamped to [0, log K]. Error is the root mean square of H_held (model) - H_held
// (recorded) over windows of runs that were not fitted. Both constants belong to
// stacks of soft cells in which theta has many steps per step of its schedule: in
// one cell with few images theta's norm still grows, L - H of the training images
// is negative by .1 to .4 (P2.6), and the model's entropy is too low by as much.
type EntropyModel struct{ Offset, Slope, Error float64 }

// Infer returns the entropies of both splits for losses and accuracies.
func (m EntropyModel) Infer(trainLoss, trainAccuracy, heldAccuracy, classes float64) (train, held float64) {
	top := math.Log(classes)
	train = trainLoss + m.Offset
	held = train + m.Slope*(trainAccuracy-heldAccuracy)
	return math.Min(math.Max(train, 0), top), math.Min(math.Max(held, 0), top)
}

// classesOf is the number of classes of the data that a manifest names: 100 for
// CIFAR-100, 10 otherwise.
func classesOf(m *trace.Manifest) float64 {
	if strings.EqualFold(strings.ReplaceAll(m.Data.Name, "-", ""), "cifar100") {
		return 100
	}
	return classes
}

// inferEntropy fills in the entropies that a trace lacks where it holds losses and
// accuracies, and says so; a trace that holds entropies wherever it holds losses is
// returned as it is.
func inferEntropy(t *trace.Trace, alpha string) (*trace.Trace, string, error) {
	lacks := func(s *trace.Split) bool { return s != nil && math.IsNaN(s.Entropy) && !math.IsNaN(s.Loss) }
	any := false
	for i := range t.Points {
		p := &t.Points[i]
		any = any || lacks(p.Train) || lacks(p.Search)
	}
	if !any {
		return t, "", nil
	}
	for i := range t.Points {
		if s := t.Points[i].Train; lacks(s) && s.Impossible() {
			return nil, "", &MissingError{RungLaw, fmt.Sprintf("its entropies would be inferred from train losses that are no mean cross-entropies: at step %d it is %.3g with an accuracy of %.1f %%, which allows %.3g at least (%.1f %% wrong at log 2 each)",
				t.Points[i].Step, s.Loss, 100*s.Accuracy(), s.LeastLoss(), 100*(1-s.Accuracy())), "the search weights or rescales its loss: use rung blind, or record entropies"}
		}
	}
	k := classesOf(&t.Manifest)
	out := &trace.Trace{Manifest: t.Manifest, Points: append([]trace.Point{}, t.Points...)}
	filled := 0
	for i := range out.Points {
		p := &out.Points[i]
		if !lacks(p.Train) || p.Train.N == 0 {
			continue
		}
		train := *p.Train
		if p.Search == nil || p.Search.N == 0 {
			if alpha == "search" {
				continue
			}
			train.Entropy, _ = entropyModel.Infer(train.Loss, train.Accuracy(), train.Accuracy(), k)
			p.Train = &train
			filled++
			continue
		}
		held := *p.Search
		var h float64
		train.Entropy, h = entropyModel.Infer(train.Loss, train.Accuracy(), held.Accuracy(), k)
		if lacks(p.Search) {
			held.Entropy = h
		}
		p.Train, p.Search = &train, &held
		filled++
	}
	m := entropyModel
	return out, fmt.Sprintf("entropy inferred at %d points from loss and accuracy (rms error %.2f nats in own stacks that were not fitted): H_train = L_train %+.3f, H_search = H_train %+.2f (a_train - a_search)", filled, m.Error, m.Offset, m.Slope), nil
}
