package mixop

import "edgewise/sim/kernel"

// Mask is the backward pass of the ReLU in front of the linear maps of one image.
type Mask[T kernel.Float] struct{ one, zero []T }

// NewMask returns a mask for images of c channels.
func NewMask[T kernel.Float](c int) Mask[T] {
	m := Mask[T]{make([]T, c), make([]T, c)}
	for i := range m.one {
		m.one[i] = 1
	}
	return m
}

// Write computes dst = g where x is positive and 0 elsewhere, dst and g dense images of
// shape p, x in planes xp; dst may be g.
func (m Mask[T]) Write(dst, g []T, p kernel.Planes, x []T, xp kernel.Planes) {
	kernel.NormaliseBackward(dst, p, g, p, x, xp, m.one, m.zero, m.zero, m.zero, true)
}

// Add computes dst += g where x is positive.
func (m Mask[T]) Add(dst, g []T, p kernel.Planes, x []T, xp kernel.Planes) {
	kernel.AccumulateRelu(dst, p, g, p, x, xp)
}
