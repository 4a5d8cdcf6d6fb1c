package intervention

import "math"

// rewardNorm divides all costs of a step by their running root mean square over
// the edges: what the published flag edge_reward_norm is for. (The flag itself
// reads a gradient that does not exist and turns every alpha into NaN: P1.8.)
var rewardNorm = Intervention{
	Name:    "reward-norm",
	Claim:   "P7.4",
	Formula: "C := C / c(t), c^2 the running mean square of all C_e",
	Expects: "rescales time only: order and signs unchanged (P5.3)",
	apply: func(v *View, _ float64) error {
		sum := 0.0
		for e := range v.Gate {
			sum += v.Past.Square(e)
		}
		if sum == 0 {
			return nil // the first step has no past
		}
		c := math.Sqrt(sum / float64(len(v.Gate)))
		v.each(func(e, k int) { v.Cost[e][k] /= c })
		return nil
	},
}
