package proofs

import (
	"math"

	"edgewise/theory/cell"
	"edgewise/theory/cost"
	"edgewise/theory/symbolic"
)

func checksP4() []Check {
	return []Check{
		{"P4.1/random-heads", Numeric, "drops the factor 1 - 1/K", checkRandomHeads},
		{"P4.2/integral", Numeric, "takes the Hessian at the start of the path", checkRedundancy},
		{"P4.2/redundant-limit", Numeric, "claims that phi falls", checkRedundantLimit},
		{"P4.3/polynomials", Symbolic, "drops the coupling q0 q1", checkSharePolynomials},
		{"P4.3/total", Numeric, "forgets that (2,3) may be ineffective", checkShareTotal},
		{"P4.4x/density", CounterExample, "makes phi constant", checkDensity},
	}
}

// checkRandomHeads averages the cost of one of three fixed feature vectors over
// random heads; the label average is exact. K = 2, so that 1 - 1/K = 1/2.
func checkRandomHeads(e *env) (Outcome, error) {
	const k, d, sigma, n = 2, 6, 0.03, 40000
	g := [][]float64{e.normals(d, 1), e.normals(d, 1), e.normals(d, 1)}
	for i := range d { // a definite overlap
		g[1][i] = g[0][i] + 0.5*g[1][i]
	}
	want := 0.0
	for i := range d {
		want += g[0][i] * (g[0][i] + g[1][i] + g[2][i])
	}
	want *= sigma * sigma * pick(e, 1-1.0/k, 1)
	z, own, p := make([]float64, k), make([]float64, k), make([]float64, k)
	mean, square := 0.0, 0.0
	for range n {
		for c := range k {
			w := e.normals(d, sigma)
			z[c], own[c] = 0, 0
			for i := range d {
				own[c] += w[i] * g[0][i]
				z[c] += w[i] * (g[0][i] + g[1][i] + g[2][i])
			}
		}
		cost.Softmax(p, z)
		c := 0.0
		for y := range k {
			c += (p[y] - 1.0/k) * own[y]
		}
		mean += c / n
		square += c * c / n
	}
	se := math.Sqrt((square - mean*mean) / n)
	var m meter
	// Four standard errors, and the next order in the logit scale.
	m.add(math.Abs(mean-want) / (4*se + 0.02*math.Abs(want)))
	return m.within(1)
}

func checkRedundancy(e *env) (Outcome, error) {
	var m meter
	const k = 5
	for range 50 {
		z, own, other := e.normals(k, 1.5), e.normals(k, 1), e.normals(k, 1)
		sum := make([]float64, k)
		before, after := make([]float64, k), make([]float64, k)
		for i := range z {
			sum[i] = z[i] + other[i]
		}
		cost.Softmax(before, z)
		cost.Softmax(after, sum)
		want := 0.0
		for i := range z {
			want += (after[i] - before[i]) * own[i]
		}
		got, err := cost.Redundancy(z, own, other)
		if err != nil {
			return Outcome{}, err
		}
		if e.mutated {
			a, b, c := 0.0, 0.0, 0.0
			for i := range z {
				a += before[i] * own[i] * other[i]
				b += before[i] * own[i]
				c += before[i] * other[i]
			}
			got = a - b*c
		}
		m.diff(got, want)
	}
	return m.within(1e-11)
}

// checkRedundantLimit: n copies of one voter; (L - H)(n)/n does not fall.
func checkRedundantLimit(e *env) (Outcome, error) {
	var m meter
	for range 100 {
		v := e.normals(6, 1)
		last := math.Inf(-1)
		for n := 1; n <= 8; n++ {
			phi := cost.Gap(v, 0, float64(n)) / float64(n)
			if n > 1 {
				m.add(math.Max(0, pick(e, last-phi, phi-last)))
			}
			last = phi
		}
	}
	return m.within(1e-12)
}

func checkSharePolynomials(e *env) (Outcome, error) {
	c := cell.Minimal()
	shares, err := cost.SharePolynomials(c)
	if err != nil {
		return Outcome{}, err
	}
	reach, err := cost.ReachPolynomials(c)
	if err != nil {
		return Outcome{}, err
	}
	s := v("s")
	q := make([]symbolic.Expr, len(c.Edges))
	f := make([]symbolic.Expr, len(c.Edges)) // q + p s
	for i, edge := range c.Edges {
		q[i] = symbolic.Sym(cost.NoneProbability(edge))
		f[i] = symbolic.Add(q[i], symbolic.Mul(symbolic.Sub(symbolic.One(), q[i]), s))
	}
	q01 := symbolic.Mul(q[0], q[1])
	coupling := symbolic.Sub(symbolic.Mul(f[0], f[1]), pick(e, q01, symbolic.Zero()))
	integrals := map[int]symbolic.Expr{
		0: symbolic.Mul(f[1], f[2], f[3], f[4]),
		1: symbolic.Mul(f[0], f[2], f[3], f[4]),
		2: symbolic.Mul(f[3], symbolic.Add(q01, symbolic.Mul(coupling, f[4]))),
		3: symbolic.Mul(f[2], symbolic.Add(q01, symbolic.Mul(coupling, f[4]))),
		4: symbolic.Mul(f[2], f[3], coupling),
	}
	var m meter
	for i, body := range integrals {
		if err := m.equal(symbolic.Unit(s.Symbol(), body), shares[i].Expr()); err != nil {
			return Outcome{}, err
		}
		r := symbolic.One()
		if i == 4 {
			r = symbolic.Sub(symbolic.One(), pick(e, q01, symbolic.Zero()))
		}
		if err := m.equal(r, reach[i].Expr()); err != nil {
			return Outcome{}, err
		}
	}
	return m.within(0)
}

// checkShareTotal compares the closed form with the enumeration of all wirings
// and with the total that it must conserve.
func checkShareTotal(e *env) (Outcome, error) {
	c := cell.Minimal()
	x, err := cost.NewExpectation(c)
	if err != nil {
		return Outcome{}, err
	}
	var m meter
	got, want, phi := make([]float64, 5), make([]float64, 5), make([]float64, 6)
	for range 50 {
		p := make([]float64, 5)
		for i := range p {
			p[i] = e.uniform(0.05, 0.95)
		}
		total, v := e.uniform(-1, 1), e.uniform(0, 0.3)
		u, err := x.Share(got, p, total, cost.ShareModel{V: v})
		if err != nil {
			return Outcome{}, err
		}
		for n := 1; n < len(phi); n++ {
			phi[n] = v - u/float64(n)
		}
		if err := cost.Enumerate(c, want, p, phi); err != nil {
			return Outcome{}, err
		}
		if e.mutated {
			want[4] /= 1 - (1-p[0])*(1-p[1])
		}
		all := 0.0
		for i := range p {
			m.diff(got[i], want[i])
			all += p[i] * want[i]
		}
		m.diff(all, total)
	}
	return m.within(1e-12)
}

func checkDensity(e *env) (Outcome, error) {
	c, got := cell.Minimal(), make([]float64, 5)
	var m meter
	for _, q := range []float64{0.5, 0.8, 0.95} {
		p := []float64{1 - q, 1 - q, 1 - q, 1 - q, 1 - q}
		phi := make([]float64, 6)
		for n := 1; n < len(phi); n++ {
			phi[n] = -0.8 / float64(n)
			if e.mutated {
				phi[n] = -0.8
			}
		}
		if err := cost.Enumerate(c, got, p, phi); err != nil {
			return Outcome{}, err
		}
		m.holds(got[4]/got[0] < 0.95*(1-q*q))
	}
	return m.within(0)
}
