package cost

import (
	"errors"
	"fmt"
	"math"
)

// Output returns, for one sample with logits z and the class label, the
// cross-entropy L = -log p_y, the entropy H = -sum_k p_k log p_k of the
// prediction p = softmax(z), and their difference from L - H = sum_k (p_k - y_k)
// z_k (P2.1), which loses no digits where L and H are close. A label outside the
// logits is an error; NaN and Inf in z pass through.
func Output(z []float64, label int) (loss, entropy, gap float64, err error) {
	if label < 0 || label >= len(z) {
		return 0, 0, 0, fmt.Errorf("output: label %d for %d logits", label, len(z))
	}
	p := make([]float64, len(z))
	Softmax(p, z)
	logs := logNormaliser(z)
	mean := 0.0
	for k, pk := range p {
		if pk > 0 {
			entropy -= pk * (z[k] - logs)
			mean += pk * (z[k] - z[label])
		}
	}
	return logs - z[label], entropy, mean, nil
}

// logNormaliser is log sum_k exp(z_k).
func logNormaliser(z []float64) float64 {
	top := math.Inf(-1)
	for _, v := range z {
		top = math.Max(top, v)
	}
	sum := 0.0
	for _, v := range z {
		sum += math.Exp(v - top)
	}
	return top + math.Log(sum)
}

// Gap returns L - H of a sample at logits tau*z: tau d/dtau L(tau z) (P2.2). At
// tau = 1 it is the total cost of the last cell's output (P2.1). It is positive
// iff a smaller logit scale would lower the loss: iff the prediction is
// over-confident.
func Gap(z []float64, label int, tau float64) float64 { return tau * scaleSlope(z, label, tau) }

// scaleSlope is d/dtau L(tau z) = E_{softmax(tau z)} z - z_y.
func scaleSlope(z []float64, label int, tau float64) float64 {
	top := math.Inf(-1)
	for _, v := range z {
		top = math.Max(top, tau*v)
	}
	sum, mean := 0.0, 0.0
	for _, v := range z {
		w := math.Exp(tau*v - top)
		sum += w
		mean += w * (v - z[label])
	}
	return mean / sum
}

// CalibratedScale returns the tau >= 0 that minimises the mean loss of a batch
// at logits tau*z; there the mean of L - H is 0 (P2.2). It is +Inf when every
// sample is classified correctly (the loss falls for ever) and 0 when the logits
// point away from the labels.
func CalibratedScale(z [][]float64, labels []int) (float64, error) {
	if len(z) == 0 || len(z) != len(labels) {
		return 0, fmt.Errorf("calibrated scale: %d samples, %d labels", len(z), len(labels))
	}
	for n, y := range labels {
		if y < 0 || y >= len(z[n]) {
			return 0, fmt.Errorf("calibrated scale: sample %d has label %d for %d logits", n, y, len(z[n]))
		}
	}
	slope := func(tau float64) float64 {
		s := 0.0
		for n, y := range labels {
			s += scaleSlope(z[n], y, tau)
		}
		return s
	}
	first := slope(0)
	switch {
	case math.IsNaN(first) || math.IsInf(first, 0):
		return 0, errors.New("calibrated scale: the logits are not finite")
	case first >= 0:
		return 0, nil
	}
	if separated(z, labels) {
		return math.Inf(1), nil
	}
	lo, hi := 0.0, 1.0
	for slope(hi) < 0 {
		lo, hi = hi, 2*hi
		if math.IsInf(hi, 1) {
			return hi, nil
		}
	}
	for range 200 { // the loss is convex in tau: bisection cannot miss
		mid := lo + (hi-lo)/2
		if mid == lo || mid == hi {
			break
		}
		if slope(mid) < 0 {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo + (hi-lo)/2, nil
}

// separated says whether every label has the largest logit, so that the slope of
// the loss stays below 0 for all scales.
func separated(z [][]float64, labels []int) bool {
	for n, y := range labels {
		for _, v := range z[n] {
			if v > z[n][y] {
				return false
			}
		}
	}
	return true
}
