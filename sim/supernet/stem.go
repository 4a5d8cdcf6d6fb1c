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
	ld, col, dv   int
	gram          []T       // [Chunks][k+1][k+1], k = 9·in: see gather
	sum           []float64 // [k+1][k+1]
}

func newStem[T kernel.Float](cfg Config, plan *mixop.Plan, rnd *rand.Rand) *stem[T] {
	s := &stem[T]{in: cfg.InChannels, out: cfg.StemMultiplier * cfg.Channels, h: cfg.Height, w: cfg.Width}
	s.conv = mixop.NewWeight[T]("stem.0.weight", s.out*s.in*9, s.in*9, rnd)
	norm := cfg.norm()
	norm.Affine = !cfg.StemPlain
	s.norm, s.group = mixop.Behind[T](norm, "stem.1", cfg.Batch, s.out)
	s.v = mixop.NewImages[T](cfg.Batch, s.out, s.h, s.w)
	s.m = make([]kernel.Moment, cfg.Batch*s.out)
	k := s.in * 9
	s.gram, s.sum = make([]T, mixop.Chunks*(k+1)*(k+1)), make([]float64, (k+1)*(k+1))
	near := kernel.Apart(k+1, s.h, s.w)
	s.ld, s.col = near.PlaneStride, plan.Buffer("neighbourhoods", near.Len())
	s.dv = plan.Buffer("stem", s.v.Shape.Len())
	return s
}

// neighbourhoods writes col[(c·9 + 3i + j)][y][x] = x[c][y+i−1][x+j−1], 0 outside:
// shifted copies of whole planes, ld apart.
func (s *stem[T]) neighbourhoods(col, x []T) {
	hw, o := s.h*s.w, 0
	for c := range s.in {
		src := x[c*hw:][:hw]
		for t := range 9 {
			shift := (t/3-1)*s.w + t%3 - 1
			d := col[o:][:hw]
			o += s.ld
			if shift < 0 {
				lo := min(-shift, hw)
				clear(d[:lo])
				copy(d[lo:], src)
			} else {
				hi := max(hw-shift, 0)
				clear(d[hi:])
				copy(d[:hi], src[hw-hi:])
			}
			switch t % 3 { // what came from the row before or behind
			case 0:
				for i := 0; i < hw; i += s.w {
					d[i] = 0
				}
			case 2:
				for i := s.w - 1; i < hw; i += s.w {
					d[i] = 0
				}
			}
		}
	}
}

// forward computes v and its moments for image b.
func (s *stem[T]) forward(scr *mixop.Scratch[T], b int, x []T) {
	col, v, n, k := scr.Get(s.col), s.v.At(b), s.h*s.w, s.in*9
	s.neighbourhoods(col, x)
	kernel.GemmAhead(&scr.Ahead, blas.NoTrans, blas.NoTrans, s.out, n, k, 1, s.conv.Value, k, col, s.ld, 0, v, n)
	s.group.Forward(b, v, s.v.Shape)
	kernel.ChannelMoments(s.m[b*s.out:], v, s.v.Shape)
}

// rectified writes the ReLU of the stem's output of image b to r, planes p: what all of its
// readers take, made from v where it is needed.
func (s *stem[T]) rectified(r []T, p kernel.Planes, b int) {
	s.norm.Apply(r, p, s.v.At(b), s.v.Shape, true)
}

// backward takes the gradient g of the stem's output back to the weights, after Fold.
func (s *stem[T]) backward(scr *mixop.Scratch[T], b, chunk int, first bool, x, g []T) {
	col, dv, n, k := scr.Get(s.col), scr.Get(s.dv)[:s.v.Shape.Len()], s.h*s.w, s.in*9
	s.norm.Gradient(dv, s.v.Shape, g, s.v.Shape, s.v.At(b), s.v.Shape, false)
	s.group.Backward(b, dv, s.v.Shape, s.v.At(b), s.v.Shape)
	s.neighbourhoods(col, x)
	kernel.GemmAhead(&scr.Ahead, blas.NoTrans, blas.Trans, s.out, k, n, 1, dv, n, col, s.ld, 1, s.conv.Part(chunk, first), k)
}
