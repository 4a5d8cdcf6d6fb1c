package predict

import (
	"fmt"
	"math"

	"edgewise/sim/spec"
	"edgewise/sim/trace"
)

// Corrections says in which ways the closed form (equal shares of L - H in the last
// cell, P4.3) is known to fail on a trace's search, and what the law rungs do about
// each: one sentence per correction, none for a trace without a spec.
func Corrections(t *trace.Trace) []string {
	s := t.Manifest.Spec
	if s == nil {
		return nil
	}
	var out []string
	soft, law := s.Relaxation() == spec.DARTS, LawFor(s)
	switch {
	case soft && s.Net.Cells == 1:
		out = append(out, fmt.Sprintf("soft gates in one cell: the width preference of P5.4 is a theorem about sampled gates and fails here (P6): edges from intermediate nodes count %.1f times", law.Energy))
	case soft:
		out = append(out, "earlier cells: their costs sum to zero but not edge by edge (P4.6): the tournament of mean routes (P4.7) is added in every cell, the last one too")
		if law.Energy != 0 {
			out = append(out, fmt.Sprintf("soft gates: edges from intermediate nodes carry more energy than input edges (P4.1, P6): they count %.1f times", law.Energy))
		}
	case s.Net.Cells > 1:
		out = append(out, "earlier cells: their costs sum to zero but not edge by edge (P4.6): the tournament of shortest routes (P4.7) is added in every cell")
	}
	if soft && law.Spread != 0 && s.Net.Cells > 1 {
		out = append(out, "operations of an edge: which is better is not predicted, only how far they lie apart; none wins an edge where it beats the best of them")
	}
	last := len(t.Manifest.Stack) - 1
	for k, kind := range t.Manifest.Kinds {
		if last >= 0 && t.Manifest.Stack[last] != kind && k < len(t.Manifest.Kinds) {
			out = append(out, fmt.Sprintf("%s cells: none of them is the last, so L - H pays nothing to their edges (P3.4); only the tournament moves them, and their mean none-probability stays near its start while the order by source remains", kind))
		}
	}
	if alpha := s.AlphaSplit(); lacksEntropy(t, alpha) {
		m := entropyModel
		out = append(out, fmt.Sprintf("no entropy in the log: inferred from loss and accuracy, rms error %.2f nats on own runs that were not fitted", m.Error))
	}
	if t.Manifest.Data.Name != "" && !embedded(t) {
		out = append(out, fmt.Sprintf("constants come from 8 x 8 images of Fashion-MNIST with 4 channels: nothing is fitted on %s", t.Manifest.Data.Name))
	}
	return out
}

func embedded(t *trace.Trace) bool { return t.Manifest.Source == "edgewise search" }

func lacksEntropy(t *trace.Trace, split string) bool {
	for i := range t.Points {
		s := t.Points[i].Train
		if split == "search" {
			s = t.Points[i].Search
		}
		if s != nil && math.IsNaN(s.Entropy) && !math.IsNaN(s.Loss) {
			return true
		}
	}
	return false
}
