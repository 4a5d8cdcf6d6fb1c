package surrogate

import (
	"math"

	"edgewise/sim/kernel"

	"gonum.org/v1/gonum/blas"
)

// array is a rows×cols matrix of float64, row-major, with its gradient. Rows are
// the samples of a batch; parameters are arrays that outlive a tape.
type array struct {
	rows, cols int
	v, g       []float64
}

func (a *array) row(i int) []float64  { return a.v[i*a.cols:][:a.cols] }
func (a *array) grow(i int) []float64 { return a.g[i*a.cols:][:a.cols] }

// tape records a computation so that it can be walked back: every operation
// appends what adds ∂loss/∂inputs to the gradients of its inputs. A tape is used
// for one batch after another; its arrays are valid until reset.
type tape struct {
	arena []float64
	at    int
	back  []func()
	loss  float64
}

func (t *tape) reset() { t.at, t.back, t.loss = 0, t.back[:0], 0 }

// take returns n zeros.
func (t *tape) take(n int) []float64 {
	if t.at+n > len(t.arena) {
		t.arena, t.at = make([]float64, max(n, 2*len(t.arena), 1<<14)), 0
	}
	s := t.arena[t.at : t.at+n : t.at+n]
	t.at += n
	clear(s)
	return s
}

func (t *tape) array(rows, cols int) *array {
	return &array{rows, cols, t.take(rows * cols), t.take(rows * cols)}
}

func (t *tape) then(f func()) { t.back = append(t.back, f) }

// backward walks the tape back from the loss.
func (t *tape) backward() {
	for i := len(t.back) - 1; i >= 0; i-- {
		t.back[i]()
	}
}

// rowsOf returns rows idx of table, one per sample: an embedding.
func (t *tape) rowsOf(table *array, idx []int) *array {
	y := t.array(len(idx), table.cols)
	for b, i := range idx {
		copy(y.row(b), table.row(i))
	}
	t.then(func() {
		for b, i := range idx {
			axpy(table.grow(i), 1, y.grow(b))
		}
	})
	return y
}

// linear returns x·Wᵀ + b for x [B][I], W [O][I], b [1][O] or nil.
func (t *tape) linear(x, w, b *array) *array {
	y := t.array(x.rows, w.rows)
	if b != nil {
		for i := range y.rows {
			copy(y.row(i), b.v)
		}
	}
	kernel.Gemm(blas.NoTrans, blas.Trans, x.rows, w.rows, w.cols, 1, x.v, x.cols, w.v, w.cols, 1, y.v, y.cols)
	t.then(func() {
		kernel.Gemm(blas.NoTrans, blas.NoTrans, x.rows, w.cols, w.rows, 1, y.g, y.cols, w.v, w.cols, 1, x.g, x.cols)
		kernel.Gemm(blas.Trans, blas.NoTrans, w.rows, w.cols, x.rows, 1, y.g, y.cols, x.v, x.cols, 1, w.g, w.cols)
		if b != nil {
			for i := range y.rows {
				axpy(b.g, 1, y.grow(i))
			}
		}
	})
	return y
}

// sum returns scale·Σ x over arrays of one shape.
func (t *tape) sum(scale float64, x ...*array) *array {
	y := t.array(x[0].rows, x[0].cols)
	for _, a := range x {
		axpy(y.v, scale, a.v)
	}
	t.then(func() {
		for _, a := range x {
			axpy(a.g, scale, y.g)
		}
	})
	return y
}

// beside returns [x | y], the columns of y behind those of x.
func (t *tape) beside(x, y *array) *array {
	z := t.array(x.rows, x.cols+y.cols)
	for b := range z.rows {
		copy(z.row(b), x.row(b))
		copy(z.row(b)[x.cols:], y.row(b))
	}
	t.then(func() {
		for b := range z.rows {
			axpy(x.grow(b), 1, z.grow(b)[:x.cols])
			axpy(y.grow(b), 1, z.grow(b)[x.cols:])
		}
	})
	return z
}

// relu returns max(x, 0).
func (t *tape) relu(x *array) *array {
	y := t.array(x.rows, x.cols)
	for i, v := range x.v {
		y.v[i] = max(v, 0)
	}
	t.then(func() {
		for i, v := range x.v {
			if v > 0 {
				x.g[i] += y.g[i]
			}
		}
	})
	return y
}

// unit returns every row divided by its Euclidean norm; a row of zeros stays.
//
//	y = x/|x|,  ∂L/∂x = (g − y⟨y, g⟩)/|x|
func (t *tape) unit(x *array) *array {
	y := t.array(x.rows, x.cols)
	norm := t.take(x.rows)
	for b := range x.rows {
		if norm[b] = math.Sqrt(dot(x.row(b), x.row(b))); norm[b] > 0 {
			axpy(y.row(b), 1/norm[b], x.row(b))
		}
	}
	t.then(func() {
		for b, n := range norm {
			if n > 0 {
				axpy(x.grow(b), 1/n, y.grow(b))
				axpy(x.grow(b), -dot(y.row(b), y.grow(b))/n, y.row(b))
			}
		}
	})
	return y
}

// squares adds weight·mean_b (x_b − y_b)² to the loss, x [B][1].
func (t *tape) squares(weight float64, x *array, y []float64) {
	w := weight / float64(len(y))
	for b, v := range y {
		t.loss += w * (x.v[b] - v) * (x.v[b] - v)
	}
	t.then(func() {
		for b, v := range y {
			x.g[b] += 2 * w * (x.v[b] - v)
		}
	})
}

// likelihood adds weight·mean_b −log softmax(z_b)[y_b] to the loss.
func (t *tape) likelihood(weight float64, z *array, y []int) {
	w := weight / float64(len(y))
	p := t.take(len(z.v))
	for b, k := range y {
		q := p[b*z.cols:][:z.cols]
		softmax(q, z.row(b))
		t.loss -= w * math.Log(max(q[k], math.SmallestNonzeroFloat64))
	}
	t.then(func() {
		for b, k := range y {
			axpy(z.grow(b), w, p[b*z.cols:][:z.cols])
			z.grow(b)[k] -= w
		}
	})
}

func softmax(dst, z []float64) {
	top, sum := math.Inf(-1), 0.0
	for _, v := range z {
		top = max(top, v)
	}
	for i, v := range z {
		dst[i] = math.Exp(v - top)
		sum += dst[i]
	}
	for i := range dst {
		dst[i] /= sum
	}
}

func axpy(dst []float64, a float64, x []float64) {
	for i, v := range x {
		dst[i] += a * v
	}
}

func dot(x, y []float64) float64 {
	s := 0.0
	for i, v := range x {
		s += v * y[i]
	}
	return s
}
