package gnn

import (
	"math"

	"edgewise/sim/kernel"
	"gonum.org/v1/gonum/blas"
)

// aggregators are the dense [node][node] matrices of the linear aggregations,
// with self-links.
type aggregators[T kernel.Float] struct {
	gcn, mean, sum []T
}

// newAggregators builds, with A the adjacency and D the degrees, both with
// self-links,
//
//	gcn = D^{-1/2} A D^{-1/2},  mean = D^{-1} A,  sum = A.
func newAggregators[T kernel.Float](g *Graph) aggregators[T] {
	n := g.Model.Nodes
	a := aggregators[T]{make([]T, n*n), make([]T, n*n), make([]T, n*n)}
	for i := range n {
		di := float64(len(g.near[i]))
		for _, j := range g.near[i] {
			dj := float64(len(g.near[j]))
			a.gcn[i*n+j] = T(1 / math.Sqrt(di*dj))
			a.mean[i*n+j] = T(1 / di)
			a.sum[i*n+j] = 1
		}
	}
	return a
}

// mul sets c [m][n] = op(a) op(b) + beta c with inner size k; matrices are
// row-major and packed.
func mul[T kernel.Float](tA, tB blas.Transpose, m, n, k int, a, b []T, beta T, c []T) {
	lda, ldb := k, n
	if tA == blas.Trans {
		lda = m
	}
	if tB == blas.Trans {
		ldb = k
	}
	kernel.Gemm(tA, tB, m, n, k, 1, a, lda, b, ldb, beta, c, n)
}

func dot[T kernel.Float](x, y []T) float64 {
	s := 0.0
	for i, v := range x {
		s += float64(v) * float64(y[i])
	}
	return s
}
