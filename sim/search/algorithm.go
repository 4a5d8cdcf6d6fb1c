package search

import (
	"fmt"
	"math"
	"math/rand/v2"

	"edgewise/sim/spec"
	"edgewise/theory/cost"
)

// An algorithm says which gates Z a step uses and what dL/dalpha follows from
// the costs C = dL/dZ at those gates. Both speak in tables [kind][edge][op];
// costs are sums over the cells of a kind.
type algorithm interface {
	// gates fills z for the current probabilities; lambda is the temperature.
	gates(z [][][]float64, a *arch, lambda float64, rnd *rand.Rand)
	// gradient fills a.grad.
	gradient(a *arch, z, c [][][]float64, lambda float64)
	// sampled says whether the gates are drawn anew each step.
	sampled() bool
}

func newAlgorithm(s spec.Spec) (algorithm, error) {
	switch s.Relaxation() {
	case spec.DARTS:
		return darts{}, nil
	case spec.SNAS:
		return &snas{}, nil
	case spec.DSNAS:
		return &dsnas{summedLog: s.Estimator == spec.SummedLog}, nil
	case spec.GDAS:
		return &gdas{}, nil
	case spec.Proxyless:
		return &proxyless{}, nil
	case spec.Random:
		return random{}, nil
	}
	return nil, fmt.Errorf("algorithm %q is not one that searches", s.Algorithm)
}

// darts uses Z = g(alpha), g the softmax (P1.1) or another gate.
type darts struct{}

func (darts) sampled() bool { return false }

func (darts) gates(z [][][]float64, a *arch, _ float64, _ *rand.Rand) {
	for k := range z {
		for e := range z[k] {
			copy(z[k][e], a.weight[k][e])
		}
	}
}

func (darts) gradient(a *arch, z, c [][][]float64, _ float64) {
	if a.beta != nil {
		a.partialGradient(c)
		return
	}
	a.eachEdge(z, c, func(g, alpha, z, c []float64) { a.gate.Pull(g, alpha, z, c) })
}

// eachEdge hands f the gradient, logits, gates and costs of each edge, over its
// allowed operations only.
func (a *arch) eachEdge(z, c [][][]float64, f func(g, alpha, z, c []float64)) {
	n := len(a.space.Ops)
	zs, cs := make([]float64, n), make([]float64, n)
	for k := range a.ops {
		for e, list := range a.ops[k] {
			for i, o := range list {
				zs[i], cs[i] = z[k][e][o], c[k][e][o]
			}
			f(a.edge(a.grad, k, e), a.edge(a.alpha, k, e), zs[:len(list)], cs[:len(list)])
		}
	}
}

// snas draws Z = softmax((log p + G)/lambda), G standard Gumbel (P1.2).
type snas struct{ noisy []float64 }

func (*snas) sampled() bool { return true }

func (s *snas) gates(z [][][]float64, a *arch, lambda float64, rnd *rand.Rand) {
	for k := range z {
		for e, list := range a.ops[k] {
			s.noisy = s.noisy[:0]
			for _, v := range a.edge(a.alpha, k, e) {
				s.noisy = append(s.noisy, (v+gumbel(rnd))/lambda)
			}
			cost.Softmax(s.noisy, s.noisy)
			clear(z[k][e])
			for i, o := range list {
				z[k][e][o] = s.noisy[i]
			}
		}
	}
}

func (*snas) gradient(a *arch, z, c [][][]float64, lambda float64) {
	a.eachEdge(z, c, func(g, _, z, c []float64) { cost.SNAS(g, z, c, lambda) })
}

// gumbel draws from the standard Gumbel distribution.
func gumbel(rnd *rand.Rand) float64 { return -math.Log(rnd.ExpFloat64()) }

// dsnas draws a one-hot Z from p. The gradient of an edge is C(Z)(Z - p) (P1.3);
// with summedLog it is weighted as in the published analysis code, which takes
// the logarithm of the sum over edges of p_e(Z_e) (P1.7).
type dsnas struct{ summedLog bool }

func (dsnas) sampled() bool { return true }

func (dsnas) gates(z [][][]float64, a *arch, _ float64, rnd *rand.Rand) {
	drawOneHot(z, a, rnd)
}

func drawOneHot(z [][][]float64, a *arch, rnd *rand.Rand) {
	for k := range z {
		for e, list := range a.ops[k] {
			clear(z[k][e])
			u, sum := rnd.Float64(), 0.0
			for i, o := range list {
				sum += a.prob[k][e][o]
				if u < sum || i == len(list)-1 {
					z[k][e][o] = 1
					break
				}
			}
		}
	}
}

func (d dsnas) gradient(a *arch, z, c [][][]float64, _ float64) {
	p := make([]float64, len(a.space.Ops))
	for k := range a.ops {
		weight := make([]float64, 0, len(a.ops[k]))
		for e, list := range a.ops[k] {
			for _, o := range list {
				if z[k][e][o] == 1 {
					weight = append(weight, a.prob[k][e][o])
				}
			}
		}
		cost.SummedLogWeights(weight, weight)
		n := 0
		for e, list := range a.ops[k] {
			sample := -1
			for i, o := range list {
				p[i] = a.prob[k][e][o]
				if z[k][e][o] == 1 {
					sample = i
				}
			}
			if sample < 0 {
				continue // a deleted edge draws nothing and has no alpha
			}
			r := c[k][e][list[sample]]
			if d.summedLog {
				r *= weight[n]
			}
			n++
			cost.DSNAS(a.edge(a.grad, k, e), p[:len(list)], sample, r)
		}
	}
}

// random draws every allowed operation with equal probability and never moves
// alpha: it measures costs on a supernet that is trained without preference.
type random struct{}

func (random) sampled() bool { return true }

func (random) gates(z [][][]float64, a *arch, _ float64, rnd *rand.Rand) { drawOneHot(z, a, rnd) }

func (random) gradient(a *arch, _, _ [][][]float64, _ float64) { clear(a.grad) }
