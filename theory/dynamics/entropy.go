package dynamics

import (
	"fmt"
	"math"

	"edgewise/theory/cost"
)

// WithEntropy adds an entropy bonus of temperature t on every edge of ops
// operations, that is descent of L - t H(p) (P7.10):
//
//	alpha_k' = field_k - t p_k (ln p_k - sum_m p_m ln p_m).
//
// At constant costs the flow rests at EntropyEquilibrium: it limits the drop
// and the growth of every edge.
func (f Field) WithEntropy(t float64, ops int) Field {
	var p []float64
	return func(dalpha, alpha []float64) {
		f(dalpha, alpha)
		p = sized(p, len(alpha))
		softmaxEdges(p, alpha, ops)
		for lo := 0; lo+ops <= len(p); lo += ops {
			mean := 0.0
			for _, x := range p[lo : lo+ops] {
				mean += plogp(x)
			}
			for k := lo; k < lo+ops; k++ {
				dalpha[k] -= t * (plogp(p[k]) - p[k]*mean)
			}
		}
	}
}

// plogp returns p ln p, 0 at p = 0.
func plogp(p float64) float64 {
	if p == 0 {
		return 0
	}
	return p * math.Log(p)
}

// EntropyEquilibrium writes the probabilities at which the costs c and an
// entropy bonus of temperature t balance, p_k ~ exp(-c_k/t) (P7.10). With none
// at cost 0 and all operations at cost C the activity logit is
// D = ln(K-1) - C/t: bounded, whatever the time.
func EntropyEquilibrium(p, c []float64, t float64) error {
	if !(t > 0) || math.IsInf(t, 0) {
		return fmt.Errorf("entropy temperature is %v; it must be positive and finite", t)
	}
	for k, x := range c {
		p[k] = -x / t
	}
	cost.Softmax(p, p)
	return nil
}
