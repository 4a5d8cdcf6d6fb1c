package intervention

// zeroOne adds the zero-one loss of FairDARTS, -w times the mean of (z - 1/2)^2 over
// all operations of all edges: it drives every weight to 0 or 1, whichever it is
// nearer to. As a cost it is its derivative in z_k.
var zeroOne = Intervention{
	Name:     "zero-one",
	Claim:    "P1.6",
	Formula:  "C_k := C_k - 2w (z_k - 1/2)/N, N the number of operations of all edges",
	Expects:  "weights leave 1/2 for good: which side is decided early",
	Strength: "the weight w of the zero-one loss (published: 10)",
	Soft:     true,
	apply: func(v *View, strength float64) error {
		n := 0
		for _, gate := range v.Gate {
			for _, z := range gate {
				if z != 0 {
					n++
				}
			}
		}
		for e, gate := range v.Gate {
			for k, z := range gate {
				if z != 0 {
					v.Cost[e][k] -= 2 * strength * (z - 0.5) / float64(n)
				}
			}
		}
		return nil
	},
}
