package kernel

import (
	"fmt"
	"math"
	"testing"
)

// windows lists every depthwise window of a search space, and odd ones.
var windows = []Window{
	{3, 1, 1, 1}, {3, 2, 1, 1}, {5, 1, 2, 1}, {5, 2, 2, 1},
	{3, 1, 2, 2}, {3, 2, 2, 2}, {5, 1, 4, 2}, {5, 2, 4, 2},
	{1, 1, 0, 1}, {3, 1, 0, 1}, {7, 1, 3, 1}, {2, 3, 1, 1}, {4, 2, 1, 3}, {3, 1, 2, 1}, {5, 1, 1, 1},
}

// shapes lists image shapes; 16×16 and 32×32 are those of the searches.
var shapes = [][3]int{{1, 16, 16}, {2, 32, 32}, {1, 1, 1}, {1, 2, 3}, {2, 5, 7}, {1, 8, 8}, {1, 9, 15}, {1, 7, 17}, {1, 3, 31}, {2, 6, 33}, {1, 5, 48}, {1, 4, 65}, {1, 13, 4}}

// forWindows calls f for each shape and each window that fits it.
func forWindows(f func(c, h, w int, win Window)) {
	for _, s := range shapes {
		for _, win := range windows {
			if win.Out(s[1]) > 0 && win.Out(s[2]) > 0 {
				f(s[0], s[1], s[2], win)
			}
		}
	}
}

func TestDepthwise(t *testing.T) { both(t, testDepthwise[float32], testDepthwise[float64]) }

// testDepthwise checks forward, backward data and backward weights against the
// defining sums in float64, within 16·eps·Σ|a·b|, in padded and dense layouts.
func testDepthwise[T Float](t *testing.T) {
	r := random(1)
	e := 16 * eps[T]()
	forWindows(func(c, h, w int, win Window) {
		name := fmt.Sprintf("%d×%d×%d %+v", c, h, w, win)
		oh, ow := win.Out(h), win.Out(w)
		sp := Padded(c, h, w, win.Pad)
		src := planes[T](r, sp)
		wt := normal[T](r, c*win.Size*win.Size)
		for _, dp := range []Planes{Dense(c, oh, ow), Padded(c, oh, ow, 3)} {
			for _, acc := range []bool{false, true} {
				dst := planes[T](r, dp)
				old := append([]T(nil), dst...)
				s0, w0 := append([]T(nil), src...), append([]T(nil), wt...)
				Depthwise(dst, dp, src, sp, wt, win, acc, nil)
				if d := sameBits(src, s0) + sameBits(wt, w0) + sameBits(outside(dst, dp), outside(old, dp)); d != "" {
					t.Fatalf("%s: an input or border changed: %s", name, d)
				}
				for ch := range c {
					for y := range oh {
						for x := range ow {
							var s, g float64
							if acc {
								s = float64(old[dp.At(ch, y, x)])
								g = math.Abs(s)
							}
							taps(win, h, w, y, x, func(i, j, sy, sx int) {
								v := float64(wt[(ch*win.Size+i)*win.Size+j]) * float64(src[sp.At(ch, sy, sx)])
								s += v
								g += math.Abs(v)
							})
							if got := float64(dst[dp.At(ch, y, x)]); !(math.Abs(got-s) <= e*g) {
								t.Fatalf("%s: accumulate %v: dst[%d,%d,%d] = %v, want %v ± %v", name, acc, ch, y, x, got, s, e*g)
							}
						}
					}
				}
			}
		}
		testDepthwiseBackward(t, name, c, h, w, win, src, sp, wt)
	})
}

func testDepthwiseBackward[T Float](t *testing.T, name string, c, h, w int, win Window, src []T, sp Planes, wt []T) {
	r := random(2)
	e := 16 * eps[T]()
	oh, ow := win.Out(h), win.Out(w)
	op := Dense(c, oh, ow)
	g := planes[T](r, op)
	gp := win.GradientPlanes(c, h, w, 0)
	gs := make([]T, gp.Len())
	Spread(gs, gp, g, op, win.Stride)
	for _, dp := range []Planes{Dense(c, h, w), Padded(c, h, w, 1)} {
		dsrc := planes[T](r, dp)
		want := make([]float64, len(dsrc))
		gauge := make([]float64, len(dsrc))
		dw := normal[T](r, len(wt))
		wantW, gaugeW := make([]float64, len(dw)), make([]float64, len(dw))
		for i, v := range dsrc {
			want[i], gauge[i] = float64(v), math.Abs(float64(v))
		}
		for i, v := range dw {
			wantW[i], gaugeW[i] = float64(v), math.Abs(float64(v))
		}
		for ch := range c {
			for y := range oh {
				for x := range ow {
					gv := float64(g[op.At(ch, y, x)])
					taps(win, h, w, y, x, func(i, j, sy, sx int) {
						k := (ch*win.Size+i)*win.Size + j
						v := gv * float64(wt[k])
						want[dp.At(ch, sy, sx)] += v
						gauge[dp.At(ch, sy, sx)] += math.Abs(v)
						v = gv * float64(src[sp.At(ch, sy, sx)])
						wantW[k] += v
						gaugeW[k] += math.Abs(v)
					})
				}
			}
		}
		DepthwiseBackwardData(dsrc, dp, gs, gp, wt, win)
		for i, v := range dsrc {
			if !(math.Abs(float64(v)-want[i]) <= e*gauge[i]) {
				t.Fatalf("%s: dsrc[%d] = %v, want %v", name, i, v, want[i])
			}
		}
		before := append([]T(nil), dw...)
		DepthwiseBackwardWeights(dw, g, op, src, sp, win, nil)
		padded := append([]T(nil), before...)
		gq := Padded(c, oh, ow, 2)
		gg := make([]T, gq.Len())
		Copy(gg, gq, g, op)
		DepthwiseBackwardWeights(padded, gg, gq, src, sp, win, nil)
		if d := sameBits(padded, dw); d != "" {
			t.Fatalf("%s: weights from a padded gradient: %s", name, d)
		}
		for i, v := range dw {
			if !(math.Abs(float64(v)-wantW[i]) <= e*gaugeW[i]) {
				t.Fatalf("%s: dw[%d] = %v, want %v ± %v", name, i, v, wantW[i], e*gaugeW[i])
			}
		}
	}
}

// taps calls f for the cells inside an h×w image under the window at (y, x).
func taps(win Window, h, w, y, x int, f func(i, j, sy, sx int)) {
	for i := range win.Size {
		for j := range win.Size {
			sy := y*win.Stride - win.Pad + i*win.Dilation
			sx := x*win.Stride - win.Pad + j*win.Dilation
			if sy >= 0 && sy < h && sx >= 0 && sx < w {
				f(i, j, sy, sx)
			}
		}
	}
}
