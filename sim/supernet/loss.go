package supernet

import (
	"fmt"
	"math"

	"edgewise/sim/kernel"
)

// Sample is what the loss says about one image: cross entropy L, entropy H of the
// prediction, and whether the largest logit is the label's.
type Sample struct {
	Loss, Entropy float64
	Correct       bool
}

// CrossEntropy computes, in float64, for logits [B][classes]
//
//	L = log Σ_k e^{z_k} − z_y,  H = log Σ_k e^{z_k} − Σ_k p_k·z_k,  p = softmax(z)
//
// per sample, and dlogits = (p − onehot(y))/B, the gradient of the mean loss.
// dlogits or out may be nil. Logits that are not finite are an error.
func CrossEntropy[T kernel.Float](logits []T, labels []uint8, classes int, dlogits []T, out []Sample) error {
	n := len(labels)
	if classes < 1 || len(logits) != n*classes {
		return fmt.Errorf("supernet: CrossEntropy: %d logits for %d labels and %d classes", len(logits), n, classes)
	}
	if dlogits != nil && len(dlogits) != len(logits) {
		return fmt.Errorf("supernet: CrossEntropy: dlogits has %d values for %d logits", len(dlogits), len(logits))
	}
	if out != nil && len(out) != n {
		return fmt.Errorf("supernet: CrossEntropy: room for %d samples of %d", len(out), n)
	}
	for b, y := range labels {
		if int(y) >= classes {
			return fmt.Errorf("supernet: CrossEntropy: label %d is class %d of %d", b, y, classes)
		}
		z := logits[b*classes:][:classes]
		best := 0
		for k, v := range z {
			if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
				return fmt.Errorf("supernet: CrossEntropy: logit %d of sample %d is %v: the net diverged", k, b, f)
			}
			if v > z[best] {
				best = k
			}
		}
		top, sum, dot := float64(z[best]), 0.0, 0.0
		for _, v := range z {
			d := float64(v) - top
			e := math.Exp(d)
			sum += e
			dot += e * d
		}
		lse := math.Log(sum)
		if out != nil {
			out[b] = Sample{Loss: lse - (float64(z[y]) - top), Entropy: lse - dot/sum, Correct: best == int(y)}
		}
		if dlogits == nil {
			continue
		}
		for k, v := range z {
			p := math.Exp(float64(v)-top) / sum
			if k == int(y) {
				p--
			}
			dlogits[b*classes+k] = T(p / float64(n))
		}
	}
	return nil
}
