package cost

import (
	"errors"
	"fmt"
)

// ErrNoEffective says that no wiring of positive probability has an effective
// edge, so that no total can be shared.
var ErrNoEffective = errors.New("no edge is effective with positive probability, so there is no cost to share")

// ShareModel is the equal-share model of P4.3: in a wiring with n effective
// edges each of them costs v w_e - u s_e/n, that is L-H = v n - u when all
// weights are 1.
type ShareModel struct {
	// V is the redundancy slope v >= 0: what one more effective edge adds to
	// every wiring's L-H. About .005 at initialisation, .13 to .25 after
	// training.
	V float64
	// Energy is w_e and Overlap s_e; nil stands for ones. Energy of an edge
	// from an intermediate node is about 1.7 at initialisation.
	Energy, Overlap []float64
}

// Share writes C_e = v w_e r_e - u s_e h_e with
// u = (v sum_e p_e w_e r_e - total) / sum_e p_e s_e h_e, so that
// sum_e p_e C_e = total, and returns u. total is the mean of L-H over the
// sampling distribution p (plus the skip terms of P3.4 where the space has
// skip_connect); in a cell whose output is normalised it is 0. ErrNoEffective
// when nothing can be effective.
func (x *Expectation) Share(dst, p []float64, total float64, m ShareModel) (u float64, err error) {
	if err := x.Shares(x.r, x.h, p); err != nil {
		return 0, err
	}
	return m.Assign(dst, x.r, x.h, p, total)
}

// Assign is Share for given r_e and h_e.
func (m ShareModel) Assign(dst, r, h, p []float64, total float64) (u float64, err error) {
	if len(dst) != len(p) || len(r) != len(p) || len(h) != len(p) {
		return 0, fmt.Errorf("equal shares: %d results, %d r, %d h for %d edges", len(dst), len(r), len(h), len(p))
	}
	if m.Energy != nil && len(m.Energy) != len(p) || m.Overlap != nil && len(m.Overlap) != len(p) {
		return 0, fmt.Errorf("equal shares: %d energies and %d overlaps for %d edges", len(m.Energy), len(m.Overlap), len(p))
	}
	sumR, sumH := 0.0, 0.0
	for e, pe := range p {
		sumR += pe * r[e] * weight(m.Energy, e)
		sumH += pe * h[e] * weight(m.Overlap, e)
	}
	if sumH == 0 {
		return 0, ErrNoEffective
	}
	u = (m.V*sumR - total) / sumH
	for e := range p {
		dst[e] = m.V*r[e]*weight(m.Energy, e) - u*h[e]*weight(m.Overlap, e)
	}
	return u, nil
}

func weight(w []float64, e int) float64 {
	if w == nil {
		return 1
	}
	return w[e]
}

// PerOperation writes the costs of the operations of one edge,
// c_k = w_k C_e / sum_k pi_k w_k, for an edge cost C_e (the mean over its active
// operations, with probabilities pi given active) and relative energies w_k
// (P4.1: at initialisation 4 to 5 times larger for pooling than for
// convolutions; 1 later). none costs 0: pass index -1 if the space has none.
// All active probability on operations of zero energy is an error.
func PerOperation(dst, pi, energy []float64, none int, edge float64) error {
	if len(dst) != len(pi) || len(energy) != len(pi) {
		return fmt.Errorf("operation costs: %d results, %d probabilities, %d energies", len(dst), len(pi), len(energy))
	}
	mean, mass := 0.0, 0.0
	for k, w := range energy {
		if k != none {
			mean += pi[k] * w
			mass += pi[k]
		}
	}
	if mean == 0 {
		return errors.New("operation costs: no active operation has energy")
	}
	for k, w := range energy {
		dst[k] = edge * w * mass / mean
		if k == none {
			dst[k] = 0
		}
	}
	return nil
}

// Jacobian writes d C_e / d p_f at J[e][f] for C_e = E[phi(n) 1_e | e active],
// exactly: C_e is linear in each p_f, so the derivative is the difference of
// its values at p_f = 1 and p_f = 0.
func (x *Expectation) Jacobian(j [][]float64, p, phi []float64) error {
	if len(j) != len(p) {
		return fmt.Errorf("Jacobian: %d rows for %d edges", len(j), len(p))
	}
	at := append([]float64(nil), p...)
	up, down := make([]float64, len(p)), make([]float64, len(p))
	for f := range p {
		at[f] = 1
		if err := x.Costs(up, at, phi); err != nil {
			return err
		}
		at[f] = 0
		if err := x.Costs(down, at, phi); err != nil {
			return err
		}
		at[f] = p[f]
		for e := range j {
			if len(j[e]) != len(p) {
				return fmt.Errorf("Jacobian: row %d has %d columns for %d edges", e, len(j[e]), len(p))
			}
			j[e][f] = up[e] - down[e]
		}
	}
	return nil
}
