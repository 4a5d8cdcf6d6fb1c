package proofs

import (
	"math"

	"edgewise/theory/cell"
	"edgewise/theory/cost"
)

// order draws p and a non-decreasing phi and returns the expected costs.
func order(e *env, arrange func(p []float64)) (p, c []float64, err error) {
	p, phi, c := make([]float64, 5), make([]float64, 6), make([]float64, 5)
	for i := range p {
		p[i] = e.uniform(0.02, 0.98)
	}
	arrange(p)
	phi[1] = e.normals(1, 1)[0]
	for n := 2; n < len(phi); n++ {
		phi[n] = phi[n-1] + e.rng.ExpFloat64()
	}
	return p, c, cost.Enumerate(cell.Minimal(), c, p, phi)
}

func checkFirstOrder(e *env) (Outcome, error) {
	var m meter
	for range 5000 {
		_, c, err := order(e, func(p []float64) {
			if !e.mutated && p[0] > p[2] {
				p[0], p[2] = p[2], p[0]
			}
		})
		if err != nil {
			return Outcome{}, err
		}
		m.add(math.Max(0, c[2]-c[0]))
	}
	return m.within(1e-12)
}

func checkSecondOrder(e *env) (Outcome, error) {
	var m meter
	for range 5000 {
		p, c, err := order(e, func(p []float64) {
			if !e.mutated && p[4] > p[0] {
				p[0], p[4] = p[4], p[0]
			}
		})
		if err != nil {
			return Outcome{}, err
		}
		m.add(math.Max(0, (1-(1-p[0])*(1-p[1]))*c[0]-c[4]))
	}
	return m.within(1e-12)
}

func checkConditionNeeded(e *env) (Outcome, error) {
	c := make([]float64, 5)
	p := []float64{0.99, 0.01, 0.01, 0.01, 0.01}
	if e.mutated {
		p[0], p[2] = p[2], p[0]
	}
	if err := cost.Enumerate(cell.Minimal(), c, p, []float64{0, 1, 2, 3, 4, 5}); err != nil {
		return Outcome{}, err
	}
	var m meter
	m.holds(c[2] > c[0])
	return m.within(0)
}

// checkZeroSum: without decay the expected costs of each node's edges sum to 0;
// many images of classes that overlap keep the head finite.
func checkZeroSum(e *env) (Outcome, error) {
	h, err := newHead(e, 200, pick(e, 0.0, 0.05))
	if err != nil {
		return Outcome{}, err
	}
	if err := h.train(); err != nil {
		return Outcome{}, err
	}
	_, block := h.gaps()
	var m meter
	m.add(math.Abs(block[0]))
	m.add(math.Abs(block[1]))
	return m.within(1e-10)
}
