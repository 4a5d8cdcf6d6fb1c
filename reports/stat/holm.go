package stat

import (
	"fmt"
	"math"
	"slices"
)

// Holm returns the p-values of a family of m tests adjusted by Holm's step-down
// rule: in ascending order,
//
//	p̃(i) = max over j ≤ i of min(1, (m−j+1)·p(j)),
//
// in the order of the input. Rejecting where p̃ ≤ α keeps the chance of any false
// rejection at most α, whatever the dependence between the tests.
// (Holm, Scandinavian Journal of Statistics 6, 1979.)
func Holm(p []float64) ([]float64, error) {
	for i, v := range p {
		if math.IsNaN(v) || v < 0 || v > 1 {
			return nil, fmt.Errorf("p-value %d of %d is %v: want 0..1", i+1, len(p), v)
		}
	}
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case p[i] < p[j]:
			return -1
		case p[i] > p[j]:
			return 1
		}
		return 0
	})
	out := make([]float64, len(p))
	worst := 0.0
	for k, i := range order {
		worst = max(worst, min(1, float64(len(p)-k)*p[i]))
		out[i] = worst
	}
	return out, nil
}
