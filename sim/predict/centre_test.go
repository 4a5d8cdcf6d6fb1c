package predict

import (
	"math"
	"strings"
	"testing"

	"edgewise/sim/trace"
)

// Losses at the end of epochs are moved to their middle, the first to the train loss of
// images that are all new; the trace itself stays, and means over epochs are left.
func TestLossesAtTheEndAreCentred(t *testing.T) {
	tr := lossy(t, entropyModel, true)
	if got := centred(tr); got != tr {
		t.Error("means over windows were moved")
	}
	tr.Manifest.AtEnd = []string{"search"}
	got := centred(tr)
	if a, b := got.Points[0].Search.Loss, tr.Points[0].Train.Loss; a != b || got.Points[0].Search.N != tr.Points[0].Search.N {
		t.Errorf("first window: %g, want %g", a, b)
	}
	for i := 1; i < 19; i++ {
		want := (tr.Points[i-1].Search.Loss + tr.Points[i].Search.Loss) / 2
		if v := got.Points[i].Search; math.Abs(v.Loss-want) > 1e-12 || math.Abs(v.Accuracy()-(tr.Points[i-1].Search.Accuracy()+tr.Points[i].Search.Accuracy())/2) > 1e-3 {
			t.Errorf("window %d: %+v, want a loss of %g", i, v, want)
		}
	}
	if len(got.Manifest.AtEnd) != 0 || len(tr.Manifest.AtEnd) != 1 || tr.Points[3].Search.Loss == got.Points[3].Search.Loss {
		t.Error("the trace was changed, or its copy may be moved twice")
	}
	tr.Points[4].Search = nil // a hole: nothing is known before the window behind it
	if a, b := centred(tr).Points[5].Search.Loss, tr.Points[5].Search.Loss; a != b {
		t.Errorf("behind a hole %g, want %g", a, b)
	}
}

// Losses that are no mean cross-entropies give no entropies, and rung law is refused
// with the figures.
func TestImpossibleLossesGiveNoEntropies(t *testing.T) {
	tr := lossy(t, entropyModel, true)
	tr.Points[2].Train = &trace.Split{N: 1000, Correct: 20, Loss: .012, Entropy: math.NaN()}
	_, err := LawCurves(tr, 50, LawFor(&softSpec))
	if err == nil || !strings.Contains(err.Error(), "no mean cross-entropies") || !strings.Contains(err.Error(), "0.012") {
		t.Errorf("%v", err)
	}
	tr.Points[2].Train.Loss = .98 * math.Ln2
	if _, err := LawCurves(tr, 50, LawFor(&softSpec)); err != nil {
		t.Errorf("the least loss is refused: %v", err)
	}
}
