package gnn

import (
	"math"
	"math/rand/v2"

	"edgewise/sim/kernel"
)

// tensor is a weight with its gradient.
type tensor[T kernel.Float] struct {
	Name       string
	Rows, Cols int
	value      []T
	grad       []T
}

func newTensor[T kernel.Float](name string, rows, cols int) *tensor[T] {
	return &tensor[T]{name, rows, cols, make([]T, rows*cols), make([]T, rows*cols)}
}

// Glorot draws uniformly from ±sqrt(6/(fan in + fan out)), as the published
// layers do.
func Glorot(dst []float64, rows, cols int, rnd *rand.Rand) {
	b := math.Sqrt(6 / float64(rows+cols))
	for i := range dst {
		dst[i] = b * (2*rnd.Float64() - 1)
	}
}

// Weights hands out the initial weights of an architecture and takes the
// trained ones back; what is shared between which architectures is its matter.
type Weights interface {
	// Take fills value [rows][cols] of the weight of that name.
	Take(a Arch, name string, rows, cols int, value []float64)
	// Give hands back the trained weight.
	Give(a Arch, name string, rows, cols int, value []float64)
}
