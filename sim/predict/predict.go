// Package predict is the ladder of predictions: a source of local costs per
// rung, integrated by the optimiser map of the search, gives a predicted trace
// of the same type as an observed one. The rungs differ in how much of the
// observed run they may see:
//
//	replay    every step's cost per operation            -> rounding level
//	driven    first and second moments per window        -> P5.11
//	law-step  L - H of every step and the sampled wiring  -> P4.7, P4.8, P5.12
//	law       L and H per window, nothing per edge        -> P4.3, P4.8
//	blind     the spec alone                              -> everything
//
// Next to them stand the null predictors, which any rung has to beat. Score
// compares a predicted trace with an observed one.
//
// Signs: a positive cost means that the operation raises the loss and loses
// probability.
package predict

import (
	"fmt"
	"math"

	"edgewise/sim/spec"
	"edgewise/sim/trace"
)

// Names of the rungs, as manifests and tables spell them.
const (
	RungReplay  = "replay"
	RungDriven  = "driven"
	RungLawStep = "law-step"
	RungLaw     = "law"
	RungBlind   = "blind"
)

// MissingError says that a trace does not hold what a rung has to see.
type MissingError struct {
	Rung string // the rung that was asked for
	What string // the missing content, named by its field
	Hint string // what to do instead
}

// Error implements error.
func (e *MissingError) Error() string {
	return fmt.Sprintf("rung %s is not possible on this trace: %s; %s", e.Rung, e.What, e.Hint)
}

// prediction returns an empty predicted trace with the manifest of t.
func prediction(t *trace.Trace, rung, note string) *trace.Trace {
	m := t.Manifest
	m.Origin, m.Rung, m.Source = trace.Predicted, rung, "predict "+rung
	m.Notes = append(append([]string{}, m.Notes...), note)
	return &trace.Trace{Manifest: m}
}

// blank is a point at p's place in time in which nothing else is known yet.
func blank(p *trace.Point) trace.Point {
	nan := math.NaN()
	return trace.Point{
		Step: p.Step, Steps: p.Steps, Epoch: p.Epoch, AlphaRate: p.AlphaRate,
		Rate: nan, Temperature: p.Temperature, HeadNorm: nan, Status: p.Status,
	}
}

// moves says whether alpha is stepped in the window of p: its rate is not 0, the
// algorithm trains alpha at all, and the window is not one in which the search
// failed.
func moves(p *trace.Point, s *spec.Spec) bool {
	failed := p.Status != "" && p.Status != trace.Complete
	return p.Steps > 0 && p.AlphaRate != 0 && s.Algorithm != spec.Random && !failed
}
