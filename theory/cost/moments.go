package cost

import "math"

// moments is a running mean and sum of squared deviations (Welford).
type moments struct {
	n          int
	mean, dev2 float64
}

func (m *moments) add(v float64) {
	m.n++
	d := v - m.mean
	m.mean += d / float64(m.n)
	m.dev2 += d * (v - m.mean)
}

// standardError of the mean, from the sample variance.
func (m *moments) standardError() float64 {
	return math.Sqrt(m.dev2 / float64(m.n-1) / float64(m.n))
}
