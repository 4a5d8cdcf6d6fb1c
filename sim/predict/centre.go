package predict

import (
	"slices"

	"edgewise/sim/spec"
	"edgewise/sim/trace"
)

// lossesOf prepares what a trace knows of its losses for the law: points behind the
// last known one are left out (withLosses), losses that were taken at the end of a
// window are moved to its middle (centred), entropies that are lacking are inferred;
// inferred says how.
func lossesOf(t *trace.Trace, s *spec.Spec) (out *trace.Trace, inferred string, err error) {
	return inferEntropy(centred(withLosses(t, s)), s.AlphaSplit())
}

// centred gives, for a search split that was evaluated at the end of each window
// (Manifest.AtEnd), its mean over the window by the rule of the trapeze: that of its
// values before and after. Costs are means over the window, as train losses are, and
// in the first epochs half an epoch more of training is worth .1 to .3 nats. Before
// the first window of a search nothing was evaluated; but in it every training image
// is new to the net, so that its train losses are those of held-out images.
func centred(t *trace.Trace) *trace.Trace {
	if !slices.Contains(t.Manifest.AtEnd, "search") {
		return t
	}
	out := &trace.Trace{Manifest: t.Manifest, Points: slices.Clone(t.Points)}
	out.Manifest.AtEnd = slices.DeleteFunc(slices.Clone(t.Manifest.AtEnd), func(s string) bool { return s == "search" })
	for i := range out.Points {
		p := &out.Points[i]
		after := t.Points[i].Search
		if after == nil {
			continue
		}
		before := after // the best guess where the window before it is not known
		switch {
		case i > 0 && t.Points[i-1].Search != nil && t.Points[i-1].Step+t.Points[i-1].Steps == p.Step:
			before = t.Points[i-1].Search
		case p.Step == 0 && p.Train != nil:
			p.Search = halfway(p.Train, p.Train, after.N)
			continue
		}
		p.Search = halfway(before, after, after.N)
	}
	return out
}

// halfway is the mean of two evaluations, as one of n images.
func halfway(a, b *trace.Split, n int) *trace.Split {
	s := *b
	s.N = n
	s.Correct = int((a.Accuracy()+b.Accuracy())/2*float64(n) + 0.5)
	s.Loss, s.Entropy = (a.Loss+b.Loss)/2, (a.Entropy+b.Entropy)/2
	s.LossCorrect, s.LossWrong = (a.LossCorrect+b.LossCorrect)/2, (a.LossWrong+b.LossWrong)/2
	s.EntropyCorrect, s.EntropyWrong = (a.EntropyCorrect+b.EntropyCorrect)/2, (a.EntropyWrong+b.EntropyWrong)/2
	return &s
}
