// Package ode integrates differential equations: terms, methods, controllers,
// events and dense output are apart from each other, and one driver, Solve,
// owns time.
//
//   - A Term says what is integrated: y' = f(t, y), with a Jacobian if known.
//   - A Method makes steps: DormandPrince (5(4)) and BogackiShampine (3(2)),
//     explicit pairs from exact tableaux; Rodas4 (4(3)), linearly implicit and
//     L-stable, for stiff terms.
//   - A Controller chooses step sizes from scaled errors: PI, Integral, Fixed.
//   - Events are zeros of functions of (t, y), located on the dense output.
//   - An Interpolant is a step's dense output, a polynomial in time.
//
// Stochastic equations have a Noise of their own and fixed steps: SolveSDE with
// EulerMaruyama, Milstein or SRIW1.
//
// How to choose: DormandPrince with PI for the smooth flows of architecture
// parameters; BogackiShampine for rough tolerances; Rodas4 when Solve reports
// stiffness. Tolerances bound the error of one step, not of the solution: the
// latter is usually within a factor of ten of it.
package ode
