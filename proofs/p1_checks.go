package proofs

import (
	"math"

	"edgewise/sim/supernet"
	"edgewise/theory/cell"
	"edgewise/theory/cost"
	"edgewise/theory/symbolic"
)

func checksP1() []Check {
	return []Check{
		{"P1.1/softmax", Symbolic, "flips the sign of the mean cost", checkSoftmaxGradient},
		{"P1.1/supernet", Network, "leaves out the mean cost", checkSupernetGradient},
		{"P1.2/gumbel", Identity, "drops the factor 1/lambda", checkGumbelGradient},
		{"P1.3/enumeration", Identity, "conditions on the wrong operation", checkDSNASExpectation},
		{"P1.4/limit", Numeric, "takes the end-point cost for the limit", checkTemperatureLimit},
		{"P1.5x/asymmetry", CounterExample, "puts the policy gradient of E[L] in place of DSNAS", checkAsymmetry},
		{"P1.6/sigmoid", Identity, "subtracts the mean cost", checkSigmoidGradient},
		{"P1.6/partial-channels", Identity, "drops beta", checkPartialChannels},
		{"P1.6/straight-through", Numeric, "takes the Jacobian at the hard sample", checkStraightThrough},
		{"P1.7/log-sum", Symbolic, "uses the textbook estimator", checkLogSum},
		{"P1.7/drop-time", Numeric, "takes the textbook drift for both", checkSummedLogTime},
		{"P1.9/blow-up", Network, "puts an operation that begins with ReLU on (2,3)", checkBlowUp},
	}
}

// gatedLoss is a loss that is nonlinear in the gates, and its gate costs.
func gatedLoss(z []symbolic.Expr) (symbolic.Expr, []symbolic.Expr) {
	c, d := vs("c", len(z)), vs("d", len(z))
	s := dot(c, z)
	loss := symbolic.Add(symbolic.Pow(s, 3), dot(d, z))
	costs := make([]symbolic.Expr, len(z))
	for k := range z {
		costs[k] = symbolic.Add(symbolic.Mul(symbolic.Number(3), symbolic.Pow(s, 2), c[k]), d[k])
	}
	return loss, costs
}

func checkSoftmaxGradient(e *env) (Outcome, error) {
	a := vs("a", 3)
	z := softmaxes(a)
	loss, c := gatedLoss(z)
	mean := e.signed(dot(z, c))
	var m meter
	for k := range a {
		right := symbolic.Mul(z[k], symbolic.Sub(c[k], mean))
		if err := m.equal(symbolic.D(loss, a[k].Symbol()), right); err != nil {
			return Outcome{}, err
		}
	}
	return m.within(0)
}

// checkSupernetGradient compares the law with central differences of the loss
// of a two-cell supernet whose cells share alpha.
func checkSupernetGradient(e *env) (Outcome, error) {
	l, err := newLab(e, labOptions{ops: []string{cell.None, cell.Skip, cell.AvgPool, cell.SepConv3x3}, cells: 2, eps: 1e-5, batch: 8})
	if err != nil {
		return Outcome{}, err
	}
	defer l.net.Close()
	alpha := l.alpha(e)
	r, err := l.read(l.soft(alpha), supernet.Train)
	if err != nil {
		return Outcome{}, err
	}
	var m meter
	grad, z, c := make([]float64, 4), make([]float64, 4), make([]float64, 4)
	const h = 1e-6 // small, because ReLU has kinks
	for _, i := range []int{0, 3, 4} {
		cost.Softmax(z, alpha[i])
		for k := range c {
			c[k] = r.cost[0][i][k] + r.cost[1][i][k]
		}
		cost.DARTS(grad, z, c)
		for k := range grad {
			if e.mutated {
				grad[k] = z[k] * c[k]
			}
			at := alpha[i][k]
			var f [2]float64
			for s := range f {
				alpha[i][k] = at + h*float64(1-2*s)
				q, err := l.read(l.soft(alpha), supernet.Train)
				if err != nil {
					return Outcome{}, err
				}
				f[s] = q.loss
			}
			alpha[i][k] = at
			m.diff((f[0]-f[1])/(2*h), grad[k])
		}
	}
	return m.within(1e-7)
}

