package kernel

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// Single implements blas.Float32: matrix products, Gemv, Axpy, Dot, Scal and Ger are
// this package's, the rest is gonum's. The zero value is ready.
type Single struct{ gonum.Implementation }

// Double implements blas.Float64 in the same way as Single.
type Double struct{ gonum.Implementation }

var (
	_ blas.Float32 = Single{}
	_ blas.Float64 = Double{}
)

// Sgemm computes C = alpha·op(A)·op(B) + beta·C, see Gemm.
func (Single) Sgemm(tA, tB blas.Transpose, m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	Gemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
}

// Dgemm computes C = alpha·op(A)·op(B) + beta·C, see Gemm.
func (Double) Dgemm(tA, tB blas.Transpose, m, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	Gemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
}

// Sgemv computes y = alpha·op(A)·x + beta·y, see Gemv.
func (Single) Sgemv(tA blas.Transpose, m, n int, alpha float32, a []float32, lda int, x []float32, incX int, beta float32, y []float32, incY int) {
	Gemv(tA, m, n, alpha, a, lda, x, incX, beta, y, incY)
}

// Dgemv computes y = alpha·op(A)·x + beta·y, see Gemv.
func (Double) Dgemv(tA blas.Transpose, m, n int, alpha float64, a []float64, lda int, x []float64, incX int, beta float64, y []float64, incY int) {
	Gemv(tA, m, n, alpha, a, lda, x, incX, beta, y, incY)
}

// Sger computes A += alpha·x·yᵀ, see Ger.
func (Single) Sger(m, n int, alpha float32, x []float32, incX int, y []float32, incY int, a []float32, lda int) {
	Ger(m, n, alpha, x, incX, y, incY, a, lda)
}

// Dger computes A += alpha·x·yᵀ, see Ger.
func (Double) Dger(m, n int, alpha float64, x []float64, incX int, y []float64, incY int, a []float64, lda int) {
	Ger(m, n, alpha, x, incX, y, incY, a, lda)
}

// Saxpy computes y += alpha·x, see Axpy.
func (Single) Saxpy(n int, alpha float32, x []float32, incX int, y []float32, incY int) {
	Axpy(n, alpha, x, incX, y, incY)
}

// Daxpy computes y += alpha·x, see Axpy.
func (Double) Daxpy(n int, alpha float64, x []float64, incX int, y []float64, incY int) {
	Axpy(n, alpha, x, incX, y, incY)
}

// Sdot computes xᵀy, see Dot.
func (Single) Sdot(n int, x []float32, incX int, y []float32, incY int) float32 {
	return Dot(n, x, incX, y, incY)
}

// Ddot computes xᵀy, see Dot.
func (Double) Ddot(n int, x []float64, incX int, y []float64, incY int) float64 {
	return Dot(n, x, incX, y, incY)
}

// Sscal computes x = alpha·x, see Scal.
func (Single) Sscal(n int, alpha float32, x []float32, incX int) { Scal(n, alpha, x, incX) }

// Dscal computes x = alpha·x, see Scal.
func (Double) Dscal(n int, alpha float64, x []float64, incX int) { Scal(n, alpha, x, incX) }
