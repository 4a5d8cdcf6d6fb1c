package ode

import "sort"

// Interpolant is the dense output of one step from T0 to T1, a polynomial in
// s = (t-T0)/(T1-T0) whose coefficients are Powers[j] (of s^j).
type Interpolant struct {
	T0, T1 float64
	Powers [][]float64
}

// At writes y(t) into y. It is meant for t between T0 and T1, either way round.
func (p *Interpolant) At(y []float64, t float64) {
	s := (t - p.T0) / (p.T1 - p.T0)
	top := len(p.Powers) - 1
	copy(y, p.Powers[top])
	for j := top - 1; j >= 0; j-- {
		for k, c := range p.Powers[j] {
			y[k] = y[k]*s + c
		}
	}
}

// Curve is the dense output of a whole solution: its steps, in the order of
// integration.
type Curve []Interpolant

// At writes y(t) into y; t outside the solution's span uses the nearest step.
func (c Curve) At(y []float64, t float64) {
	back := c[0].T1 < c[0].T0
	i := sort.Search(len(c)-1, func(i int) bool {
		if back {
			return t >= c[i].T1
		}
		return t <= c[i].T1
	})
	c[i].At(y, t)
}
