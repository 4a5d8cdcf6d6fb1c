package proofs

import (
	"math"
	"math/big"

	"edgewise/theory/cost"
	"edgewise/theory/dynamics"
	"edgewise/theory/symbolic"
)

// checkDSNASExpectation draws an arbitrary joint distribution of the ops of
// three dependent edges and compares both sides in exact rational numbers.
func checkDSNASExpectation(e *env) (Outcome, error) {
	const ops, edges, all = 3, 3, 27
	var m meter
	for range 20 {
		weight, c := make([]*big.Rat, all), make([]*big.Rat, all)
		total := new(big.Rat)
		for w := range all {
			weight[w] = big.NewRat(1+e.rng.Int64N(1000), 1)
			c[w] = big.NewRat(e.rng.Int64N(2001)-1000, 1+e.rng.Int64N(50))
			total.Add(total, weight[w])
		}
		op := func(w int) int { return w % ops } // the edge's own operation
		p, pc := make([]*big.Rat, ops), make([]*big.Rat, ops)
		for k := range p {
			p[k], pc[k] = new(big.Rat), new(big.Rat)
		}
		for w := range all {
			weight[w].Quo(weight[w], total)
			k := op(w)
			p[k].Add(p[k], weight[w])
			pc[k].Add(pc[k], new(big.Rat).Mul(weight[w], c[w]))
		}
		mean := new(big.Rat)
		for k := range p {
			mean.Add(mean, pc[k])
		}
		for k := range p {
			left := new(big.Rat)
			for w := range all {
				d := new(big.Rat).Neg(p[k])
				if op(w) == k {
					d.Add(d, big.NewRat(1, 1))
				}
				left.Add(left, d.Mul(d, new(big.Rat).Mul(weight[w], c[w])))
			}
			j := pick(e, k, (k+1)%ops)
			cbar := new(big.Rat).Quo(pc[j], p[j])
			right := cbar.Mul(p[k], cbar.Sub(cbar, mean))
			m.holds(left.Cmp(right) == 0)
		}
	}
	return m.within(0)
}

func checkTemperatureLimit(e *env) (Outcome, error) {
	var m meter
	for range 10 {
		b, d := e.uniform(-1, 1), e.uniform(-2, 2)
		// The cost falls along the path, as that of a useful operation does.
		diff := func(z float64) float64 { return b + 2*z - z*z*z }
		p := dynamics.Probability(d)
		limit := p * (1 - p) * (b + 1 - 0.25)
		if e.mutated {
			limit = dynamics.EndPoint(p, diff)
		}
		m.diff(dynamics.SNASTwoWay(d, 1e-4, diff), limit)
		m.diff(dynamics.PathIntegrated(p, diff), p*(1-p)*(b+1-0.25))
	}
	return m.within(1e-3)
}

// checkAsymmetry: two edges {none, op} with L(z0, z1) = z0 z1^2.
func checkAsymmetry(e *env) (Outcome, error) {
	var m meter
	for range 10 {
		alpha := e.normals(4, 1)
		conditional := func(c, p []float64) {
			// dL/dz at the one-hot gates, averaged over the other edge:
			// dL/dz0 = z1^2, dL/dz1 = 2 z0 z1, none costs 0.
			c[0], c[2] = 0, 0
			c[1], c[3] = p[3], pick(e, 2.0, 1.0)*p[1]
		}
		j := dynamics.Jacobian(dynamics.DSNASField(2, dynamics.Textbook, conditional), alpha)
		m.holds(dynamics.Asymmetry(j) > 1e-2)
	}
	return m.within(0)
}

// checkStraightThrough compares GDAS's rule with the Jacobian of the soft
// sample, by differences, contracted with costs at the hard sample.
func checkStraightThrough(e *env) (Outcome, error) {
	var m meter
	const k, tau, h = 4, 0.7, 1e-5
	for range 20 {
		logits, c := e.normals(k, 1), e.normals(k, 1)
		z, rule := make([]float64, k), make([]float64, k)
		soft := func(at []float64) []float64 {
			s := make([]float64, k)
			for i := range s {
				s[i] = at[i] / tau
			}
			cost.Softmax(s, s)
			return s
		}
		copy(z, soft(logits))
		if e.mutated {
			best := 0
			for i := range z {
				if z[i] > z[best] {
					best = i
				}
			}
			clear(z)
			z[best] = 1
		}
		cost.GDAS(rule, z, c, tau)
		for i := range k {
			up, down := append([]float64(nil), logits...), append([]float64(nil), logits...)
			up[i] += h
			down[i] -= h
			su, sd := soft(up), soft(down)
			d := 0.0
			for j := range k {
				d += c[j] * (su[j] - sd[j]) / (2 * h)
			}
			m.diff(d, rule[i])
		}
	}
	return m.within(1e-8)
}

func checkLogSum(e *env) (Outcome, error) {
	a, b := vs("a", 3), vs("b", 3)
	p, q := softmaxes(a), softmaxes(b)
	s := symbolic.Add(p[1], q[2])
	weight := symbolic.Div(p[1], s)
	if e.mutated {
		weight = symbolic.One()
	}
	var m meter
	for k := range a {
		hit := symbolic.Zero()
		if k == 1 {
			hit = symbolic.One()
		}
		right := symbolic.Mul(weight, symbolic.Sub(hit, p[k]))
		if err := m.equal(symbolic.D(logOf(s), a[k].Symbol()), right); err != nil {
			return Outcome{}, err
		}
	}
	w := make([]float64, 3)
	cost.SummedLogWeights(w, []float64{0.1, 0.7, 0.4})
	m.holds(math.Abs(sum(w)-3) < 1e-14)
	return m.within(0)
}

// checkSummedLogTime integrates dp/(p^3 (1-p)^2) and dp/(p^2 (1-p)^2) from
// 1e-3 to .5 in the logit by Simpson's rule.
func checkSummedLogTime(e *env) (Outcome, error) {
	slow := simpson(dynamics.Logit(1e-3), 0, 4000, func(d float64) float64 {
		p := dynamics.Probability(d)
		return 1 / (p * p * (1 - p))
	})
	fast := simpson(dynamics.Logit(1e-3), 0, 4000, func(d float64) float64 {
		p := dynamics.Probability(d)
		return 1 / (p * (1 - p))
	})
	var m meter
	m.add(math.Abs(slow/dynamics.SummedLogDropIntegral(0.5, 1e-3) - 1))
	m.add(math.Abs(fast/dynamics.TextbookDropIntegral(0.5, 1e-3) - 1))
	m.holds(math.Round(pick(e, slow, fast)/fast) == 496)
	return m.within(1e-8)
}

// simpson integrates f over [a, b] with n (even) intervals.
func simpson(a, b float64, n int, f func(float64) float64) float64 {
	h := (b - a) / float64(n)
	s := f(a) + f(b)
	for i := 1; i < n; i++ {
		s += float64(2+2*(i%2)) * f(a+float64(i)*h)
	}
	return s * h / 3
}
