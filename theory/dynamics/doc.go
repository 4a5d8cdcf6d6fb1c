// Package dynamics says what the architecture parameters do under a cost:
// optimisers as maps, the vector field of each algorithm, exact solutions,
// drop and regrowth times, order of edges, fixed points, stability, noise.
//
// Signs: a positive cost means that the operation raises the loss; every
// optimiser descends, alpha' = -eta dL/dalpha. P-numbers name the statements of
// the theory.
package dynamics
