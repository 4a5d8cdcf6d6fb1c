package supernet

import (
	"math"
	"testing"

	"edgewise/sim/kernel"
	"edgewise/sim/mixop"
)

// The gradient of the stem's weights from sums over one visit is that of the product with
// the gradient behind the map, in training and evaluation, also for images far from zero.
func TestGatheredStemGradient(t *testing.T) {
	t.Run("float64", func(t *testing.T) { testGatheredStem[float64](t, 1e-11) })
	t.Run("float32", func(t *testing.T) { testGatheredStem[float32](t, 2e-5) })
}

func testGatheredStem[T kernel.Float](t *testing.T, tol float64) {
	for _, offset := range []T{0, 3} {
		for _, mode := range []Mode{Train, Eval} {
			r := newTrial[T](t, "nn", 2, 2, nil)
			for i := range r.x {
				r.x[i] += offset
			}
			r.net.ZeroGrad()
			r.backward(r.soft(), mode, Want{Theta: true})
			n, s := r.net, r.net.stem
			if !s.gathers() {
				t.Fatal("the stem of a net with batch norm does not gather")
			}
			got := append([]T(nil), s.conv.Grad...)
			clear(s.conv.Grad)
			chunks := min(n.batch, mixop.Chunks)
			for c := range chunks {
				lo, hi := mixop.Span(c, n.batch)
				for b := lo; b < hi; b++ {
					s.backward(n.scratch[0], b, c, b == lo, n.input(b), n.gradient(n.scratch[0], 0, b))
				}
			}
			s.conv.Reduce(chunks)
			scale := 0.0
			for _, v := range s.conv.Grad {
				scale = max(scale, math.Abs(float64(v)))
			}
			if scale == 0 {
				t.Fatal("the gradient is 0: the check says nothing")
			}
			for i, v := range s.conv.Grad {
				relative(t, "gradient of the stem", float64(got[i]), float64(v), scale, tol)
			}
		}
	}
}
