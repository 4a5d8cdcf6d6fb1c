package supernet

import (
	"testing"
)

// The voters of the last cell, weighted by the gates, sum to the logits; their local
// costs (p - y).z are the costs of the backward pass on edges that nothing leaves.
func TestVotersSumToTheLogits(t *testing.T) {
	for _, stack := range []string{"n", "nn", "nr"} {
		r := newTrial[float64](t, stack, 2, 2, func(c *Config) { c.Affine = stack == "nn" })
		r.untrainedAndTrained(t, func(t *testing.T) {
			for _, g := range []Gates{r.soft(), r.onehot()} {
				r.backward(g, Train, Want{Cost: true})
				last := len(stack) - 1
				row := make([]float64, r.cfg.Classes)
				costs := make([]float64, len(r.cfg.Space.Ops))
				for b := range r.cfg.Batch {
					sum := make([]float64, r.cfg.Classes)
					for e := range g[last] {
						for k, z := range g[last][e] {
							if err := r.net.Voter(row, e, k, b); err != nil {
								t.Fatal(err)
							}
							for i, v := range row {
								sum[i] += z * v
							}
							if e == 4 {
								for i, v := range row {
									costs[k] += float64(r.dl[b*r.cfg.Classes+i]) * v
								}
							}
						}
					}
					for i, v := range sum {
						relative(t, "logit", v, float64(r.logits[b*r.cfg.Classes+i]), 1, identityTol)
					}
				}
				for k, c := range costs {
					if r.net.Ran(last, 4, k) {
						relative(t, "cost of edge (2,3)", c, r.net.Cost(last)[4][k], 1, identityTol)
					}
				}
			}
		})
	}
	r := newTrial[float64](t, "n", 2, 2, nil)
	r.backward(r.soft(), Train, Want{Cost: true})
	if err := r.net.Voter(make([]float64, 3), 0, 0, 0); err == nil {
		t.Error("a row of the wrong length is accepted")
	}
}
