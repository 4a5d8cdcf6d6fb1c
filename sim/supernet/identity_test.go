package supernet

import (
	"math"
	"testing"

	"edgewise/theory/cell"
)

// The identities of THEORY P1 to P3 in float64. Each is written so that flipping
// the sign of the costs, or dropping the coupling of the batch in the gradient of
// batch norm, breaks it.

const identityTol = 1e-10

// relative fails unless |a − b| ≤ tol·gauge.
func relative(t *testing.T, what string, a, b, gauge, tol float64) {
	t.Helper()
	if !(math.Abs(a-b) <= tol*gauge) {
		t.Errorf("%s: %.15g and %.15g differ by %.3g of %.3g", what, a, b, math.Abs(a-b), gauge)
	}
}

// P2.1: in the last cell Σ_j D_j = L − H for every sample, soft and one-hot.
func TestOutputCostIsLossMinusEntropy(t *testing.T) {
	for _, c := range []struct {
		stack           string
		nodes, multiple int
	}{{"n", 2, 2}, {"nn", 3, 2}, {"rn", 2, 1}} {
		r := newTrial[float64](t, c.stack, c.nodes, c.multiple, nil)
		r.untrainedAndTrained(t, func(t *testing.T) {
			for _, g := range []Gates{r.soft(), r.onehot()} {
				r.backward(g, Train, Want{Cost: true, Output: true})
				seen := 0.0
				for b, s := range r.out {
					sum, gauge := 0.0, s.Loss+s.Entropy
					for _, d := range r.net.OutputCost(len(c.stack) - 1) {
						sum += d[b] * float64(r.cfg.Batch)
					}
					seen += math.Abs(s.Loss - s.Entropy)
					relative(t, "sum of output costs and L − H", sum, s.Loss-s.Entropy, gauge, identityTol)
				}
				if seen == 0 {
					t.Error("L − H is 0 on every sample: the check says nothing")
				}
			}
		})
	}
}

// P1.1: dL/dα^k = Z^k·(C^k − Σ_m Z^m·C^m) for Z = softmax(α), against central
// differences of the loss in α.
func TestArchitectureGradientIsCentredCost(t *testing.T) {
	r := newTrial[float64](t, "nn", 2, 2, func(c *Config) { c.Batch = 4 })
	r.untrainedAndTrained(t, func(t *testing.T) {
		g := r.soft()
		r.backward(g, Train, Want{Cost: true})
		cost := make([][][]float64, len(g))
		scale := 0.0
		for c := range g {
			for e := range g[c] {
				cost[c] = append(cost[c], append([]float64{}, r.net.Cost(c)[e]...))
				for _, v := range cost[c][e] {
					scale = max(scale, math.Abs(v))
				}
			}
		}
		for c := range g {
			for e := range g[c] {
				mean := 0.0
				for k, z := range g[c][e] {
					mean += z * cost[c][e][k]
				}
				for k, z := range g[c][e] {
					if want := z * (cost[c][e][k] - mean); (e+k)%3 == 0 {
						got := difference(1e-5, func(h float64) float64 { return r.loss(shifted(g, c, e, k, h), Train) })
						relative(t, "gradient of α", got, want, scale, 1e-7)
					}
				}
			}
		}
	})
}

// shifted returns the gates of softmax(α) after α^k of an edge moved by h.
func shifted(g Gates, c, e, k int, h float64) Gates {
	out := make(Gates, len(g))
	for i := range g {
		out[i] = append([][]float64{}, g[i]...)
	}
	row := append([]float64{}, g[c][e]...)
	row[k] *= math.Exp(h)
	sum := 0.0
	for _, v := range row {
		sum += v
	}
	for i := range row {
		row[i] /= sum
	}
	out[c][e] = row
	return out
}

// difference is the central difference.
func difference(h float64, f func(float64) float64) float64 { return (f(h) - f(-h)) / (2 * h) }

