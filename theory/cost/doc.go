// Package cost states how a differentiable architecture search assigns costs
// to the edges of a cell.
//
// The cost of operation k on edge e = (i,j) is C_e^k = <dL/dx_j, O_e^k(x_i)> =
// dL/dZ_e^k, and C_e = sum_k Z_e^k C_e^k. A positive cost means that the edge
// raises the loss, and that its operation loses probability.
//
// The package holds, each as a documented function and as a symbolic statement
// that Derive prints: the gradients of the searches (gradient.go), the law
// L - H of the output and its bounds (P2), what an operation passes back (P3),
// the conservation laws of nodes and cells (P3.4) and the law of the none
// logits (P3.6), the expected cost of every edge in closed form (P4.3) for any
// cell, and interventions on the assignment (P7).
package cost
