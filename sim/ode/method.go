package ode

// Method is a one-step method with an error estimate and dense output.
type Method interface {
	// Name is the method's name in texts.
	Name() string
	// Order is that of the propagated solution.
	Order() int
	// ErrorOrder is that of the embedded solution: the estimate of a step of
	// size h falls like h^(ErrorOrder+1).
	ErrorOrder() int
	// begin returns a stepper that starts at (t, y).
	begin(term Term, t float64, y []float64, w *Work) stepper
}

// stepper makes attempts from a current point.
type stepper interface {
	// slope is F at the current point.
	slope() []float64
	// try attempts a step of size h; stages at its end see the time end, which
	// is t+h or, before a jump of the term there, the number before it. y1 and
	// err are valid until the next try.
	try(h, end float64) (y1, err []float64, outcome Outcome)
	// accept moves to the attempt's end, at time t1, and returns its dense
	// output; jumped asks for the slope to be evaluated anew there.
	accept(t1 float64, jumped bool) Interpolant
	// stiffness estimates |h lambda| of the last attempt for the dominant
	// eigenvalue lambda, relative to the method's stability limit; 0 unknown.
	stiffness() float64
}
