package kernel

// gemmGo is the portable C = alpha·op(A)·op(B) + beta·C on checked arguments: every
// product is computed and rounded, then added in order of the inner index.
func gemmGo[T Float](tA, tB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, c []T, ldc int) {
	for i := 0; i < m; i++ {
		ci := c[i*ldc:][:n]
		if tB {
			gemmRowDots(ci, i, tA, k, alpha, a, lda, b, ldb)
			continue
		}
		p := 0
		at := func(p int) T {
			if tA {
				return alpha * a[p*lda+i]
			}
			return alpha * a[i*lda+p]
		}
		for ; p+4 <= k; p += 4 {
			a0, a1, a2, a3 := at(p), at(p+1), at(p+2), at(p+3)
			b0, b1 := b[p*ldb:][:n], b[(p+1)*ldb:][:n]
			b2, b3 := b[(p+2)*ldb:][:n], b[(p+3)*ldb:][:n]
			for j := range ci {
				s := ci[j] + T(a0*b0[j])
				s += T(a1 * b1[j])
				s += T(a2 * b2[j])
				ci[j] = s + T(a3*b3[j])
			}
		}
		for ; p < k; p++ {
			a0, b0 := at(p), b[p*ldb:][:n]
			for j := range ci {
				ci[j] += T(a0 * b0[j])
			}
		}
	}
}

// gemmRowDots adds one row of alpha·op(A)·Bᵀ to ci.
func gemmRowDots[T Float](ci []T, i int, tA bool, k int, alpha T, a []T, lda int, b []T, ldb int) {
	for j := range ci {
		bj := b[j*ldb:][:k]
		var s T
		if tA {
			for p, v := range bj {
				s += T(a[p*lda+i] * v)
			}
		} else {
			for p, v := range a[i*lda:][:k] {
				s += T(v * bj[p])
			}
		}
		ci[j] += T(alpha * s)
	}
}

// scaleC computes C ← beta·C; beta = 0 clears it unread.
func scaleC[T Float](m, n int, beta T, c []T, ldc int) {
	if beta == 1 {
		return
	}
	for i := 0; i < m; i++ {
		r := c[i*ldc:][:n]
		if beta == 0 {
			clear(r)
			continue
		}
		for j := range r {
			r[j] *= beta
		}
	}
}
