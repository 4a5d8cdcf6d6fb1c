package ode

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// Term is the right-hand side of y' = F(t, y), of dimension Dim.
type Term struct {
	Dim int
	// F writes dy/dt into dy. It must not keep or change y.
	F func(dy []float64, t float64, y []float64)
	// Jacobian writes dF_i/dy_j. Nil: the stiff method takes differences.
	Jacobian func(j *mat.Dense, t float64, y []float64)
	// Autonomous says that F does not depend on t; the stiff method then spares
	// the time derivative.
	Autonomous bool
}

func (t Term) check(y0 []float64) error {
	if t.F == nil {
		return fmt.Errorf("ode: the term has no function F")
	}
	if t.Dim < 1 {
		return fmt.Errorf("ode: the term has dimension %d; it must be at least 1", t.Dim)
	}
	if len(y0) != t.Dim {
		return fmt.Errorf("ode: %d initial values for a term of dimension %d", len(y0), t.Dim)
	}
	if k := firstNotFinite(y0); k >= 0 {
		return fmt.Errorf("ode: initial value %d is %v", k, y0[k])
	}
	return nil
}

// Work counts what a solution cost.
type Work struct {
	Steps          int // accepted
	Rejected       int
	Evaluations    int // of F, those for differences included
	Jacobians      int
	Factorisations int
}
