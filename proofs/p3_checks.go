package proofs

import (
	"math"

	"edgewise/sim/supernet"
	"edgewise/theory/cell"
	"edgewise/theory/cost"
	"edgewise/theory/symbolic"
)

func checksP3() []Check {
	return []Check{
		{"P3.1/supernet", Network, "puts skip on (2,3)", checkPathLaw},
		{"P3.1/per-sample", CounterExample, "sums over the batch", checkPathPerSample},
		{"P3.2/radial", Identity, "drops the variance from the denominator", checkRadial},
		{"P3.3/kept", Numeric, "takes fixed statistics", checkKept},
		{"P3.3/broken", CounterExample, "takes batch statistics without bias or curvature", checkBroken},
		{"P3.3/eval-supernet", CounterExample, "stays in train mode", checkEvalMode},
		{"P3.4/supernet", Network, "forgets the skip term", checkConservation},
		{"P3.4/outside-concat", Network, "concatenates the node", checkOutsideConcat},
		{"P3.4x/skip-counted-twice", CounterExample, "takes skip off (2,3)", checkSkipCountedTwice},
		{"P3.5/supernet", Network, "activates edge (0,2)", checkZeroNode},
		{"P3.6/supernet", Network, "forgets to divide by the gate", checkNoneLogits},
	}
}

// tiny is the eps of the exact laws.
const tiny = 1e-12

// checkPathLaw: with only edge (2,3) out of node 2, what it hands back is
// S_2 - D_2, relative to the sum of the absolute costs.
func checkPathLaw(e *env) (Outcome, error) {
	names := []string{cell.None, cell.Skip, cell.MaxPool, cell.AvgPool, cell.SepConv3x3, cell.SepConv5x5, cell.DilConv3x3, cell.DilConv5x5}
	l, err := newLab(e, labOptions{ops: names, cells: 1, eps: tiny, batch: 8})
	if err != nil {
		return Outcome{}, err
	}
	defer l.net.Close()
	var m meter
	for k := 2; k < len(names); k++ {
		r, err := l.read(l.hard(cell.Wiring{4, 3, 1, 0, pick(e, k, 1)}), supernet.Train)
		if err != nil {
			return Outcome{}, err
		}
		entering := r.cost[0][0][4] + r.cost[0][1][3]
		scale := math.Abs(r.cost[0][0][4]) + math.Abs(r.cost[0][1][3]) + math.Abs(r.cost[0][4][k])
		m.add(math.Abs(entering-sum(r.output[0][0])) / scale)
	}
	return m.within(1e-9)
}

// checkPathPerSample shows that the law is about the batch: what (2,3) hands
// back sample by sample is not 0.
func checkPathPerSample(e *env) (Outcome, error) {
	l, err := newLab(e, labOptions{ops: []string{cell.None, cell.AvgPool, cell.SepConv3x3}, cells: 1, eps: tiny, batch: 8})
	if err != nil {
		return Outcome{}, err
	}
	defer l.net.Close()
	r, err := l.read(l.hard(cell.Wiring{2, 1, 0, 0, 2}), supernet.Train)
	if err != nil {
		return Outcome{}, err
	}
	dst := clone(r.cost[0])
	worst, all := 0.0, 0.0
	for b := range l.batch {
		if err := l.net.CostSample(dst, 0, b); err != nil {
			return Outcome{}, err
		}
		back := dst[0][2] + dst[1][1] - r.output[0][0][b]
		worst, all = math.Max(worst, math.Abs(back)), all+back
	}
	var m meter
	m.holds(pick(e, worst, math.Abs(all)) > 1e-5)
	return m.within(0)
}

func checkRadial(e *env) (Outcome, error) {
	const n = 4
	x, t, eps := vs("x", n), v("t"), v("eps")
	third := symbolic.Rational(1, n)
	mean := symbolic.Mul(third, symbolic.Add(x...))
	variance := symbolic.Mul(third, total(n, func(i int) symbolic.Expr { return symbolic.Pow(symbolic.Sub(x[i], mean), 2) }))
	centred := symbolic.Sub(x[0], mean)
	norm := func(t symbolic.Expr) symbolic.Expr {
		return symbolic.Div(symbolic.Mul(t, centred), symbolic.Call(symbolic.Sqrt, symbolic.Add(symbolic.Mul(t, t, variance), eps)))
	}
	slope := symbolic.Substitute(symbolic.D(norm(t), t.Symbol()), map[symbolic.Key]symbolic.Expr{symbolic.KeyOf(t.Symbol()): symbolic.One()})
	share := symbolic.Div(eps, symbolic.Add(pick(e, variance, symbolic.One()), eps))
	return identity(e, 20, append(draws(-2, 2, x), draw{eps, 0.001, 1}), slope, symbolic.Mul(share, norm(symbolic.One())))
}

