package bench

import (
	"fmt"
	"math/rand/v2"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"

	"edgewise/reports/table"
	"edgewise/sim/kernel"
)

// shapes are squares and the products of mixed operations: pointwise
// convolutions over a batch and over one image, and gradients of their weights.
var shapes = []struct {
	what    string
	ta, tb  blas.Transpose
	m, n, k int
	slow    bool
}{
	{"square", blas.NoTrans, blas.NoTrans, 64, 64, 64, false},
	{"square", blas.NoTrans, blas.NoTrans, 256, 256, 256, false},
	{"square", blas.NoTrans, blas.NoTrans, 512, 512, 512, true},
	{"square", blas.NoTrans, blas.NoTrans, 1024, 1024, 1024, true},
	{"pointwise, one image", blas.NoTrans, blas.NoTrans, 8, 256, 8, false},
	{"pointwise, one image", blas.NoTrans, blas.NoTrans, 16, 1024, 16, false},
	{"pointwise, batch", blas.NoTrans, blas.NoTrans, 16, 65536, 16, true},
	{"im2col 3x3", blas.NoTrans, blas.NoTrans, 16, 16384, 144, true},
	{"gradient of weights", blas.NoTrans, blas.Trans, 8, 8, 256, false},
	{"gradient of weights", blas.NoTrans, blas.Trans, 16, 16, 1024, false},
	{"gradient of weights, batch", blas.NoTrans, blas.Trans, 16, 16, 65536, true},
	{"gradient of input", blas.Trans, blas.NoTrans, 16, 1024, 16, false},
}

// Products compares our matrix products with gonum's own and with the FMA peak.
func Products(c kernel.Ceilings, o Options) table.Table {
	t := table.Table{
		Name:    "products",
		Caption: "Matrix products, one thread: GFLOP/s, share of the measured FMA peak, and times gonum's own.",
		Columns: []table.Column{
			{Header: "Type"}, {Header: "Product"}, {Header: "m x n x k"},
			{Header: "GFLOP/s", Kind: table.KindNumber, Precision: 1},
			{Header: "of peak", Kind: table.KindNumber, Precision: 2},
			{Header: "of gonum", Kind: table.KindNumber, Precision: 1},
		},
	}
	for _, s := range shapes {
		if s.slow && o.Short {
			continue
		}
		product[float32](&t, "float32", s.what, s.ta, s.tb, s.m, s.n, s.k, c.Single, o, func(ta, tb blas.Transpose, m, n, k int, a, b, dst []float32, lda, ldb int) {
			gonum.Implementation{}.Sgemm(ta, tb, m, n, k, 1, a, lda, b, ldb, 0, dst, n)
		})
	}
	t.Rule()
	for _, s := range shapes {
		if s.slow && o.Short {
			continue
		}
		product[float64](&t, "float64", s.what, s.ta, s.tb, s.m, s.n, s.k, c.Double, o, func(ta, tb blas.Transpose, m, n, k int, a, b, dst []float64, lda, ldb int) {
			gonum.Implementation{}.Dgemm(ta, tb, m, n, k, 1, a, lda, b, ldb, 0, dst, n)
		})
	}
	return t
}

func product[T kernel.Float](t *table.Table, typ, what string, ta, tb blas.Transpose, m, n, k int, peak float64, o Options,
	other func(ta, tb blas.Transpose, m, n, k int, a, b, dst []T, lda, ldb int)) {
	rnd := rand.New(rand.NewPCG(1, 2))
	fill := func(n int) []T {
		v := make([]T, n)
		for i := range v {
			v[i] = T(rnd.NormFloat64())
		}
		return v
	}
	a, b, dst := fill(m*k), fill(k*n), make([]T, m*n)
	lda, ldb := k, n
	if ta == blas.Trans {
		lda = m
	}
	if tb == blas.Trans {
		ldb = k
	}
	inner := max(1, 2_000_000/(m*n*k))
	ours, _, ratio := pair(o.Repeat, func() {
		for range inner {
			kernel.Gemm(ta, tb, m, n, k, 1, a, lda, b, ldb, 0, dst, n)
		}
	}, func() {
		for range inner {
			other(ta, tb, m, n, k, a, b, dst, lda, ldb)
		}
	})
	rate := 2 * float64(m) * float64(n) * float64(k) * float64(inner) / ours
	t.Add(table.Text(typ), table.Text(what), table.Text(fmt.Sprintf("%d x %d x %d", m, n, k)),
		table.Number(rate/1e9), table.Number(rate/peak), table.Number(ratio))
}

// CeilingTable is what one core of this machine can do at most, as measured.
func CeilingTable(c kernel.Ceilings, path string) table.Table {
	t := table.Table{
		Name:    "ceilings",
		Caption: "Measured ceilings of one core, path " + path + ".",
		Columns: []table.Column{{Header: "Ceiling"}, {Header: "Value", Kind: table.KindNumber, Precision: 1}, {Header: "Unit"}},
	}
	t.Add(table.Text("FMA peak, float32"), table.Number(c.Single/1e9), table.Text("GFLOP/s"))
	t.Add(table.Text("FMA peak, float64"), table.Number(c.Double/1e9), table.Text("GFLOP/s"))
	t.Add(table.Text("copy, memory"), table.Number(c.Copy/1e9), table.Text("GB/s read plus written"))
	t.Add(table.Text("copy, second-level cache"), table.Number(c.CacheCopy/1e9), table.Text("GB/s read plus written"))
	return t
}
