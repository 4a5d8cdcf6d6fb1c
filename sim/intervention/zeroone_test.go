package intervention

import "testing"

// The zero-one term is the derivative of -w mean (z - 1/2)^2 in each weight, of none
// too, by central differences.
func TestZeroOneIsTheGradientOfItsLoss(t *testing.T) {
	const w = 3.0
	gates := [][]float64{{.2, .9, .4}, {.5, .1, .7}}
	loss := func() float64 {
		sum := 0.0
		for _, row := range gates {
			for _, z := range row {
				sum -= w * (z - .5) * (z - .5) / 6
			}
		}
		return sum
	}
	v := &View{None: 0, Gate: gates, Cost: [][]float64{{0, 1, 2}, {0, 0, 0}}}
	apply(t, v, Use{"zero-one", w})
	for e, row := range gates {
		for k, z := range row {
			const h = 1e-5
			row[k] = z + h
			up := loss()
			row[k] = z - h
			d := (up - loss()) / (2 * h)
			row[k] = z
			before := 0.0
			if e == 0 {
				before = float64(k)
			}
			if diff := v.Cost[e][k] - before - d; diff > 1e-9 || diff < -1e-9 {
				t.Errorf("edge %d, operation %d: %v, by differences %v", e, k, v.Cost[e][k]-before, d)
			}
		}
	}
}
