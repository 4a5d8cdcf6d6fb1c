package supernet

import (
	"edgewise/sim/kernel"
	"edgewise/sim/mixop"
	"gonum.org/v1/gonum/blas"
)

// gathers says whether the gradient of the stem's weights is made from sums over one visit
// to the images. With
//
//	∂L/∂v = a·g + b·(v − μ) + c₀,  v = W·col
//
// behind the map and col the neighbourhoods of an image,
//
//	∂L/∂W = a∘P + b∘(W·R − μ·Sᵀ) + c₀·Sᵀ,  P = Σ g·colᵀ, R = Σ col·colᵀ, S = Σ col,
//
// and P, R and S do not wait for the sums over the batch that a, b and c₀ are made of: the
// gradient of the stem's output is not written out and read again. Norms of single images
// are not of that form.
func (s *stem[T]) gathers() bool { return s.group == nil }

// gramRows is the number of rows of R that one product makes.
const gramRows = 4

// gather adds image b with the gradient g of the stem's output to P, R, S and the norm's sums.
// R is symmetric: rows are made from the first column of their block on.
func (s *stem[T]) gather(scr *mixop.Scratch[T], b, chunk int, first bool, x, g []T) {
	col, n, k := scr.Get(s.col), s.h*s.w, s.in*9
	s.norm.Sums(b, g, s.v.At(b), s.v.Shape, false)
	s.neighbourhoods(col, x)
	ones := col[k*s.ld:][:n] // its products are S
	for i := range ones {
		ones[i] = 1
	}
	gram := s.gram[chunk*len(s.sum):][:len(s.sum)]
	if first {
		clear(gram)
	}
	kernel.GemmAhead(&scr.Ahead, blas.NoTrans, blas.Trans, s.out, k, n, 1, g, n, col, s.ld, 1, s.conv.Part(chunk, first), k)
	for i := 0; i <= k; i += gramRows {
		from := col[i*s.ld:]
		kernel.GemmAhead(&scr.Ahead, blas.NoTrans, blas.Trans, min(gramRows, k+1-i), k+1-i, n, 1, from, s.ld, from, s.ld, 1, gram[i*(k+2):], k+1)
	}
}

// gathered adds the gradient of the weights after gather of all images and Fold, the first
// chunks' parts in order.
func (s *stem[T]) gathered(chunks int) {
	k := s.in * 9
	clear(s.sum)
	for c := range chunks {
		for i, v := range s.gram[c*len(s.sum):][:len(s.sum)] {
			s.sum[i] += float64(v)
		}
	}
	for i := range k + 1 {
		for j := range i / gramRows * gramRows {
			s.sum[i*(k+1)+j] = s.sum[j*(k+1)+i]
		}
	}
	for o := range s.out {
		a, b, c0, mean := s.norm.Coefficients(o)
		w := s.conv.Value[o*k:][:k]
		for j := range k {
			p, wr := 0.0, 0.0
			for c := range chunks {
				p += float64(s.conv.Part(c, false)[o*k+j])
			}
			for i, v := range w {
				wr += float64(v) * s.sum[i*(k+1)+j]
			}
			total := s.sum[j*(k+1)+k]
			s.conv.Grad[o*k+j] += T(a*p + b*(wr-mean*total) + c0*total)
		}
	}
}

// gradient returns the gradient of image b at activation a; that of the stem is scratch where
// one cell alone reads it.
func (n *Net[T]) gradient(s *mixop.Scratch[T], a, b int) []T {
	if g := n.acts[a].G; len(g.Data) > 0 {
		return g.At(b)
	}
	return s.Get(n.stem.dv)[:n.stem.v.Shape.Len()]
}
