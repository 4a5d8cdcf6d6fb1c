package kernel

import "gonum.org/v1/gonum/blas"

// Gemv computes y = alpha·op(A)·x + beta·y for the m×n row-major matrix A. beta = 0
// means that y is not read, alpha = 0 that A and x are not.
func Gemv[T Float](tA blas.Transpose, m, n int, alpha T, a []T, lda int, x []T, incX int, beta T, y []T, incY int) {
	trans := transposed(tA)
	switch {
	case m < 0:
		panic(mLT0)
	case n < 0:
		panic(nLT0)
	case lda < max(1, n):
		panic(badLdA)
	case incX == 0:
		panic(zeroIncX)
	case incY == 0:
		panic(zeroIncY)
	}
	if m == 0 || n == 0 {
		return
	}
	lx, ly := n, m
	if trans {
		lx, ly = m, n
	}
	checkX(lx, incX, len(x))
	checkY(ly, incY, len(y))
	if len(a) < lda*(m-1)+n {
		panic(shortA)
	}
	if beta != 1 {
		Scal(ly, beta, y, max(incY, -incY))
	}
	if alpha == 0 {
		return
	}
	if trans {
		ix := first(lx, incX)
		for i := range m {
			addScaled(n, alpha*x[ix], a[i*lda:], y, incY)
			ix += incX
		}
		return
	}
	iy := first(ly, incY)
	for i := range m {
		y[iy] += T(alpha * Dot(n, a[i*lda:], 1, x, incX))
		iy += incY
	}
}

// Ger computes A += alpha·x·yᵀ for the m×n row-major matrix A.
func Ger[T Float](m, n int, alpha T, x []T, incX int, y []T, incY int, a []T, lda int) {
	switch {
	case m < 0:
		panic(mLT0)
	case n < 0:
		panic(nLT0)
	case lda < max(1, n):
		panic(badLdA)
	case incX == 0:
		panic(zeroIncX)
	case incY == 0:
		panic(zeroIncY)
	}
	if m == 0 || n == 0 {
		return
	}
	checkX(m, incX, len(x))
	checkY(n, incY, len(y))
	if len(a) < lda*(m-1)+n {
		panic(shortA)
	}
	if alpha == 0 {
		return
	}
	ix := first(m, incX)
	for i := range m {
		s := alpha * x[ix]
		if incY == 1 {
			axpyRow(a[i*lda:][:n], y[:n], s)
		} else {
			iy := first(n, incY)
			for j := range n {
				a[i*lda+j] += T(s * y[iy])
				iy += incY
			}
		}
		ix += incX
	}
}

// addScaled computes y += s·row without Axpy's exception for s = 0.
func addScaled[T Float](n int, s T, row, y []T, incY int) {
	if incY == 1 {
		axpyRow(y[:n], row[:n], s)
		return
	}
	iy := first(n, incY)
	for j := range n {
		y[iy] += T(s * row[j])
		iy += incY
	}
}
