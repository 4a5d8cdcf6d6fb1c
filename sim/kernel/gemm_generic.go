//go:build !amd64 || purego

package kernel

// bestPath is the portable path: this build has no assembly.
func bestPath() Path { return Portable }

// gemm is Gemm on checked arguments with m, n, k > 0 and alpha ≠ 0.
func gemm[T Float](tA, tB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int, _ *Ahead) {
	scaleC(m, n, beta, c, ldc)
	gemmGo(tA, tB, m, n, k, alpha, a, lda, b, ldb, c, ldc)
}
