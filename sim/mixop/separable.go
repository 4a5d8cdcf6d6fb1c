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
	C     int
	Win   kernel.Window
	In    kernel.Planes // dense shape of r
	Out   kernel.Planes // dense shape of v
	DW    *Weight[T]    // [C][k][k]
	PW    *Weight[T]    // [C][C]
	Norm  *Norm[T]
	group *Group[T]
	V     Images[T]
	M     []kernel.Moment // [B][C] of v

	// The gradient of v lives in gp, planes with a zero border. At stride 1 the
	// products run over the borders too, as if each plane were one row, and leave
	// zeros there; at stride 2 they run on dense planes and are then spread.
	gp        kernel.Planes
	run       int           // values of a plane from the first to the last, borders between rows included
	lay       kernel.Planes // of u, dv and du in the backward pass: gp at stride 1, else Out
	near      kernel.Planes // of u in the forward pass
	back      kernel.Window // of the convolution that takes the gradient back
	flip      []T           // DW rotated by 180°, for it
	u, du, dv int           // what lies between the rows of u is met by zeros of dv
	spread    int
}

// NewSeparable returns the unit for c channels of h×w; names are those of the
// depthwise and the pointwise convolution and of the norm.
func NewSeparable[T kernel.Float](names [3]string, batch, c, h, w, size, stride, dilation int, norm NormConfig, plan *Plan, rnd *rand.Rand) *Separable[T] {
	win := kernel.Window{Size: size, Stride: stride, Pad: dilation * (size / 2), Dilation: dilation}
	d := &Separable[T]{
		C: c, Win: win,
		In:   kernel.Dense(c, h, w),
		Out:  kernel.Dense(c, win.Out(h), win.Out(w)),
		DW:   NewWeight[T](names[0]+".weight", c*size*size, size*size, rnd),
		PW:   NewWeight[T](names[1]+".weight", c*c, c, rnd),
		Norm: normOf[T](norm, names[2], batch, c), group: newGroup[T](norm, batch, c),
		M:    make([]kernel.Moment, batch*c),
		gp:   win.GradientPlanes(c, h, w, 0),
		back: kernel.Window{Size: size, Stride: 1, Pad: win.Pad, Dilation: dilation},
		flip: make([]T, c*size*size),
	}
	d.lay = d.Out
	if stride == 1 {
		d.lay = d.gp
	}
	d.run = (d.lay.H-1)*d.lay.RowStride + d.lay.W
	d.near = kernel.Apart(c, d.Out.H, d.Out.W)
	d.u = plan.Buffer("u", max(d.lay.Len(), d.near.Len()))
	d.dv = plan.Padded("dv", d.lay, 1)
	d.du = plan.Padded("du", d.lay, 1)
	if stride > 1 {
		d.spread = plan.Padded("spread", d.gp, stride)
	}
	return d
}

// prepare rotates the depthwise weights; to be called when they have changed.
func (d *Separable[T]) prepare() {
	k2 := d.Win.Size * d.Win.Size
	for c := range d.C {
		w, f := d.DW.Value[c*k2:][:k2], d.flip[c*k2:][:k2]
		for i, v := range w {
			f[k2-1-i] = v
		}
	}
}

// Forward computes v and its moments for image b from r in planes rp.
func (d *Separable[T]) Forward(s *Scratch[T], b int, r []T, rp kernel.Planes) {
	u, n := s.Get(d.u), d.Out.PlaneStride
	v := d.V.At(b)
	kernel.Reach(&s.Ahead, v)
	kernel.Depthwise(u, d.near, r, rp, d.DW.Value, d.Win, false, &s.Ahead)
	kernel.GemmAhead(&s.Ahead, blas.NoTrans, blas.NoTrans, d.C, n, d.C, 1, d.PW.Value, d.C, u, d.near.PlaneStride, 0, v, n)
	d.group.Forward(b, v, d.Out)
	kernel.ChannelMoments(d.M[b*d.C:], v, d.Out)
}

// Backward takes the gradient g of the output of image b, after Fold; relu says that
// the output went through a ReLU. With theta it adds the gradients of the weights to
// their parts of the chunk; if dr is not nil it writes or, with add, adds ∂L/∂r to
// dr, dense. dr may be the memory of v.
func (d *Separable[T]) Backward(s *Scratch[T], b, chunk int, first bool, g []T, relu bool, r []T, rp kernel.Planes, dr []T, add, theta bool) {
	kernel.Reach(&s.Ahead, d.V.At(b))
	dv, du, ld := s.Get(d.dv), s.Get(d.du), d.lay.PlaneStride
	d.Norm.Gradient(dv, d.lay, g, d.Out, d.V.At(b), d.Out, relu)
	d.group.Backward(b, dv, d.lay, d.V.At(b), d.Out)
	o := d.lay.Origin
	kernel.GemmAhead(&s.Ahead, blas.Trans, blas.NoTrans, d.C, d.run, d.C, 1, d.PW.Value, d.C, dv[o:], ld, 0, du[o:], ld)
	if theta {
		u := s.Get(d.u)
		kernel.Depthwise(u, d.lay, r, rp, d.DW.Value, d.Win, false, &s.Ahead)
		kernel.GemmAhead(&s.Ahead, blas.NoTrans, blas.Trans, d.C, d.C, d.run, 1, dv[o:], ld, u[o:], ld, 1, d.PW.Part(chunk, first), d.C)
		kernel.DepthwiseBackwardWeights(d.DW.Part(chunk, first), du, d.lay, r, rp, d.Win, &s.Ahead)
	}
	if dr == nil {
		return
	}
	if d.Win.Stride > 1 {
		g := s.Get(d.spread)
		kernel.Spread(g, d.gp, du, d.lay, d.Win.Stride)
		du = g
	}
	kernel.Depthwise(dr, d.In, du, d.gp, d.flip, d.back, add, &s.Ahead)
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
