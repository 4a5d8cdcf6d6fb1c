package intervention

import (
	"math"

	"edgewise/theory/cost"
)

// calibrated takes the costs of the last cell at logits tau* z, tau* the scale
// at which the batch's loss is least (P7.11): they sum to 0. Where the best scale
// is infinite (every sample right) or 0, the costs at that limit are 0.
var calibrated = Intervention{
	Name:    "calibrated",
	Claim:   "P7.11",
	Formula: "C := tau (p(tau z) - y).z_e, tau the best scale of the batch's logits",
	Expects: "removes the common drive of O1 and O3",
	Voters:  true,
	apply: func(v *View, _ float64) error {
		if len(v.Voices) == 0 {
			return nil
		}
		logits := make([][]float64, len(v.Voters))
		for n, s := range v.Voters {
			logits[n] = s.Logits()
		}
		tau, err := cost.CalibratedScale(logits, v.Labels)
		if err != nil {
			return err
		}
		still := tau == 0 || math.IsInf(tau, 1)
		p := make([]float64, len(logits[0]))
		n := -1
		return v.replaceVotes(func(dst []float64, s cost.Voters, label int) error {
			n++
			clear(dst)
			if still {
				return nil
			}
			for k, z := range logits[n] {
				p[k] = tau * z
			}
			cost.Softmax(p, p)
			for i, row := range s {
				for k, x := range row {
					dst[i] += tau * p[k] * x
				}
				dst[i] -= tau * row[label]
			}
			return nil
		})
	},
}
