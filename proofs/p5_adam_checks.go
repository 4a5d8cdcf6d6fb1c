package proofs

import (
	"math"

	"edgewise/theory/cost"
	"edgewise/theory/dynamics"
	"edgewise/theory/symbolic"
)

// checkAdamDrift runs Adam(.5, .999) on a two-way edge at the exact gradient.
func checkAdamDrift(e *env) (Outcome, error) {
	var m meter
	for _, lr := range []float64{3e-4, 1e-3} {
		adam, err := dynamics.New(dynamics.Config{Name: dynamics.NameAdam, LR: lr, Beta1: 0.5, Beta2: 0.999, Eps: 1e-30})
		if err != nil {
			return Outcome{}, err
		}
		alpha, grad, z := make([]float64, 2), make([]float64, 2), make([]float64, 2)
		const c = 1
		at := func(steps int) float64 {
			before := alpha[1] - alpha[0]
			for range steps {
				cost.Softmax(z, alpha)
				cost.DARTS(grad, z, []float64{0, c})
				adam.Step(alpha, grad)
			}
			return (before - alpha[1] + alpha[0]) / float64(steps)
		}
		m.add(math.Abs(at(5)/dynamics.AdamEarlyDrift(lr) - 1))
		at(30000)
		late := dynamics.AdamLateDrift(lr, 0.999)
		if e.mutated {
			late = dynamics.AdamEarlyDrift(lr)
		}
		m.add(math.Abs(at(5000)/late - 1))
	}
	return m.within(5e-3)
}

// checkAdamDecay: Adam with L2 rests where p_k(C_k - <C>) = -wd a_k, and with
// zero cost the decay alone regrows a dropped edge.
func checkAdamDecay(e *env) (Outcome, error) {
	const decay, k = 1e-3, 8
	adam, err := dynamics.New(dynamics.Config{Name: dynamics.NameAdam, LR: 1e-3, Beta1: 0.5, Beta2: 0.999, Eps: 1e-8, WeightDecay: decay})
	if err != nil {
		return Outcome{}, err
	}
	alpha, grad, z, c := make([]float64, k), make([]float64, k), make([]float64, k), make([]float64, k)
	for i := 1; i < k; i++ {
		c[i] = 0.01
	}
	for range 60000 {
		cost.Softmax(z, alpha)
		cost.DARTS(grad, z, c)
		adam.Step(alpha, grad)
	}
	var m meter
	cost.Softmax(z, alpha)
	cost.DARTS(grad, z, c)
	for i := range grad {
		m.diff(grad[i], -decay*pick(e, 1.0, 2)*alpha[i])
	}
	m.add(math.Abs(z[0]-0.654) / 1e3) // the published figure, three digits
	adam.Reset()
	clear(grad)
	dropped := z[0]
	for range 10000 {
		adam.Step(alpha, grad)
	}
	cost.Softmax(z, alpha)
	m.holds(z[0] < dropped-0.1)
	return m.within(1e-6)
}

// checkNoiseMoments: Delta = -2 eta C (1-p) with probability p and cost moments
// c1, c2; else 0.
func checkNoiseMoments(e *env) (Outcome, error) {
	p, eta, c1, c2 := v("p"), v("eta"), v("c", 1), v("c", 2)
	q := symbolic.Sub(symbolic.One(), p)
	mean := symbolic.Mul(symbolic.Number(-2), eta, p, q, c1)
	square := symbolic.Mul(symbolic.Number(4), eta, eta, q, q, p, c2)
	variance := symbolic.Sub(square, symbolic.Mul(mean, mean))
	if e.mutated {
		variance = square
	}
	want := symbolic.Mul(symbolic.Number(4), eta, eta, q, q, symbolic.Sub(symbolic.Mul(p, c2), symbolic.Mul(p, p, c1, c1)))
	var m meter
	if err := m.equal(variance, want); err != nil {
		return Outcome{}, err
	}
	s, err := dynamics.NewSampledEdge(0.1, 0.3, 0.25, 0)
	if err != nil {
		return Outcome{}, err
	}
	for _, d := range []float64{-2, 0, 1.5} {
		p := dynamics.Probability(d)
		m.holds(math.Abs(s.Drift(d)+2*0.1*p*(1-p)*0.3) < 1e-15)
		b := s.Diffusion(d)
		m.holds(math.Abs(b*b-4*0.01*(1-p)*(1-p)*(p*0.25-p*p*0.09)) < 1e-15)
	}
	return m.within(0)
}

// checkSecondMoment draws costs from a few atoms and averages g_k^2 over them.
func checkSecondMoment(e *env) (Outcome, error) {
	const k, atoms = 4, 6
	alpha, q := e.normals(k, 1), make([]float64, k)
	cost.Softmax(q, alpha)
	mean, second := make([]float64, k), make([]float64, k*k)
	m1, m2, g := make([]float64, k), make([]float64, k), make([]float64, k)
	for range atoms {
		c := e.normals(k, 1)
		cost.DARTS(g, q, c)
		for i := range c {
			mean[i] += c[i] / atoms
			m1[i] += g[i] / atoms
			m2[i] += g[i] * g[i] / atoms
			for j := range c {
				second[i*k+j] += c[i] * c[j] / atoms
			}
		}
	}
	if e.mutated {
		for i := range mean {
			for j := range mean {
				second[i*k+j] = mean[i] * mean[j]
			}
		}
	}
	soft, err := dynamics.NewSoftMoments([]dynamics.SoftCosts{{Mean: mean, Second: second}})
	if err != nil {
		return Outcome{}, err
	}
	g1, g2 := make([]float64, k), make([]float64, k)
	soft.Moments(g1, g2, alpha)
	var m meter
	for i := range g1 {
		m.diff(g1[i], m1[i])
		m.diff(g2[i], m2[i])
	}
	return m.within(1e-14)
}

// checkNoSpread: for a gradient without spread the moment closure is Adam.
func checkNoSpread(e *env) (Outcome, error) {
	config := dynamics.Config{Name: dynamics.NameAdam, LR: 1e-2, Beta1: 0.5, Beta2: 0.999, Eps: 1e-8, WeightDecay: 1e-3}
	adam, err := dynamics.New(config)
	if err != nil {
		return Outcome{}, err
	}
	mean := dynamics.MeanAdam{Adam: dynamics.Adam{LR: 1e-2, Beta1: 0.5, Beta2: 0.999, Eps: 1e-8, WeightDecay: 1e-3}}
	const k = 4
	a := e.normals(k, 1)
	b := append([]float64(nil), a...)
	var m meter
	for range 200 {
		g1, g2 := e.normals(k, 1), make([]float64, k)
		for i, x := range g1 {
			g2[i] = x * x * pick(e, 1, 1.1)
		}
		adam.Step(a, g1)
		mean.StepMoments(b, g1, g2)
		for i := range a {
			m.diff(a[i], b[i])
		}
	}
	return m.within(1e-13)
}
