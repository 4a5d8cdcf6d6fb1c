package predict

import (
	"fmt"
	"math"

	"edgewise/sim/spec"
	"edgewise/sim/trace"
)

// refresh is the number of steps for which expected costs are held while alpha
// moves.
const refresh = 4

// LawCurves predicts alpha from the curves of loss and entropy alone (rung 2,
// "law"): their means over windows of the given number of steps, on the split
// that alpha is trained on. The costs are those that the law expects at the
// predicted probabilities (P4.3, P4.8), alpha is their mean field (P5.11). The
// predicted trace has one point per window start, and the final point.
func LawCurves(t *trace.Trace, window int, law Law) (*trace.Trace, error) {
	f, err := newFrame(t, RungLaw)
	if err != nil {
		return nil, err
	}
	if window < 1 {
		return nil, fmt.Errorf("law: a window of %d steps; it must be at least 1", window)
	}
	t, inferred, err := lossesOf(t, f.spec)
	if err != nil {
		return nil, err
	}
	if err := f.needLosses(t, RungLaw); err != nil {
		return nil, err
	}
	k := classesOf(&t.Manifest)
	out := prediction(t, RungLaw, fmt.Sprintf("law: mean loss and entropy over windows of %d steps are taken from the observed trace; law: %s", window, law.Name))
	if inferred != "" {
		out.Manifest.Notes = append(out.Manifest.Notes, inferred)
	}
	w := windows(t, window)
	curve := func(p *trace.Point, _ int, _ float64) (losses, error) {
		s, err := f.alphaSplit(p, RungLaw)
		if err != nil {
			return losses{}, err
		}
		return losses{s.Loss, s.Entropy, k}, nil
	}
	return f.meanField(out, t, w.Points, law, curve)
}

// lossCurve gives the losses of the next steps steps inside the window p, when
// the cell has the given expected number of voters. It is called for every part
// of every window, in order of time, for windows in which alpha rests too if the
// curve is not observed.
type lossCurve func(p *trace.Point, steps int, voters float64) (losses, error)

// meanField integrates the law's expected costs over the windows.
func (f *frame) meanField(out, t *trace.Trace, w []trace.Point, law Law, curve lossCurve) (*trace.Trace, error) {
	rung := out.Manifest.Rung
	stack, err := kindStack(&t.Manifest)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", rung, err)
	}
	costs, err := f.newExpected(stack, law)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", rung, err)
	}
	opti, err := newStepper(f.spec.Alpha, len(f.ops), rung)
	if err != nil {
		return nil, err
	}
	alpha := f.gather(nil, t.Points[0].Alpha)
	prob := make([]float64, f.size)
	for i := range w {
		p := &w[i]
		q := blank(p)
		f.put(&q, alpha)
		out.Points = append(out.Points, q)
		moving := moves(p, f.spec)
		if !moving && rung != RungBlind {
			continue
		}
		opti.rate(p)
		temperature := f.temperature(p)
		for done := 0; done < p.Steps; done += refresh {
			f.softmax(prob, alpha)
			voters, err := costs.voters(prob)
			if err != nil {
				return nil, fmt.Errorf("%s: window at step %d: %w", rung, p.Step, err)
			}
			l, err := curve(p, min(refresh, p.Steps-done), voters)
			if err != nil {
				return nil, err
			}
			if !moving {
				continue
			}
			maps, err := f.expectedMaps(costs, prob, l, temperature(done))
			if err != nil {
				return nil, fmt.Errorf("%s: window at step %d: %w", rung, p.Step, err)
			}
			at := func(step int) float64 { return temperature(done + step) }
			if err := f.advance(alpha, opti, maps, min(refresh, p.Steps-done), at, false); err != nil {
				return nil, fmt.Errorf("%s: window at step %d: %w", rung, p.Step, err)
			}
		}
	}
	return f.closed(out, t, alpha), nil
}

// expectedMaps builds the moment maps of all kinds at the probabilities.
func (f *frame) expectedMaps(costs *expected, prob []float64, l losses, temperature float64) ([]*padded, error) {
	var maps []*padded
	for k := range f.kinds {
		edges, err := costs.moments(prob, k, l)
		if err != nil {
			return nil, err
		}
		for _, s := range f.kindSlots(k) { // operations that are not allowed cost nothing
			edges[s.edge].keep(s.op)
		}
		if f.spec.Algorithm == spec.SNAS && !(temperature > 0) {
			return nil, fmt.Errorf("temperature is %v: it must be positive", temperature)
		}
		m, err := f.momentMap(k, func(e int) edgeMoments { return edges[e] }, temperature)
		if err != nil {
			return nil, err
		}
		if m != nil {
			maps = append(maps, m)
		}
	}
	return maps, nil
}

// keep clears the moments of the operations that are not in the list.
func (m *edgeMoments) keep(ops []int) {
	allowed := make([]bool, len(m.mean))
	for _, o := range ops {
		allowed[o] = true
	}
	for o, ok := range allowed {
		if ok {
			continue
		}
		m.mean[o], m.square[o] = 0, 0
		for l := range m.cross {
			m.cross[o][l], m.cross[l][o] = 0, 0
		}
	}
}

// kindStack returns the index of each cell's kind in the manifest.
func kindStack(m *trace.Manifest) ([]int, error) {
	var stack []int
	for _, name := range m.Stack {
		at := -1
		for k, n := range m.Kinds {
			if n == name {
				at = k
			}
		}
		if at < 0 {
			return nil, fmt.Errorf("stack names a cell of kind %q, which is not among the kinds %v", name, m.Kinds)
		}
		stack = append(stack, at)
	}
	return stack, nil
}

// withLosses ends a trace at the first of its last points whose epoch was not
// finished, so that it has no losses: the parameters at its start are known, what
// would have followed is not.
func withLosses(t *trace.Trace, s *spec.Spec) *trace.Trace {
	bare := func(p *trace.Point) bool {
		split := p.Train
		if s.AlphaSplit() == "search" {
			split = p.Search
		}
		return p.Steps > 0 && (split == nil || math.IsNaN(split.Loss))
	}
	n := len(t.Points)
	for n > 1 && bare(&t.Points[n-1]) {
		n--
	}
	if n == len(t.Points) || bare(&t.Points[0]) || n == 1 && bare(&t.Points[0]) {
		return t
	}
	out := &trace.Trace{Manifest: t.Manifest, Points: append([]trace.Point{}, t.Points[:n+1]...)}
	out.Points[n].Steps = 0
	return out
}
