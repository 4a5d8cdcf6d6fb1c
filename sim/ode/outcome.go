package ode

import (
	"fmt"
	"math"
)

// Outcome is how an integration ended.
type Outcome int

// The outcomes. Only Reached and StoppedByEvent are successes.
const (
	Reached Outcome = iota
	StoppedByEvent
	TooManySteps
	StepTooSmall
	NotFinite
	SingularMatrix
)

var outcomes = []struct{ name, remedy string }{
	Reached:        {"the end of the span was reached", ""},
	StoppedByEvent: {"a terminal event stopped the integration", ""},
	TooManySteps:   {"the maximum number of steps was taken", "increase MaxSteps, loosen the tolerances, or use Rodas4 if the term is stiff"},
	StepTooSmall:   {"the step size fell below the spacing of numbers at this time", "look for a singularity or a jump of the term there (name jumps as Stops), or loosen the tolerances"},
	NotFinite:      {"the solution or its derivative is not a finite number", "look for a division by zero or an overflow in the term, or end the span before it"},
	SingularMatrix: {"the matrix of the implicit stages is singular", "check the Jacobian, or use an explicit method"},
}

// String says what happened.
func (o Outcome) String() string {
	if o < 0 || int(o) >= len(outcomes) {
		return fmt.Sprintf("unknown outcome %d", int(o))
	}
	return outcomes[o].name
}

// Remedy says what to do about it; empty for a success.
func (o Outcome) Remedy() string {
	if o < 0 || int(o) >= len(outcomes) {
		return ""
	}
	return outcomes[o].remedy
}

// Failed says whether the solution ends before it should.
func (o Outcome) Failed() bool { return o != Reached && o != StoppedByEvent }

// Failure is the error of a failed outcome: where it happened, and which
// component of the solution limited the step.
type Failure struct {
	Outcome   Outcome
	T         float64
	Component int     // with the largest scaled error, or not finite; -1 unknown
	Step      float64 // the last step size tried
	Stiff     bool    // most steps were limited by stability, not accuracy
}

// Error implements error.
func (f *Failure) Error() string {
	s := fmt.Sprintf("ode: %s at t = %g (step %g", f.Outcome, f.T, f.Step)
	if f.Component >= 0 {
		s += fmt.Sprintf(", component %d", f.Component)
	}
	s += "): " + f.Outcome.Remedy()
	if f.Stiff {
		s += "; stability, not accuracy, limits the steps: the term is stiff, use Rodas4"
	}
	return s
}

// firstNotFinite returns the index of the first NaN or infinity, or -1.
func firstNotFinite(x []float64) int {
	for k, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return k
		}
	}
	return -1
}
