package supernet

import (
	"math"
	"testing"

	"edgewise/sim/mixop"
)

// With group, layer and no norm, affine and plain: gradients of weights and of gates
// are central differences of the loss.
func TestGradientsUnderOtherNorms(t *testing.T) {
	for _, kind := range []mixop.NormKind{mixop.GroupNorm, mixop.LayerNorm, mixop.NoNorm} {
		r := newTrial[float64](t, "nr", 2, 2, func(c *Config) {
			c.Batch, c.Norm, c.Affine = 3, kind, kind == mixop.GroupNorm
			c.Eps = 1e-2
		})
		if kind == mixop.NoNorm {
			for _, p := range r.net.Params() { // nothing holds activations up
				for i := range p.Value {
					p.Value[i] *= 2
				}
			}
		}
		g := r.soft()
		r.net.ZeroGrad()
		r.backward(g, Train, Want{Theta: true, Cost: true})
		for i, p := range r.net.Params() {
			scale := 1e-3
			for _, v := range p.Grad {
				scale = max(scale, math.Abs(v))
			}
			j := i * 7919 % len(p.Value)
			at, want := p.Value[j], p.Grad[j]
			got := math.NaN()
			for _, h := range []float64{1e-5, 1e-6, 1e-7} { // a ReLU or a maximum may switch within the step
				if got = difference(h, func(h float64) float64 {
					p.Value[j] = at + h
					return r.loss(g, Train)
				}); math.Abs(got-want) <= 1e-6*scale {
					break
				}
			}
			p.Value[j] = at
			relative(t, p.Name, got, want, scale, 1e-6)
		}
		r.backward(g, Train, Want{Cost: true})
		for c := range g {
			for e := range g[c] {
				for k, z := range g[c][e] {
					if (e+k)%3 != 0 {
						continue
					}
					want := r.net.Cost(c)[e][k]
					got := difference(1e-6, func(h float64) float64 {
						g[c][e][k] = z + h
						return r.loss(g, Train)
					})
					g[c][e][k] = z
					relative(t, "cost of "+r.cfg.Space.Ops[k].Name, got, want, 0.1, 1e-5)
				}
			}
		}
	}
}

// P3.3: with a norm of each image operations pass nothing back, so that the costs of
// the last cell, less the skip terms, are L - H of EVERY image; without a norm they
// pass all of it back, and the law breaks.
func TestConservationPerImageUnderGroupNorm(t *testing.T) {
	for _, kind := range []mixop.NormKind{mixop.GroupNorm, mixop.LayerNorm, mixop.NoNorm} {
		r := newTrial[float64](t, "nn", 2, 2, func(c *Config) { c.Norm, c.Eps = kind, 1e-13 })
		g := r.soft()
		r.backward(g, Train, Want{Cost: true})
		costs := make([][]float64, len(r.cfg.Space.Cell.Edges))
		for e := range costs {
			costs[e] = make([]float64, len(r.cfg.Space.Ops))
		}
		worst, skip := 0.0, r.cfg.Space.OpIndex("skip_connect")
		for b, s := range r.out {
			if err := r.net.CostSample(costs, 1, b); err != nil {
				t.Fatal(err)
			}
			sum := 0.0
			for e, row := range costs {
				for k, c := range row {
					if k != skip || r.cfg.Space.Cell.Edges[e].FromInput() {
						sum += g[1][e][k] * c * float64(r.cfg.Batch)
					}
				}
			}
			worst = math.Max(worst, math.Abs(sum-(s.Loss-s.Entropy)))
		}
		if holds := worst < 1e-8; holds != (kind != mixop.NoNorm) {
			t.Errorf("norm %d: the costs of an image miss its L - H by up to %.3g", kind, worst)
		}
	}
}
