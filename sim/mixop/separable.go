package mixop

import (
	"math/rand/v2"

	"edgewise/sim/kernel"
	"gonum.org/v1/gonum/blas"
)

// Separable is the unit of the convolutional operations: depthwise k×k, pointwise
// 1×1, batch norm, reading an image that went through ReLU and padding:
//
//	v = P·(D ∗ r),  y = BN(v)
//
// The depthwise output is not kept: the backward pass recomputes it from r, which
// is cheaper than writing it out and reading it back.
type Separable[T kernel.Float] struct {
	C    int
	Win  kernel.Window
	In   kernel.Planes // dense shape of r
	Out  kernel.Planes // dense shape of v
	DW   *Weight[T]    // [C][k][k]
	PW   *Weight[T]    // [C][C]
	Norm *Norm[T]
	V    Images[T]
	M    []kernel.Moment // [B][C] of v

	gp               kernel.Planes // layout of the spread gradient
	u, du, dv, gpBuf int
}

// NewSeparable returns the unit for c channels of h×w; prefix and the positions
// at and at+1, at+2 name its weights as in a DARTS state_dict.
func NewSeparable[T kernel.Float](names [3]string, batch, c, h, w, size, stride, dilation int, eps float64, affine bool, plan *Plan, rnd *rand.Rand) *Separable[T] {
	win := kernel.Window{Size: size, Stride: stride, Pad: dilation * (size / 2), Dilation: dilation}
	d := &Separable[T]{
		C: c, Win: win,
		In:   kernel.Dense(c, h, w),
		Out:  kernel.Dense(c, win.Out(h), win.Out(w)),
		DW:   NewWeight[T](names[0]+".weight", c*size*size, size*size, rnd),
		PW:   NewWeight[T](names[1]+".weight", c*c, c, rnd),
		Norm: NewNorm[T](names[2], batch, c, eps, affine),
		M:    make([]kernel.Moment, batch*c),
		gp:   win.GradientPlanes(c, h, w, 0),
	}
	d.u, d.du, d.dv = plan.Buffer("u", d.Out.Len()), plan.Buffer("du", d.Out.Len()), plan.Buffer("dv", d.Out.Len())
	d.gpBuf = plan.Padded("gradient", d.gp, stride)
	return d
}

// Forward computes v and its moments for image b from r in planes rp.
func (d *Separable[T]) Forward(s *Scratch[T], b int, r []T, rp kernel.Planes) {
	u, n := s.Get(d.u), d.Out.H*d.Out.W
	kernel.Depthwise(u, d.Out, r, rp, d.DW.Value, d.Win, false)
	v := d.V.At(b)
	kernel.Gemm(blas.NoTrans, blas.NoTrans, d.C, n, d.C, 1, d.PW.Value, d.C, u, n, 0, v, n)
	kernel.ChannelMoments(d.M[b*d.C:], v, d.Out)
}

// Gradient returns the scratch for ∂L/∂v of one image, filled from the gradient g
// of the output.
func (d *Separable[T]) Gradient(s *Scratch[T], b int, g []T, relu bool) []T {
	dv := s.Get(d.dv)[:d.Out.Len()]
	d.Norm.Gradient(dv, d.Out, g, d.Out, d.V.At(b), d.Out, relu)
	return dv
}

// Backward takes ∂L/∂v of one image. With theta it adds the gradients of the
// weights to their parts of the chunk; if dr is not nil it adds ∂L/∂r to dr, dense.
func (d *Separable[T]) Backward(s *Scratch[T], chunk int, first bool, dv, r []T, rp kernel.Planes, dr []T, theta bool) {
	n := d.Out.H * d.Out.W
	du := s.Get(d.du)[:d.Out.Len()]
	kernel.Gemm(blas.Trans, blas.NoTrans, d.C, n, d.C, 1, d.PW.Value, d.C, dv, n, 0, du, n)
	if theta {
		u := s.Get(d.u)
		kernel.Depthwise(u, d.Out, r, rp, d.DW.Value, d.Win, false)
		kernel.Gemm(blas.NoTrans, blas.Trans, d.C, d.C, n, 1, dv, n, u, n, 1, d.PW.Part(chunk, first), d.C)
		kernel.DepthwiseBackwardWeights(d.DW.Part(chunk, first), du, d.Out, r, rp, d.Win)
	}
	if dr != nil {
		g := s.Get(d.gpBuf)
		kernel.Spread(g, d.gp, du, d.Out, d.Win.Stride)
		kernel.DepthwiseBackwardData(dr, d.In, g, d.gp, d.DW.Value, d.Win)
	}
}

// Reduce adds the parts of the weights' gradients.
func (d *Separable[T]) Reduce(chunks int) {
	d.DW.Reduce(chunks)
	d.PW.Reduce(chunks)
}

// Weights lists the weights in the order of a DARTS state_dict.
func (d *Separable[T]) Weights() []*Weight[T] {
	return append([]*Weight[T]{d.DW, d.PW}, d.Norm.Weights()...)
}
