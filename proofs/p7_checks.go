package proofs

import (
	"math"

	"edgewise/theory/cell"
	"edgewise/theory/cost"
	"edgewise/theory/symbolic"
)

func checksP7() []Check {
	return []Check{
		{"P7.1/symmetric", Numeric, "takes end-point costs instead", checkLOOSymmetric},
		{"P7.1/free", Network, "leaves the voter in", checkLOOFree},
		{"P7.2/third-order", Numeric, "drops the factor 1/2", checkThirdOrder},
		{"P7.3/baseline", Numeric, "lets the baseline depend on the sample", checkBaseline},
		{"P7.4/zero-sum", Numeric, "subtracts the unweighted mean", checkCentred},
		{"P7.5/efficiency", Numeric, "adds up local costs instead", checkShapley},
		{"P7.6/completeness", Numeric, "adds up local costs instead", checkIntegrated},
		{"P7.7/constant-density", Numeric, "lets phi increase", checkImportance},
		{"P7.8/frozen", Numeric, "charges none nothing", checkFrozen},
		{"P7.9/all-effective", Numeric, "puts none on an edge with probability .1", checkAllEffective},
		{"P7.10/boltzmann", Identity, "halves the temperature of the fixed point", checkBoltzmann},
		{"P7.11/calibrated", Numeric, "leaves the logits uncalibrated", checkCalibratedCosts},
	}
}

func checkBaseline(e *env) (Outcome, error) {
	var m meter
	const k = 4
	for range 50 {
		p, c := e.simplex(k), e.normals(k, 1)
		b := make([]float64, k)
		level := e.normals(1, 1)[0]
		for i := range b {
			b[i] = level + pick(e, 0.0, c[i])
		}
		for i := range p {
			plain, shifted := 0.0, 0.0
			for j := range p { // the sample
				d := -p[i]
				if i == j {
					d++
				}
				plain += p[j] * c[j] * d
				shifted += p[j] * (c[j] - b[j]) * d
			}
			m.diff(plain, shifted)
		}
	}
	return m.within(1e-14)
}

func checkCentred(e *env) (Outcome, error) {
	var m meter
	for range 50 {
		p, c, d := make([]float64, 5), e.normals(5, 1), make([]float64, 5)
		for i := range p {
			p[i] = e.uniform(0.05, 0.95)
		}
		if err := cost.Centred(d, p, c); err != nil {
			return Outcome{}, err
		}
		all := 0.0
		for i := range p {
			if e.mutated {
				d[i] = c[i] - sum(c)/5
			}
			all += p[i] * d[i]
		}
		m.add(math.Abs(all))
	}
	return m.within(1e-14)
}

func checkImportance(e *env) (Outcome, error) {
	x, err := cost.NewExpectation(cell.Minimal())
	if err != nil {
		return Outcome{}, err
	}
	var m meter
	c, r, h := make([]float64, 5), make([]float64, 5), make([]float64, 5)
	for range 50 {
		p := make([]float64, 5)
		for i := range p {
			p[i] = e.uniform(0.05, 0.95)
		}
		phi := make([]float64, 6)
		for n := 1; n < len(phi); n++ {
			phi[n] = -1 + 0.2*pick(e, 0, float64(n))
		}
		if err := x.Costs(c, p, phi); err != nil {
			return Outcome{}, err
		}
		if err := x.Shares(r, h, p); err != nil {
			return Outcome{}, err
		}
		if err := cost.Importance(c, r, c); err != nil {
			return Outcome{}, err
		}
		for i := range c {
			m.diff(c[i], -1)
		}
	}
	return m.within(1e-13)
}

func checkFrozen(e *env) (Outcome, error) {
	var m meter
	const k = 5
	for range 50 {
		p, c, g := e.simplex(k), e.normals(k, 1), make([]float64, k)
		if e.mutated {
			c[0] = 0
		} else if err := cost.NoneAtMean(c, p, c, 0); err != nil {
			return Outcome{}, err
		}
		cost.DARTS(g, p, c)
		m.add(math.Abs(g[0]))
	}
	return m.within(1e-15)
}

func checkAllEffective(e *env) (Outcome, error) {
	c, err := cell.DARTS(4, 4)
	if err != nil {
		return Outcome{}, err
	}
	x, err := cost.NewExpectation(c)
	if err != nil {
		return Outcome{}, err
	}
	n := len(c.Edges)
	p, r, h := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range p {
		p[i] = 1
	}
	p[0] = pick(e, 1, 0.9)
	if err := x.Shares(r, h, p); err != nil {
		return Outcome{}, err
	}
	var m meter
	for i := range r {
		m.diff(r[i], 1)
		m.diff(h[i], 1/float64(n))
	}
	return m.within(1e-14)
}

func checkBoltzmann(e *env) (Outcome, error) {
	c, t := vs("c", 4), v("T")
	args := make([]symbolic.Expr, len(c))
	for k := range args {
		args[k] = symbolic.Neg(symbolic.Div(symbolic.Mul(pick(e, symbolic.One(), symbolic.Number(2)), c[k]), t))
	}
	p := softmaxes(args)
	force := make([]symbolic.Expr, len(c))
	for k := range force {
		force[k] = symbolic.Add(c[k], symbolic.Mul(t, logOf(p[k])))
	}
	// At a fixed point C_k + T log p_k is the same for all k.
	return identity(e, 20, append(draws(-1, 1, c), draw{t, 0.2, 2}), force[0], force[3])
}

func checkCalibratedCosts(e *env) (Outcome, error) {
	var m meter
	for range 10 {
		batch, labels, z := make([]cost.Voters, 30), make([]int, 30), make([][]float64, 30)
		for s := range batch {
			batch[s] = make(cost.Voters, 3)
			labels[s] = e.rng.IntN(4)
			for i := range batch[s] {
				batch[s][i] = e.normals(4, 1)
				batch[s][i][labels[s]]++
			}
			z[s] = batch[s].Logits()
		}
		dst := make([]float64, 3)
		tau, err := cost.Calibrated(dst, batch, labels)
		if err != nil {
			return Outcome{}, err
		}
		all := sum(dst)
		gap := 0.0
		for s := range z {
			gap += cost.Gap(z[s], labels[s], pick(e, tau, 1))
		}
		m.add(math.Abs(all))
		m.add(math.Abs(gap / 30))
	}
	return m.within(1e-11)
}
