package search

import (
	"math"

	"edgewise/sim/kernel"
	"edgewise/sim/supernet"
	"edgewise/sim/trace"
)

// unrolled is the second-order gradient of DARTS. With w' = w - xi dL_train/dw
// (momentum and weight decay as in the optimiser, xi its learning rate),
//
//	dL_val/dalpha = d/dalpha L_val(w', alpha) - xi d2L_train/dalpha dw . dL_val/dw',
//
// the second term by central differences at w± = w ± R dL_val/dw',
// R = reach/|dL_val/dw'| with the published reach of 0.01. Every term is the softmax Jacobian applied to costs,
// which is linear, so the whole is the first-order gradient at the effective
// cost C_val(w') - xi (C_train(w+) - C_train(w-)) / (2R): that is what the trace
// records.
type unrolled[T kernel.Float] struct {
	r       *run[T]
	weights [][]T
	buffers [][]T
	dir     [][]T
	plus    [][][]float64
	reach   float64
}

func newUnrolled[T kernel.Float](r *run[T]) *unrolled[T] {
	u := &unrolled[T]{r: r, plus: copyCube(r.c), reach: 0.01}
	for _, p := range r.net.Params() {
		u.weights = append(u.weights, make([]T, len(p.Value)))
		u.dir = append(u.dir, make([]T, len(p.Value)))
	}
	for _, b := range r.net.Buffers() {
		u.buffers = append(u.buffers, make([]T, len(b.Value)))
	}
	return u
}

func (u *unrolled[T]) keep() {
	for i, p := range u.r.net.Params() {
		copy(u.weights[i], p.Value)
	}
	for i, b := range u.r.net.Buffers() {
		copy(u.buffers[i], b.Value)
	}
}

func (u *unrolled[T]) restore() {
	for i, p := range u.r.net.Params() {
		copy(p.Value, u.weights[i])
	}
	for i, b := range u.r.net.Buffers() {
		copy(b.Value, u.buffers[i])
	}
}

// costs fills r.c with the effective costs and returns the loss of the search
// batch at w'. Weights and running statistics are left as they were found.
func (u *unrolled[T]) costs(p *trace.Point) (*trace.Split, error) {
	r := u.r
	u.keep()
	defer u.restore()
	params := r.net.Params()
	xi := r.theta.rate(r.step)

	if err := u.trainPass(); err != nil {
		return nil, err
	}
	lr, wd, mu := T(xi), T(r.spec.Theta.WeightDecay), T(r.spec.Theta.Momentum)
	for i, q := range params {
		b := r.theta.moment[i]
		for j, g := range q.Grad {
			q.Value[j] -= lr * (mu*b[j] + g + wd*q.Value[j])
		}
	}

	if err := r.batch("search", r.splits.search, r.step); err != nil {
		return nil, err
	}
	split, err := r.forward(supernet.Train)
	if err != nil {
		return nil, err
	}
	r.net.ZeroGrad()
	if err := r.net.Backward(r.dlogits, supernet.Want{Theta: true, Cost: true}); err != nil {
		return nil, err
	}
	r.costs()
	p.EdgeCost, p.SkipCost = r.edgeCosts()
	val := copyCube(r.c)
	norm := r.theta.norm()
	if norm == 0 || math.IsNaN(norm) || math.IsInf(norm, 0) {
		return split, nil // no direction to differentiate along; a loss that is not a number is named by the caller
	}
	for i, q := range params {
		copy(u.dir[i], q.Grad)
	}

	radius := u.reach / norm
	for _, sign := range []float64{1, -1} {
		for i, q := range params {
			h := T(sign * radius)
			for j := range q.Value {
				q.Value[j] = u.weights[i][j] + h*u.dir[i][j]
			}
		}
		if err := u.trainPass(); err != nil {
			return nil, err
		}
		r.costs()
		if sign > 0 {
			for k := range r.c {
				for e := range r.c[k] {
					copy(u.plus[k][e], r.c[k][e])
				}
			}
		}
	}
	for k := range val {
		for e := range val[k] {
			for o := range val[k][e] {
				r.c[k][e][o] = val[k][e][o] - xi*(u.plus[k][e][o]-r.c[k][e][o])/(2*radius)
			}
		}
	}
	return split, nil
}

// trainPass runs the training batch of the step forward and backward.
func (u *unrolled[T]) trainPass() error {
	r := u.r
	if err := r.batch("train", r.splits.train, r.step); err != nil {
		return err
	}
	if _, err := r.forward(supernet.Train); err != nil {
		return err
	}
	r.net.ZeroGrad()
	return r.net.Backward(r.dlogits, supernet.Want{Theta: true, Cost: true})
}
