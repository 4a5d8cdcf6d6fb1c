package ode

import "slices"

// Options say how to integrate. The zero value is DormandPrince with
// PI(1e-6, 1e-9), and keeps every accepted point.
type Options struct {
	Method     Method
	Controller Controller
	// At are the times of the output, in the order of integration and within
	// the span, read off the dense output. Empty: every accepted step.
	At []float64
	// Stops are times that a step must end at: jumps of the term.
	Stops []float64
	// Events are watched along the way.
	Events []Event
	// Dense keeps the dense output of every step in the solution.
	Dense bool
	// MaxSteps bounds accepted and refused steps together; 0 means 100,000.
	MaxSteps int
	// MaxStep bounds the step size; 0 means the span.
	MaxStep float64
	// FirstStep is the first step size to try; 0 lets the controller choose.
	FirstStep float64
}

// Solution is what an integration found, also when it failed: the part up to
// the failure.
type Solution struct {
	T         []float64
	Y         [][]float64 // Y[i] at T[i]
	Crossings []Crossing  // of events, in order
	Curve     Curve       // with Options.Dense
	Outcome   Outcome
	Work      Work
	// EndT and EndY are where the integration ended, output time or not.
	EndT float64
	EndY []float64
}

// Solve integrates the term from y0 at t0 to t1, forwards or backwards. y0 is
// not changed. A failed outcome is returned as a *Failure together with the
// solution up to there; bad arguments return no solution.
func Solve(term Term, y0 []float64, t0, t1 float64, o Options) (*Solution, error) {
	d, err := newDriver(term, y0, t0, t1, o)
	if err != nil {
		return nil, err
	}
	f := d.run()
	d.sol.EndT, d.sol.EndY = d.t, slices.Clone(d.y)
	if f != nil {
		d.sol.Outcome = f.Outcome
		return d.sol, f
	}
	return d.sol, nil
}
