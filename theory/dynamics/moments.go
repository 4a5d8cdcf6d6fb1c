package dynamics

import (
	"fmt"
	"math"
)

// GradientMoments maps the logits to the first two moments of the gradient
// that one search step would have there: g1_k = E[g_k] and g2_k = E[g_k^2],
// with g = dL/dalpha, over the data and the samples of a window (P5.11). The
// slices have the length of alpha.
type GradientMoments interface {
	Moments(g1, g2, alpha []float64)
}

// soundEdges returns the common number of operations, or says which edge has
// another one, or a moment that is not a number.
func soundEdges(edges int, at func(int) (mean, second []float64)) (int, error) {
	if edges == 0 {
		return 0, fmt.Errorf("cost moments of no edge: at least one is needed")
	}
	first, _ := at(0)
	if len(first) < 2 {
		return 0, fmt.Errorf("edge 0: cost moments of %d operations; at least 2 are needed", len(first))
	}
	for e := range edges {
		mean, second := at(e)
		if len(mean) != len(first) {
			return 0, fmt.Errorf("edge %d: %d mean costs, edge 0 has %d", e, len(mean), len(first))
		}
		for k, x := range append(append([]float64{}, mean...), second...) {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return 0, fmt.Errorf("edge %d: cost moment %d is %v; leave diverged steps out of the window", e, k, x)
			}
		}
	}
	return len(first), nil
}

// secondBound refuses E[C^2] < E[C]^2 beyond the rounding of float32 records.
func secondBound(edge, op int, mean, second float64) error {
	if square := mean * mean; second < square*(1-1e-5) {
		return fmt.Errorf("edge %d, operation %d: second moment %g of the cost is below its squared mean %g; give raw second moments, not variances", edge, op, second, square)
	}
	return nil
}
