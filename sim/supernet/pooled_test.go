package supernet

import (
	"testing"

	"edgewise/sim/kernel"
)

// The head's features come from moments; the sums of the operations, made afterwards, have
// the same means, in training and in evaluation.
func TestFeaturesAreTheMeansOfTheSums(t *testing.T) {
	for _, stack := range []string{"n", "nn", "nr"} {
		for _, nodes := range []int{2, 3} {
			r := newTrial[float64](t, stack, nodes, 2, func(c *Config) { c.Affine = stack == "nn" })
			r.untrainedAndTrained(t, func(t *testing.T) {
				for _, mode := range []Mode{Train, Eval} {
					for _, g := range []Gates{r.soft(), r.onehot()} {
						r.backward(g, mode, Want{Cost: true})
						if _, err := r.net.Forward(r.x, r.cfg.Batch, g, mode); err != nil {
							t.Fatal(err)
						}
						checkFeatures(t, r.net)
					}
				}
			})
		}
	}
}

func checkFeatures(t *testing.T, n *Net[float64]) {
	t.Helper()
	k := n.cells[len(n.cells)-1].block
	x := n.acts[len(n.acts)-1].X
	c := x.Shape.C
	m := make([]kernel.Moment, c)
	seen := 0
	for b := range n.batch {
		for _, j := range n.cfg.Space.Cell.Concat {
			k.Mix(j, b)
		}
		kernel.ChannelMoments(m, x.At(b), x.Shape)
		for i, v := range n.head.feat[b*c:][:c] {
			relative(t, "mean of a node", v, m[i].Mean, 1, identityTol)
			if v != 0 {
				seen++
			}
		}
	}
	if seen == 0 {
		t.Error("every feature is 0: the check says nothing")
	}
}
