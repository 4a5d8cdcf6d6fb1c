package supernet

import (
	"math/rand/v2"

	"edgewise/sim/kernel"
	"edgewise/sim/mixop"
	"gonum.org/v1/gonum/blas"
)

// stem is Conv3×3 without bias and batch norm, as a product with the 3×3
// neighbourhoods of one image at a time.
type stem[T kernel.Float] struct {
	in, out, h, w int
	conv          *mixop.Weight[T] // [out][in·9]
	norm          *mixop.Norm[T]
	group         *mixop.Group[T]
	v             mixop.Images[T]
	m             []kernel.Moment
	col, dv       int
}

func newStem[T kernel.Float](cfg Config, plan *mixop.Plan, rnd *rand.Rand) *stem[T] {
	s := &stem[T]{in: cfg.InChannels, out: cfg.StemMultiplier * cfg.Channels, h: cfg.Height, w: cfg.Width}
	s.conv = mixop.NewWeight[T]("stem.0.weight", s.out*s.in*9, s.in*9, rnd)
	norm := cfg.norm()
	norm.Affine = !cfg.StemPlain
	s.norm, s.group = mixop.Behind[T](norm, "stem.1", cfg.Batch, s.out)
	s.v = mixop.NewImages[T](cfg.Batch, s.out, s.h, s.w)
	s.m = make([]kernel.Moment, cfg.Batch*s.out)
	s.col = plan.Buffer("neighbourhoods", s.in*9*s.h*s.w)
	s.dv = plan.Buffer("stem", s.v.Shape.Len())
	return s
}

// neighbourhoods writes col[(c·9 + 3i + j)][y][x] = x[c][y+i−1][x+j−1], 0 outside.
func (s *stem[T]) neighbourhoods(col, x []T) {
	hw, o := s.h*s.w, 0
	for c := range s.in {
		src := x[c*hw:][:hw]
		for t := range 9 {
			dy, dx := t/3-1, t%3-1
			lo, hi := max(0, -dx), min(s.w, s.w-dx)
			for y := range s.h {
				d := col[o:][:s.w]
				o += s.w
				if y+dy < 0 || y+dy >= s.h {
					clear(d)
					continue
				}
				clear(d[:lo])
				clear(d[max(lo, hi):])
				if lo < hi {
					copy(d[lo:hi], src[(y+dy)*s.w+lo+dx:])
				}
			}
		}
	}
}

// forward computes v and its moments for image b.
func (s *stem[T]) forward(scr *mixop.Scratch[T], b int, x []T) {
	col, v, n, k := scr.Get(s.col), s.v.At(b), s.h*s.w, s.in*9
	s.neighbourhoods(col, x)
	kernel.Gemm(blas.NoTrans, blas.NoTrans, s.out, n, k, 1, s.conv.Value, k, col, n, 0, v, n)
	s.group.Forward(b, v, s.v.Shape)
	kernel.ChannelMoments(s.m[b*s.out:], v, s.v.Shape)
}

// backward takes the gradient g of the stem's output back to the weights.
func (s *stem[T]) backward(scr *mixop.Scratch[T], b, chunk int, first bool, x, g []T) {
	col, dv, n, k := scr.Get(s.col), scr.Get(s.dv)[:s.v.Shape.Len()], s.h*s.w, s.in*9
	s.norm.Gradient(dv, s.v.Shape, g, s.v.Shape, s.v.At(b), s.v.Shape, false)
	s.group.Backward(b, dv, s.v.Shape, s.v.At(b), s.v.Shape)
	s.neighbourhoods(col, x)
	kernel.Gemm(blas.NoTrans, blas.Trans, s.out, k, n, 1, dv, n, col, n, 1, s.conv.Part(chunk, first), k)
}
