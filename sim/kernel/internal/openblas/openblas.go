//go:build netlib && cgo

package openblas

// #cgo LDFLAGS: -lopenblas
// void cblas_sgemm(int order, int ta, int tb, int m, int n, int k, float alpha, const float *a, int lda, const float *b, int ldb, float beta, float *c, int ldc);
// void cblas_dgemm(int order, int ta, int tb, int m, int n, int k, double alpha, const double *a, int lda, const double *b, int ldb, double beta, double *c, int ldc);
// void openblas_set_num_threads(int n);
// char *openblas_get_corename(void);
import "C"

import "gonum.org/v1/gonum/blas"

const rowMajor = 101

// Core is the name of the processor family whose kernels OpenBLAS chose.
func Core() string { return C.GoString(C.openblas_get_corename()) }

// SetThreads sets the number of threads of all later calls.
func SetThreads(n int) { C.openblas_set_num_threads(C.int(n)) }

func trans(t blas.Transpose) C.int {
	if t == blas.NoTrans {
		return 111
	}
	return 112
}

// Sgemm is cblas_sgemm on row-major matrices, as blas.Float32's.
func Sgemm(tA, tB blas.Transpose, m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	C.cblas_sgemm(rowMajor, trans(tA), trans(tB), C.int(m), C.int(n), C.int(k), C.float(alpha), (*C.float)(&a[0]), C.int(lda),
		(*C.float)(&b[0]), C.int(ldb), C.float(beta), (*C.float)(&c[0]), C.int(ldc))
}

// Dgemm is cblas_dgemm on row-major matrices, as blas.Float64's.
func Dgemm(tA, tB blas.Transpose, m, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	C.cblas_dgemm(rowMajor, trans(tA), trans(tB), C.int(m), C.int(n), C.int(k), C.double(alpha), (*C.double)(&a[0]), C.int(lda),
		(*C.double)(&b[0]), C.int(ldb), C.double(beta), (*C.double)(&c[0]), C.int(ldc))
}
