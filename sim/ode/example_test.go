package ode_test

import (
	"errors"
	"fmt"
	"math"

	"edgewise/sim/ode"
)

// A pendulum that is let go at one radian: its state at chosen times, and when
// it first swings through the bottom.
func ExampleSolve() {
	pendulum := ode.Term{Dim: 2, Autonomous: true, F: func(dy []float64, _ float64, y []float64) {
		dy[0], dy[1] = y[1], -math.Sin(y[0])
	}}
	s, err := ode.Solve(pendulum, []float64{1, 0}, 0, 10, ode.Options{
		Controller: ode.PI(1e-8, 1e-10),
		At:         []float64{0, 5, 10},
		Events:     []ode.Event{{Name: "bottom", G: func(_ float64, y []float64) float64 { return y[0] }}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, t := range s.T {
		fmt.Printf("t = %2g  angle %.5f\n", t, s.Y[i][0])
	}
	fmt.Printf("bottom at %.5f\n", s.Crossings[0].T)
	// Output:
	// t =  0  angle 1.00000
	// t =  5  angle -0.02395
	// t = 10  angle -0.99895
	// bottom at 1.67499
}

// A solution that ends before its span says where, why and what to do.
func ExampleFailure() {
	blowup := ode.Term{Dim: 1, Autonomous: true, F: func(dy []float64, _ float64, y []float64) { dy[0] = y[0] * y[0] }}
	_, err := ode.Solve(blowup, []float64{1}, 0, 2, ode.Options{MaxSteps: 50})
	var f *ode.Failure
	if errors.As(err, &f) {
		fmt.Println(f.Outcome)
		fmt.Println(f.Outcome.Remedy())
	}
	// Output:
	// the maximum number of steps was taken
	// increase MaxSteps, loosen the tolerances, or use Rodas4 if the term is stiff
}
