package mixop

import (
	"math"

	"edgewise/sim/kernel"
)

// Momentum is the weight of a new batch in the running statistics, as in torch.
const Momentum = 0.1

// Norm is the batch norm behind one operation, or the identity in its place:
//
//	y = γ·(v − μ)/√(s² + eps) + β
//
// with μ, s² the mean and the biased variance of the batch in training, the
// running statistics in evaluation. It keeps what the backward pass and the local
// costs need: per image and channel the sums Σ g and Σ g·(v − μ).
type Norm[T kernel.Float] struct {
	Name            string
	Eps             float64
	Gamma, Beta     *Weight[T] // nil without affine
	RunMean, RunVar []T        // nil for the identity

	Mean  []T       // μ, or 0
	istd  []float64 // 1/√(s² + eps), or 1
	Scale []T       // γ·istd
	Shift []T       // μ − β/Scale, so that y = (v − Shift)·Scale; Mean without affine
	small bool      // some |Scale| is too small beside β for that
	train bool      // μ, s² depend on the batch
	count float64   // values per channel in the batch

	gate         []T       // z·Scale of the last Weigh
	sg, sgx      []float64 // [B][C] Σ g, Σ g·(v − μ)
	sumG, sumGX  []float64 // [C], over the batch
	a, b, c0     []T       // coefficients of the gradient
	channels     int
	hasStatistic bool
}

// NewNorm returns a batch norm over c channels; name is its path in a DARTS
// state_dict. Running statistics start at 0 and 1, γ and β at 1 and 0.
func NewNorm[T kernel.Float](name string, batch, c int, eps float64, affine bool) *Norm[T] {
	n := NewIdentity[T](batch, c)
	n.Name, n.Eps, n.hasStatistic = name, eps, true
	if affine {
		n.Shift = make([]T, c)
		n.Gamma = NewConstant[T](name+".weight", c, 1)
		n.Beta = NewConstant[T](name+".bias", c, 0)
	}
	n.RunMean, n.RunVar = make([]T, c), make([]T, c)
	for i := range n.RunVar {
		n.RunVar[i] = 1
	}
	return n
}

// NewIdentity returns y = v, for operations without batch norm.
func NewIdentity[T kernel.Float](batch, c int) *Norm[T] {
	n := &Norm[T]{
		channels: c,
		Mean:     make([]T, c), istd: make([]float64, c), Scale: make([]T, c), gate: make([]T, c),
		sg: make([]float64, batch*c), sgx: make([]float64, batch*c),
		sumG: make([]float64, c), sumGX: make([]float64, c),
		a: make([]T, c), b: make([]T, c), c0: make([]T, c),
	}
	n.Shift = n.Mean
	for i := range n.istd {
		n.istd[i], n.Scale[i] = 1, 1
	}
	return n
}

// Batch takes the statistics of a batch from the moments of its images, [B][C],
// merged in image order, and updates the running statistics with the unbiased
// variance.
func (n *Norm[T]) Batch(m []kernel.Moment, batch int) {
	n.train = true
	for c := range n.channels {
		all := m[c]
		for b := 1; b < batch; b++ {
			all = all.Merge(m[b*n.channels+c])
		}
		v := all.Variance()
		n.count = all.N
		n.Mean[c] = T(all.Mean)
		n.istd[c] = 1 / math.Sqrt(v+n.Eps)
		unbiased := v * all.N / max(all.N-1, 1)
		n.RunMean[c] = T((1-Momentum)*float64(n.RunMean[c]) + Momentum*all.Mean)
		n.RunVar[c] = T((1-Momentum)*float64(n.RunVar[c]) + Momentum*unbiased)
	}
	n.scale()
}

// Running takes the running statistics.
func (n *Norm[T]) Running() {
	n.train = false
	if !n.hasStatistic {
		return
	}
	for c := range n.channels {
		n.Mean[c] = n.RunMean[c]
		n.istd[c] = 1 / math.Sqrt(float64(n.RunVar[c])+n.Eps)
	}
	n.scale()
}

func (n *Norm[T]) scale() {
	n.small = false
	for c, s := range n.istd {
		if n.Gamma != nil {
			s *= float64(n.Gamma.Value[c])
			beta := float64(n.Beta.Value[c])
			n.small = n.small || math.Abs(s)*smallScale <= math.Abs(beta)
			n.Shift[c] = T(float64(n.Mean[c]) - beta/s)
		}
		n.Scale[c] = T(s)
	}
}

// smallScale bounds |β/(γ·istd)|: beyond it folding β into the mean would cost digits.
const smallScale = 64

// Weigh prepares Add with the weight z.
func (n *Norm[T]) Weigh(z float64) {
	for c, s := range n.istd {
		if n.Gamma != nil {
			s *= float64(n.Gamma.Value[c])
		}
		n.gate[c] = T(z * s)
	}
}

// Apply writes y of one image, through a ReLU if relu is set, to a layout of the
// same shape.
func (n *Norm[T]) Apply(dst []T, dp kernel.Planes, v []T, vp kernel.Planes, relu bool) {
	if !n.small {
		kernel.Normalise(dst, dp, v, vp, n.Shift, n.Scale, relu)
		return
	}
	kernel.Normalise(dst, dp, v, vp, n.Mean, n.Scale, false)
	for c, beta := range n.Beta.Value {
		for y := range dp.H {
			row := dst[dp.At(c, y, 0):][:dp.W]
			for i := range row {
				s := row[i] + beta
				if relu && s <= 0 {
					s = 0
				}
				row[i] = s
			}
		}
	}
}

