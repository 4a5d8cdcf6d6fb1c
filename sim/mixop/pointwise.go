package mixop

import (
	"math/rand/v2"

	"edgewise/sim/kernel"
	"gonum.org/v1/gonum/blas"
)

// Pointwise is ReLU, 1×1 convolution, batch norm from in to out channels: the
// preprocessing of a cell and, with Reduce, DARTS's FactorizedReduce, in which two
// convolutions of stride 2 see the even and the odd pixels and make half of the
// output channels each:
//
//	v = [W₁·r(2y, 2x); W₂·r(2y+1, 2x+1)]
type Pointwise[T kernel.Float] struct {
	InC, OutC int
	Reduce    bool
	In, Out   kernel.Planes
	R         kernel.Planes // of the rectified input
	W         []*Weight[T]  // one [OutC][InC], or two [OutC/2][InC]
	Norm      *Norm[T]
	group     *Group[T]
	V         Images[T]
	M         []kernel.Moment
	Mask      Mask[T] // of the input

	near            kernel.Planes // of dv
	r, dv, dr, part int
}

// NewPointwise returns the unit for in channels of h×w; names are those of the
// convolutions and of the norm, the last. Two convolutions mean reduction.
func NewPointwise[T kernel.Float](names []string, batch, in, out, h, w int, norm NormConfig, plan *Plan, rnd *rand.Rand) *Pointwise[T] {
	convs := names[:len(names)-1]
	p := &Pointwise[T]{InC: in, OutC: out, Reduce: len(convs) == 2, In: kernel.Dense(in, h, w), Out: kernel.Dense(out, h, w), R: kernel.Apart(in, h, w)}
	if p.Reduce {
		p.Out = kernel.Dense(out, h/2, w/2)
		p.part = plan.Buffer("subsampled", in*p.Out.H*p.Out.W)
	}
	for _, n := range convs {
		p.W = append(p.W, NewWeight[T](n+".weight", out/len(convs)*in, in, rnd))
	}
	p.Norm, p.group = normOf[T](norm, names[len(names)-1], batch, out), newGroup[T](norm, batch, out)
	p.M = make([]kernel.Moment, batch*out)
	p.Mask = NewMask[T](in)
	p.r, p.dr = plan.Buffer("relu", p.R.Len()), plan.Buffer("drelu", p.In.Len())
	p.near = kernel.Apart(out, p.Out.H, p.Out.W)
	p.dv = plan.Buffer("dv", p.near.Len())
	return p
}

// Rectified returns the scratch for the rectified image, planes R, shared by all units
// that read it.
func (p *Pointwise[T]) Rectified(s *Scratch[T]) []T { return s.Get(p.r)[:p.R.Len()] }

// Rectify returns that scratch with the ReLU of x.
func (p *Pointwise[T]) Rectify(s *Scratch[T], x []T) []T {
	r := p.Rectified(s)
	kernel.CopyRelu(r, p.R, x, p.In)
	return r
}

// Forward computes v and its moments for image b of the rectified input r,
// planes R.
func (p *Pointwise[T]) Forward(s *Scratch[T], b int, r []T) {
	v, n := p.V.At(b), p.Out.H*p.Out.W
	rows := p.OutC / len(p.W)
	for i, w := range p.W {
		seen, ld := p.sample(s, r, i)
		kernel.GemmAhead(&s.Ahead, blas.NoTrans, blas.NoTrans, rows, n, p.InC, 1, w.Value, p.InC, seen, ld, 0, v[i*rows*n:], n)
	}
	p.group.Forward(b, v, p.Out)
	kernel.ChannelMoments(p.M[b*p.OutC:], v, p.Out)
}

// sample returns the pixels that convolution i sees, and how far apart their planes are.
func (p *Pointwise[T]) sample(s *Scratch[T], r []T, i int) ([]T, int) {
	if !p.Reduce {
		return r, p.R.PlaneStride
	}
	d, o := s.Get(p.part), 0
	for c := range p.InC {
		for y := range p.Out.H {
			row := r[p.R.At(c, 2*y+i, i):]
			for x := range p.Out.W {
				d[o] = row[2*x]
				o++
			}
		}
	}
	return d, p.Out.PlaneStride
}

// Backward takes the gradient g of the output of image b, after Fold. With theta it
// accumulates the gradients of the weights from the rectified input r; if dr is not
// nil it writes or, with add, adds to dr, [InC][H][W], the gradient with respect to r.
func (p *Pointwise[T]) Backward(s *Scratch[T], b, chunk int, first bool, r, g, dr []T, add, theta bool) {
	n, rows, apart := p.Out.H*p.Out.W, p.OutC/len(p.W), p.near.PlaneStride
	dv := s.Get(p.dv)[:p.near.Len()]
	p.Norm.Gradient(dv, p.near, g, p.Out, p.V.At(b), p.Out, false)
	p.group.Backward(b, dv, p.near, p.V.At(b), p.Out)
	if theta {
		for i, w := range p.W {
			seen, ld := p.sample(s, r, i)
			kernel.GemmAhead(&s.Ahead, blas.NoTrans, blas.Trans, rows, p.InC, n, 1, dv[i*rows*apart:], apart, seen, ld, 1, w.Part(chunk, first), p.InC)
		}
	}
	if dr == nil {
		return
	}
	if !p.Reduce {
		var beta T
		if add {
			beta = 1
		}
		kernel.GemmAhead(&s.Ahead, blas.Trans, blas.NoTrans, p.InC, n, p.OutC, 1, p.W[0].Value, p.InC, dv, apart, beta, dr, n)
		return
	}
	if !add {
		clear(dr)
	}
	for i, w := range p.W {
		d := s.Get(p.part)
		kernel.GemmAhead(&s.Ahead, blas.Trans, blas.NoTrans, p.InC, n, rows, 1, w.Value, p.InC, dv[i*rows*apart:], apart, 0, d, n)
		o := 0
		for c := range p.InC {
			for y := range p.Out.H {
				row := dr[p.In.At(c, 2*y+i, i):]
				for x := range p.Out.W {
					row[2*x] += d[o]
					o++
				}
			}
		}
	}
}

// InputGradient returns the scratch for dr of one image.
func (p *Pointwise[T]) InputGradient(s *Scratch[T]) []T { return s.Get(p.dr)[:p.In.Len()] }

// ReduceParts adds the parts of the weights' gradients.
func (p *Pointwise[T]) ReduceParts(chunks int) {
	for _, w := range p.W {
		w.Reduce(chunks)
	}
}

// Weights lists the weights in the order of a DARTS state_dict.
func (p *Pointwise[T]) Weights() []*Weight[T] {
	return append(append([]*Weight[T]{}, p.W...), p.Norm.Weights()...)
}
