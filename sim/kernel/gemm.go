package kernel

import "gonum.org/v1/gonum/blas"

// Gemm computes C = alpha·op(A)·op(B) + beta·C for row-major matrices: op(A) is m×k,
// op(B) is k×n, C is m×n, with leading dimensions lda, ldb, ldc. It panics like
// gonum's BLAS on arguments that do not fit. beta = 0 means that C is not read,
// alpha = 0 that A and B are not. A, B and the cells of C between n and ldc are
// not written; C overlaps neither A nor B.
//
// Error: |C − exact| ≤ 16·eps·(|alpha|·Σ|a·b| + |beta·c|) for the sizes of a search
// step; the bound that holds for all k grows like k·eps.
func Gemm[T Float](tA, tB blas.Transpose, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	GemmAhead(nil, tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
}

// GemmAhead is Gemm, and fetches meanwhile what lies ahead, if that is not nil.
func GemmAhead[T Float](ahead *Ahead, tA, tB blas.Transpose, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	ta, tb := transposed(tA), transposed(tB)
	checkGemm(ta, tb, m, n, k, len(a), lda, len(b), ldb, len(c), ldc)
	if m == 0 || n == 0 {
		return
	}
	if alpha == 0 || k == 0 {
		scaleC(m, n, beta, c, ldc)
		return
	}
	gemm(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, ahead)
}
