package trace

import "math"

// EdgeCostOf is the cost of an edge of a kind of cell over the window of a
// point, summed over the cells of the kind: the recorded sum_k Z^k C^k, or,
// where the point does not hold it, sum_k p^k C^k of the mean costs per
// operation; NaN where neither is known. A positive cost means that the edge
// raises the loss.
func (m *Manifest) EdgeCostOf(p *Point, kind, edge int) float64 {
	sum, any := 0.0, false
	if p.EdgeCost != nil {
		for c, k := range m.Stack {
			if k == m.Kinds[kind] {
				sum, any = sum+p.EdgeCost[c][edge], true
			}
		}
	}
	if !any && p.Cost != nil {
		for o, prob := range p.Prob[kind][edge] {
			if p.Cost.Count == nil || p.Cost.Count[kind][edge][o] > 0 {
				sum, any = sum+prob*p.Cost.Mean[kind][edge][o], true
			}
		}
	}
	if !any {
		return math.NaN()
	}
	return sum
}
