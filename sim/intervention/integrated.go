package intervention

import "edgewise/theory/cost"

// integrated averages the local cost while all voters of the last cell fade in
// together (P7.6).
var integrated = Intervention{
	Name:    "integrated-gradients",
	Claim:   "P7.6",
	Formula: "C := integral over s in [0,1] of (p(s z) - y).z_e",
	Expects: "full credit for intermediate edges: removes most of O2",
	Voters:  true,
	apply: func(v *View, _ float64) error {
		return v.replaceVotes(func(dst []float64, s cost.Voters, label int) error { return s.IntegratedGradients(dst, label) })
	},
}
