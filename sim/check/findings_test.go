package check

import (
	"math"
	"strings"
	"testing"

	"edgewise/sim/spec"
	"edgewise/sim/trace"
)

// stacked is a sound trace of two cells.
func stacked(t *testing.T) *trace.Trace {
	tr := sound(t)
	tr.Manifest.Stack = []string{"normal", "normal"}
	for i := range tr.Points {
		p := &tr.Points[i]
		p.EdgeCost, p.SkipCost = [][]float64{{.1, -.2, .3, -.1, .1}, p.EdgeCost[0]}, []float64{.2, p.SkipCost[0]}
	}
	return tr
}

// normalised is a sound trace of a cell with batch norm behind its nodes.
func normalised(t *testing.T) *trace.Trace {
	tr := sound(t)
	tr.Manifest.Spec.Net.NodeNorm = true
	for i := range tr.Points {
		tr.Points[i].EdgeCost = [][]float64{{.1, -.1, .3, -.1, -.2}}
	}
	return tr
}

// withoutAlpha is a sound trace of a log that prints probabilities alone.
func withoutAlpha(t *testing.T) *trace.Trace {
	tr := sound(t)
	for i := range tr.Points {
		tr.Points[i].Alpha = nil
	}
	return tr
}

func toDate(t *testing.T) *trace.Trace {
	tr := sound(t)
	for i := range tr.Points {
		tr.Points[i].CostToDate = tr.Points[i].Cost.Mean
		tr.Points[i].Cost = nil
	}
	return tr
}

// byKind is a sound trace whose costs are recorded by kind and not by cell.
func byKind(t *testing.T) *trace.Trace {
	tr := sound(t)
	for i := range tr.Points {
		tr.Points[i].EdgeCost, tr.Points[i].SkipCost = nil, nil
	}
	return tr
}

func four(t *testing.T) *trace.Trace { return soundOf(t, 4) }

func plain(t *testing.T) *trace.Trace { return gradientsWith(t, 0) }

