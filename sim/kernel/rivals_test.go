//go:build netlib && cgo

package kernel

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"edgewise/sim/kernel/internal/openblas"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// rivalShapes are squares and the products of mixed operations.
var rivalShapes = []struct {
	tA, tB  blas.Transpose
	m, n, k int
}{
	{'N', 'N', 64, 64, 64}, {'N', 'N', 128, 128, 128}, {'N', 'N', 256, 256, 256}, {'N', 'N', 512, 512, 512}, {'N', 'N', 1024, 1024, 1024},
	{'N', 'T', 256, 256, 256}, {'T', 'N', 256, 256, 256}, {'T', 'T', 256, 256, 256}, {'N', 'T', 100, 100, 100}, {'N', 'N', 100, 100, 100}, {'N', 'N', 333, 333, 333},
	{'N', 'N', 16, 65536, 16}, {'N', 'N', 16, 16384, 144}, {'N', 'N', 16, 1024, 16}, {'N', 'N', 8, 256, 8}, {'N', 'N', 16, 256, 16}, {'N', 'N', 32, 256, 32},
	{'T', 'N', 16, 1024, 16}, {'T', 'N', 8, 256, 8}, {'T', 'N', 16, 65536, 16},
	{'N', 'T', 16, 16, 1024}, {'N', 'T', 8, 8, 256}, {'N', 'T', 16, 16, 65536}, {'N', 'T', 8, 8, 16384}, {'N', 'T', 16, 144, 16384},
	{'N', 'N', 16, 16, 16}, {'N', 'N', 8, 8, 8},
}

// TestRivals prints, per shape and type, the speed of Gemm and its ratio to OpenBLAS
// and to gonum, on one thread: the minimum of interleaved rounds, and the median of
// their ratios, in processor time. It asserts nothing. Run it on a quiet machine, with
// OPENBLAS_CORETYPE unset so that OpenBLAS chooses its best kernels:
//
//	go test -tags netlib -run TestRivals -v ./sim/kernel
//
// RIVAL=m,n,k picks one shape.
func TestRivals(t *testing.T) {
	openblas.SetThreads(1)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	t.Logf("OpenBLAS core %s", openblas.Core())
	g := gonum.Implementation{}
	for _, s := range rivalShapes {
		if size := os.Getenv("RIVAL"); size != "" && size != fmt.Sprintf("%d,%d,%d", s.m, s.n, s.k) {
			continue
		}
		rival[float32](t, "f32", s.tA, s.tB, s.m, s.n, s.k, openblas.Sgemm, g.Sgemm)
		rival[float64](t, "f64", s.tA, s.tB, s.m, s.n, s.k, openblas.Dgemm, g.Dgemm)
	}
}

type gemmFunc[T Float] func(tA, tB blas.Transpose, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int)

func rival[T Float](t *testing.T, name string, tA, tB blas.Transpose, m, n, k int, ob, gn gemmFunc[T]) {
	p := newProduct[T](random(1), tA, tB, m, n, k, 0, 1, 0)
	p.run(p.c) // the padding of C is NaN before
	fs := []gemmFunc[T]{Gemm[T], ob, gn}
	best := []float64{math.Inf(1), math.Inf(1), math.Inf(1)}
	var ratios []float64
	var calls [3]int
	for round := range 25 {
		var now [3]float64
		for i, f := range fs {
			if i == 2 && round%5 != 0 {
				continue
			}
			if calls[i] == 0 {
				for calls[i] = 1; calls[i] < 1<<20; calls[i] *= 2 {
					if timed(calls[i], func() { f(tA, tB, m, n, k, 1, p.a, p.lda, p.b, p.ldb, 0, p.c, p.ldc) }) > 5e-4 {
						break
					}
				}
			}
			now[i] = timed(calls[i], func() { f(tA, tB, m, n, k, 1, p.a, p.lda, p.b, p.ldb, 0, p.c, p.ldc) }) / float64(calls[i])
			best[i] = min(best[i], now[i])
		}
		ratios = append(ratios, now[1]/now[0])
	}
	slices.Sort(ratios)
	gf := 2 * float64(m) * float64(n) * float64(k) / 1e9
	t.Log(fmt.Sprintf("%s %c%c %5d×%5d×%5d: %6.1f GFLOP/s, %.2f of OpenBLAS (median %.2f), %5.1f of gonum", name, tA, tB, m, n, k,
		gf/best[0], best[1]/best[0], ratios[len(ratios)/2], best[2]/best[0]))
}

// timed is the processor time of n calls of f in seconds.
func timed(n int, f func()) float64 {
	start := processTime()
	for range n {
		f()
	}
	return processTime() - start
}

// processTime is the processor time of this process in seconds.
func processTime() float64 {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &ts); err != nil {
		panic(err)
	}
	return float64(ts.Sec) + float64(ts.Nsec)*1e-9
}

// TestOpenBLAS compares products with OpenBLAS's within 32·eps times the gauge.
func TestOpenBLAS(t *testing.T) {
	both(t, func(t *testing.T) { testOpenBLAS(t, openblas.Sgemm) }, func(t *testing.T) { testOpenBLAS(t, openblas.Dgemm) })
}

func testOpenBLAS[T Float](t *testing.T, rival gemmFunc[T]) {
	r := random(70)
	for range 60 {
		m, n, k := 1+r.IntN(90), 1+r.IntN(90), 1+r.IntN(90)
		p := newProduct[T](r, transposes[r.IntN(2)], transposes[r.IntN(2)], m, n, k, 0, 0.5, 1)
		c := append([]T(nil), p.c...)
		p.run(p.c)
		rival(p.tA, p.tB, m, n, k, p.alpha, p.a, p.lda, p.b, p.ldb, p.beta, c, p.ldc)
		for i := range c {
			row, j := i/p.ldc, i%p.ldc
			gauge := math.Abs(float64(c[i]))
			for q := range k {
				gauge += math.Abs(p.at(row, q) * p.bt(q, j))
			}
			if d := math.Abs(float64(p.c[i] - c[i])); !(d <= 32*eps[T]()*gauge) {
				t.Fatalf("%v: C[%d,%d] = %v, OpenBLAS has %v", p, row, j, p.c[i], c[i])
			}
		}
	}
}
