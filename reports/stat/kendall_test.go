package stat

import "testing"

// Values of scipy.stats.kendalltau(x, y, method="asymptotic"), SciPy 1.10.1.
func TestKendall(t *testing.T) {
	for _, c := range []struct {
		x, y   []float64
		tau, p float64
	}{
		{[]float64{1, 2, 2, 3, 5, 4, 7, 8, 8, 10}, []float64{2, 1, 3, 3, 6, 4, 5, 9, 7, 7}, 0.8139534883720931, 0.001469449864818364},
		{[]float64{1, 2, 3, 4, 5, 6, 7}, []float64{2, 1, 4, 3, 7, 5, 6}, 0.6190476190476191, 0.05088574121639127},
	} {
		k := must(Kendall(c.x, c.y))
		near(t, "tau", k.Value, c.tau, 1e-14)
		near(t, "p", k.P, c.p, 1e-12)
		if !(k.Low < k.Value && k.Value < k.High) {
			t.Errorf("interval %v..%v around %v", k.Low, k.High, k.Value)
		}
		for i := range c.y {
			c.y[i] = -c.y[i]
		}
		near(t, "tau of the reversed order", must(Kendall(c.x, c.y)).Value, -c.tau, 1e-14)
	}
	if k := must(Kendall([]float64{1, 1, 1}, []float64{1, 2, 3})); k.Defined {
		t.Errorf("a constant column has correlation %+v", k)
	}
}
