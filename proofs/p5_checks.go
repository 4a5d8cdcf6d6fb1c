package proofs

import (
	"math"

	"edgewise/theory/cost"
	"edgewise/theory/dynamics"
	"edgewise/theory/symbolic"
)

func checksP5() []Check {
	return []Check{
		{"P5.1/logit", Symbolic, "drops the 1 of 1 + sum pi^2", checkLogitEquation},
		{"P5.1/shares", Symbolic, "flips the sign", checkShares},
		{"P5.1/potential", Identity, "takes sinh D for the potential", checkPotential},
		{"P5.1/integration", Numeric, "takes the factor of K = 2", checkEqualCostFlow},
		{"P5.2/replicator", Numeric, "flips the sign of the exponent", checkReplicator},
		{"P5.2/drop-times", Numeric, "takes the natural time for the vanilla one", checkDropTimes},
		{"P5.3/loop", Numeric, "lets the shape of the costs change on the way back", checkReversible},
		{"P5.3x/return", CounterExample, "stops the return half-way", checkReturn},
		{"P5.4/first", Numeric, "drops the condition p0 <= p2", checkFirstOrder},
		{"P5.4/second", Numeric, "drops the condition p4 <= p0", checkSecondOrder},
		{"P5.4x/condition", CounterExample, "swaps p0 and p2", checkConditionNeeded},
		{"P5.5/zero-sum", Numeric, "adds weight decay", checkZeroSum},
		{"P5.6/logit", Numeric, "gives one op a negative cost", checkNoneLogitRises},
		{"P5.6/probability", Numeric, "drops the condition on the costs", checkNoneProbabilityRises},
		{"P5.6/densities", Numeric, "lets one density be negative", checkDensities},
		{"P5.6x/falling-none", CounterExample, "makes the costs equal", checkFallingNone},
		{"P5.6y/mean-positive", CounterExample, "makes every density positive", checkMeanPositive},
		{"P5.7/equilibrium", Numeric, "drops the square root", checkGameEquilibrium},
		{"P5.7/runaway", Numeric, "turns the over-confidence round", checkRunaway},
		{"P5.8/drift", Numeric, "takes the early drift for the late one", checkAdamDrift},
		{"P5.8/decay", Numeric, "doubles the decay in the law", checkAdamDecay},
		{"P5.9/moments", Symbolic, "forgets the square of the mean", checkNoiseMoments},
		{"P5.10/voters", Numeric, "claims the bound the other way round", checkConvexityBound},
		{"P5.10/supernet", Network, "claims the bound the other way round", checkConvexityNet},
		{"P5.10x/downstream", CounterExample, "takes (2,3) away", checkDownstream},
		{"P5.11/second-moment", Numeric, "squares the mean instead", checkSecondMoment},
		{"P5.11/no-spread", Numeric, "gives the gradient spread", checkNoSpread},
	}
}

// checkLogitEquation: K = 4, op 0 none, the others at cost c.
func checkLogitEquation(e *env) (Outcome, error) {
	a, c := vs("a", 4), v("c")
	p := softmaxes(a)
	active := symbolic.Sub(symbolic.One(), p[0])
	mean := symbolic.Mul(active, c)
	d := symbolic.Sub(logOf(symbolic.Add(expOf(a[1]), expOf(a[2]), expOf(a[3]))), a[0])
	speed := symbolic.Zero()
	for k := range a {
		own := c
		if k == 0 {
			own = symbolic.Zero()
		}
		velocity := symbolic.Neg(symbolic.Mul(p[k], symbolic.Sub(own, mean)))
		speed = symbolic.Add(speed, symbolic.Mul(symbolic.D(d, a[k].Symbol()), velocity))
	}
	square := total(3, func(k int) symbolic.Expr { return symbolic.Pow(symbolic.Div(p[k+1], active), 2) })
	factor := symbolic.Add(pick(e, symbolic.One(), symbolic.Zero()), square)
	right := symbolic.Neg(symbolic.Mul(c, active, p[0], factor))
	var m meter
	if err := m.equal(speed, right); err != nil {
		return Outcome{}, err
	}
	return m.within(0)
}

// checkShares: pi_k' = -c p (1-p) pi_k (pi_k - sum pi^2) with pi_k = p_k/p.
func checkShares(e *env) (Outcome, error) {
	a, c := vs("a", 4), v("c")
	p := softmaxes(a)
	active := symbolic.Sub(symbolic.One(), p[0])
	mean := symbolic.Mul(active, c)
	share := func(k int) symbolic.Expr { return symbolic.Div(p[k], active) }
	square := total(3, func(k int) symbolic.Expr { return symbolic.Pow(share(k+1), 2) })
	speed := total(4, func(k int) symbolic.Expr {
		own := c
		if k == 0 {
			own = symbolic.Zero()
		}
		velocity := symbolic.Neg(symbolic.Mul(p[k], symbolic.Sub(own, mean)))
		return symbolic.Mul(symbolic.D(share(1), a[k].Symbol()), velocity)
	})
	right := symbolic.Neg(symbolic.Mul(c, active, p[0], share(1), symbolic.Sub(share(1), square)))
	var m meter
	if err := m.equal(speed, e.signed(right)); err != nil {
		return Outcome{}, err
	}
	return m.within(0)
}

