package mixop

import "edgewise/sim/kernel"

// Pooled is a 3×3 pooling of a node's activation, padding 1, maximum or average
// over the cells inside the image. It has no weights, and batch norm without
// affine follows it, so all edges that leave the node with the same operation
// share one pooling and one set of batch statistics; only the running statistics
// are each edge's own.
type Pooled[T kernel.Float] struct {
	Max     bool
	Win     kernel.Window
	In, Out kernel.Planes
	V       Images[T]
	group   *Group[T]
	M       []kernel.Moment
	arg     []uint8 // [B][C][H][W], maximum only
	ran     bool    // computed by the last forward pass

	dv          int
	sumB, sumC0 []T
	zero        []T
}

func newPooled[T kernel.Float](maximum bool, batch, c, h, w, stride int, norm NormConfig, plan *Plan) *Pooled[T] {
	win := kernel.Window{Size: 3, Stride: stride, Pad: 1, Dilation: 1}
	p := &Pooled[T]{Max: maximum, Win: win, In: kernel.Dense(c, h, w), Out: kernel.Dense(c, win.Out(h), win.Out(w)),
		M: make([]kernel.Moment, batch*c), sumB: make([]T, c), sumC0: make([]T, c), zero: make([]T, c), group: newGroup[T](norm, batch, c)}
	p.dv = plan.Buffer("dv", p.Out.Len())
	return p
}

// begin gives the output its memory for one pass; that of the indices is taken at
// first use.
func (p *Pooled[T]) begin(v Images[T]) {
	p.V, p.ran = v, true
	if n := len(v.Data); p.Max && len(p.arg) < n {
		p.arg = make([]uint8, n)
	}
}

func (p *Pooled[T]) args(b int) []uint8 { return p.arg[b*p.Out.Len():][:p.Out.Len()] }

func (p *Pooled[T]) forward(b int, x []T) {
	v := p.V.At(b)
	if p.Max {
		kernel.MaxPool(v, p.Out, p.args(b), x, p.In, p.Win)
	} else {
		kernel.AveragePool(v, p.Out, x, p.In, p.Win)
	}
	p.group.Forward(b, v, p.Out)
	kernel.ChannelMoments(p.M[b*p.Out.C:], v, p.Out)
}

// fold sums the coefficients of the edges in use: by linearity
// ∂L/∂v = Σ_e a_e·g_e + (Σ_e b_e)·(v − μ) + Σ_e c₀_e.
func (p *Pooled[T]) fold(uses []*Op[T]) {
	clear(p.sumB)
	clear(p.sumC0)
	for _, o := range uses {
		if !o.live() {
			continue
		}
		for c := range p.sumB {
			p.sumB[c] += o.Norm.b[c]
			p.sumC0[c] += o.Norm.c0[c]
		}
	}
}

// backward adds ∂L/∂x of image b to dx; g returns the output gradient of a use.
func (p *Pooled[T]) backward(s *Scratch[T], b int, uses []*Op[T], dx []T) {
	dv, first := s.Get(p.dv)[:p.Out.Len()], true
	for _, o := range uses {
		if !o.live() {
			continue
		}
		g := o.target.G.At(b)
		if first {
			kernel.NormaliseBackward(dv, p.Out, g, p.Out, p.V.At(b), p.Out, o.Norm.a, p.sumB, p.sumC0, o.Norm.Mean, false)
			first = false
			continue
		}
		kernel.NormaliseAdd(dv, p.Out, g, p.Out, p.zero, o.Norm.a)
	}
	if first {
		return
	}
	p.group.Backward(b, dv, p.Out, p.V.At(b), p.Out)
	if p.Max {
		kernel.MaxPoolBackward(dx, p.In, dv, p.Out, p.args(b), p.Win)
	} else {
		kernel.AveragePoolBackward(dx, p.In, dv, p.Out, p.Win)
	}
}
