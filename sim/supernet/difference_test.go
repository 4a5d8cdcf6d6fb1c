package supernet

import (
	"math"
	"strings"
	"testing"
)

// Central differences of the loss in weights of every kind, training and
// evaluation mode, with affine norms and a biased head, a reduction cell included.
func TestWeightGradientsAreDifferences(t *testing.T) {
	for _, behind := range []bool{false, true} {
		weightGradients(t, newTrial[float64](t, "rn", 2, 2, func(c *Config) { c.Affine, c.HeadBias, c.Batch, c.NodeNorm = true, true, 3, behind }))
	}
}

func weightGradients(t *testing.T, r *trial[float64]) {
	r.train(3, 0.1)
	for _, mode := range []Mode{Train, Eval} {
		g := r.soft()
		r.net.ZeroGrad()
		r.backward(g, mode, Want{Theta: true})
		for i, p := range r.net.Params() {
			scale := 1e-3
			for _, v := range p.Grad {
				scale = max(scale, math.Abs(v))
			}
			j := i * 7919 % len(p.Value)
			at := p.Value[j]
			f := func(h float64) float64 {
				p.Value[j] = at + h
				return r.loss(g, mode)
			}
			got := difference(1e-5, f)
			if math.Abs(got-p.Grad[j]) > 1e-6*scale { // a ReLU or a maximum may switch within the step
				got = difference(1e-7, f)
			}
			p.Value[j] = at
			relative(t, p.Name, got, p.Grad[j], scale, 1e-6)
		}
	}
}

// Central differences of the loss in the gates are the costs: of operations that
// run, and with RunAll of those whose gate is 0.
func TestCostsAreDifferencesInTheGates(t *testing.T) {
	for _, behind := range []bool{false, true} {
		gateCosts(t, newTrial[float64](t, "rn", 2, 2, func(c *Config) { c.Batch, c.NodeNorm = 3, behind }))
	}
}

func gateCosts(t *testing.T, r *trial[float64]) {
	for _, mode := range []Mode{Train, Eval} {
		g := r.soft()
		for c := range g {
			for e := range g[c] {
				g[c][e][(c+e)%len(g[c][e])] = 0
			}
		}
		r.net.RunAll(true)
		r.backward(g, mode, Want{Cost: true})
		r.net.RunAll(false)
		costs := make([][][]float64, len(g))
		for c := range g {
			for _, ce := range r.net.Cost(c) {
				costs[c] = append(costs[c], append([]float64{}, ce...))
			}
		}
		for c := range g {
			for e := range g[c] {
				for k, z := range g[c][e] {
					if (e+k)%2 == 1 && z != 0 {
						continue
					}
					f := func(h float64) float64 {
						g[c][e][k] = z + h
						return r.loss(g, mode)
					}
					got := difference(1e-5, f)
					if math.Abs(got-costs[c][e][k]) > 1e-7 {
						got = difference(1e-7, f)
					}
					g[c][e][k] = z
					relative(t, "cost of "+r.cfg.Space.Ops[k].Name, got, costs[c][e][k], 0.1, 1e-6)
				}
			}
		}
	}
}

// An affine norm with a scale that is zero, tiny or negative, beside a shift that is
// not: output and gradients stay exact.
func TestTinyAffineScales(t *testing.T) {
	r := newTrial[float64](t, "n", 2, 2, func(c *Config) { c.Affine, c.Batch = true, 3 })
	params, scales := r.net.Params(), map[string]bool{}
	for i, p := range params[1:] {
		if gamma := params[i]; strings.HasSuffix(p.Name, ".bias") {
			scales[gamma.Name] = true
			for c := range p.Value {
				p.Value[c] = 0.3 - 0.2*float64(c)
				gamma.Value[c] = []float64{0, 1e-7, -0.8, 1.3}[c%4]
			}
		}
	}
	g := r.soft()
	r.net.ZeroGrad()
	r.backward(g, Train, Want{Theta: true})
	for _, p := range params {
		for _, j := range []int{0, 1, len(p.Value) - 1} {
			if scales[p.Name] && math.Abs(p.Value[j]) < 1e-3 {
				continue // the sign of a scale that crosses 0 turns the maxima of the pooling round
			}
			at := p.Value[j]
			got := difference(1e-6, func(h float64) float64 {
				p.Value[j] = at + h
				return r.loss(g, Train)
			})
			p.Value[j] = at
			relative(t, p.Name, got, p.Grad[j], 1e-2, 1e-5)
		}
	}
}

// Without Theta the costs are the same, and no gradient is touched.
func TestFrozenWeightsGiveTheSameCosts(t *testing.T) {
	r := newTrial[float64](t, "nrn", 2, 2, nil)
	g := r.soft()
	var kept [2][]float64
	for i, w := range []Want{{Theta: true, Cost: true}, {Cost: true}} {
		r.net.ZeroGrad()
		r.backward(g, Train, w)
		for c := range g {
			for _, ce := range r.net.Cost(c) {
				kept[i] = append(kept[i], ce...)
			}
		}
		sum := 0.0
		for _, p := range r.net.Params() {
			for _, v := range p.Grad {
				sum += math.Abs(v)
			}
		}
		if (sum != 0) != w.Theta {
			t.Errorf("with %+v the gradients' absolute values sum to %g", w, sum)
		}
	}
	for i, v := range kept[0] {
		relative(t, "cost", kept[1][i], v, 1e-2, 1e-12)
	}
}
