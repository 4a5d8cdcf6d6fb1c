package ode

import (
	"fmt"
	"math"
	"slices"
)

// driver owns time: it alone advances t, and asks the others.
type driver struct {
	o        Options
	term     Term
	sol      *Solution
	step     stepper
	watchers []*watcher
	t, end   float64
	dir      float64
	y, probe []float64
	at       int // next of Options.At
	stop     int // next of Options.Stops
	stiff    int // accepted steps at the stability limit
}

func newDriver(term Term, y0 []float64, t0, t1 float64, o Options) (*driver, error) {
	if o.Method == nil {
		o.Method = DormandPrince()
	}
	if o.Controller == nil {
		o.Controller = PI(1e-6, 1e-9)
	}
	if o.MaxSteps == 0 {
		o.MaxSteps = 100000
	}
	if err := term.check(y0); err != nil {
		return nil, err
	}
	if err := o.Controller.check(); err != nil {
		return nil, err
	}
	if firstNotFinite([]float64{t0, t1}) >= 0 {
		return nil, fmt.Errorf("ode: the span from %v to %v is not finite", t0, t1)
	}
	if o.MaxSteps < 0 || !(o.MaxStep >= 0) || !(o.FirstStep >= 0) {
		return nil, fmt.Errorf("ode: MaxSteps %d, MaxStep %v and FirstStep %v must not be negative", o.MaxSteps, o.MaxStep, o.FirstStep)
	}
	d := &driver{o: o, term: term, sol: &Solution{}, t: t0, end: t1, dir: math.Copysign(1, t1-t0)}
	d.y, d.probe = slices.Clone(y0), make([]float64, len(y0))
	for i, t := range o.At {
		if (t-t0)*d.dir < 0 || (t-t1)*d.dir > 0 || math.IsNaN(t) {
			return nil, fmt.Errorf("ode: output time %d (%v) is outside the span from %v to %v", i, t, t0, t1)
		}
		if i > 0 && (t-o.At[i-1])*d.dir < 0 {
			return nil, fmt.Errorf("ode: output time %d (%v) comes after %v: give them in the order of integration", i, t, o.At[i-1])
		}
	}
	d.o.Stops = slices.Clone(o.Stops)
	if firstNotFinite(d.o.Stops) >= 0 {
		return nil, fmt.Errorf("ode: a stop is not finite: %v", o.Stops)
	}
	slices.SortFunc(d.o.Stops, func(a, b float64) int {
		switch {
		case a*d.dir < b*d.dir:
			return -1
		case a*d.dir > b*d.dir:
			return 1
		}
		return 0
	})
	for i, e := range o.Events {
		if e.G == nil {
			return nil, fmt.Errorf("ode: event %d (%s) has no function", i, e.Name)
		}
		d.watchers = append(d.watchers, &watcher{event: e, last: e.G(t0, y0)})
	}
	return d, nil
}

// record keeps the output that a step, or the start, has reached.
func (d *driver) record(p *Interpolant, until float64) {
	if len(d.o.At) == 0 {
		d.keep(until, d.y)
		return
	}
	for d.at < len(d.o.At) && (d.o.At[d.at]-until)*d.dir <= 0 {
		t := d.o.At[d.at]
		switch {
		case p == nil || t == until:
			d.keep(t, d.y)
		default:
			p.At(d.probe, t)
			d.keep(t, d.probe)
		}
		d.at++
	}
}

func (d *driver) keep(t float64, y []float64) {
	d.sol.T = append(d.sol.T, t)
	d.sol.Y = append(d.sol.Y, slices.Clone(y))
}

// target is the time that the next step may not pass, and whether the term
// jumps there.
func (d *driver) target() (t float64, jump bool) {
	for d.stop < len(d.o.Stops) && (d.o.Stops[d.stop]-d.t)*d.dir <= 0 {
		d.stop++
	}
	if d.stop < len(d.o.Stops) && (d.o.Stops[d.stop]-d.end)*d.dir < 0 {
		return d.o.Stops[d.stop], true
	}
	return d.end, false
}

