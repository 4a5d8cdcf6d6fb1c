package intervention

import "edgewise/theory/cost"

// leaveOneOut asks what removing the operation saves (P7.1), not how fast the
// loss falls at full gate. Where the target is in the concat and nothing active
// leaves it, the other voters stay as they are and the answer is free; elsewhere
// it takes a forward pass.
var leaveOneOut = Intervention{
	Name:    "leave-one-out",
	Claim:   "P7.1",
	Formula: "C := (L(Z) - L(Z without the op)) / Z",
	Expects: "halves the drop at the start; removes the pessimism of the local cost (P5.10)",
	Voters:  true,
	Removal: true,
	apply: func(v *View, _ float64) error {
		free, err := v.freeRemoval()
		if err != nil {
			return err
		}
		var fault error
		v.each(func(e, k int) {
			if c, ok := free[[2]int{e, k}]; ok {
				v.Cost[e][k] = c
				return
			}
			whole, without, err := v.Without(e, k)
			if err != nil {
				fault = err
				return
			}
			v.Cost[e][k] = (whole - without) / v.Gate[e][k]
		})
		return fault
	},
}

// freeRemoval returns the removal costs that follow from voters alone: of the
// operations into concat nodes that no active edge leaves, in a kind of one cell.
func (v *View) freeRemoval() (map[[2]int]float64, error) {
	free := map[[2]int]float64{}
	if len(v.Voices) == 0 || v.Shared {
		return free, nil
	}
	active := v.active()
	closed := func(e int) bool {
		j := v.Cell.Edges[e].To
		for _, out := range v.Cell.OutOf(j) {
			if active[out] {
				return false
			}
		}
		return v.Cell.InConcat(j)
	}
	sum, err := v.meanOver(cost.Voters.LeaveOneOut)
	if err != nil {
		return nil, err
	}
	for i, w := range v.Voices {
		if closed(w.Edge) {
			free[[2]int{w.Edge, w.Op}] = sum[i] / w.Gate
		}
	}
	return free, nil
}

// meanOver is the mean over samples of what assign gives each voter.
func (v *View) meanOver(assign func(s cost.Voters, dst []float64, label int) error) ([]float64, error) {
	sum, one := make([]float64, len(v.Voices)), make([]float64, len(v.Voices))
	for n, s := range v.Voters {
		if err := assign(s, one, v.Labels[n]); err != nil {
			return nil, err
		}
		for i, c := range one {
			sum[i] += c / float64(len(v.Voters))
		}
	}
	return sum, nil
}
