package dynamics

import "math"

// Dominance is what positive costs on all operations make of none (P5.6).
type Dominance struct {
	// Positive: every operation costs more than none does (0).
	Positive bool
	// LogitRises: alpha_none' > 0. Follows from Positive alone.
	LogitRises bool
	// ProbabilityRises: p_none/p_k rises for every k, so p_none' > 0. Guaranteed
	// when Positive and cmin/cmax > 1 - 2 p_none; automatic, and absorbing, once
	// p_none >= 1/2; always for equal costs (cmin = cmax).
	ProbabilityRises bool
}

// NoneDominance states P5.6 at probabilities p and op costs c, operation none
// being the none, under plain descent of the softmax. All costs positive make
// alpha_none increase for ever, because alpha_none' = p_none sum_m p_m c_m; its
// probability need not: p = (.01,.9,.09), c = (0,.1,10) gives p_none' < 0.
// The guarantee is sufficient, not necessary.
func NoneDominance(p, c []float64, none int) Dominance {
	least, most := math.Inf(1), math.Inf(-1)
	for k, x := range c {
		if k == none {
			continue
		}
		least, most = min(least, x), max(most, x)
	}
	d := Dominance{Positive: least > 0 && c[none] == 0}
	d.LogitRises = d.Positive
	d.ProbabilityRises = d.Positive && least > (1-2*p[none])*most
	return d
}

// ProbabilitySpeed writes p_k' = p_k (alpha_k' - sum_m p_m alpha_m') under
// alpha_k' = -p_k (c_k - <c>), plain descent at rate 1.
func ProbabilitySpeed(dst, p, c []float64) {
	mean := 0.0
	for k, x := range p {
		mean += x * c[k]
	}
	drift := 0.0
	for k, x := range p {
		dst[k] = -x * (c[k] - mean)
		drift += x * dst[k]
	}
	for k, x := range p {
		dst[k] = x * (dst[k] - drift)
	}
}

// AllCostsPositive says whether the densities guarantee that every edge's
// expected cost is positive whatever the activities: phi(n) = (L-H)(n)/n >= 0
// for every n, and positive for the full cell. A positive mean E[L-H] alone is
// not enough (P5.6).
func AllCostsPositive(phi []float64) bool {
	for _, x := range phi {
		if !(x >= 0) {
			return false
		}
	}
	return len(phi) > 0 && phi[len(phi)-1] > 0
}
