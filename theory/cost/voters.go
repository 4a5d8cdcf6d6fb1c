package cost

import (
	"fmt"
	"math/bits"
)

// Voters are the contributions z_e = W_j GAP O_e of the active edges of the last
// cell to the logits of one sample, one row of K values per edge: with a linear
// head z = sum_e z_e, and C_e = (p - y).z_e. The functions of this file assign
// the loss to voters in other ways than the local cost (P7). They are exact for
// edges whose removal leaves the other voters as they are: those without active
// edges downstream (P5.10).
type Voters [][]float64

// Logits returns sum_e z_e.
func (v Voters) Logits() []float64 {
	if len(v) == 0 {
		return nil
	}
	z := make([]float64, len(v[0]))
	for _, row := range v {
		for k, x := range row {
			z[k] += x
		}
	}
	return z
}

func (v Voters) check(dst []float64, label int) error {
	if len(dst) != len(v) || len(v) == 0 {
		return fmt.Errorf("voters: %d results for %d voters", len(dst), len(v))
	}
	for e, row := range v {
		if len(row) != len(v[0]) {
			return fmt.Errorf("voters: voter %d has %d logits, the first %d", e, len(row), len(v[0]))
		}
	}
	if label < 0 || label >= len(v[0]) {
		return fmt.Errorf("voters: label %d for %d logits", label, len(v[0]))
	}
	return nil
}

// LocalCosts writes C_e = (p - y).z_e; they sum to L - H (P2.1).
func (v Voters) LocalCosts(dst []float64, label int) error {
	if err := v.check(dst, label); err != nil {
		return err
	}
	z := v.Logits()
	p := make([]float64, len(z))
	Softmax(p, z)
	for e, row := range v {
		dst[e] = -row[label]
		for k, x := range row {
			dst[e] += p[k] * x
		}
	}
	return nil
}

// LeaveOneOut writes L(z) - L(z - z_e), the loss that removing the voter saves
// (P7.1). C_e >= LeaveOneOut_e always, as L is convex: the local cost is too
// pessimistic about keeping an edge (P5.10).
func (v Voters) LeaveOneOut(dst []float64, label int) error {
	if err := v.check(dst, label); err != nil {
		return err
	}
	z := v.Logits()
	full := logNormaliser(z) - z[label]
	less := make([]float64, len(z))
	for e, row := range v {
		for k := range z {
			less[k] = z[k] - row[k]
		}
		dst[e] = full - (logNormaliser(less) - less[label])
	}
	return nil
}

// SecondOrder writes C_e - z_e'(diag(p) - pp')z_e / 2, LeaveOneOut to second
// order in z_e (P7.2).
func (v Voters) SecondOrder(dst []float64, label int) error {
	if err := v.LocalCosts(dst, label); err != nil {
		return err
	}
	p := make([]float64, len(v[0]))
	Softmax(p, v.Logits())
	for e, row := range v {
		dst[e] -= covariance(p, row, row) / 2
	}
	return nil
}

// covariance is a'(diag(p) - pp')b, the Hessian of the cross-entropy.
func covariance(p, a, b []float64) float64 {
	mean := 0.0
	for k, pk := range p {
		mean += pk * a[k]
	}
	sum := 0.0
	for k, pk := range p {
		sum += pk * (a[k] - mean) * b[k]
	}
	return sum
}

// MaxShapley is the largest number of voters whose coalitions are enumerated.
const MaxShapley = 16

// Shapley writes the Shapley values of the voters for the game L(z_S) over
// coalitions S, exactly; they sum to L(z) - log K (P7.5), so that their sign
// follows L against log K and not L - H.
func (v Voters) Shapley(dst []float64, label int) error {
	if err := v.check(dst, label); err != nil {
		return err
	}
	n := len(v)
	if n > MaxShapley {
		return fmt.Errorf("Shapley values: %d voters, at most %d", n, MaxShapley)
	}
	worth := make([]float64, 1<<n)
	z := make([]float64, len(v[0]))
	for s := range worth {
		clear(z)
		for e, row := range v {
			if s>>e&1 == 1 {
				for k, x := range row {
					z[k] += x
				}
			}
		}
		worth[s] = logNormaliser(z) - z[label]
	}
	weight := make([]float64, n) // |S|! (n-|S|-1)! / n!
	weight[0] = 1 / float64(n)
	for k := 1; k < n; k++ {
		weight[k] = weight[k-1] * float64(k) / float64(n-k)
	}
	clear(dst)
	for s, w := range worth {
		for e := range dst {
			if s>>e&1 == 0 {
				dst[e] += weight[bits.OnesCount(uint(s))] * (worth[s|1<<e] - w)
			}
		}
	}
	return nil
}

// IntegratedGradients writes int_0^1 (p(s z) - y).z_e ds, the local cost averaged
// while all voters fade in together; they sum to L(z) - log K (P7.6).
func (v Voters) IntegratedGradients(dst []float64, label int) error {
	if err := v.check(dst, label); err != nil {
		return err
	}
	z := v.Logits()
	p, scaled := make([]float64, len(z)), make([]float64, len(z))
	clear(dst)
	unitInterval(z, func(s, weight float64) {
		for k := range z {
			scaled[k] = s * z[k]
		}
		Softmax(p, scaled)
		for e, row := range v {
			g := -row[label]
			for k, x := range row {
				g += p[k] * x
			}
			dst[e] += weight * g
		}
	})
	return nil
}

// Redundancy returns C_e(A+e') - C_e(A) = int_0^1 z_e'(diag(p)-pp')z_e' ds with
// p = softmax(z + s z_new) (P4.2): how much adding the voter z_new raises the
// cost of z_e, for logits z before.
func Redundancy(z, ze, znew []float64) (float64, error) {
	if len(ze) != len(z) || len(znew) != len(z) || len(z) == 0 {
		return 0, fmt.Errorf("redundancy: %d logits, voters of %d and %d", len(z), len(ze), len(znew))
	}
	p, at := make([]float64, len(z)), make([]float64, len(z))
	sum := 0.0
	unitInterval(znew, func(s, weight float64) {
		for k := range z {
			at[k] = z[k] + s*znew[k]
		}
		Softmax(p, at)
		sum += weight * covariance(p, ze, znew)
	})
	return sum, nil
}
