package intervention

import "math"

// entropy adds a bonus of strength T on the entropy of every edge's probabilities
// (P7.10). As a cost it is T ln p_k, of none too: sum_k p_k T ln p_k = -T H(p).
var entropy = Intervention{
	Name:     "entropy",
	Claim:    "P7.10",
	Formula:  "C_k := C_k + T ln p_k",
	Expects:  "fixed point p_k ~ exp(-C_k/T): limits drop and growth",
	Strength: "the temperature T of the bonus, in units of the loss",
	apply: func(v *View, strength float64) error {
		for e, gate := range v.Gate {
			for k, z := range gate {
				if z != 0 && v.Prob[e][k] > 0 {
					v.Cost[e][k] += strength * math.Log(v.Prob[e][k])
				}
			}
		}
		return nil
	},
}
