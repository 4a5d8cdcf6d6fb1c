package intervention

import "edgewise/theory/cost"

// noneAtMean lets none cost what the other operations of its edge cost on average
// (P7.8): over the step's probabilities for soft gates, over the edge's past
// active steps for a sample of none.
var noneAtMean = Intervention{
	Name:    "none-at-mean",
	Claim:   "P7.8",
	Formula: "C_none := mean cost of the edge's other operations",
	Expects: "freezes the edges: none neither wins nor loses",
	apply: func(v *View, _ float64) error {
		if v.None < 0 {
			return nil
		}
		for e, gate := range v.Gate {
			switch {
			case gate[v.None] == 0 || len(gate) < 2:
			case gate[v.None] == 1:
				v.Cost[e][v.None] = v.Past.Mean(e)
			default:
				if err := cost.NoneAtMean(v.Cost[e], gate, v.Cost[e], v.None); err != nil {
					return err
				}
			}
		}
		return nil
	},
}
