package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas"
)

// product is one Gemm call with NaN in every cell that must not be read or written.
type product[T Float] struct {
	tA, tB                      blas.Transpose
	m, n, k                     int
	alpha, beta                 T
	a, b, c                     []T
	lda, ldb, ldc, rowsA, rowsB int
}

// newProduct makes random matrices whose leading dimensions exceed the rows by pad.
func newProduct[T Float](r *rand.Rand, tA, tB blas.Transpose, m, n, k, pad int, alpha, beta T) *product[T] {
	p := &product[T]{tA: tA, tB: tB, m: m, n: n, k: k, alpha: alpha, beta: beta}
	ca, cb := k, n
	p.rowsA, p.rowsB = m, k
	if tA != blas.NoTrans {
		p.rowsA, ca = k, m
	}
	if tB != blas.NoTrans {
		p.rowsB, cb = n, k
	}
	p.lda, p.ldb, p.ldc = max(1, ca)+pad, max(1, cb)+pad, max(1, n)+pad
	p.a, p.b, p.c = matrix[T](r, p.rowsA, ca, p.lda), matrix[T](r, p.rowsB, cb, p.ldb), matrix[T](r, m, n, p.ldc)
	if beta == 0 {
		for i := range m {
			for j := range n {
				p.c[i*p.ldc+j] = T(math.NaN())
			}
		}
	}
	return p
}

// matrix is a random rows×cols matrix with NaN between cols and ld, cut short
// behind its last value.
func matrix[T Float](r *rand.Rand, rows, cols, ld int) []T {
	s := make([]T, rows*ld)
	for i := range s {
		s[i] = T(math.NaN())
		if i%ld < cols {
			s[i] = T(r.NormFloat64())
		}
	}
	if rows > 0 {
		s = s[: (rows-1)*ld+cols : (rows-1)*ld+cols]
	}
	return s
}

func (p *product[T]) at(i, q int) float64 {
	if p.tA != blas.NoTrans {
		return float64(p.a[q*p.lda+i])
	}
	return float64(p.a[i*p.lda+q])
}

func (p *product[T]) bt(q, j int) float64 {
	if p.tB != blas.NoTrans {
		return float64(p.b[j*p.ldb+q])
	}
	return float64(p.b[q*p.ldb+j])
}

func (p *product[T]) run(c []T) {
	Gemm(p.tA, p.tB, p.m, p.n, p.k, p.alpha, p.a, p.lda, p.b, p.ldb, p.beta, c, p.ldc)
}

func (p *product[T]) String() string {
	return fmt.Sprintf("%c%c %d×%d×%d alpha %v beta %v ld %d %d %d", p.tA, p.tB, p.m, p.n, p.k, p.alpha, p.beta, p.lda, p.ldb, p.ldc)
}

// check computes the product and tests it: inputs and padding unchanged, and the
// error within 16·eps times the gauge |alpha|·Σ|a·b| + |beta·c|.
func (p *product[T]) check(t *testing.T) {
	t.Helper()
	a, b := append([]T(nil), p.a...), append([]T(nil), p.b...)
	c := append([]T(nil), p.c...)
	p.run(c)
	if d := sameBits(p.a, a) + sameBits(p.b, b); d != "" {
		t.Fatalf("%v: an input changed: %s", p, d)
	}
	e := 16 * eps[T]()
	for i := range c {
		row, j := i/p.ldc, i%p.ldc
		if j >= p.n {
			if bits(c[i]) != bits(p.c[i]) {
				t.Fatalf("%v: padding %d of C changed to %v", p, i, c[i])
			}
			continue
		}
		var s, gauge float64
		if p.alpha != 0 {
			for q := range p.k {
				v := p.at(row, q) * p.bt(q, j)
				s += v
				gauge += math.Abs(v)
			}
		}
		s *= float64(p.alpha)
		gauge *= math.Abs(float64(p.alpha))
		if p.beta != 0 {
			s += float64(p.beta) * float64(p.c[i])
			gauge += math.Abs(float64(p.beta) * float64(p.c[i]))
		}
		if !(math.Abs(float64(c[i])-s) <= e*gauge) {
			t.Fatalf("%v: C[%d,%d] = %v, want %v ± %v", p, row, j, c[i], s, e*gauge)
		}
	}
}

