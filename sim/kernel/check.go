package kernel

import "gonum.org/v1/gonum/blas"

// Panic texts of the argument checks: those of gonum's BLAS.
const (
	zeroIncX     = "blas: zero x index increment"
	zeroIncY     = "blas: zero y index increment"
	mLT0         = "blas: m < 0"
	nLT0         = "blas: n < 0"
	kLT0         = "blas: k < 0"
	badTranspose = "blas: illegal transpose"
	badLdA       = "blas: bad leading dimension of A"
	badLdB       = "blas: bad leading dimension of B"
	badLdC       = "blas: bad leading dimension of C"
	shortX       = "blas: insufficient length of x"
	shortY       = "blas: insufficient length of y"
	shortA       = "blas: insufficient length of a"
	shortB       = "blas: insufficient length of b"
	shortC       = "blas: insufficient length of c"
)

// transposed tells whether t transposes; it panics on other values than BLAS's.
func transposed(t blas.Transpose) bool {
	switch t {
	case blas.NoTrans:
		return false
	case blas.Trans, blas.ConjTrans:
		return true
	}
	panic(badTranspose)
}

// checkGemm panics on arguments that BLAS forbids.
func checkGemm(tA, tB bool, m, n, k, la, lda, lb, ldb, lc, ldc int) {
	switch {
	case m < 0:
		panic(mLT0)
	case n < 0:
		panic(nLT0)
	case k < 0:
		panic(kLT0)
	}
	ar, ac := m, k
	if tA {
		ar, ac = k, m
	}
	br, bc := k, n
	if tB {
		br, bc = n, k
	}
	switch {
	case lda < max(1, ac):
		panic(badLdA)
	case ldb < max(1, bc):
		panic(badLdB)
	case ldc < max(1, n):
		panic(badLdC)
	}
	if m == 0 || n == 0 {
		return
	}
	switch {
	case la < (ar-1)*lda+ac:
		panic(shortA)
	case lb < (br-1)*ldb+bc:
		panic(shortB)
	case lc < (m-1)*ldc+n:
		panic(shortC)
	}
}

// checkX panics unless n values with increment inc fit in a slice of length l.
func checkX(n, inc, l int) {
	if n > 0 && l <= (n-1)*max(inc, -inc) {
		panic(shortX)
	}
}

// checkY is checkX for the second vector.
func checkY(n, inc, l int) {
	if n > 0 && l <= (n-1)*max(inc, -inc) {
		panic(shortY)
	}
}

// first is the index of element 0 of a vector of n values with increment inc.
func first(n, inc int) int {
	if inc < 0 {
		return (1 - n) * inc
	}
	return 0
}
