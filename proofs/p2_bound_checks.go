package proofs

import (
	"math"

	"edgewise/theory/cost"
	"edgewise/theory/symbolic"
)

func checkLambertBound(e *env) (Outcome, error) {
	var m meter
	for _, k := range []int{2, 3, 10, 100} {
		bound := cost.GapLower(k) * pick(e, 1, 0.9)
		w := symbolic.W(float64(k-1) / math.E)
		m.diff(w*math.Exp(w), float64(k-1)/math.E)
		for range 2000 {
			z := e.normals(k, e.uniform(0.1, 8))
			m.add(math.Max(0, bound-cost.Gap(z, e.rng.IntN(k), 1)))
		}
		z := make([]float64, k)
		z[0] = cost.LowestMargin(k)
		m.diff(cost.Gap(z, 0, 1), -w)
		m.add(math.Max(0, bound-cost.Gap(z, 0, 1)))
	}
	return m.within(1e-12)
}

func checkBoundsAtP(e *env) (Outcome, error) {
	var m meter
	for range 5000 {
		k := 2 + e.rng.IntN(9)
		z := e.normals(k, e.uniform(0.1, 6))
		p := make([]float64, k)
		cost.Softmax(p, z)
		lo, hi, gap := cost.GapLowerAt(p[0], k), cost.GapUpperAt(p[0]), cost.Gap(z, 0, 1)
		if e.mutated {
			lo, hi = hi, lo
		}
		m.add(math.Max(0, math.Max(lo-gap, gap-hi)))
	}
	return m.within(1e-11)
}

func checkGapSign(e *env) (Outcome, error) {
	var m meter
	for range 5000 {
		k := 2 + e.rng.IntN(9)
		z := e.normals(k, e.uniform(0.1, 4))
		p := make([]float64, k)
		cost.Softmax(p, z)
		_, h, gap, err := cost.Output(z, 0)
		if err != nil {
			return Outcome{}, err
		}
		if math.Abs(gap) > 1e-12 {
			m.holds((gap < 0) == (p[0] > math.Exp(-h)))
		}
		best := true
		for _, x := range z {
			best = best && x <= z[0]
		}
		m.holds(!best || gap <= 1e-12)
		m.holds(p[0] <= 0.5 || gap < 0)
		m.holds(p[0] >= 1/float64(k) || gap > 0)
		if e.mutated {
			m.holds(p[0] <= 1/float64(k) || gap < 0)
		}
	}
	return m.within(0)
}

func checkWrongButNegative(e *env) (Outcome, error) {
	_, _, gap, err := cost.Output([]float64{0, 1.0 / 16, pick(e, -1.0, 0.05)}, 0)
	if err != nil {
		return Outcome{}, err
	}
	var m meter
	m.holds(gap < 0)
	return m.within(0)
}

func checkDivergences(e *env) (Outcome, error) {
	const n = 4
	z := vs("z", n)
	u := symbolic.Rational(1, n)
	y := []symbolic.Expr{u, u, u, u}
	ce, h := logSums(y, z)
	p := softmaxes(z)
	kl := func(a, b func(int) symbolic.Expr) symbolic.Expr {
		return total(n, func(k int) symbolic.Expr { return symbolic.Mul(a(k), logOf(symbolic.Div(a(k), b(k)))) })
	}
	pk := func(k int) symbolic.Expr { return p[k] }
	uk := func(int) symbolic.Expr { return u }
	right := kl(pk, uk)
	if !e.mutated {
		right = symbolic.Add(right, kl(uk, pk))
	}
	return identity(e, 20, draws(-2, 2, z), symbolic.Sub(ce, h), right)
}

// checkInitialGap averages over logits; K = 3 so that 1 - 1/K matters.
func checkInitialGap(e *env) (Outcome, error) {
	const s, k, n = 0.05, 3, 200000
	mean := 0.0
	for range n {
		mean += cost.UniformLabelGap(e.normals(k, s)) / n
	}
	want := cost.InitialGap(s, k)
	if e.mutated {
		want = s * s
	}
	var m meter
	// (L - H)/s^2 has standard deviation 2/3 here: 4 standard errors are 0.9 %
	// of the mean, the next order s^2 is 0.25 %.
	m.add(math.Abs(mean/want - 1))
	return m.within(0.0115)
}
