package proofs

import (
	"fmt"
	"math"

	"edgewise/theory/cost"

	"gonum.org/v1/gonum/mat"
)

// head is a bias-free linear classifier of three classes on two blocks of
// pixel features of real images. Each block is there with probability 1/2,
// like a node whose only edge is none or not; the loss is the exact expectation
// over the four wirings plus decay/2 |W|^2.
type head struct {
	x      [][]float64 // [sample][2*blockWidth]
	y      []int
	decay  float64
	weight []float64 // [3][2*blockWidth]
}

const (
	blockWidth  = 4
	headClasses = 3
)

// newHead takes n random images of the first three classes; each feature is the
// mean of one of eight horizontal bands.
func newHead(e *env, n int, decay float64) (*head, error) {
	set, err := realSet()
	if err != nil {
		return nil, err
	}
	h := &head{decay: decay, weight: make([]float64, headClasses*2*blockWidth)}
	for _, i := range e.rng.Perm(set.Len()) {
		if set.Labels[i] >= headClasses {
			continue
		}
		f := make([]float64, 2*blockWidth)
		for q, b := range set.Image(i) {
			f[q/8] += float64(b)/255/8 - 0.04
		}
		h.x, h.y = append(h.x, f), append(h.y, int(set.Labels[i]))
		if len(h.x) == n {
			return h, nil
		}
	}
	return nil, fmt.Errorf("the embedded set has fewer than %d images of %d classes", n, headClasses)
}

// visit calls f for every sample and wiring with its weight, the block mask
// and p - y.
func (h *head) visit(w []float64, f func(weight float64, mask [2]float64, x, z, residual []float64, label int)) {
	z, p := make([]float64, headClasses), make([]float64, headClasses)
	for s, x := range h.x {
		for a := range 4 {
			mask := [2]float64{float64(a & 1), float64(a >> 1)}
			for k := range z {
				z[k] = 0
				for i := range x {
					z[k] += mask[i/blockWidth] * w[k*len(x)+i] * x[i]
				}
			}
			cost.Softmax(p, z)
			p[h.y[s]]--
			f(0.25/float64(len(h.x)), mask, x, z, p, h.y[s])
		}
	}
}

// gradient writes the gradient and the Hessian of the regularised loss.
func (h *head) gradient(g *mat.VecDense, hess *mat.SymDense) {
	n := len(h.weight)
	hess.Zero()
	for i, w := range h.weight {
		g.SetVec(i, h.decay*w)
		hess.SetSym(i, i, h.decay)
	}
	// Adding a vector to the weights of all classes changes no logit; curvature
	// in that direction keeps the Hessian regular, and the gradient has no part
	// in it.
	width := n / headClasses
	for a := range n {
		for b := a; b < n; b += width {
			hess.SetSym(a, b, hess.At(a, b)+1e-2)
		}
	}
	p := make([]float64, headClasses)
	h.visit(h.weight, func(weight float64, mask [2]float64, x, z, r []float64, _ int) {
		cost.Softmax(p, z)
		for a := range n {
			ka, i := a/len(x), a%len(x)
			u := weight * mask[i/blockWidth] * x[i]
			g.SetVec(a, g.AtVec(a)+u*r[ka])
			for b := a; b < n; b++ {
				kb, j := b/len(x), b%len(x)
				q := -p[ka] * p[kb]
				if ka == kb {
					q += p[ka]
				}
				hess.SetSym(a, b, hess.At(a, b)+u*q*mask[j/blockWidth]*x[j])
			}
		}
	})
}

// train minimises by Newton's method until the gradient is at rounding level.
func (h *head) train() error {
	n := len(h.weight)
	g, step, hess := mat.NewVecDense(n, nil), mat.NewVecDense(n, nil), mat.NewSymDense(n, nil)
	for range 60 {
		h.gradient(g, hess)
		if mat.Norm(g, math.Inf(1)) < 1e-14 {
			return nil
		}
		var chol mat.Cholesky
		if !chol.Factorize(hess) {
			return fmt.Errorf("the Hessian of the head is not positive definite")
		}
		if err := chol.SolveVecTo(step, g); err != nil {
			return fmt.Errorf("training the head: %w", err)
		}
		for i := range h.weight {
			h.weight[i] -= step.AtVec(i)
		}
	}
	return fmt.Errorf("the head is not stationary: gradient %g", mat.Norm(g, math.Inf(1)))
}

// gaps returns E[L - H] and each block's share E[sum_{e->j} C_e].
func (h *head) gaps() (gap float64, block [2]float64) {
	h.visit(h.weight, func(weight float64, mask [2]float64, x, _, r []float64, _ int) {
		for k := range r {
			for i := range x {
				c := weight * r[k] * mask[i/blockWidth] * h.weight[k*len(x)+i] * x[i]
				block[i/blockWidth] += c
				gap += c
			}
		}
	})
	return gap, block
}

// square is |W_j|^2 of block j.
func (h *head) square(j int) float64 {
	s := 0.0
	for i, w := range h.weight {
		if i%(2*blockWidth)/blockWidth == j {
			s += w * w
		}
	}
	return s
}
