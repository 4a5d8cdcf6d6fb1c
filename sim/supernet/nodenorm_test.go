package supernet

import (
	"math"
	"testing"
)

// Batch norm behind a node makes its value of degree 0 in the gates that enter it:
// the weighted costs of each node sum to 0, in every cell, while without it those of
// the last cell sum to L - H.
func TestCostsOfANormalisedNodeSumToZero(t *testing.T) {
	for _, behind := range []bool{true, false} {
		r := newTrial[float64](t, "nn", 3, 2, func(c *Config) { c.Eps, c.NodeNorm = 1e-13, behind })
		r.train(10, 0.3)
		g := r.soft()
		for _, row := range g[0] {
			for k := range row {
				row[k] *= 0.3 // no distribution
			}
		}
		r.backward(g, Train, Want{Cost: true})
		worst := 0.0
		for c := range g {
			sum, gauge := map[int]float64{}, 0.0
			for e, ed := range r.cfg.Space.Cell.Edges {
				for k, z := range g[c][e] {
					v := z * r.net.Cost(c)[e][k]
					sum[ed.To] += v
					gauge += math.Abs(v)
				}
			}
			for _, v := range sum {
				worst = max(worst, math.Abs(v)/gauge)
			}
		}
		if behind != (worst < 1e-9) {
			t.Errorf("batch norm behind the nodes %v: the costs of a node sum to %.3g of their size", behind, worst)
		}
	}
}
