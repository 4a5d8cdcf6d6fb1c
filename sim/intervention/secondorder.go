package intervention

import "edgewise/theory/cost"

// secondOrder adds the curvature of the loss along the operation's own voter
// (P7.2): leave-one-out to second order, without another pass.
var secondOrder = Intervention{
	Name:    "second-order",
	Claim:   "P7.2",
	Formula: "C := C - 1/2 z'(diag(p) - pp')z / Z",
	Expects: "close to leave-one-out, of the last cell's voters",
	Voters:  true,
	apply: func(v *View, _ float64) error {
		return v.replaceVotes(func(dst []float64, s cost.Voters, label int) error { return s.SecondOrder(dst, label) })
	},
}