var transposes = []blas.Transpose{blas.NoTrans, blas.Trans}

func TestGemmSizes(t *testing.T) { both(t, testGemmSizes[float32], testGemmSizes[float64]) }

// testGemmSizes takes all triples of small sizes, one large size per axis, and
// some cubes, in all transposes with padded leading dimensions.
func testGemmSizes[T Float](t *testing.T) {
	r := random(8)
	sizes := []int{0, 1, 2, 3, 5, 9, 63, 64, 65, 129, 257}
	alphas, betas := []T{1, -0.5, 0, 2}, []T{0, 1, 0.25, -1}
	most, step := 1<<19, 0
	if raceEnabled { // the portable loops run some twenty times slower
		most = 1 << 15
	}
	for _, m := range sizes {
		for _, n := range sizes {
			for _, k := range sizes {
				if m*n*k > most && !(m == n && n == k && (n <= 65 || !raceEnabled)) {
					continue
				}
				for _, tA := range transposes {
					for _, tB := range transposes {
						step++
						if (m*n*k > 1<<17 || raceEnabled) && step%4 != 0 {
							continue
						}
						newProduct(r, tA, tB, m, n, k, step%3, alphas[step%4], betas[step/3%4]).check(t)
					}
				}
			}
		}
	}
}

func TestGemmGrid(t *testing.T) { both(t, testGemmGrid[float32], testGemmGrid[float64]) }

// testGemmGrid takes every alpha and beta, NaN in C at beta = 0 included.
func testGemmGrid[T Float](t *testing.T) {
	r := random(9)
	for _, alpha := range []T{0, 1, -1, 0.5, 3} {
		for _, beta := range []T{0, 1, -1, 0.5, 3} {
			for _, tA := range transposes {
				for _, tB := range transposes {
					newProduct(r, tA, tB, 17, 35, 19, 3, alpha, beta).check(t)
					newProduct(r, tA, tB, 4, 4, 1100, 0, alpha, beta).check(t)
				}
			}
		}
	}
}

func TestGemmNaN(t *testing.T) { both(t, testGemmNaN[float32], testGemmNaN[float64]) }

// testGemmNaN holds the policy: a NaN or Inf in B reaches C through a zero of A and the
// other way round; alpha = 0 does not read A and B.
func testGemmNaN[T Float](t *testing.T) {
	for _, bad := range []T{T(math.NaN()), T(math.Inf(1)), T(math.Inf(-1))} {
		for _, tA := range transposes {
			for _, tB := range transposes {
				for _, s := range [][3]int{{3, 5, 4}, {16, 40, 16}, {16, 16, 1100}} {
					p := newProduct[T](random(10), tA, tB, s[0], s[1], s[2], 0, 1, 0)
					clear(p.a)
					clear(p.b)
					q := s[2] / 2
					if tB == blas.NoTrans {
						p.b[q*p.ldb+2] = bad
					} else {
						p.b[2*p.ldb+q] = bad
					}
					if tA == blas.NoTrans {
						p.a[1*p.lda+q] = bad
					} else {
						p.a[q*p.lda+1] = bad
					}
					p.run(p.c)
					for i := range s[0] {
						for j := range s[1] {
							v := p.c[i*p.ldc+j]
							isNaN := i == 1 || j == 2
							if i == 1 && j == 2 && bad == bad {
								isNaN = false // Inf·Inf = Inf
							}
							if (v != v) != isNaN || !isNaN && !(i == 1 && j == 2) && v != 0 {
								t.Fatalf("%v with %v: C[%d,%d] = %v", p, bad, i, j, v)
							}
						}
					}
					p.alpha = 0
					p.run(p.c)
					for i, v := range p.c {
						if v != 0 {
							t.Fatalf("%v with %v: alpha = 0 gives C[%d] = %v", p, bad, i, v)
						}
					}
				}
			}
		}
	}
}
