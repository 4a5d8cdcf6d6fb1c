package cost

import "fmt"

// WithoutBias returns the total output cost <dL/d(concat), concat> of a sample
// when the classifier has a bias b: L - H - b.(p - y) (P2.3). p is the
// prediction. At stationarity of b the correction is 0 in the batch mean.
func WithoutBias(gap float64, p, bias []float64, label int) (float64, error) {
	if len(p) != len(bias) || label < 0 || label >= len(p) {
		return 0, fmt.Errorf("classifier bias: %d probabilities, %d biases, label %d", len(p), len(bias), label)
	}
	for k, b := range bias {
		gap -= b * p[k]
	}
	return gap + bias[label], nil
}

// WithSmoothing returns the total output cost under label smoothing
// y~ = (1-eps) y + eps/K: (L - H) + eps (z_y - mean z) (P2.3), where L is the
// loss of the unsmoothed label. It equals L_smooth - H.
func WithSmoothing(gap float64, z []float64, label int, eps float64) (float64, error) {
	if label < 0 || label >= len(z) {
		return 0, fmt.Errorf("label smoothing: label %d for %d logits", label, len(z))
	}
	mean := 0.0
	for _, v := range z {
		mean += v / float64(len(z))
	}
	return gap + eps*(z[label]-mean), nil
}

// NormAfterStep returns |W|^2 of the classifier after an SGD step of rate lr
// with weight decay lambda: |W|^2 - 2 lr (gap + lambda |W|^2) + lr^2 |g + lambda
// W|^2, with gap the batch mean of L - H = <g, W> (P2.6). stepSquared is
// |g + lambda W|^2. Exact without bias.
func NormAfterStep(normSquared, gap, lambda, lr, stepSquared float64) float64 {
	return normSquared - 2*lr*(gap+lambda*normSquared) + lr*lr*stepSquared
}

// StationaryGap returns E[L - H] where the classifier is stationary under weight
// decay: -lambda |W|^2 <= 0 (P2.7); the same holds for each node with its own
// block of W, so that late costs are zero-sum within a node but for this.
func StationaryGap(lambda, normSquared float64) float64 { return -lambda * normSquared }
