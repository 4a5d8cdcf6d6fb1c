package predict

import (
	"fmt"
	"math"

	"edgewise/sim/spec"
	"edgewise/sim/trace"
	"edgewise/theory/dynamics"
)

// DrivenOptions are the variants of the driven rung.
type DrivenOptions struct {
	// MeansOnly replaces E[g^2] by E[g]^2, as if the costs of a window did not
	// vary: the variant that fails under Adam (P5.11), shown for contrast.
	MeansOnly bool
}

// Driven integrates the moment-closed mean field of the search's optimiser
// (rung 1, P5.11) over windows of the given number of steps, of which it sees
// the first and second moments of the costs only: K x K per edge for soft
// gates, conditional on the sampled operation for one-hot ones. A window is cut
// where alpha starts or stops moving. The predicted trace has one point per
// window start and the final point.
func Driven(t *trace.Trace, window int, opt DrivenOptions) (*trace.Trace, error) {
	f, err := newFrame(t, RungDriven)
	if err != nil {
		return nil, err
	}
	if window < 1 {
		return nil, fmt.Errorf("driven: a window of %d steps; it must be at least 1", window)
	}
	if err := f.needMoments(t, RungDriven); err != nil {
		return nil, err
	}
	w := windows(t, window)
	opti, err := newStepper(f.spec.Alpha, len(f.ops), RungDriven)
	if err != nil {
		return nil, err
	}
	note := fmt.Sprintf("driven: first and second moments of costs over windows of %d steps are taken from the observed trace", window)
	if opt.MeansOnly {
		note = fmt.Sprintf("driven, means only: mean costs over windows of %d steps are taken from the observed trace", window)
	}
	out := prediction(t, RungDriven, note)
	alpha := f.gather(nil, t.Points[0].Alpha)
	carry := make([]edgeMoments, len(f.slots))
	for i := range w.Points {
		p := &w.Points[i]
		q := blank(p)
		f.put(&q, alpha)
		out.Points = append(out.Points, q)
		if !moves(p, f.spec) {
			continue
		}
		maps, err := f.windowMaps(p, carry)
		if err != nil {
			return nil, fmt.Errorf("driven: %w", err)
		}
		opti.rate(p)
		if err := f.advance(alpha, opti, maps, p.Steps, f.temperature(p), opt.MeansOnly); err != nil {
			return nil, fmt.Errorf("driven: window at step %d: %w", p.Step, err)
		}
	}
	return f.closed(out, t, alpha), nil
}

// windows merges the points of t into windows of at least size steps, each on
// one side of every change of alpha's rate.
func windows(t *trace.Trace, size int) *trace.Trace {
	out := &trace.Trace{Manifest: t.Manifest}
	for lo := 0; lo < len(t.Points); {
		hi := lo + 1
		for hi < len(t.Points) && sameRate(&t.Points[lo], &t.Points[hi]) {
			hi++
		}
		part := trace.Trace{Manifest: t.Manifest, Points: t.Points[lo:hi]}
		out.Points = append(out.Points, part.Coarsen(size).Points...)
		lo = hi
	}
	return out
}

func sameRate(a, b *trace.Point) bool {
	return b.Steps == 0 || a.AlphaRate == b.AlphaRate || math.IsNaN(a.AlphaRate) && math.IsNaN(b.AlphaRate)
}

// windowMaps builds the moment map of each kind from one window.
func (f *frame) windowMaps(p *trace.Point, carry []edgeMoments) ([]*padded, error) {
	var maps []*padded
	for k := range f.kinds {
		var fault error
		at := func(e int) edgeMoments {
			n := k*f.edges + e
			m, err := f.windowMoments(p, &carry[n], f.slots[n])
			if err != nil && fault == nil {
				fault = err
			}
			carry[n] = m
			return m
		}
		m, err := f.momentMap(k, at, p.Temperature)
		if fault != nil {
			return nil, fault
		}
		if err != nil {
			return nil, fmt.Errorf("window at step %d, kind %d: %w", p.Step, k, err)
		}
		if m != nil {
			maps = append(maps, m)
		}
	}
	return maps, nil
}

// relaxedEvery is the number of steps for which the quadrature over Gumbel noise
// is held: alpha moves by at most so many learning rates meanwhile.
const relaxedEvery = 4

// advance takes n steps of the mean field with the moment maps held.
func (f *frame) advance(alpha []float64, opti *stepper, maps []*padded, n int, temperature func(int) float64, meansOnly bool) error {
	g1, g2 := make([]float64, f.size), make([]float64, f.size)
	for step := range n {
		for _, m := range maps {
			if m.relaxed != nil {
				if step%relaxedEvery != 0 {
					continue
				}
				m.relaxed.Lambda = temperature(step)
			}
			m.moments(g1, g2, alpha)
		}
		if meansOnly {
			for k, g := range g1 {
				g2[k] = g * g
			}
		}
		opti.stepMoments(alpha, g1, g2)
	}
	return dynamics.Diverged(alpha)
}

// temperature returns the temperature inside a window as a function of the
// step: geometric from the recorded start of the window on, by the schedule of
// the spec.
func (f *frame) temperature(p *trace.Point) func(int) float64 {
	ratio := math.Pow(f.spec.Temperature.End/f.spec.Temperature.Start, 1/float64(f.spec.Steps))
	return func(step int) float64 { return p.Temperature * math.Pow(ratio, float64(step)) }
}

// closed adds the point after the last window when the observed trace does not
// end with one.
func (f *frame) closed(out, observed *trace.Trace, alpha []float64) *trace.Trace {
	if last := &out.Points[len(out.Points)-1]; last.Steps > 0 {
		end := blank(&observed.Points[len(observed.Points)-1])
		end.Step, end.Steps = last.Step+last.Steps, 0
		f.put(&end, alpha)
		out.Points = append(out.Points, end)
	}
	return out
}

// needMoments refuses points without the moments that the closure needs; a
// single step is its own moments.
func (f *frame) needMoments(t *trace.Trace, rung string) error {
	if f.spec.Algorithm == spec.Random {
		return nil
	}
	for i := range t.Points {
		p := &t.Points[i]
		if !moves(p, f.spec) {
			continue
		}
		missing := func(what, hint string) error {
			return &MissingError{rung, fmt.Sprintf("point %d (step %d): %s", i, p.Step, what), hint}
		}
		switch c := p.Cost; {
		case c == nil || c.Count == nil:
			return missing("field cost is missing", "record costs, or use a rung that needs none")
		case p.Steps > 1 && c.Square == nil:
			return missing("field cost_square is missing, so the second moments are not known", "record every step, or means and mean squares per window")
		case p.Steps > 1 && c.Cross == nil && !f.spec.OneHot():
			return missing("field cost_cross is missing, so the second moments of soft gates are not known", "record every step, or the products per window")
		case f.spec.Algorithm == spec.SNAS && !(p.Temperature > 0):
			return missing(fmt.Sprintf("temperature is %v", p.Temperature), "record the temperature")
		}
	}
	return nil
}
