package cost

import "math"

// InitialGap returns the leading order of E[L - H] at initialisation, for labels
// independent of logits with standard deviation s: s^2 (1 - 1/K) (P2.5). At
// s = 1 it is 11 % high.
func InitialGap(s float64, classes int) float64 { return s * s * (1 - 1/float64(classes)) }

// UniformLabelGap returns the mean of L - H over labels that are uniform and
// independent of the logits, KL(p|u) + KL(u|p) >= 0 for p = softmax(z) and u
// uniform (P2.5, exact).
func UniformLabelGap(z []float64) float64 {
	p := make([]float64, len(z))
	Softmax(p, z)
	logs, k := logNormaliser(z), float64(len(z))
	sum := 0.0
	for i, pi := range p {
		logp := z[i] - logs
		if pi > 0 {
			sum += pi * (logp + math.Log(k))
		}
		sum -= (logp + math.Log(k)) / k
	}
	return sum
}

// InitialCost returns the leading order of an operation's mean cost at
// initialisation, kappa <GAP O_e, GAP x_j> with kappa = sigma^2 (1 - 1/K), where
// sigma^2 is the variance of the classifier's weights (1/(3F) for F features in
// PyTorch's Linear) and energy is the batch mean of <GAP O_e, GAP x_j> (P4.1).
// Random convolutions make the terms of other edges in x_j cancel on average, so
// that the cost does not depend on which other edges are active.
func InitialCost(sigmaSquared float64, classes int, energy float64) float64 {
	return sigmaSquared * (1 - 1/float64(classes)) * energy
}
