package proofs

import (
	"fmt"

	"edgewise/sim/supernet"
	"edgewise/theory/cost"
	"edgewise/theory/symbolic"
)

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
