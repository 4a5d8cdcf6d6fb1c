//go:build netlib && cgo

package kernel

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/netlib/blas/netlib"
)

// TestNetlib compares the routines of Single and Double with the machine's OpenBLAS
// through gonum's netlib, increments and transposes included:
//
//	go test -tags netlib -run TestNetlib ./sim/kernel
func TestNetlib(t *testing.T) {
	both(t, testNetlib(Single{}.Sgemm, Single{}.Sgemv, Single{}.Sger, Single{}.Saxpy, Single{}.Sdot, Single{}.Sscal, netlib.Implementation{}.Sgemm,
		netlib.Implementation{}.Sgemv, netlib.Implementation{}.Sger, netlib.Implementation{}.Saxpy, netlib.Implementation{}.Sdot, netlib.Implementation{}.Sscal),
		testNetlib(Double{}.Dgemm, Double{}.Dgemv, Double{}.Dger, Double{}.Daxpy, Double{}.Ddot, Double{}.Dscal, netlib.Implementation{}.Dgemm,
			netlib.Implementation{}.Dgemv, netlib.Implementation{}.Dger, netlib.Implementation{}.Daxpy, netlib.Implementation{}.Ddot, netlib.Implementation{}.Dscal))
}

func testNetlib[T Float](
	gemm func(tA, tB blas.Transpose, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int),
	gemv func(tA blas.Transpose, m, n int, alpha T, a []T, lda int, x []T, incX int, beta T, y []T, incY int),
	ger func(m, n int, alpha T, x []T, incX int, y []T, incY int, a []T, lda int),
	axpy func(n int, alpha T, x []T, incX int, y []T, incY int),
	dot func(n int, x []T, incX int, y []T, incY int) T,
	scal func(n int, alpha T, x []T, incX int),
	gemm2 func(tA, tB blas.Transpose, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int),
	gemv2 func(tA blas.Transpose, m, n int, alpha T, a []T, lda int, x []T, incX int, beta T, y []T, incY int),
	ger2 func(m, n int, alpha T, x []T, incX int, y []T, incY int, a []T, lda int),
	axpy2 func(n int, alpha T, x []T, incX int, y []T, incY int),
	dot2 func(n int, x []T, incX int, y []T, incY int) T,
	scal2 func(n int, alpha T, x []T, incX int),
) func(t *testing.T) {
	return func(t *testing.T) {
		r := random(71)
		for range 80 {
			m, n, k := 1+r.IntN(70), 1+r.IntN(70), 1+r.IntN(70)
			a, b, c := normal[T](r, 75*75), normal[T](r, 75*75), normal[T](r, 75*75)
			x, y := normal[T](r, 75*3), normal[T](r, 75*3)
			ix, iy := []int{1, 2, 3, -1, -2}[r.IntN(5)], []int{1, 2, 3, -1, -2}[r.IntN(5)]
			tA, tB := transposes[r.IntN(2)], transposes[r.IntN(2)]
			alpha, beta := []T{0, 1, -0.5}[r.IntN(3)], []T{0, 1, 2}[r.IntN(3)]
			same := func(what string, ours, theirs []T) {
				t.Helper()
				for i := range ours {
					// Sums of at most 70 products of standard normal values, each |product| < 30.
					if d := math.Abs(float64(ours[i]) - float64(theirs[i])); !(d <= 70*30*eps[T]()) {
						t.Fatalf("%s %c%c %d×%d×%d alpha %v beta %v increments %d %d: value %d is %v, netlib has %v", what, tA, tB, m, n, k, alpha, beta, ix, iy, i, ours[i], theirs[i])
					}
				}
			}
			two := func(v []T, f, g func(v []T)) (ours, theirs []T) {
				ours, theirs = append([]T(nil), v...), append([]T(nil), v...)
				f(ours)
				g(theirs)
				return ours, theirs
			}
			ours, theirs := two(c, func(c []T) { gemm(tA, tB, m, n, k, alpha, a, 75, b, 75, beta, c, 75) }, func(c []T) { gemm2(tA, tB, m, n, k, alpha, a, 75, b, 75, beta, c, 75) })
			same("gemm", ours, theirs)
			ours, theirs = two(y, func(y []T) { gemv(tA, m, n, alpha, a, 75, x, ix, beta, y, iy) }, func(y []T) { gemv2(tA, m, n, alpha, a, 75, x, ix, beta, y, iy) })
			same("gemv", ours, theirs)
			ours, theirs = two(a, func(a []T) { ger(m, n, alpha, x, ix, y, iy, a, 75) }, func(a []T) { ger2(m, n, alpha, x, ix, y, iy, a, 75) })
			same("ger", ours, theirs)
			ours, theirs = two(y, func(y []T) { axpy(n, alpha, x, ix, y, iy) }, func(y []T) { axpy2(n, alpha, x, ix, y, iy) })
			same("axpy", ours, theirs)
			same("dot", []T{dot(n, x, ix, y, iy)}, []T{dot2(n, x, ix, y, iy)})
			ours, theirs = two(x, func(x []T) { scal(n, alpha, x, max(ix, -ix)) }, func(x []T) { scal2(n, alpha, x, max(ix, -ix)) })
			same("scal", ours, theirs)
		}
	}
}
