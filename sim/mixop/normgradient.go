package mixop

import "edgewise/sim/kernel"

// Sums records Σ g and Σ g·(v − μ) of image b for the output gradient g. With relu
// the output went through a ReLU and g counts where the output is positive (only
// without affine; otherwise mask g first).
func (n *Norm[T]) Sums(b int, g, v []T, p kernel.Planes, relu bool) {
	o := b * n.channels
	kernel.NormaliseSums(n.sg[o:o+n.channels], n.sgx[o:o+n.channels], g, p, v, p, n.Mean, relu)
}

// Pair is what GradientSums needs to record the sums of image b with the values v.
func (n *Norm[T]) Pair(b int, v []T) kernel.Pair[T] {
	o := b * n.channels
	return kernel.Pair[T]{V: v, Mean: n.Mean, SG: n.sg[o : o+n.channels], SGX: n.sgx[o : o+n.channels]}
}

// sumFlat is Sums of channel c for a gradient that has one value on the plane: sum is Σ g, and
// Σ g·(v − μ) = Σ g · (mean v − μ).
func (n *Norm[T]) sumFlat(b, c int, sum, mean float64) {
	o := b*n.channels + c
	n.sg[o], n.sgx[o] = sum, sum*(mean-float64(n.Mean[c]))
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

// Coefficients returns a, b, c₀ and μ of ∂L/∂v = a·g + b·(v − μ) + c₀ in channel c, of the
// last Fold.
func (n *Norm[T]) Coefficients(c int) (a, b, c0, mean float64) {
	return float64(n.a[c]), float64(n.b[c]), float64(n.c0[c]), float64(n.Mean[c])
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
