package predict

import (
	"fmt"
	"math"

	"edgewise/sim/spec"
	"edgewise/sim/trace"
	"edgewise/theory/dynamics"
)

// Residuals say how far a replay is from the record. Absolute is in units of
// alpha; Relative is divided by the distance that alpha has moved at most,
// max |alpha(t) - alpha(0)| over all entries and points (1 where nothing moved).
type Residuals struct {
	Absolute float64 // max |alpha_replayed - alpha_recorded|
	Relative float64
	Prob     float64 // max |p_replayed - p_recorded|
	OneStep  float64 // max |alpha(t+1) - map(recorded alpha(t))|, errors not carried on
	AtStep   int     // step of the point at which Absolute is reached
	Steps    int     // steps replayed
}

// Replay integrates the optimiser map over the recorded cost of every step,
// from the first alpha on (rung 0): what the local-cost view says alpha does
// (P1.1-P1.3, P1.7). Its residual is at rounding level when the view holds and
// the record is complete. The predicted trace has the points of t.
func Replay(t *trace.Trace) (*trace.Trace, Residuals, error) {
	var r Residuals
	f, err := newFrame(t, RungReplay)
	if err != nil {
		return nil, r, err
	}
	if err := f.needSteps(t, RungReplay, true); err != nil {
		return nil, r, err
	}
	free, err := newStepper(f.spec.Alpha, len(f.ops), RungReplay)
	if err != nil {
		return nil, r, err
	}
	forced, err := newStepper(f.spec.Alpha, len(f.ops), RungReplay)
	if err != nil {
		return nil, r, err
	}
	out := prediction(t, RungReplay, "replay: every step's costs and gates are taken from the observed trace")
	alpha := f.gather(nil, t.Points[0].Alpha)
	pinned := append([]float64{}, alpha...)
	start := append([]float64{}, alpha...)
	seen, c, g, before := make([]float64, f.size), make([]float64, f.size), make([]float64, f.size), make([]float64, f.size)
	moved := 0.0
	for i := range t.Points {
		p := &t.Points[i]
		q := blank(p)
		f.put(&q, alpha)
		out.Points = append(out.Points, q)
		if p.Alpha != nil {
			f.gather(seen, p.Alpha)
			r.compare(p.Step, alpha, pinned, seen, f)
			for k := range seen {
				moved = math.Max(moved, math.Abs(seen[k]-start[k]))
			}
			copy(pinned, seen)
		}
		if !moves(p, f.spec) {
			continue
		}
		if err := f.stepCosts(c, p); err != nil {
			return nil, r, fmt.Errorf("replay: %w", err)
		}
		for _, s := range []struct {
			*stepper
			alpha []float64
		}{{free, alpha}, {forced, pinned}} {
			if err := f.gradient(g, s.alpha, c, p); err != nil {
				return nil, r, fmt.Errorf("replay: step %d: %w", p.Step, err)
			}
			s.rate(p)
			copy(before, s.alpha)
			s.step(s.alpha, g)
			f.project(s.alpha, before)
			if err := f.settle(s.alpha, before, p); err != nil {
				return nil, r, fmt.Errorf("replay: step %d: %w", p.Step, err)
			}
		}
		if err := dynamics.Diverged(alpha); err != nil {
			return nil, r, fmt.Errorf("replay: step %d: %w", p.Step, err)
		}
		r.Steps++
	}
	r.Relative = r.Absolute
	if moved > 0 {
		r.Relative /= moved
	}
	return out, r, nil
}

// compare keeps the largest differences at one point.
func (r *Residuals) compare(step int, alpha, pinned, seen []float64, f *frame) {
	for k := range seen {
		if d := math.Abs(alpha[k] - seen[k]); d > r.Absolute {
			r.Absolute, r.AtStep = d, step
		}
		r.OneStep = math.Max(r.OneStep, math.Abs(pinned[k]-seen[k]))
	}
	a, b := make([]float64, f.size), make([]float64, f.size)
	f.softmax(a, alpha)
	f.softmax(b, seen)
	for k := range a {
		r.Prob = math.Max(r.Prob, math.Abs(a[k]-b[k]))
	}
}

// needSteps refuses a trace whose points are not single steps with what a
// step's gradient needs: costs (where asked for) and, for sampled algorithms,
// gates. Steps that do not move alpha need neither.
func (f *frame) needSteps(t *trace.Trace, rung string, costs bool) error {
	if f.spec.Algorithm == spec.Random {
		return nil
	}
	last := -1
	for i := range t.Points {
		p := &t.Points[i]
		missing := func(what, hint string) error {
			return &MissingError{rung, fmt.Sprintf("point %d (step %d): %s", i, p.Step, what), hint}
		}
		if last >= 0 && p.Step != last {
			return missing(fmt.Sprintf("the points before it end at step %d", last), "record every step (record.every = 1)")
		}
		last = p.Step + p.Steps
		if !moves(p, f.spec) {
			continue
		}
		if p.Steps != 1 {
			return missing(fmt.Sprintf("it covers %d steps", p.Steps), "record every step (record.every = 1), or use rung driven")
		}
		if costs && (p.Cost == nil || p.Cost.Count == nil) {
			return missing("field cost is missing", "record costs, or use a rung that needs none")
		}
		if p.Gate == nil && (f.spec.Relaxation() != spec.DARTS || f.spec.Net.Partial > 1) {
			return missing("field gate is missing", "record the sampled gates, or use rung driven")
		}
	}
	return nil
}
