package cost

import (
	"math"
	"math/rand"
	"testing"
)

// P2.3: under label smoothing the total is d/dtau of the smoothed loss.
func TestLabelSmoothing(t *testing.T) {
	r := rand.New(rand.NewSource(41))
	const eps = 0.1
	for range 50 {
		z := randomLogits(r, 6, 1.5)
		y := r.Intn(6)
		_, _, gap := mustOutput(t, z, y)
		got, err := WithSmoothing(gap, z, y, eps)
		if err != nil {
			t.Fatal(err)
		}
		smooth := func(tau float64) float64 {
			s, loss := make([]float64, len(z)), 0.0
			for k := range z {
				s[k] = tau * z[k]
			}
			for k := range z {
				l, _, _ := mustOutput(t, s, k)
				w := eps / float64(len(z))
				if k == y {
					w += 1 - eps
				}
				loss += w * l
			}
			return loss
		}
		const h = 1e-5
		if d := (smooth(1+h) - smooth(1-h)) / (2 * h); math.Abs(d-got) > 1e-8 {
			t.Fatalf("total %v, slope of the smoothed loss %v", got, d)
		}
	}
}

// P2.6 and P2.7: SGD on the head of fixed features follows the norm law to
// rounding at every step, and ends at E[L-H] = -lambda |W|^2.
func TestNormLawAlongTraining(t *testing.T) {
	r := rand.New(rand.NewSource(42))
	const classes, features, batch, lr, lambda = 3, 4, 20, 0.5, 0.02
	x, w := randomMatrix(r, batch, features), randomMatrix(r, features, classes)
	labels := make([]int, batch)
	for n := range labels {
		labels[n] = r.Intn(classes)
	}
	for step := range 4000 {
		z := times(x, w, false)
		g := make([][]float64, features)
		norm, gap, move := 0.0, 0.0, 0.0
		for i := range g {
			g[i] = make([]float64, classes)
		}
		p := make([]float64, classes)
		for n := range z {
			_, _, one := mustOutput(t, z[n], labels[n])
			gap += one / batch
			Softmax(p, z[n])
			p[labels[n]]--
			for i := range g {
				for k := range p {
					g[i][k] += x[n][i] * p[k] / batch
				}
			}
		}
		after := 0.0
		for i := range w {
			for k := range w[i] {
				norm += w[i][k] * w[i][k]
				d := g[i][k] + lambda*w[i][k]
				move += d * d
				w[i][k] -= lr * d
				after += w[i][k] * w[i][k]
			}
		}
		if want := NormAfterStep(norm, gap, lambda, lr, move); math.Abs(after-want) > 1e-12*(1+norm) {
			t.Fatalf("step %d: |W|^2 = %v, law %v", step, after, want)
		}
		if step == 3999 {
			if d := gap - StationaryGap(lambda, norm); math.Abs(d) > 1e-9 || gap > -1e-3 {
				t.Errorf("at the end L - H = %v, -lambda |W|^2 = %v", gap, StationaryGap(lambda, norm))
			}
		}
	}
}

func TestHeadRefuses(t *testing.T) {
	if _, err := WithoutBias(0, ones(3), ones(2), 0); err == nil {
		t.Error("two biases for three classes are accepted")
	}
	if _, err := WithSmoothing(0, ones(3), 3, .1); err == nil {
		t.Error("a label outside the logits is accepted")
	}
}