// P3.1 and P3.4: operations behind batch norm pass no cost back as eps → 0, so that
// S_j = D_j + Σ_l Z^skip_jl·C^skip_jl, where S_j = ⟨∂L/∂x_j, x_j⟩ is the sum of the
// costs of the edges that enter j; Σ_j D_j is L − H in the last cell and 0 in every
// earlier one.
func TestPathsPassBackTheSkipCostAlone(t *testing.T) {
	r := newTrial[float64](t, "nnn", 3, 2, func(c *Config) { c.Eps = 1e-13 })
	skip := r.cfg.Space.OpIndex(cell.Skip)
	r.untrainedAndTrained(t, func(t *testing.T) {
		g := r.soft()
		r.backward(g, Train, Want{Cost: true, Output: true})
		for c := range g {
			total, gauge := 0.0, 0.0
			for j := cell.Inputs; j < cell.Inputs+r.cfg.Space.Cell.Nodes; j++ {
				s, back, direct := 0.0, 0.0, 0.0
				for e, ed := range r.cfg.Space.Cell.Edges {
					for k, z := range g[c][e] {
						v := z * r.net.Cost(c)[e][k]
						if ed.To == j {
							s += v
							gauge += math.Abs(v)
						}
						if ed.From == j && k == skip {
							back += v
						}
					}
				}
				for i, n := range r.cfg.Space.Cell.Concat {
					for _, d := range r.net.OutputCost(c)[i] {
						if n == j {
							direct += d
						}
					}
				}
				total += direct
				relative(t, "cost of node, and direct plus skip", s, direct+back, gauge, identityTol)
			}
			want := 0.0
			if c == len(g)-1 {
				for _, s := range r.out {
					want += (s.Loss - s.Entropy) / float64(len(r.out))
				}
				if math.Abs(want) < 1e-6 {
					t.Errorf("L − H is %g: the check says nothing", want)
				}
			}
			if gauge < 1e-6 {
				t.Errorf("all costs of cell %d are about 0: the check says nothing", c)
			}
			relative(t, "sum of direct costs", total, want, gauge, identityTol)
		}
	})
}

// In evaluation mode the identity of P3.4 fails (P3.3): the coupling of the batch is
// what makes it.
func TestEvaluationModePassesCostBack(t *testing.T) {
	r := newTrial[float64](t, "nn", 2, 2, func(c *Config) { c.Eps = 1e-13 })
	g := r.soft()
	r.backward(g, Train, Want{})
	r.backward(g, Eval, Want{Cost: true, Output: true})
	total, gauge := 0.0, 0.0
	for _, d := range r.net.OutputCost(0) {
		for _, v := range d {
			total += v
			gauge += math.Abs(v)
		}
	}
	if math.Abs(total) < 1e-3*gauge {
		t.Errorf("direct costs of the earlier cell sum to %g of %g in evaluation mode: they should not vanish", total, gauge)
	}
}

// P3.5: none passes nothing; a node without active input is exactly 0 and so are the
// costs around it; all-none has L − H = 0; everything is finite.
func TestNoneIsExactlyZero(t *testing.T) {
	r := newTrial[float64](t, "n", 2, 2, nil)
	none := r.cfg.Space.NoneIndex()
	for k := range r.cfg.Space.Ops {
		g := NewGates(r.cfg.Space)
		for e, ed := range r.cfg.Space.Cell.Edges {
			g[0][e][none] = 1
			if ed.To == 3 {
				clear(g[0][e])
				g[0][e][k] = 1
			}
		}
		r.net.ZeroGrad()
		r.backward(g, Train, Want{Theta: true, Cost: true, Output: true})
		for _, v := range r.logits {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Fatalf("%s: logit %v", r.cfg.Space.Ops[k].Name, v)
			}
		}
		for _, e := range []int{0, 1, 4} {
			for o, v := range r.net.Cost(0)[e] {
				if v != 0 {
					t.Errorf("%s on the edges into node 3: cost of edge %d, operation %d is %g, not 0", r.cfg.Space.Ops[k].Name, e, o, v)
				}
			}
		}
		for _, p := range r.net.Params() {
			for _, v := range p.Grad {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					t.Fatalf("%s: gradient of %s is %v", r.cfg.Space.Ops[k].Name, p.Name, v)
				}
			}
		}
		if k == none {
			for _, s := range r.out {
				if math.Abs(s.Loss-s.Entropy) > 1e-15 || math.Abs(s.Entropy-math.Log(5)) > 1e-15 {
					t.Errorf("all none: L = %v, H = %v, want log 5", s.Loss, s.Entropy)
				}
			}
		}
	}
}

// The costs of single samples add up to the cost of the batch.
func TestSampleCostsAddUp(t *testing.T) {
	r := newTrial[float64](t, "nr", 2, 2, nil)
	g := r.soft()
	r.backward(g, Train, Want{Cost: true})
	for c := range g {
		sum, one := NewGates(r.cfg.Space)[0], NewGates(r.cfg.Space)[0]
		for b := range r.cfg.Batch {
			if err := r.net.CostSample(one, c, b); err != nil {
				t.Fatal(err)
			}
			for e := range one {
				for k, v := range one[e] {
					sum[e][k] += v
				}
			}
		}
		for e, ce := range r.net.Cost(c) {
			for k, v := range ce {
				relative(t, "cost of the samples", sum[e][k], v, 1e-2, 1e-12)
			}
		}
	}
}