// A sound trace of every shape has no finding, and one that breaks one thing has that
// finding alone: severity, line of the source, number of points, words.
func TestEveryFindingIsAlone(t *testing.T) {
	copyOf := func(p *trace.Point, from trace.Point) { p.Alpha, p.Prob = from.Alpha, from.Prob }
	for name, c := range map[string]struct {
		sound    func(*testing.T) *trace.Trace
		spoil    func(*trace.Trace)
		severity Severity
		line     int // of the source; 0: the manifest, or no point at all
		count    int
		want     string
		means    string
	}{
		"no points": {sound, func(t *trace.Trace) { t.Points = nil }, Error, 0, 1, "no points", "nothing to conclude"},
		"a missing step": {sound, func(t *trace.Trace) { t.Points = append(t.Points[:1], t.Points[2]) }, Error, 30, 1,
			"step 2 (epoch 0) follows where step 1 was due", "missing"},
		"a repeated step": {four, func(t *trace.Trace) { t.Points[2].Step, t.Points[3].Step = 1, 2 }, Error, 30, 1,
			"step 1 (epoch 0) follows where step 2 was due", "count them twice"},
		"no end":     {sound, func(t *trace.Trace) { t.Points = t.Points[:2] }, Warning, 20, 1, "does not end", "final wiring is not known"},
		"divergence": {sound, func(t *trace.Trace) { t.Points[2].Status = "step 2: the search diverged" }, Error, 30, 1, "it ended with: step 2: the search diverged", "nothing after"},

		"NaN loss":         {sound, func(t *trace.Trace) { t.Points[1].Train.Loss = math.NaN() }, Error, 20, 1, "train loss or entropy is not a number", "diverged"},
		"infinite loss":    {sound, func(t *trace.Trace) { t.Points[1].Train.Loss = math.Inf(1) }, Error, 20, 1, "train loss or entropy is not a number", "diverged"},
		"NaN entropy":      {sound, func(t *trace.Trace) { t.Points[0].Train.Entropy = math.NaN() }, Error, 10, 1, "train loss or entropy is not a number", "diverged"},
		"NaN cost":         {sound, func(t *trace.Trace) { t.Points[1].Cost.Mean[0][0][1] = math.NaN() }, Error, 20, 1, "a cost is not a number", "diverged"},
		"infinite cost":    {sound, func(t *trace.Trace) { t.Points[1].Cost.Mean[0][0][1] = math.Inf(1) }, Error, 20, 1, "a cost is not a number", "diverged"},
		"NaN cost to date": {toDate, func(t *trace.Trace) { t.Points[2].CostToDate[0][3][1] = math.NaN() }, Error, 30, 1, "a cost to date is not a number", "diverged"},
		"NaN probability":  {sound, func(t *trace.Trace) { t.Points[1].Prob[0][4][2] = math.NaN() }, Error, 20, 1, "a probability is not a number", "diverged"},
		"infinite alpha":   {sound, func(t *trace.Trace) { t.Points[1].Alpha[0][4][2] = math.Inf(-1) }, Error, 20, 1, "alpha is not a number", "diverged"},
		"NaN alpha":        {sound, func(t *trace.Trace) { t.Points[1].Alpha[0][4][2] = math.NaN() }, Error, 20, 1, "alpha is not a number", "diverged"},
		"NaN gradient":     {gradients, func(t *trace.Trace) { t.Points[1].Grad[0][2][1] = math.NaN() }, Error, 20, 1, "a derivative in alpha is not a number", "diverged"},
		"NaN Hessian":      {gradients, func(t *trace.Trace) { t.Points[0].Hessian[3][4] = math.NaN() }, Error, 10, 1, "a derivative in alpha is not a number", "diverged"},

		"an impossible loss": {sound, func(t *trace.Trace) {
			s := t.Points[1].Train
			s.Loss, s.Entropy, s.Correct = .01, .01-s.Gap(), 1
		}, Warning, 20, 1, "the train loss 0.01 is no mean cross-entropy: with 98.4 % classified wrongly it is at least 0.682", "mean nothing"},

		"prob of no edge":      {withoutAlpha, func(t *trace.Trace) { t.Points[1].Prob[0][2][0] += 0.1 }, Error, 20, 1, "probabilities sum to 1: residual 0.1", "columns may be mixed up"},
		"negative probability": {withoutAlpha, func(t *trace.Trace) { p := t.Points[2].Prob[0][2]; p[0], p[1] = p[0]-1, p[1]+1 }, Error, 30, 1, "probabilities sum to 1", "columns"},
		"alpha of another step": {sound, func(t *trace.Trace) { t.Points[0].Alpha = t.Points[1].Alpha; t.Points[1].Alpha = nil }, Error, 10, 1,
			"prob = softmax(alpha)", "different steps or edges"},
		"four places": {withoutAlpha, func(t *trace.Trace) {
			for _, p := range t.Points {
				for _, row := range p.Prob[0] {
					for o, v := range row {
						row[o] = math.Round(1e4*v) / 1e4
					}
				}
			}
		}, Note, 0, 3, "probabilities have 4 decimal places", "ties in the final wiring may be rounding"},

		"sign of a cost":     {sound, func(t *trace.Trace) { t.Points[1].EdgeCost[0][3] *= -1 }, Warning, 20, 1, "last cell: costs sum to L - H", "different batches"},
		"no skip term":       {sound, func(t *trace.Trace) { t.Points[1].SkipCost[0] = 0 }, Warning, 20, 1, "last cell: costs sum to L - H", "condition of the law"},
		"L instead of L - H": {sound, func(t *trace.Trace) { t.Points[0].Train.Entropy = 0 }, Warning, 10, 1, "last cell: costs sum to L - H", "different batches"},
		"a broken condition": {sound, func(t *trace.Trace) {
			t.Manifest.Spec.Alpha.Statistics = spec.Running
			t.Points[1].EdgeCost[0][3] *= -1
		}, Note, 20, 1, "last cell: costs sum to L - H", "as it must be: costs are taken in evaluation mode"},
		"an earlier cell":   {stacked, func(t *trace.Trace) { t.Points[1].EdgeCost[0][3] += .2 }, Warning, 20, 1, "earlier cells: costs sum to 0", "different batches"},
		"costs by kind":     {byKind, func(t *trace.Trace) { t.Points[1].Cost.Mean[0][3][2] += .3 }, Warning, 20, 1, "all cells: costs sum to L - H", "different batches"},
		"a normalised node": {normalised, func(t *trace.Trace) { t.Points[2].EdgeCost[0][3] += .2 }, Warning, 30, 1, "costs of a normalised node sum to 0", "no batch norm behind the nodes"},

		"one gradient":        {gradients, func(t *trace.Trace) { t.Points[1].Grad[0][2][1] *= 1.1 }, Warning, 20, 1, "alpha gradients of an edge sum to 0", "other edges or operations"},
		"two edges mixed":     {gradients, func(t *trace.Trace) { g := t.Points[1].Grad[0]; g[0][1], g[1][1] = g[1][1], g[0][1] }, Warning, 20, 1, "alpha gradients of an edge sum to 0", "other edges"},
		"one second deriv.":   {gradients, func(t *trace.Trace) { t.Points[0].Hessian[3][4] += .1 }, Warning, 10, 1, "Hessian rows sum to 0", "other terms"},
		"decay not in it":     {gradients, func(t *trace.Trace) { t.Points[1].Hessian[4][4] -= t.Manifest.Decay }, Warning, 20, 1, "Hessian rows sum to 0", "other terms"},
		"sign of gradients":   {plain, func(t *trace.Trace) { negate(t.Points[1].Grad) }, Warning, 20, 1, "none logits: -g/q sums to L - H", "different batches"},
		"gradient of another": {plain, func(t *trace.Trace) { t.Points[0].Grad = t.Points[1].Grad }, Warning, 10, 1, "none logits", "condition of the law"},

		"dead by its derivatives": {plain, func(t *trace.Trace) {
			p := &t.Points[1]
			p.SkipCost = nil // P3.6 would miss L - H too
			clearAll(p.Grad[0])
			clearAll(p.Hessian)
		}, Error, 20, 1, "derivatives of the loss in alpha are exactly zero but for weight decay", "the supernet is dead"},
		"dead under weight decay": {gradients, func(t *trace.Trace) {
			p := &t.Points[1]
			p.SkipCost = nil
			clearAll(p.Hessian)
			for i := range p.Hessian {
				p.Hessian[i][i] = t.Manifest.Decay
			}
			for e, row := range p.Grad[0] {
				for o := range row {
					row[o] = t.Manifest.Decay * p.Alpha[0][e][o]
				}
			}
		}, Error, 20, 1, "derivatives of the loss in alpha are exactly zero but for weight decay", "the supernet is dead"},
		"dead by its costs": {sound, func(t *trace.Trace) { clearAll(t.Points[1].Cost.Mean[0]) }, Error, 20, 1, "every cost is exactly zero", "alpha moves by weight decay alone"},

		"frozen alpha": {sound, func(t *trace.Trace) { copyOf(&t.Points[1], t.Points[0]); copyOf(&t.Points[2], t.Points[0]) }, Error, 10, 2,
			"alpha never moves although its learning rate is positive", "not searched"},
		"frozen probabilities": {withoutAlpha, func(t *trace.Trace) {
			for i := range t.Points {
				copyOf(&t.Points[i], t.Points[0])
				t.Points[i].AlphaRate = math.NaN()
			}
		}, Warning, 10, 2, "probabilities never move", "frozen on purpose"},
		"alpha stands still": {four, func(t *trace.Trace) { copyOf(&t.Points[2], t.Points[1]) }, Warning, 20, 1, "alpha stands still between points", "below the printed resolution"},
		"rounding":           {sound, func(t *trace.Trace) { t.Points[1].Signs = []string{trace.Rounding} }, Warning, 20, 1, "significance is lost", "alpha follows noise"},
		"saturated": {withoutAlpha, func(t *trace.Trace) {
			for _, row := range t.Points[2].Prob[0] {
				copy(row, []float64{1 - 2e-6, 1.25e-6, .75e-6})
			}
		}, Note, 30, 1, "every edge has an operation of probability above 0.9999", "can hardly change"},

		"a known defect": {sound, func(t *trace.Trace) {
			t.Manifest.Notes = []string{"warning: source x: a known defect (P1.7): its numbers are wrong"}
		}, Warning, 0, 1,
			"source x: a known defect (P1.7)", "its numbers are wrong"},
		"a defect that spoils all": {sound, func(t *trace.Trace) {
			t.Manifest.Notes = []string{"a fact", "error: source x: divides 0 by 0 (P1.8): every gradient is NaN"}
		}, Error, 0, 1,
			"source x: divides 0 by 0 (P1.8)", "every gradient is NaN"},
		"blanks":  {sound, func(t *trace.Trace) { t.Manifest.Blanks = []string{"entropy", "steps"} }, Note, 0, 2, "the source does not say: entropy; steps", "missing or assumed"},
		"unnamed": {sound, func(t *trace.Trace) { t.Manifest.Ops = []string{"column_0", "column_1", "sep_conv_3x3"} }, Warning, 0, 2, "2 of 3 operations have no name", "--ops"},
	} {
		t.Run(name, func(t *testing.T) {
			if r := Trace(c.sound(t)); len(r.Findings) > 0 {
				t.Fatalf("the sound trace has findings: %+v", r.Findings)
			}
			tr := c.sound(t)
			c.spoil(tr)
			r := Trace(tr)
			if len(r.Findings) != 1 {
				t.Fatalf("%d findings: %+v", len(r.Findings), r.Findings)
			}
			f := r.Findings[0]
			if f.Severity != c.severity || f.Line != c.line || f.Count != c.count || !strings.Contains(f.What, c.want) || !strings.Contains(f.Means, c.means) {
				t.Errorf("%+v", f)
			}
		})
	}
}

func clearAll(table [][]float64) {
	for _, row := range table {
		clear(row)
	}
}

func negate(cube [][][]float64) {
	for _, k := range cube {
		for _, row := range k {
			for o := range row {
				row[o] = -row[o]
			}
		}
	}
}
