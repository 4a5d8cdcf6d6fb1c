package proofs

import (
	"fmt"
	"math"

	"edgewise/theory/cell"
	"edgewise/theory/cost"
	"edgewise/theory/dynamics"
)

// costsBetween draws op costs in [lo, hi] with none (op 0) at 0.
func costsBetween(e *env, k int, lo, hi float64) []float64 {
	c := make([]float64, k)
	for i := 1; i < k; i++ {
		c[i] = e.uniform(lo, hi)
	}
	return c
}

func checkNoneLogitRises(e *env) (Outcome, error) {
	var m meter
	for range 5000 {
		k := 2 + e.rng.IntN(7)
		p, c, grad := e.simplex(k), costsBetween(e, k, 0.01, 1), make([]float64, k)
		if e.mutated {
			c[1] = -2
		}
		cost.DARTS(grad, p, c)
		m.holds(-grad[0] > 0)
	}
	return m.within(0)
}

func checkNoneProbabilityRises(e *env) (Outcome, error) {
	var m meter
	for range 20000 {
		k := 2 + e.rng.IntN(7)
		p, lo := e.simplex(k), e.uniform(0, 1)
		if e.rng.IntN(2) == 0 { // concentrate on one op
			p[1] += 3
			for i := range p {
				p[i] /= 4
			}
		}
		if !e.mutated && lo <= 1-2*p[0] {
			continue
		}
		c, speed := costsBetween(e, k, lo, 1), make([]float64, k)
		dynamics.ProbabilitySpeed(speed, p, c)
		m.holds(speed[0] > 0)
	}
	return m.within(0)
}

// checkDensities: phi(n) >= 0 for every n makes every expected cost positive.
func checkDensities(e *env) (Outcome, error) {
	var m meter
	c := make([]float64, 5)
	for range 2000 {
		p, phi := make([]float64, 5), make([]float64, 6)
		for i := range p {
			p[i] = e.uniform(0.05, 0.95)
		}
		for n := 1; n < len(phi); n++ {
			phi[n] = e.rng.Float64()
		}
		m.holds(dynamics.AllCostsPositive(phi[1:]))
		phi[1+e.rng.IntN(2)] *= pick(e, 1.0, -3)
		if err := cost.Enumerate(cell.Minimal(), c, p, phi); err != nil {
			return Outcome{}, err
		}
		for _, x := range c {
			m.holds(x > 0)
		}
	}
	return m.within(0)
}

func checkFallingNone(e *env) (Outcome, error) {
	speed := make([]float64, 3)
	dynamics.ProbabilitySpeed(speed, []float64{0.01, 0.9, 0.09}, []float64{0, pick(e, 0.1, 10), 10})
	var m meter
	m.holds(math.Round(speed[0]*1e4) == -64)
	return m.within(0)
}

// checkMeanPositive: E[L - H] = E[n phi(n)] > 0 with an edge that earns: most
// wirings have edge (0,3) alone, where it earns, and few have more edges.
func checkMeanPositive(e *env) (Outcome, error) {
	p, c := []float64{0.05, 0.05, 0.9, 0.05, 0.05}, make([]float64, 5)
	phi := []float64{0, pick(e, -0.3, 0.1), 1, 1, 1, 1}
	if err := cost.Enumerate(cell.Minimal(), c, p, phi); err != nil {
		return Outcome{}, err
	}
	mean := 0.0
	for i := range p {
		mean += p[i] * c[i]
	}
	var m meter
	m.holds(mean > 0 && c[2] < 0)
	return m.within(0)
}

// game draws two batches of logits whose best scales differ by a factor of two
// at least, the smaller one on validation data.
func game(e *env) (train, validation func(s float64) float64, err error) {
	split := func(n, wrong int) func(s float64) float64 {
		z, y := make([][]float64, n), make([]int, n)
		for i := range z {
			z[i] = e.normals(3, 1)
			y[i] = 0
			z[i][0] += 1
			if i < wrong {
				z[i][1] = z[i][0] + 1
			}
		}
		return func(s float64) float64 {
			g := 0.0
			for i := range z {
				g += cost.Gap(z[i], y[i], s) / float64(n)
			}
			return g
		}
	}
	for range 100 {
		train, validation = split(40, 2), split(40, 12)
		t, errT := dynamics.BestScale(train, 1e-3, 50)
		v, errV := dynamics.BestScale(validation, 1e-3, 50)
		if errT == nil && errV == nil && v > 0.2 && 2*v < t {
			return train, validation, nil
		}
	}
	return nil, nil, fmt.Errorf("no two batches of well separated best scales in 100 draws")
}

func checkGameEquilibrium(e *env) (Outcome, error) {
	train, validation, err := game(e)
	if err != nil {
		return Outcome{}, err
	}
	const decay = 0.02
	best, err := dynamics.BestScale(validation, 1e-3, 50)
	if err != nil {
		return Outcome{}, err
	}
	ratio := decay / math.Abs(train(best))
	want := best * pick(e, math.Sqrt(ratio), ratio)
	// Play: gradient flow of the gate's logit on validation, of w on training.
	x := []float64{0, 1}
	rk4(x, 4000, 8000, func(_ float64, x, dx []float64) {
		g := dynamics.Probability(x[0])
		s := g * x[1]
		dx[0] = -validation(s) / s * x[1] * g * (1 - g)
		dx[1] = -train(s)/s*g - decay*x[1]
	})
	var m meter
	m.diff(dynamics.Probability(x[0]), want)
	eq, err := dynamics.TemperatureGame{Train: train, Validation: validation, Decay: decay}.Solve(1e-3, 50)
	if err != nil {
		return Outcome{}, err
	}
	m.diff(eq.Gate, want)
	return m.within(1e-6)
}

// checkRunaway: without decay the gate closes and w grows.
func checkRunaway(e *env) (Outcome, error) {
	train, validation, err := game(e)
	if err != nil {
		return Outcome{}, err
	}
	if e.mutated {
		train, validation = validation, train
	}
	x := []float64{0, 1}
	var mid []float64
	for i := range 2 {
		rk4(x, 3000, 3000, func(_ float64, x, dx []float64) {
			g := dynamics.Probability(x[0])
			s := g * x[1]
			dx[0] = -validation(s) / s * x[1] * g * (1 - g)
			dx[1] = -train(s) / s * g
		})
		if i == 0 {
			mid = append(mid, x...)
		}
	}
	var m meter
	m.holds(x[0] < mid[0] && mid[0] < -1)
	m.holds(x[1] > mid[1] && mid[1] > 3)
	return m.within(0)
}
