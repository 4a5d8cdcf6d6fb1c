package intervention

import "edgewise/theory/cost"

// centred makes the costs of a step zero-sum over the active edges (P7.4).
var centred = Intervention{
	Name:    "centred",
	Claim:   "P7.4",
	Formula: "C_e := C_e - sum_e p_e C_e / sum_e p_e, p_e the step's active weight",
	Expects: "no O1 and no O3; O2 stays, and is amplified at fast alpha",
	apply: func(v *View, _ float64) error {
		n := len(v.Gate)
		costs, weight := make([]float64, n), make([]float64, n)
		some := false
		for e := range v.Gate {
			if weight[e] = v.activity(e); weight[e] > 0 {
				costs[e] = v.edgeCost(e) / weight[e]
				some = true
			}
		}
		if !some {
			return nil // nothing but none: no cost to share out
		}
		zero := make([]float64, n)
		if err := cost.Centred(zero, weight, costs); err != nil {
			return err
		}
		v.each(func(e, k int) { v.Cost[e][k] += zero[e] - costs[e] })
		return nil
	},
}