// checkConservation takes 2 cells, soft gates and the account of both.
func checkConservation(e *env) (Outcome, error) {
	l, err := newLab(e, labOptions{ops: mixedOps, cells: 2, eps: tiny, batch: 8})
	if err != nil {
		return Outcome{}, err
	}
	defer l.net.Close()
	var m meter
	for range 3 {
		g := l.soft(l.alpha(e))
		r, err := l.read(g, supernet.Train)
		if err != nil {
			return Outcome{}, err
		}
		for c, output := range []float64{0, r.gap} {
			b, err := cost.NewBalance(l.space.Cell, l.space.Ops, g[c], r.cost[c])
			if err != nil {
				return Outcome{}, err
			}
			m.diff(b.Total, pick(e, b.SkipTerm, 0)+output)
			for j := range r.output[c] {
				m.diff(b.Direct[2+j]+pick(e, 0, b.Handed[2+j]), sum(r.output[c][j]))
			}
		}
	}
	return m.within(1e-9)
}

// checkOutsideConcat: only node 3 is concatenated; node 2 has D_2 = 0.
func checkOutsideConcat(e *env) (Outcome, error) {
	l, err := newLab(e, labOptions{ops: mixedOps, cells: 1, eps: tiny, batch: 8, keep: pick(e, 1, 2)})
	if err != nil {
		return Outcome{}, err
	}
	defer l.net.Close()
	g := l.soft(l.alpha(e))
	r, err := l.read(g, supernet.Train)
	if err != nil {
		return Outcome{}, err
	}
	b, err := cost.NewBalance(l.space.Cell, l.space.Ops, g[0], r.cost[0])
	if err != nil {
		return Outcome{}, err
	}
	var m meter
	m.add(math.Abs(b.Direct[2]))
	m.add(math.Abs(b.OutputResidual(r.gap)))
	return m.within(1e-9)
}

func checkSkipCountedTwice(e *env) (Outcome, error) {
	l, err := newLab(e, labOptions{ops: mixedOps, cells: 1, eps: tiny, batch: 8})
	if err != nil {
		return Outcome{}, err
	}
	defer l.net.Close()
	r, err := l.read(l.hard(cell.Wiring{3, 2, 3, 2, pick(e, 1, 3)}), supernet.Train)
	if err != nil {
		return Outcome{}, err
	}
	all := 0.0
	for _, c := range r.cost[0] {
		all += sum(c)
	}
	var m meter
	m.holds(math.Abs(all-r.gap) > 1e-4)
	return m.within(0)
}

func checkZeroNode(e *env) (Outcome, error) {
	l, err := newLab(e, labOptions{ops: mixedOps, cells: 1, eps: 1e-5, batch: 8})
	if err != nil {
		return Outcome{}, err
	}
	defer l.net.Close()
	var m meter
	for k := 1; k < 4; k++ {
		r, err := l.read(l.hard(cell.Wiring{pick(e, 0, 3), 0, 3, 2, k}), supernet.Train)
		if err != nil {
			return Outcome{}, err
		}
		for _, i := range []int{0, 1, 4} {
			for _, c := range r.cost[0][i] {
				m.add(math.Abs(c))
			}
		}
	}
	r, err := l.read(l.hard(make(cell.Wiring, 5)), supernet.Train)
	if err != nil {
		return Outcome{}, err
	}
	for _, s := range r.sample {
		m.holds(math.Abs(s.Loss-s.Entropy) < 1e-15 && math.Abs(s.Loss-math.Log(10)) < 1e-14)
	}
	return m.within(0)
}

func checkNoneLogits(e *env) (Outcome, error) {
	l, err := newLab(e, labOptions{ops: mixedOps, cells: 2, eps: tiny, batch: 8})
	if err != nil {
		return Outcome{}, err
	}
	defer l.net.Close()
	g := l.soft(l.alpha(e))
	r, err := l.read(g, supernet.Train)
	if err != nil {
		return Outcome{}, err
	}
	want := r.gap
	shared, grads := clone(r.cost[0]), clone(r.cost[0])
	for c := range r.cost {
		b, err := cost.NewBalance(l.space.Cell, l.space.Ops, g[c], r.cost[c])
		if err != nil {
			return Outcome{}, err
		}
		want += b.SkipTerm
		for i := range shared {
			for k := range shared[i] {
				shared[i][k] = r.cost[0][i][k] + r.cost[1][i][k]
			}
		}
	}
	force := 0.0
	for i := range grads {
		cost.DARTS(grads[i], g[0][i], shared[i])
		force -= grads[i][0]
	}
	if !e.mutated {
		if force, err = cost.NoneLogitForce(g[0], grads, 0, 1); err != nil {
			return Outcome{}, err
		}
	}
	var m meter
	m.diff(force, want)
	return m.within(1e-9)
}

// checkEvalMode: after a training pass with running statistics the account of
// the first of two cells no longer closes.
func checkEvalMode(e *env) (Outcome, error) {
	l, err := newLab(e, labOptions{ops: mixedOps, cells: 2, eps: tiny, batch: 8})
	if err != nil {
		return Outcome{}, err
	}
	defer l.net.Close()
	g := l.soft(l.alpha(e))
	for range 20 {
		if _, err := l.read(g, supernet.Train); err != nil {
			return Outcome{}, err
		}
	}
	r, err := l.read(g, pick(e, supernet.Eval, supernet.Train))
	if err != nil {
		return Outcome{}, err
	}
	b, err := cost.NewBalance(l.space.Cell, l.space.Ops, g[0], r.cost[0])
	if err != nil {
		return Outcome{}, err
	}
	var m meter
	m.holds(math.Abs(b.OutputResidual(0)) > 1e-4)
	return m.within(0)
}
