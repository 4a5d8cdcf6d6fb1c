package search

import (
	"context"
	"math"
	"testing"

	"edgewise/sim/spec"
)

// Cells of a kind share alpha, so the cost of an operation is the sum over them: the
// gates times those costs are the sum of the costs that the cells' edges had.
func TestCostsOfAKindAddUp(t *testing.T) {
	s := tiny()
	s.Algorithm, s.Net.Cells, s.Net.Reductions = spec.DARTS, 5, []int{2}
	tr, err := Record(context.Background(), s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range tr.Points[:s.Steps] {
		for k := range tr.Manifest.Kinds {
			for e := range tr.Manifest.Edges {
				cells, shared, size := 0.0, 0.0, 0.0
				for c, kind := range []int{0, 0, 1, 0, 0} {
					if kind == k {
						cells += p.EdgeCost[c][e]
						size += math.Abs(p.EdgeCost[c][e])
					}
				}
				for o, v := range p.Cost.Mean[k][e] {
					shared += p.Prob[k][e][o] * v
					size += math.Abs(p.Prob[k][e][o] * v)
				}
				if !(math.Abs(cells-shared) <= 1e-12*size) || size == 0 {
					t.Fatalf("step %d, %s cells, edge %d: the cells have cost %v, alpha was given %v", p.Step, tr.Manifest.Kinds[k], e, cells, shared)
				}
			}
		}
	}
}
