package supernet

import (
	"math"
	"testing"
)

// weights draws edge weights and multiplies them into the gates.
func (r *trial[T]) weights(g Gates) [][]float64 {
	var beta [][]float64
	for c := range g {
		var row []float64
		for e := range g[c] {
			b := 0.2 + 0.6*r.rnd.Float64()
			row = append(row, b)
			for k := range g[c][e] {
				g[c][e][k] *= b
			}
		}
		beta = append(beta, row)
	}
	if err := r.net.Bypass(beta); err != nil {
		r.t.Fatal(err)
	}
	return beta
}

// With partial channels, gradients of weights, costs of operations and of what goes by
// them are central differences of the loss.
func TestPartialChannelGradientsAreDifferences(t *testing.T) {
	for _, k := range []int{2, 4} {
		r := newTrial[float64](t, "nn", 3, 2, func(c *Config) { c.Batch, c.Partial = 3, k })
		g := r.soft()
		beta := r.weights(g)
		r.net.ZeroGrad()
		r.backward(g, Train, Want{Theta: true, Cost: true})
		for i, p := range r.net.Params() {
			scale := 1e-3
			for _, v := range p.Grad {
				scale = max(scale, math.Abs(v))
			}
			j := i * 7919 % len(p.Value)
			at, want, got := p.Value[j], p.Grad[j], math.NaN()
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
				for o, z := range g[c][e] {
					if (e+o)%4 == 0 {
						want := r.net.Cost(c)[e][o]
						got := difference(1e-6, func(h float64) float64 {
							g[c][e][o] = z + h
							return r.loss(g, Train)
						})
						g[c][e][o] = z
						relative(t, "cost of "+r.cfg.Space.Ops[o].Name, got, want, 0.1, 1e-5)
					}
				}
				want, b := r.net.BypassCost(c, e), beta[c][e]
				got := difference(1e-6, func(h float64) float64 {
					beta[c][e] = b + h
					if err := r.net.Bypass(beta); err != nil {
						t.Fatal(err)
					}
					return r.loss(g, Train)
				})
				beta[c][e] = b
				if err := r.net.Bypass(beta); err != nil {
					t.Fatal(err)
				}
				relative(t, "cost of what goes by", got, want, 0.1, 1e-5)
			}
		}
	}
}

// P3.3: what goes by the operations is passed back whole, as a skip connection is: the
// last cell's costs, with it, less the skip terms and what goes by intermediate edges,
// sum to L - H.
func TestConservationWithPartialChannels(t *testing.T) {
	r := newTrial[float64](t, "nn", 2, 2, func(c *Config) { c.Partial, c.Eps = 2, 1e-13 })
	g := r.soft()
	beta := r.weights(g)
	loss := r.backward(g, Train, Want{Cost: true})
	gap := loss
	for _, s := range r.out {
		gap -= s.Entropy / float64(len(r.out))
	}
	sum, by, skip := 0.0, 0.0, r.cfg.Space.OpIndex("skip_connect")
	for e, row := range r.net.Cost(1) {
		inner := !r.cfg.Space.Cell.Edges[e].FromInput()
		for k, c := range row {
			if !inner || k != skip {
				sum += g[1][e][k] * c
			}
		}
		if passed := beta[1][e] * r.net.BypassCost(1, e); !inner {
			sum += passed
			by += math.Abs(passed)
		}
	}
	relative(t, "costs and L - H", sum, gap, 1, 1e-8)
	if by < 1e-4 {
		t.Error("nothing goes by: the test says little")
	}
}

// Parts that do not divide the channels, and edge weights of a plain net, are errors.
func TestPartialChannelsAreRefusedWhereTheyDoNotFit(t *testing.T) {
	for name, edit := range map[string]func(*Config){
		"three parts of four channels": func(c *Config) { c.Partial = 3 },
	} {
		r := newTrial[float64](t, "n", 2, 2, nil)
		cfg := r.cfg
		edit(&cfg)
		if _, err := New[float64](cfg, r.rnd); err == nil {
			t.Errorf("%s are accepted", name)
		}
		if err := r.net.Bypass([][]float64{{1, 1, 1, 1, 1}}); err == nil {
			t.Error("a plain net takes edge weights")
		}
	}
}
