package kernel

import (
	"fmt"
	"math"
	"testing"
)

var pools = []Window{{3, 1, 1, 1}, {3, 2, 1, 1}, {2, 2, 0, 1}, {5, 1, 2, 1}, {3, 1, 2, 2}, {3, 1, 0, 1}}

func TestPools(t *testing.T) { both(t, testPools[float32], testPools[float64]) }

// testPools checks the pools and their gradients against the definition; the
// values repeat often, so that ties are common.
func testPools[T Float](t *testing.T) {
	r := random(3)
	for _, s := range shapes {
		for _, win := range pools {
			c, h, w := s[0], s[1], s[2]
			oh, ow := win.Out(h), win.Out(w)
			if oh < 1 || ow < 1 {
				continue
			}
			for _, sp := range []Planes{Dense(c, h, w), Padded(c, h, w, 2)} {
				for _, op := range []Planes{Dense(c, oh, ow), Padded(c, oh, ow, 1)} {
					src := planes[T](r, sp)
					for i, v := range src {
						if r.IntN(2) == 0 {
							src[i] = T(math.Round(float64(v)))
						}
					}
					checkPools(t, fmt.Sprintf("%d×%d×%d %+v", c, h, w, win), win, src, sp, op)
				}
			}
		}
	}
}

func checkPools[T Float](t *testing.T, name string, win Window, src []T, sp, op Planes) {
	r := random(4)
	e := 16 * eps[T]()
	mx, av := make([]T, op.Len()), make([]T, op.Len())
	arg := make([]uint8, op.C*op.H*op.W)
	MaxPool(mx, op, arg, src, sp, win)
	AveragePool(av, op, src, sp, win)
	g := planes[T](r, op)
	dm, da := planes[T](r, sp), planes[T](r, sp)
	wm, wa, ga := make([]float64, len(dm)), make([]float64, len(da)), make([]float64, len(da))
	for i := range dm {
		wm[i], wa[i] = float64(dm[i]), float64(da[i])
		ga[i] = math.Abs(wa[i])
	}
	MaxPoolBackward(dm, sp, g, op, arg, win)
	AveragePoolBackward(da, sp, g, op, win)
	for c := range op.C {
		for y := range op.H {
			for x := range op.W {
				best, at, n, sum, gauge := math.Inf(-1), -1, 0.0, 0.0, 0.0
				taps(win, sp.H, sp.W, y, x, func(i, j, sy, sx int) {
					v := float64(src[sp.At(c, sy, sx)])
					if at < 0 || v > best {
						best, at = v, i*win.Size+j
					}
					n++
					sum += v
					gauge += math.Abs(v)
				})
				if got := mx[op.At(c, y, x)]; float64(got) != best {
					t.Fatalf("%s: maximum at (%d,%d,%d) = %v, want %v", name, c, y, x, got, best)
				}
				if got := arg[(c*op.H+y)*op.W+x]; int(got) != at {
					t.Fatalf("%s: argmax at (%d,%d,%d) = %d, want %d", name, c, y, x, got, at)
				}
				if got := float64(av[op.At(c, y, x)]); !(math.Abs(got-sum/n) <= e*gauge/n) {
					t.Fatalf("%s: mean at (%d,%d,%d) = %v, want %v", name, c, y, x, got, sum/n)
				}
				gv := float64(g[op.At(c, y, x)])
				taps(win, sp.H, sp.W, y, x, func(i, j, sy, sx int) {
					q := sp.At(c, sy, sx)
					if i*win.Size+j == at {
						wm[q] += gv
					}
					wa[q] += gv / n
					ga[q] += math.Abs(gv / n)
				})
			}
		}
	}
	for i := range dm {
		if !(math.Abs(float64(dm[i])-wm[i]) <= e*(10+math.Abs(wm[i]))) {
			t.Fatalf("%s: gradient of the maximum %d = %v, want %v", name, i, dm[i], wm[i])
		}
		if !(math.Abs(float64(da[i])-wa[i]) <= e*ga[i]) {
			t.Fatalf("%s: gradient of the mean %d = %v, want %v", name, i, da[i], wa[i])
		}
	}
}

func TestMaxPoolNaN(t *testing.T) { both(t, testMaxPoolNaN[float32], testMaxPoolNaN[float64]) }

// testMaxPoolNaN: the first NaN under the window wins, as does −Inf among −Inf.
func testMaxPoolNaN[T Float](t *testing.T) {
	win := Window{3, 1, 1, 1}
	p := Dense(1, 4, 20)
	src := make([]T, p.Len())
	nan, inf := T(math.NaN()), T(math.Inf(1))
	src[p.At(0, 1, 5)], src[p.At(0, 2, 6)], src[p.At(0, 0, 5)] = nan, nan, inf
	dst, arg := make([]T, p.Len()), make([]uint8, p.Len())
	MaxPool(dst, p, arg, src, p, win)
	for y := range 4 {
		for x := range 20 {
			want := false
			first := -1
			taps(win, 4, 20, y, x, func(i, j, sy, sx int) {
				if src[p.At(0, sy, sx)] != src[p.At(0, sy, sx)] {
					if !want {
						first = i*3 + j
					}
					want = true
				}
			})
			q := p.At(0, y, x)
			if got := dst[q] != dst[q]; got != want || want && int(arg[q]) != first {
				t.Fatalf("(%d,%d): %v tap %d, want NaN %v tap %d", y, x, dst[q], arg[q], want, first)
			}
		}
	}
	for i := range src {
		src[i] = T(math.Inf(-1))
	}
	MaxPool(dst, p, arg, src, p, win)
	if dst[0] != T(math.Inf(-1)) || arg[0] != 4 || arg[p.At(0, 2, 2)] != 0 {
		t.Fatalf("all −Inf: %v at taps %d and %d, want −Inf at 4 and 0", dst[0], arg[0], arg[p.At(0, 2, 2)])
	}
}
