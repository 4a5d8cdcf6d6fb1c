package mixop

import "edgewise/sim/kernel"

// Images is a batch of images in one slice: image b is the dense [C][H][W] block
// of Shape that starts at Offset + b·Stride. A node of a cell that is part of the
// concatenated output is a view of the output's channels.
type Images[T kernel.Float] struct {
	Data           []T
	Offset, Stride int
	Shape          kernel.Planes
}

// NewImages allocates batch images of c channels of h×w.
func NewImages[T kernel.Float](batch, c, h, w int) Images[T] {
	s := kernel.Dense(c, h, w)
	data := make([]T, batch*s.Len())
	kernel.HugePages(data)
	return Images[T]{Data: data, Stride: s.Len(), Shape: s}
}

// At returns image b, [C][H][W].
func (x Images[T]) At(b int) []T {
	o := x.Offset + b*x.Stride
	return x.Data[o : o+x.Shape.Len()]
}

// Channels returns the view of n channels from channel c on.
func (x Images[T]) Channels(c, n int) Images[T] {
	p := x.Shape.H * x.Shape.W
	return Images[T]{Data: x.Data, Offset: x.Offset + c*p, Stride: x.Stride, Shape: kernel.Dense(n, x.Shape.H, x.Shape.W)}
}
