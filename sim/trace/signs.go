package trace

import "slices"

// Signs that a search records with a step whose numbers are numbers but mean
// little (Point.Signs).
const (
	Dead      = "dead"      // no cost reached any edge: alpha moves by its weight decay alone
	Saturated = "saturated" // every edge has an operation of probability above SaturatedAbove
	Rounding  = "rounding"  // alpha's step, or what tells an edge's costs apart, is below the rounding
)

// SaturatedAbove is the probability above which an edge can hardly change any more:
// its gradient is below 1e-4 of its costs.
const SaturatedAbove = 0.9999

// SaturatedAt says whether every edge that has operations has one above
// SaturatedAbove.
func SaturatedAt(prob [][][]float64) bool {
	for _, k := range prob {
		for _, e := range k {
			top := 0.0
			for _, v := range e {
				top = max(top, v)
			}
			if !(top == 0 || top > SaturatedAbove) {
				return false
			}
		}
	}
	return true
}

// merged is the union of signs, in order.
func merged(a, b []string) []string {
	out := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	slices.Sort(out)
	return out
}
