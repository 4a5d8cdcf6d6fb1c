package proofs

import (
	"math"

	"edgewise/sim/supernet"
	"edgewise/theory/cell"
	"edgewise/theory/cost"
	"edgewise/theory/symbolic"
)

func checksP2() []Check {
	return []Check{
		{"P2.1/identity", Identity, "adds the entropy instead of subtracting it", checkGapIdentity},
		{"P2.1/supernet", Network, "leaves out the last concatenated node", checkOutputCosts},
		{"P2.2/temperature", Identity, "differentiates at tau = 1.1", checkTemperature},
		{"P2.2/head", Network, "leaves half of the head's weights out", checkHeadGradient},
		{"P2.2/calibrated", Numeric, "draws the labels uniformly", checkCalibrated},
		{"P2.3/smoothing", Identity, "flips the sign of the correction", checkSmoothing},
		{"P2.3/bias", Network, "forgets the bias", checkHeadBias},
		{"P2.4/lambert", Numeric, "claims a bound closer to 0 by a tenth", checkLambertBound},
		{"P2.4/at-p", Numeric, "swaps the two bounds", checkBoundsAtP},
		{"P2.4/sign", Numeric, "calls every sample with p_y > 1/K negative", checkGapSign},
		{"P2.4x/wrong-but-negative", CounterExample, "moves the third class up", checkWrongButNegative},
		{"P2.5/divergences", Identity, "drops one of the divergences", checkDivergences},
		{"P2.5/leading-order", Numeric, "drops the factor 1 - 1/K", checkInitialGap},
		{"P2.6/square", Symbolic, "flips the sign of the decay", checkNormLaw},
		{"P2.6/supernet-step", Network, "drops the second-order term", checkNormStep},
		{"P2.7/stationary-head", Numeric, "drops the weight decay", checkStationaryHead},
	}
}

// logSums is sum_k y_k log p_k and sum_k p_k log p_k for logits z.
func logSums(y, z []symbolic.Expr) (ce, h symbolic.Expr) {
	p := softmaxes(z)
	lp := make([]symbolic.Expr, len(z))
	for k := range lp {
		lp[k] = logOf(p[k])
	}
	return symbolic.Neg(dot(y, lp)), symbolic.Neg(dot(p, lp))
}

// softLabels gives soft labels that sum to 1: y_0 .. y_{n-2} free.
func softLabels(n int) (y, free []symbolic.Expr) {
	free = vs("y", n-1)
	y = append(y, free...)
	return append(y, symbolic.Sub(symbolic.One(), symbolic.Add(free...))), free
}

func checkGapIdentity(e *env) (Outcome, error) {
	z := vs("z", 5)
	y, free := softLabels(5)
	ce, h := logSums(y, z)
	p := softmaxes(z)
	right := total(5, func(k int) symbolic.Expr { return symbolic.Mul(symbolic.Sub(p[k], y[k]), z[k]) })
	return identity(e, 20, append(draws(-3, 3, z), draws(0, 0.2, free)...), symbolic.Sub(ce, e.signed(h)), right)
}

var mixedOps = []string{cell.None, cell.Skip, cell.AvgPool, cell.SepConv3x3}

func checkOutputCosts(e *env) (Outcome, error) {
	var m meter
	for _, cells := range []int{1, 2} {
		for _, keep := range []int{1, 2} {
			l, err := newLab(e, labOptions{ops: mixedOps, cells: cells, eps: 1e-5, batch: 8, keep: keep})
			if err != nil {
				return Outcome{}, err
			}
			defer l.net.Close()
			for _, g := range []supernet.Gates{l.soft(l.alpha(e)), l.hard(cell.Wiring{3, 2, 1, 3, 3})} {
				r, err := l.read(g, supernet.Train)
				if err != nil {
					return Outcome{}, err
				}
				out := r.output[cells-1]
				if e.mutated {
					out = out[:len(out)-1]
				}
				for b, s := range r.sample {
					d := 0.0
					for j := range out {
						d += out[j][b]
					}
					m.diff(d*float64(l.batch), s.Loss-s.Entropy)
				}
			}
		}
	}
	return m.within(1e-11)
}

func checkTemperature(e *env) (Outcome, error) {
	z, tau := vs("z", 4), v("tau")
	y, free := softLabels(4)
	scaled := make([]symbolic.Expr, len(z))
	for k := range z {
		scaled[k] = symbolic.Mul(tau, z[k])
	}
	loss, _ := logSums(y, scaled)
	slope := symbolic.Substitute(symbolic.D(loss, tau.Symbol()), map[symbolic.Key]symbolic.Expr{
		symbolic.KeyOf(tau.Symbol()): pick(e, symbolic.One(), symbolic.Rational(11, 10)),
	})
	ce, h := logSums(y, z)
	return identity(e, 20, append(draws(-3, 3, z), draws(0, 0.3, free)...), slope, symbolic.Sub(ce, h))
}

// checkCalibrated: E over y ~ p of L - H is 0.
func checkCalibrated(e *env) (Outcome, error) {
	var m meter
	for range 50 {
		z := e.normals(6, 2)
		p := make([]float64, 6)
		cost.Softmax(p, z)
		mean := 0.0
		for y := range z {
			mean += pick(e, p[y], 1.0/6) * cost.Gap(z, y, 1)
		}
		m.add(math.Abs(mean))
	}
	return m.within(1e-13)
}

func checkSmoothing(e *env) (Outcome, error) {
	const n = 4
	z, eps := vs("z", n), v("eps")
	smooth := make([]symbolic.Expr, n)
	for k := range smooth {
		smooth[k] = symbolic.Mul(symbolic.Rational(1, n), eps)
	}
	smooth[0] = symbolic.Add(smooth[0], symbolic.Sub(symbolic.One(), eps))
	hard := make([]symbolic.Expr, n)
	hard[0] = symbolic.One()
	ls, h := logSums(smooth, z)
	ce, _ := logSums(hard, z)
	correction := symbolic.Mul(eps, symbolic.Sub(z[0], symbolic.Mul(symbolic.Rational(1, n), symbolic.Add(z...))))
	return identity(e, 20, append(draws(-3, 3, z), draw{eps, 0.01, 0.3}),
		symbolic.Sub(ls, h), symbolic.Add(symbolic.Sub(ce, h), e.signed(correction)))
}
