package intervention

import "edgewise/theory/cost"

// importance divides the cost of an edge by the probability that it is effective
// when it is active (P7.7).
var importance = Intervention{
	Name:    "importance",
	Claim:   "P7.7",
	Formula: "C_e := C_e / r_e, r_e = P(e effective | e active)",
	Expects: "repairs O2 only where the cost of an effective edge is constant; hurts (2,3) while costs are positive",
	apply: func(v *View, _ float64) error {
		x, err := cost.NewExpectation(v.Cell)
		if err != nil {
			return err
		}
		n := len(v.Prob)
		p, r, h := make([]float64, n), make([]float64, n), make([]float64, n)
		for e, row := range v.Prob {
			for k, q := range row {
				if k != v.None {
					p[e] += q
				}
			}
			p[e] = min(1, p[e])
		}
		if err := x.Shares(r, h, p); err != nil {
			return err
		}
		costs := make([]float64, n)
		for e := range costs {
			costs[e] = v.edgeCost(e)
		}
		weighted := make([]float64, n)
		if err := cost.Importance(weighted, r, costs); err != nil {
			return err
		}
		v.each(func(e, k int) {
			if r[e] > 0 {
				v.Cost[e][k] /= r[e]
			}
		})
		return nil
	},
}
