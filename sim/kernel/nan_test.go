package kernel

import (
	"fmt"
	"math"
	"testing"
)

func TestDepthwiseNaN(t *testing.T) { both(t, testDepthwiseNaN[float32], testDepthwiseNaN[float64]) }

// testDepthwiseNaN: with all weights and gradients zero, one bad value makes NaN (0·NaN,
// 0·Inf) of exactly those sums that contain it.
func testDepthwiseNaN[T Float](t *testing.T) {
	r := random(60)
	forWindows(func(c, h, w int, win Window) {
		for _, bad := range []T{T(math.NaN()), T(math.Inf(1))} {
			name := fmt.Sprintf("%d×%d×%d %+v with %v", c, h, w, win, bad)
			sp, op := Padded(c, h, w, win.Pad), Dense(c, win.Out(h), win.Out(w))
			gp := win.GradientPlanes(c, h, w, 0)
			src, wt := make([]T, sp.Len()), make([]T, c*win.Size*win.Size)
			dst, dw := make([]T, op.Len()), make([]T, len(wt))
			by, bx := r.IntN(h), r.IntN(w)
			src[sp.At(0, by, bx)] = bad
			Depthwise(dst, op, src, sp, wt, win, false, nil)
			DepthwiseBackwardWeights(dw, make([]T, op.Len()), op, src, sp, win, nil)
			wantW := make([]bool, len(wt))
			expect := func(what string, got T, want bool) {
				t.Helper()
				if (got != got) != want || !want && got != 0 {
					t.Fatalf("%s: %s = %v, NaN expected: %v", name, what, got, want)
				}
			}
			for y := range op.H {
				for x := range op.W {
					hit := false
					taps(win, h, w, y, x, func(i, j, sy, sx int) {
						if sy == by && sx == bx {
							hit, wantW[i*win.Size+j] = true, true
						}
					})
					expect(fmt.Sprintf("dst[0,%d,%d]", y, x), dst[op.At(0, y, x)], hit)
				}
			}
			for i, v := range dw {
				expect(fmt.Sprintf("dw[%d]", i), v, wantW[i])
			}
			g, gs, dsrc := make([]T, op.Len()), make([]T, gp.Len()), make([]T, sp.Len())
			gy, gx := r.IntN(op.H), r.IntN(op.W)
			g[op.At(0, gy, gx)] = bad
			Spread(gs, gp, g, op, win.Stride)
			DepthwiseBackwardData(dsrc, sp, gs, gp, wt, win)
			want := make([]bool, len(dsrc))
			taps(win, h, w, gy, gx, func(_, _, sy, sx int) { want[sp.At(0, sy, sx)] = true })
			for i, v := range dsrc {
				expect(fmt.Sprintf("dsrc[%d]", i), v, want[i])
			}
		}
	})
}