// Mix writes z·y of some channels of one image, from channel c on, to dst, with z of
// Weigh, or adds it; dst and v hold these channels in layout p.
func (n *Norm[T]) Mix(dst, v []T, p kernel.Planes, c int, z float64, add bool) {
	mean, gate := n.Shift[c:c+p.C], n.gate[c:c+p.C]
	if n.small {
		mean = n.Mean[c : c+p.C]
	}
	if add {
		kernel.NormaliseAdd(dst, p, v, p, mean, gate)
	} else {
		kernel.Normalise(dst, p, v, p, mean, gate, false)
	}
	if !n.small {
		return
	}
	hw := p.H * p.W
	for k := range p.C {
		beta := T(z * float64(n.Beta.Value[c+k]))
		for i := range dst[k*hw:][:hw] {
			dst[k*hw+i] += beta
		}
	}
}

// Sums records Σ g and Σ g·(v − μ) of image b for the output gradient g. With relu
// the output went through a ReLU and g counts where the output is positive (only
// without affine; otherwise mask g first).
func (n *Norm[T]) Sums(b int, g, v []T, p kernel.Planes, relu bool) {
	o := b * n.channels
	kernel.NormaliseSums(n.sg[o:o+n.channels], n.sgx[o:o+n.channels], g, p, v, p, n.Mean, relu)
}

// SumsGroup is Sums of some channels, from channel c on, without ReLU; g and v hold
// these channels in layout p.
func (n *Norm[T]) SumsGroup(b, c int, g, v []T, p kernel.Planes) {
	o := b*n.channels + c
	kernel.NormaliseSums(n.sg[o:o+p.C], n.sgx[o:o+p.C], g, p, v, p, n.Mean[c:c+p.C], false)
}

// SumsFlat is SumsGroup for a gradient that has one value on each plane, from the
// moments m of v: Σ g = N·g, Σ g·(v − μ) = N·g·(mean v − μ).
func (n *Norm[T]) SumsFlat(b, c int, g []T, m []kernel.Moment, p kernel.Planes) {
	o := b*n.channels + c
	for k := range p.C {
		s := m[k].N * float64(g[k*p.PlaneStride])
		n.sg[o+k], n.sgx[o+k] = s, s*(m[k].Mean-float64(n.Mean[c+k]))
	}
}

// Fold adds the sums of the images in order and derives the coefficients of
//
//	∂L/∂v = a·g + b·(v − μ) + c₀,  a = zγ/σ, b = −zγ·Σg(v−μ)/(N·σ³), c₀ = −zγ·Σg/(N·σ),
//
// b = c₀ = 0 with running statistics. z is the weight of y in what g is the
// gradient of. With theta, the gradients of γ and β are accumulated.
func (n *Norm[T]) Fold(batch int, z float64, theta bool) {
	clear(n.sumG)
	clear(n.sumGX)
	for b := range batch {
		o := b * n.channels
		for c := range n.channels {
			n.sumG[c] += n.sg[o+c]
			n.sumGX[c] += n.sgx[o+c]
		}
	}
	for c, is := range n.istd {
		f := z * is
		if n.Gamma != nil {
			if theta {
				n.Gamma.Grad[c] += T(z * is * n.sumGX[c])
				n.Beta.Grad[c] += T(z * n.sumG[c])
			}
			f *= float64(n.Gamma.Value[c])
		}
		n.a[c], n.b[c], n.c0[c] = T(f), 0, 0
		if n.train {
			n.b[c] = T(-f * is * is * n.sumGX[c] / n.count)
			n.c0[c] = T(-f * n.sumG[c] / n.count)
		}
	}
}

// Gradient writes ∂L/∂v of one image from g; see Fold.
func (n *Norm[T]) Gradient(dst []T, dp kernel.Planes, g []T, gp kernel.Planes, v []T, vp kernel.Planes, relu bool) {
	kernel.NormaliseBackward(dst, dp, g, gp, v, vp, n.a, n.b, n.c0, n.Mean, relu)
}

// Cost is ⟨g, y⟩ over the batch, from the sums of the last Fold.
func (n *Norm[T]) Cost() float64 { return n.dot(n.sumG, n.sumGX) }

// CostAt is ⟨g, y⟩ of image b.
func (n *Norm[T]) CostAt(b int) float64 {
	o := b * n.channels
	return n.dot(n.sg[o:o+n.channels], n.sgx[o:o+n.channels])
}

func (n *Norm[T]) dot(sg, sgx []float64) float64 {
	sum := 0.0
	for c, is := range n.istd {
		t := is * sgx[c]
		if n.Gamma != nil {
			t = t*float64(n.Gamma.Value[c]) + float64(n.Beta.Value[c])*sg[c]
		}
		sum += t
	}
	return sum
}

// Weights returns γ and β, if any.
func (n *Norm[T]) Weights() []*Weight[T] {
	if n.Gamma == nil {
		return nil
	}
	return []*Weight[T]{n.Gamma, n.Beta}
}

// Statistics reports whether the norm has running statistics.
func (n *Norm[T]) Statistics() bool { return n.hasStatistic }
