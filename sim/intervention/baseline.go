package intervention

// baseline subtracts from every sampled cost of an edge, that of none too, the
// running mean of the edge's cost (P7.3). Under plain descent the expected update
// stays as it was, as E[Z - p] = 0; samples of none start to move alpha.
var baseline = Intervention{
	Name:    "baseline",
	Claim:   "P7.3",
	Formula: "C := C - b_e, b_e the running mean of C_e, of none too",
	Expects: "no bias removed: the expected update is unchanged, only its variance",
	apply: func(v *View, _ float64) error {
		for e := range v.Gate {
			b := v.Past.Mean(e)
			for k, z := range v.Gate[e] {
				if z != 0 {
					v.Cost[e][k] -= b
				}
			}
		}
		return nil
	},
}
