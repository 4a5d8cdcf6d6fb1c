package proofs

import (
	"fmt"
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

// classes is sum_k y_k log p_k and sum_k p_k log p_k for logits z.
func logSums(y, z []symbolic.Expr) (ce, h symbolic.Expr) {
	p := softmaxes(z)
	lp := make([]symbolic.Expr, len(z))
	for k := range lp {
		lp[k] = logOf(p[k])
	}
	return symbolic.Neg(dot(y, lp)), symbolic.Neg(dot(p, lp))
}

// labels gives soft labels that sum to 1: y_0 .. y_{n-2} free.
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

// head returns the weights of the classifier and their gradient, [10][width].
func (l *lab) head() (supernet.Param[float64], error) { return l.param("classifier.weight") }

func checkHeadGradient(e *env) (Outcome, error) {
	l, err := newLab(e, labOptions{ops: mixedOps, cells: 2, eps: 1e-5, batch: 8})
	if err != nil {
		return Outcome{}, err
	}
	defer l.net.Close()
	r, err := l.read(l.soft(l.alpha(e)), supernet.Train)
	if err != nil {
		return Outcome{}, err
	}
	w, err := l.head()
	if err != nil {
		return Outcome{}, err
	}
	var m meter
	s := 0.0
	for i := range w.Value[:len(w.Value)/pick(e, 1, 2)] {
		s += w.Value[i] * w.Grad[i]
	}
	m.diff(s, r.gap)
	// Block by block: the features of node j are width/2 columns of W.
	width := len(w.Value) / 10
	for j := range 2 {
		block := 0.0
		for k := range 10 {
			for f := j * width / 2; f < (j+1)*width/2; f++ {
				block += w.Value[k*width+f] * w.Grad[k*width+f]
			}
		}
		m.diff(block, sum(r.output[1][j]))
	}
	return m.within(1e-12)
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

func checkHeadBias(e *env) (Outcome, error) {
	l, err := newLab(e, labOptions{ops: mixedOps, cells: 1, eps: 1e-5, batch: 8, headBias: true})
	if err != nil {
		return Outcome{}, err
	}
	defer l.net.Close()
	bias, err := l.param("classifier.bias")
	if err != nil {
		return Outcome{}, err
	}
	copy(bias.Value, e.normals(10, 0.5))
	r, err := l.read(l.soft(l.alpha(e)), supernet.Train)
	if err != nil {
		return Outcome{}, err
	}
	var m meter
	p := make([]float64, 10)
	for b, s := range r.sample {
		cost.Softmax(p, r.logits[10*b:10*b+10])
		want := s.Loss - s.Entropy
		if !e.mutated {
			if want, err = cost.WithoutBias(want, p, bias.Value, int(l.labels[b])); err != nil {
				return Outcome{}, err
			}
		}
		m.diff((r.output[0][0][b]+r.output[0][1][b])*float64(l.batch), want)
	}
	return m.within(1e-12)
}

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

func checkNormLaw(e *env) (Outcome, error) {
	w, g, lr, lam := vs("w", 3), vs("g", 3), v("eta"), v("lambda")
	force, step := make([]symbolic.Expr, 3), make([]symbolic.Expr, 3)
	for i := range w {
		force[i] = symbolic.Add(g[i], symbolic.Mul(lam, w[i]))
		step[i] = symbolic.Sub(w[i], symbolic.Mul(lr, force[i]))
	}
	right := symbolic.Add(dot(w, w),
		symbolic.Mul(symbolic.Number(-2), lr, symbolic.Add(dot(g, w), e.signed(symbolic.Mul(lam, dot(w, w))))),
		symbolic.Mul(lr, lr, dot(force, force)))
	var m meter
	if err := m.equal(dot(step, step), right); err != nil {
		return Outcome{}, err
	}
	return m.within(0)
}

func checkNormStep(e *env) (Outcome, error) {
	l, err := newLab(e, labOptions{ops: mixedOps, cells: 1, eps: 1e-5, batch: 8})
	if err != nil {
		return Outcome{}, err
	}
	defer l.net.Close()
	r, err := l.read(l.soft(l.alpha(e)), supernet.Train)
	if err != nil {
		return Outcome{}, err
	}
	w, err := l.head()
	if err != nil {
		return Outcome{}, err
	}
	const lr, lam = 0.5, 0.01
	before, after, step := 0.0, 0.0, 0.0
	for i, x := range w.Value {
		f := w.Grad[i] + lam*x
		before += x * x
		step += f * f
		after += (x - lr*f) * (x - lr*f)
	}
	var m meter
	m.diff(after, cost.NormAfterStep(before, r.gap, lam, lr, step*pick(e, 1.0, 0)))
	return m.within(1e-12)
}

// checkStationaryHead trains a bias-free head on real pixels with two blocks of
// features ("nodes") that are switched off at random, in the exact expectation
// over the four wirings, to stationarity.
func checkStationaryHead(e *env) (Outcome, error) {
	h, err := newHead(e, 40, 0.05)
	if err != nil {
		return Outcome{}, err
	}
	if err := h.train(); err != nil {
		return Outcome{}, err
	}
	lam := pick(e, h.decay, 0)
	gap, block := h.gaps()
	var m meter
	m.diff(gap, cost.StationaryGap(lam, h.square(0)+h.square(1)))
	for j := range block {
		m.diff(block[j], cost.StationaryGap(lam, h.square(j)))
	}
	if gap > -1e-3 {
		return Outcome{}, fmt.Errorf("the head has learned nothing: L - H = %g", gap)
	}
	return m.within(1e-12)
}
