package dynamics

import (
	"cmp"
	"fmt"
	"math"
	"math/cmplx"
	"slices"

	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/mat"
)

// Jacobian returns d(field)_i/d(alpha)_j at alpha, by central differences
// (error about 1e-9 relative to the field's scale).
func Jacobian(f Field, alpha []float64) *mat.Dense {
	n := len(alpha)
	j := mat.NewDense(n, n, nil)
	fd.Jacobian(j, func(y, x []float64) { f(y, x) }, alpha, &fd.JacobianSettings{Formula: fd.Central})
	return j
}

// ConstantCostJacobian returns the Jacobian of DARTSField on one edge at
// constant costs:
//
//	J_kl = -p_k (delta_kl - p_l) (c_k - <c>) + p_k p_l (c_l - <c>).
func ConstantCostJacobian(p, c []float64) *mat.Dense {
	n := len(p)
	mean := 0.0
	for k, x := range p {
		mean += x * c[k]
	}
	j := mat.NewDense(n, n, nil)
	for k := range n {
		for l := range n {
			v := p[k] * p[l] * (c[k] - mean + c[l] - mean)
			if k == l {
				v -= p[k] * (c[k] - mean)
			}
			j.Set(k, l, v)
		}
	}
	return j
}

// Asymmetry returns ||J - J'|| / ||J + J'|| (Frobenius): 0 for the flow of a
// gradient. The expected update of DSNAS is not one (P1.5).
func Asymmetry(j mat.Matrix) float64 {
	n, _ := j.Dims()
	var odd, even float64
	for a := range n {
		for b := range n {
			o, e := j.At(a, b)-j.At(b, a), j.At(a, b)+j.At(b, a)
			odd += o * o
			even += e * e
		}
	}
	return math.Sqrt(odd / even)
}

// Stability is the linearisation of a flow at a point, gauge directions left
// out.
type Stability struct {
	Eigenvalues []complex128 // by falling real part
	Stable      bool         // every real part is negative
}

// Linearise returns the eigenvalues of the Jacobian of f at alpha on the
// subspace in which every edge's logits move by amounts that sum to zero: the
// softmax does not see the rest. ops of 0 keeps all directions (gates without
// gauge, such as sigmoids). The answer is about the probabilities at a fixed
// point of the flow.
func Linearise(f Field, alpha []float64, ops int) (Stability, error) {
	n := len(alpha)
	if ops < 0 || ops == 1 || ops > 0 && n%ops != 0 {
		return Stability{}, fmt.Errorf("%d logits do not split into edges of %d operations", n, ops)
	}
	j := Jacobian(f, alpha)
	var reduced mat.Dense
	if ops == 0 {
		reduced.CloneFrom(j)
	} else {
		b := zeroSum(n/ops, ops)
		var jb mat.Dense
		jb.Mul(j, b)
		reduced.Mul(b.T(), &jb)
	}
	for _, x := range reduced.RawMatrix().Data {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return Stability{}, fmt.Errorf("the Jacobian is not finite: the flow is not smooth at this point")
		}
	}
	var e mat.Eigen
	if !e.Factorize(&reduced, mat.EigenNone) {
		return Stability{}, fmt.Errorf("the eigenvalues of the %dx%d Jacobian did not converge", n, n)
	}
	s := Stability{Eigenvalues: e.Values(nil), Stable: true}
	slices.SortFunc(s.Eigenvalues, func(a, b complex128) int {
		return cmp.Or(cmp.Compare(real(b), real(a)), cmp.Compare(imag(b), imag(a)), cmp.Compare(cmplx.Abs(b), cmplx.Abs(a)))
	})
	for _, v := range s.Eigenvalues {
		s.Stable = s.Stable && real(v) < 0
	}
	return s, nil
}

// zeroSum returns an orthonormal basis (columns) of the vectors that sum to
// zero on every edge: Helmert's.
func zeroSum(edges, ops int) *mat.Dense {
	b := mat.NewDense(edges*ops, edges*(ops-1), nil)
	for e := range edges {
		for m := 1; m < ops; m++ {
			norm := 1 / math.Sqrt(float64(m*(m+1)))
			col := e*(ops-1) + m - 1
			for k := range m {
				b.Set(e*ops+k, col, norm)
			}
			b.Set(e*ops+m, col, -float64(m)*norm)
		}
	}
	return b
}
