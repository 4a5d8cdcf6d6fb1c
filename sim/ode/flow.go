package ode

import "edgewise/theory/dynamics"

// Flow is the term alpha' = eta * field(alpha) of an architecture's logits: a
// vector field of theory/dynamics at learning rate eta, time counted in steps
// of the search.
func Flow(dim int, eta float64, field dynamics.Field) Term {
	return Term{Dim: dim, Autonomous: true, F: func(dy []float64, _ float64, y []float64) {
		field(dy, y)
		for k := range dy {
			dy[k] *= eta
		}
	}}
}