func (d *driver) run() *Failure {
	w := &d.sol.Work
	d.step = d.o.Method.begin(d.term, d.t, d.y, w)
	d.record(nil, d.t)
	if k := firstNotFinite(d.step.slope()); k >= 0 {
		return d.failure(NotFinite, k, 0)
	}
	if d.t == d.end {
		return nil
	}
	h := d.o.FirstStep
	if h == 0 {
		h = d.o.Controller.First(d.t, d.y, d.step.slope(), d.end-d.t, d.o.Method.ErrorOrder(), func(dy []float64, t float64, y []float64) {
			w.Evaluations++
			d.term.F(dy, t, y)
		})
	}
	previous, rejected, worst := 1.0, false, -1
	refusal := StepTooSmall // why the last attempt was refused
	for (d.end-d.t)*d.dir > 0 {
		if w.Steps+w.Rejected >= d.o.MaxSteps {
			return d.failure(TooManySteps, worst, h)
		}
		if d.o.MaxStep > 0 {
			h = math.Min(h, d.o.MaxStep)
		}
		tiny := 10 * math.Abs(math.Nextafter(d.t, d.dir*math.Inf(1))-d.t)
		if h < tiny {
			if rejected {
				return d.failure(refusal, worst, h)
			}
			h = tiny
		}
		// The last step before a target ends on it exactly, and no sliver is
		// left behind it.
		target, jump := d.target()
		to := d.t + d.dir*h
		if (to-target)*d.dir > 0 || math.Abs(target-to) < tiny {
			to = target
		}
		jump = jump && to == target
		last := to
		if jump {
			last = math.Nextafter(to, d.t)
		}
		signed := to - d.t
		y1, errs, outcome := d.step.try(signed, last)
		norm := math.Inf(1)
		refusal = outcome
		if outcome == Reached {
			refusal = StepTooSmall
			norm, worst = d.o.Controller.Norm(errs, d.y, y1)
		} else {
			worst = firstNotFinite(y1)
			if _, fixed := d.o.Controller.(Fixed); fixed {
				return d.failure(outcome, worst, math.Abs(signed))
			}
		}
		attempt := Attempt{Norm: norm, Previous: previous, Order: d.o.Method.ErrorOrder(), Rejected: rejected}
		if !(norm <= 1) {
			w.Rejected++
			rejected = true
			h = math.Abs(signed) * d.o.Controller.Factor(attempt)
			continue
		}
		if d.step.stiffness() > 1 {
			d.stiff++
		}
		w.Steps++
		full := math.Abs(signed)
		if _, fixed := d.o.Controller.(Fixed); !fixed {
			h = full * d.o.Controller.Factor(attempt)
		}
		previous, rejected = math.Max(norm, 1e-4), false
		copy(d.y, y1)
		p := d.step.accept(to, jump)
		d.t = to
		if stopped := d.finish(&p); stopped {
			d.sol.Outcome = StoppedByEvent
			return nil
		}
	}
	return nil
}

// finish looks for events in an accepted step and records it; it says whether a
// terminal event ended the integration.
func (d *driver) finish(p *Interpolant) bool {
	var found []Crossing
	for i, w := range d.watchers {
		for _, t := range w.search(p, d.probe) {
			y := make([]float64, len(d.y))
			p.At(y, t)
			found = append(found, Crossing{Event: i, T: t, Y: y})
		}
	}
	slices.SortStableFunc(found, func(a, b Crossing) int {
		switch {
		case a.T*d.dir < b.T*d.dir:
			return -1
		case a.T*d.dir > b.T*d.dir:
			return 1
		}
		return 0
	})
	for _, c := range found {
		d.sol.Crossings = append(d.sol.Crossings, c)
		if d.watchers[c.Event].event.Terminal {
			d.t = c.T
			copy(d.y, c.Y)
			d.dense(p)
			d.record(p, d.t)
			return true
		}
	}
	d.dense(p)
	d.record(p, d.t)
	return false
}

func (d *driver) dense(p *Interpolant) {
	if d.o.Dense {
		d.sol.Curve = append(d.sol.Curve, *p)
	}
}

func (d *driver) failure(o Outcome, component int, h float64) *Failure {
	return &Failure{Outcome: o, T: d.t, Component: component, Step: h, Stiff: d.stiff*2 > d.sol.Work.Steps && d.stiff > 10}
}
