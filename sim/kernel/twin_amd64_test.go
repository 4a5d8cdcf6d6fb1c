//go:build amd64 && !purego

package kernel

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/blas"
)

// fused is a·b + c rounded once. For float32 the product is exact in float64 and the
// sum is rounded to odd there, so that the second rounding is harmless.
func fused[T Float](a, b, c T) T {
	if sizeOf[T]() == 8 {
		return T(math.FMA(float64(a), float64(b), float64(c)))
	}
	p, q := float64(a)*float64(b), float64(c)
	s := p + q
	t := s - p
	e := (p - (s - t)) + (q - t)
	if u := math.Float64bits(s); e != 0 && e == e && u&1 == 0 && !math.IsInf(s, 0) {
		if (e > 0) == (s > 0) {
			u++
		} else {
			u--
		}
		s = math.Float64frombits(u)
	}
	return T(s)
}

// gemmTwin is the vector paths' product, element by element in plain Go.
func gemmTwin[T Float](p *product[T]) []T {
	c := append([]T(nil), p.c...)
	ta, tb := p.tA != blas.NoTrans, p.tB != blas.NoTrans
	block, dots := innerBlock, !ta && tb && dotShape(p.m, p.n, p.k)
	if dots {
		block = dotBlock[T]()
	}
	at := func(i, q int) T { return T(p.at(i, q)) }
	bt := func(q, j int) T { return T(p.bt(q, j)) }
	for i := range p.m {
		for j := range p.n {
			v := &c[i*p.ldc+j]
			beta := p.beta
			if beta != 0 && beta != 1 {
				*v *= beta
				beta = 1
			}
			for q0 := 0; q0 < p.k; q0 += block {
				var s T
				if dots {
					acc := make([]T, lanesOf[T]())
					n := min(block, p.k-q0)
					for q := range (n + len(acc) - 1) / len(acc) * len(acc) {
						if q < n {
							acc[q%len(acc)] = fused(at(i, q0+q), bt(q0+q, j), acc[q%len(acc)])
						} else {
							acc[q%len(acc)] += 0
						}
					}
					s = T(p.alpha * tree(acc))
				} else {
					for q := q0; q < min(p.k, q0+block); q++ {
						s = fused(T(p.alpha*at(i, q)), bt(q, j), s)
					}
				}
				if q0 == 0 && beta == 0 {
					*v = s
				} else {
					*v += s
				}
			}
		}
	}
	return c
}

// forVector runs f on each vector path.
func forVector(t *testing.T, f32, f64 func(t *testing.T)) {
	both(t, func(t *testing.T) {
		if path != Portable {
			f32(t)
		}
	}, func(t *testing.T) {
		if path != Portable {
			f64(t)
		}
	})
}

func TestGemmTwin(t *testing.T) { forVector(t, testGemmTwin[float32], testGemmTwin[float64]) }

// testGemmTwin compares products bit for bit with the twin: random shapes and ones
// around the block and tile sizes, subnormals and infinities included.
func testGemmTwin[T Float](t *testing.T) {
	r := random(30)
	check := func(m, n, k, pad int, scale T) {
		t.Helper()
		for _, tA := range transposes {
			for _, tB := range transposes {
				p := newProduct(r, tA, tB, m, n, k, pad, []T{1, 1, -0.5}[r.IntN(3)], []T{0, 1, 0.25}[r.IntN(3)])
				for i := range p.a {
					p.a[i] *= scale
				}
				want := gemmTwin(p)
				got := append([]T(nil), p.c...)
				p.run(got)
				if d := sameBits(got, want); d != "" {
					t.Fatalf("%v scaled by %v: %s", p, scale, d)
				}
			}
		}
	}
	for range 60 {
		check(1+r.IntN(40), 1+r.IntN(90), 1+r.IntN(80), r.IntN(3), 1)
	}
	for _, s := range [][3]int{{16, 1024, 16}, {8, 256, 8}, {16, 16, 1024}, {7, 5, 2100}, {20, 16, 2048}, {3, 70, 400}, {61, 33, 390}, {1, 1, 1}, {15, 16, 385}, {65, 2060, 3}, {400, 40, 400}, {70, 1100, 20}, {16, 1024, 20}} {
		if raceEnabled && s[0]*s[1]*s[2] > 1<<18 {
			continue // the twin runs some twenty times slower
		}
		check(s[0], s[1], s[2], 0, 1)
	}
	check(9, 37, 20, 1, 8*tiny[T]())
	check(5, 6, 100, 1, 8*tiny[T]())
	check(9, 37, 20, 1, 1/tiny[T]()/4)
	check(9, 37, 20, 1, T(math.Inf(1)))
}

func TestDepthwiseTwin(t *testing.T) {
	forVector(t, testDepthwiseTwin[float32], testDepthwiseTwin[float64])
}

// testDepthwiseTwin compares the convolution and its gradients bit for bit with fused
// sums in the stated order, for every window that has assembly.
func testDepthwiseTwin[T Float](t *testing.T) {
	r := random(31)
	turn := 0
	forWindows(func(c, h, w int, win Window) {
		if planesOf[T](win.Size, win.Stride, win.Dilation, win.Out(w)) == nil {
			return
		}
		name := fmt.Sprintf("%d×%d×%d %+v", c, h, w, win)
		op, sp := Dense(c, win.Out(h), win.Out(w)), Padded(c, h, w, win.Pad)
		src, g, wt := planes[T](r, sp), planes[T](r, op), normal[T](r, c*win.Size*win.Size)
		dst, want := planes[T](r, op), make([]T, op.Len())
		dw := normal[T](r, len(wt))
		if turn++; turn%3 == 0 { // sums that are subnormal
			clear(dst)
			clear(dw)
			for _, v := range [][]T{wt, g} {
				for i := range v {
					v[i] *= 8 * tiny[T]()
				}
			}
		}
		wantW := append([]T(nil), dw...)
		l := lanesOf[T]()
		for ch := range c {
			cell := func(y, x, i, j int) T {
				return src[sp.At(ch, y*win.Stride-win.Pad+i*win.Dilation, x*win.Stride-win.Pad+j*win.Dilation)]
			}
			for y := range op.H {
				for x := range op.W {
					var s T
					for i := range win.Size {
						for j := range win.Size {
							s = fused(wt[(ch*win.Size+i)*win.Size+j], cell(y, x, i, j), s)
						}
					}
					want[op.At(ch, y, x)] = dst[op.At(ch, y, x)] + s
				}
			}
			classes := 1
			if win.Stride == 1 {
				classes = win.Dilation
			}
			for i := range win.Size {
				for j := range win.Size {
					acc := make([]T, l)
					for class := range classes {
						for x0 := 0; x0 < op.W; x0 += l {
							for y := class; y < op.H; y += classes {
								for x := x0; x < min(op.W, x0+l); x++ {
									acc[x-x0] = fused(cell(y, x, i, j), g[op.At(ch, y, x)], acc[x-x0])
								}
							}
						}
					}
					wantW[(ch*win.Size+i)*win.Size+j] += tree(acc)
				}
			}
		}
		Depthwise(dst, op, src, sp, wt, win, true, nil)
		if d := sameBits(dst, want); d != "" {
			t.Fatalf("%s: %s", name, d)
		}
		DepthwiseBackwardWeights(dw, g, op, src, sp, win, nil)
		if d := sameBits(dw, wantW); d != "" {
			t.Fatalf("%s: weights: %s", name, d)
		}
	})
}
