package kernel

// Axpy computes y[i] += alpha·x[i] for n values at increments incX and incY
// (negative increments run backwards). Products are rounded, then added; alpha = 0
// leaves y unread.
func Axpy[T Float](n int, alpha T, x []T, incX int, y []T, incY int) {
	checkVectors(n, incX, len(x), incY, len(y))
	if n == 0 || alpha == 0 {
		return
	}
	if incX == 1 && incY == 1 {
		axpyRow(y[:n], x[:n], alpha)
		return
	}
	ix, iy := first(n, incX), first(n, incY)
	for range n {
		y[iy] += T(alpha * x[ix])
		ix += incX
		iy += incY
	}
}

// Dot computes Σ x[i]·y[i] over n values at increments incX and incY: product i is
// rounded and added to lane i mod 4L (L values fill 64 bytes), and the lanes are added as a tree.
func Dot[T Float](n int, x []T, incX int, y []T, incY int) T {
	checkVectors(n, incX, len(x), incY, len(y))
	if n == 0 {
		return 0
	}
	var buf [64]T
	acc := buf[:4*lanesOf[T]()]
	if incX == 1 && incY == 1 {
		dotRow(acc, x[:n], y[:n])
		return tree(acc)
	}
	ix, iy := first(n, incX), first(n, incY)
	for i := range n {
		acc[i%len(acc)] += T(x[ix] * y[iy])
		ix += incX
		iy += incY
	}
	return tree(acc)
}

// Scal computes x[i] = alpha·x[i] for n values at increment incX > 0; alpha = 0
// clears x unread. It does nothing if incX < 0.
func Scal[T Float](n int, alpha T, x []T, incX int) {
	if incX == 0 {
		panic(zeroIncX)
	}
	if incX < 0 {
		return
	}
	if n < 0 {
		panic(nLT0)
	}
	checkX(n, incX, len(x))
	if incX == 1 && alpha != 0 {
		scaleRow(x[:n], alpha)
		return
	}
	for i := 0; i < n; i++ {
		if alpha == 0 {
			x[i*incX] = 0
		} else {
			x[i*incX] *= alpha
		}
	}
}

func checkVectors(n, incX, lx, incY, ly int) {
	switch {
	case incX == 0:
		panic(zeroIncX)
	case incY == 0:
		panic(zeroIncY)
	case n < 0:
		panic(nLT0)
	}
	checkX(n, incX, lx)
	checkY(n, incY, ly)
}

func axpyRowGo[T Float](y, x []T, alpha T) {
	x = x[:len(y)]
	for i := range y {
		y[i] += T(alpha * x[i])
	}
}

// dotRowGo adds x[i]·y[i] to acc[i mod len(acc)].
func dotRowGo[T Float](acc, x, y []T) {
	y = y[:len(x)]
	for len(x) >= len(acc) {
		u, v := x[:len(acc)], y[:len(acc)]
		for l := range acc {
			acc[l] += T(u[l] * v[l])
		}
		x, y = x[len(acc):], y[len(acc):]
	}
	for l := range x {
		acc[l] += T(x[l] * y[l])
	}
}
