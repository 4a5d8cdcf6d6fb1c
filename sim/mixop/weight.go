package mixop

import (
	"math"
	"math/rand/v2"

	"edgewise/sim/kernel"
)

// Chunks is the number of fixed groups of consecutive images over which the
// gradients of weights are accumulated before the groups are added in order. It
// does not depend on the number of workers; it also bounds how many of them find
// work.
const Chunks = 16

// Weight is a trainable array with its gradient.
type Weight[T kernel.Float] struct {
	Name        string
	Value, Grad []T
	parts       []T // [Chunks][len]
}

// NewWeight allocates a weight of n values, uniform in ±1/√fanIn: torch's default
// for convolutions and linear layers (kaiming_uniform with a = √5).
func NewWeight[T kernel.Float](name string, n, fanIn int, rnd *rand.Rand) *Weight[T] {
	w := NewConstant[T](name, n, 0)
	bound := 1 / math.Sqrt(float64(fanIn))
	for i := range w.Value {
		w.Value[i] = T((2*rnd.Float64() - 1) * bound)
	}
	return w
}

// NewConstant allocates a weight of n equal values.
func NewConstant[T kernel.Float](name string, n int, v T) *Weight[T] {
	w := &Weight[T]{Name: name, Value: make([]T, n), Grad: make([]T, n), parts: make([]T, Chunks*n)}
	for i := range w.Value {
		w.Value[i] = v
	}
	return w
}

// Part returns the partial gradient of a chunk, cleared if first is set.
func (w *Weight[T]) Part(chunk int, first bool) []T {
	n := len(w.Value)
	p := w.parts[chunk*n:][:n]
	if first {
		clear(p)
	}
	return p
}

// Reduce adds the partial gradients of the first n chunks to Grad, in order.
func (w *Weight[T]) Reduce(n int) {
	l := len(w.Value)
	for c := range n {
		p := w.parts[c*l:][:l]
		for i, v := range p {
			w.Grad[i] += v
		}
	}
}