func checkGumbelGradient(e *env) (Outcome, error) {
	a, g, lambda := vs("a", 3), vs("g", 3), v("lambda")
	args := make([]symbolic.Expr, len(a))
	for k := range args {
		args[k] = symbolic.Div(symbolic.Add(a[k], g[k]), lambda)
	}
	z := softmaxes(args)
	loss, c := gatedLoss(z)
	var list []draw
	list = append(list, draws(-1, 1, a, g, vs("c", 3), vs("d", 3))...)
	list = append(list, draw{lambda, 0.1, 2})
	right := symbolic.Mul(z[1], symbolic.Sub(c[1], dot(z, c)))
	if !e.mutated {
		right = symbolic.Div(right, lambda)
	}
	return identity(e, 20, list, symbolic.D(loss, a[1].Symbol()), right)
}

func checkSigmoidGradient(e *env) (Outcome, error) {
	a := vs("a", 3)
	z := make([]symbolic.Expr, len(a))
	for k := range z {
		z[k] = symbolic.Pow(symbolic.Add(symbolic.One(), expOf(symbolic.Neg(a[k]))), -1)
	}
	loss, c := gatedLoss(z)
	right := c[0]
	if e.mutated {
		right = symbolic.Sub(c[0], dot(z, c))
	}
	right = symbolic.Mul(z[0], symbolic.Sub(symbolic.One(), z[0]), right)
	return identity(e, 20, draws(-1, 1, a, vs("c", 3), vs("d", 3)), symbolic.D(loss, a[0].Symbol()), right)
}

// checkPartialChannels: two edges into one node, gates beta_i Z_i^k.
func checkPartialChannels(e *env) (Outcome, error) {
	b, a0, a1 := vs("b", 2), vs("a", 2), vs("f", 2)
	beta, z0, z1 := softmaxes(b), softmaxes(a0), softmaxes(a1)
	var gates []symbolic.Expr
	for k := range z0 {
		gates = append(gates, symbolic.Mul(beta[0], z0[k]))
	}
	for k := range z1 {
		gates = append(gates, symbolic.Mul(beta[1], z1[k]))
	}
	loss, c := gatedLoss(gates)
	c0, c1 := dot(z0, c[:2]), dot(z1, c[2:])
	scale := pick(e, beta[0], symbolic.One())
	list := draws(-1, 1, b, a0, a1, vs("c", 4), vs("d", 4))
	var m meter
	for range 10 {
		at := e.point(list)
		right := symbolic.Mul(scale, z0[1], symbolic.Sub(c[1], c0))
		if err := m.same(at, symbolic.D(loss, a0[1].Symbol()), right); err != nil {
			return Outcome{}, err
		}
		right = symbolic.Mul(scale, symbolic.Sub(c0, symbolic.Add(symbolic.Mul(beta[0], c0), symbolic.Mul(beta[1], c1))))
		if err := m.same(at, symbolic.D(loss, b[0].Symbol()), right); err != nil {
			return Outcome{}, err
		}
	}
	return m.within(below)
}

// checkBlowUp measures the slope of log |cost| against log eps.
func checkBlowUp(e *env) (Outcome, error) {
	ops := []string{cell.None, cell.AvgPool, cell.SepConv3x3}
	var m meter
	var worst [2]float64
	seed := e.rng.Uint64()
	for i, eps := range []float64{1e-4, 1e-8} {
		fixed := &env{rng: newRand(seed)}
		l, err := newLab(fixed, labOptions{ops: ops, cells: 1, eps: eps, batch: 8})
		if err != nil {
			return Outcome{}, err
		}
		l.net.RunAll(true)
		r, err := l.read(l.hard(cell.Wiring{0, 0, 1, 1, pick(e, 1, 2)}), supernet.Train)
		l.net.Close()
		if err != nil {
			return Outcome{}, err
		}
		worst[i] = math.Max(math.Abs(r.cost[0][0][1]), math.Abs(r.cost[0][0][2]))
		m.holds(r.cost[0][0][0] == 0 && r.cost[0][1][0] == 0)
	}
	slope := math.Log(worst[1]/worst[0]) / math.Log(1e-4)
	m.add(math.Abs(slope + 0.5))
	return m.within(0.02)
}
