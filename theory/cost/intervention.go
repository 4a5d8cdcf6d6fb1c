package cost

import (
	"fmt"
	"math"
)

// Centred writes C_e - sum_e p_e C_e / sum_e p_e: a zero-sum assignment, which
// removes the common drive of L - H (O1, O3) and keeps the differences (O2)
// (P7.4). dst may be costs. No active probability at all is an error.
func Centred(dst, p, costs []float64) error {
	if len(dst) != len(costs) || len(p) != len(costs) {
		return fmt.Errorf("centred costs: %d results, %d probabilities, %d costs", len(dst), len(p), len(costs))
	}
	sum, mass := 0.0, 0.0
	for e, c := range costs {
		sum += p[e] * c
		mass += p[e]
	}
	if mass == 0 {
		return fmt.Errorf("centred costs: every edge is none with certainty")
	}
	for e, c := range costs {
		dst[e] = c - sum/mass
	}
	return nil
}

// Importance writes C_e / r_e, r_e = P(e effective | e active): the mean cost of
// an edge while it is effective (P7.7). It repairs width preference exactly only
// if phi is constant, and hurts the intermediate edges while costs are positive.
// An edge that is never effective keeps its cost of 0; a cost without
// reachability is an error. dst may be costs.
func Importance(dst, reach, costs []float64) error {
	if len(dst) != len(costs) || len(reach) != len(costs) {
		return fmt.Errorf("importance weights: %d results, %d reachabilities, %d costs", len(dst), len(reach), len(costs))
	}
	for e, c := range costs {
		switch {
		case reach[e] > 0:
			dst[e] = c / reach[e]
		case c == 0:
			dst[e] = 0
		default:
			return fmt.Errorf("importance weights: edge %d costs %v but is never effective", e, c)
		}
	}
	return nil
}

// NoneAtMean writes the costs of one edge's operations with the cost of none
// replaced by the mean of the others, weighted by p: none then neither wins nor
// loses against them, and the edge is frozen (P7.8). dst may be costs.
func NoneAtMean(dst, p, costs []float64, none int) error {
	if len(dst) != len(costs) || len(p) != len(costs) || none < 0 || none >= len(costs) {
		return fmt.Errorf("cost of none: %d results, %d probabilities, %d costs, none is %d", len(dst), len(p), len(costs), none)
	}
	sum, mass := 0.0, 0.0
	for k, c := range costs {
		if k != none {
			sum += p[k] * c
			mass += p[k]
		}
	}
	if mass == 0 {
		return fmt.Errorf("cost of none: no other operation has probability")
	}
	copy(dst, costs)
	dst[none] = sum / mass
	return nil
}

// Calibrated writes the mean local costs of a batch at calibrated logits tau* z
// (P7.11): C_e = mean of tau* (p(tau* z) - y).z_e, which sum to 0 as L - H does
// at tau* (P2.2), so that the common drive of O1 and O3 is gone. It returns
// tau*. A batch that is classified perfectly has no finite tau*, and a batch
// that is best at tau = 0 has no costs there: both are errors.
func Calibrated(dst []float64, batch []Voters, labels []int) (tau float64, err error) {
	if len(batch) != len(labels) || len(batch) == 0 {
		return 0, fmt.Errorf("calibrated costs: %d samples, %d labels", len(batch), len(labels))
	}
	logits := make([][]float64, len(batch))
	for n, v := range batch {
		if err := v.check(dst, labels[n]); err != nil {
			return 0, fmt.Errorf("calibrated costs: sample %d: %w", n, err)
		}
		logits[n] = v.Logits()
		if len(logits[n]) != len(logits[0]) {
			return 0, fmt.Errorf("calibrated costs: sample %d has %d logits, the first %d", n, len(logits[n]), len(logits[0]))
		}
	}
	if tau, err = CalibratedScale(logits, labels); err != nil {
		return 0, err
	}
	if tau == 0 || math.IsInf(tau, 1) {
		return tau, fmt.Errorf("calibrated costs: the best logit scale is %v", tau)
	}
	clear(dst)
	p := make([]float64, len(logits[0]))
	for n, v := range batch {
		for k, z := range logits[n] {
			p[k] = tau * z
		}
		Softmax(p, p)
		for e, row := range v {
			c := -row[labels[n]]
			for k, x := range row {
				c += p[k] * x
			}
			dst[e] += tau * c / float64(len(batch))
		}
	}
	return tau, nil
}