// checkPotential: F'(D) 2 p (1-p) = 1 with p = 1/(1+e^-D).
func checkPotential(e *env) (Outcome, error) {
	d := v("D")
	f := symbolic.Call(symbolic.Sinh, d)
	if !e.mutated {
		f = symbolic.Add(d, f)
	}
	p := symbolic.Pow(symbolic.Add(symbolic.One(), expOf(symbolic.Neg(d))), -1)
	left := symbolic.Mul(symbolic.Number(2), symbolic.D(f, d.Symbol()), p, symbolic.Sub(symbolic.One(), p))
	return identity(e, 20, draws(-4, 4, []symbolic.Expr{d}), left, symbolic.One())
}

// rk4 integrates x' = f(t, x) from 0 to t in n steps.
func rk4(x []float64, t float64, n int, f func(t float64, x, dx []float64)) {
	h := t / float64(n)
	k := make([][]float64, 4)
	for i := range k {
		k[i] = make([]float64, len(x))
	}
	y := make([]float64, len(x))
	at := 0.0
	for range n {
		for s, c := range []float64{0, 0.5, 0.5, 1} {
			copy(y, x)
			if s > 0 {
				for i := range y {
					y[i] += h * c * k[s-1][i]
				}
			}
			f(at+c*h, y, k[s])
		}
		for i := range x {
			x[i] += h / 6 * (k[0][i] + 2*k[1][i] + 2*k[2][i] + k[3][i])
		}
		at += h
	}
}

// checkEqualCostFlow integrates all K logits at a time-varying cost.
func checkEqualCostFlow(e *env) (Outcome, error) {
	var m meter
	for _, k := range []int{2, 3, 8} {
		x := make([]float64, k)
		x[0] = e.uniform(-1, 1)
		start := x[0]
		c := func(t float64) float64 { return math.Cos(t) + 0.3 }
		rk4(x, 20, 8000, func(t float64, x, dx []float64) {
			p := make([]float64, k)
			cost.Softmax(p, x)
			for i := range x {
				own := c(t)
				if i == 0 {
					own = 0
				}
				dx[i] = -p[i] * (own - (1-p[0])*c(t))
			}
		})
		law := dynamics.EqualCost{Ops: pick(e, k, 2), Eta: 1}
		integral := math.Sin(20) + 0.3*20
		d := func(a0, a float64) float64 { return a - a0 + math.Log(float64(k-1)) }
		m.diff(law.At(d(start, 0), integral), d(x[0], x[1]))
	}
	return m.within(1e-9)
}

func checkReplicator(e *env) (Outcome, error) {
	var m meter
	const k = 5
	for range 3 {
		p0, c := e.simplex(k), e.normals(k, 1)
		x := append([]float64(nil), p0...)
		rk4(x, 3, 3000, func(t float64, x, dx []float64) {
			mean := 0.0
			for i := range x {
				mean += x[i] * c[i] * math.Cos(t)
			}
			for i := range x {
				dx[i] = -x[i] * (c[i]*math.Cos(t) - mean)
			}
		})
		integral, want := make([]float64, k), make([]float64, k)
		for i := range c {
			integral[i] = c[i] * math.Sin(3) * pick(e, 1.0, -1)
		}
		dynamics.Replicator(want, p0, integral)
		for i := range x {
			m.diff(x[i], want[i])
		}
	}
	return m.within(1e-10)
}

func checkDropTimes(e *env) (Outcome, error) {
	var m meter
	for i, eps := range []float64{1e-2, 1e-3, 1e-4} {
		vanilla := simpson(dynamics.Logit(eps), math.Log(7), 8000, func(d float64) float64 {
			p := dynamics.Probability(d)
			return 7.0 / 8 / (p * (1 - p))
		})
		natural := math.Log(7) - dynamics.Logit(eps)
		m.add(math.Abs(pick(e, vanilla, natural)/dynamics.DropIntegral(8, eps) - 1))
		m.add(math.Abs(natural/dynamics.NaturalDropIntegral(8, eps) - 1))
		m.holds(math.Round(dynamics.DropIntegral(8, eps)) == []float64{104, 896, 8775}[i])
		m.holds(math.Round(10*natural) == []float64{65, 89, 112}[i])
	}
	return m.within(1e-7)
}

// checkReversible drives two coupled edges round a loop of int l: costs
// l(t) phi_e(p) with fixed phi return the state; a changing shape does not.
func checkReversible(e *env) (Outcome, error) {
	x := []float64{e.uniform(0.5, 1.5), e.uniform(-0.5, 0.5)}
	start := append([]float64(nil), x...)
	far := 0.0
	rk4(x, 2*math.Pi, 20000, func(t float64, x, dx []float64) {
		l := 8 * math.Cos(t)
		p, q := dynamics.Probability(x[0]), dynamics.Probability(x[1])
		shape := 0.5
		if e.mutated && t > math.Pi {
			shape = 1.5
		}
		dx[0] = -l * p * (1 - p) * (1 + shape*q)
		dx[1] = -l * q * (1 - q) * (2 - shape*p)
		far = math.Max(far, math.Abs(x[0]-start[0]))
	})
	var m meter
	m.diff(x[0], start[0])
	m.diff(x[1], start[1])
	m.holds(far > 1)
	return m.within(1e-9)
}

func checkReturn(e *env) (Outcome, error) {
	law := dynamics.EqualCost{Ops: 2, Eta: 1}
	x := []float64{1}
	low := 1.0
	const height = 2000
	rk4(x, pick(e, 2*math.Pi, 1.5*math.Pi), 400000, func(t float64, x, dx []float64) {
		dx[0] = law.Speed(x[0], height*math.Cos(t))
		low = math.Min(low, dynamics.Probability(x[0]))
	})
	var m meter
	m.holds(low < 1e-3)
	m.holds(math.Abs(x[0]-1) < 1e-6)
	return m.within(0)
}
