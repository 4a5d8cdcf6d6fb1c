package predict

import (
	"fmt"
	"math"
	"strings"

	"edgewise/sim/spec"
	"edgewise/sim/trace"
)

// EntropyModel infers the mean entropy H of the predictions from losses L, for logs
// that print no entropy. With d = L_held - L_train, and r the learning rate of the
// weights as a share of its largest,
//
//	L_held - H_held   = Fresh r + Held d
//	L_train - H_train = Fresh r - Train d
//
// clamped to 0 <= H <= log K. While images are new to the net, as in the first epoch,
// d = 0 and both splits are alike: steps of the weights make the net over-confident
// (L > H) in proportion to their length. As the training images are learnt by heart,
// over-confidence is part of what the held-out loss lies above theirs (P5.7), and they
// themselves are predicted too timidly (P2.6). Error is the root mean square of H_held
// (model) - H_held (recorded) over windows of runs that were not fitted. The constants
// belong to stacks of soft cells at a batch of 32; in one cell with few images theta's
// norm still grows, and the model's entropy is too low by several times Error.
type EntropyModel struct{ Fresh, Held, Train, Error float64 }

// Infer returns the entropies of both splits for their losses at a share of the
// learning rate. Without a held-out split, give the train loss twice.
func (m EntropyModel) Infer(train, held, rate, classes float64) (hTrain, hHeld float64) {
	top, d := math.Log(classes), held-train
	hTrain, hHeld = train-m.Fresh*rate+m.Train*d, held-m.Fresh*rate-m.Held*d
	return math.Min(math.Max(hTrain, 0), top), math.Min(math.Max(hHeld, 0), top)
}

// rateShare is the learning rate of the weights in the middle of a point's window as a
// share of its largest: that of its cosine schedule where the trace does not say it.
func rateShare(p *trace.Point, s *spec.Spec) float64 {
	if s == nil || !(s.Theta.Rate > 0) {
		return 1
	}
	if !math.IsNaN(p.Rate) && p.Rate > 0 {
		return math.Min(1, p.Rate/s.Theta.Rate)
	}
	t := math.Min(1, (float64(p.Step)+float64(p.Steps)/2)/float64(s.Steps))
	low := s.Theta.RateMin / s.Theta.Rate
	return low + (1-low)*(1+math.Cos(math.Pi*t))/2
}

// classesOf is the number of classes of the data that a manifest names: 100 for
// CIFAR-100, 10 otherwise.
func classesOf(m *trace.Manifest) float64 {
	if strings.EqualFold(strings.ReplaceAll(m.Data.Name, "-", ""), "cifar100") {
		return 100
	}
	return classes
}

// inferEntropy fills in the entropies that a trace lacks where it holds losses, and says so; a trace that holds entropies wherever it holds losses is
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
			train.Entropy, _ = entropyModel.Infer(train.Loss, train.Loss, rateShare(p, t.Manifest.Spec), k)
			p.Train = &train
			filled++
			continue
		}
		held := *p.Search
		var h float64
		train.Entropy, h = entropyModel.Infer(train.Loss, held.Loss, rateShare(p, t.Manifest.Spec), k)
		if lacks(p.Search) {
			held.Entropy = h
		}
		p.Train, p.Search = &train, &held
		filled++
	}
	m := entropyModel
	return out, fmt.Sprintf("entropy inferred at %d points from the losses (rms error %.2f nats in own stacks that were not fitted): with d = L_search - L_train and r the share of theta's learning rate, H_search = L_search - %.3f r - %.2f d, H_train = L_train - %.3f r + %.2f d", filled, m.Error, m.Fresh, m.Held, m.Fresh, m.Train), nil
}
