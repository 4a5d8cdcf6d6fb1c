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
	if !n.hasStatistic { // an identity: what normalises comes before it
		n.scale()
		return
	}
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
		n.scale()
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

// Term is z·y of the image v as a term of a mixed operation, with z of Weigh; not
// for norms with a small scale.
func (n *Norm[T]) Term(v []T) kernel.Term[T] {
	return kernel.Term[T]{V: v, Mean: n.Shift, Scale: n.gate}
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

// Weights returns γ and β, if any.
func (n *Norm[T]) Weights() []*Weight[T] {
	if n.Gamma == nil {
		return nil
	}
	return []*Weight[T]{n.Gamma, n.Beta}
}

// Statistics reports whether the norm has running statistics.
func (n *Norm[T]) Statistics() bool { return n.hasStatistic }
