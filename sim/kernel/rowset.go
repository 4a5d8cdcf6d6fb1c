package kernel

import (
	"math"
	"unsafe"
)

type (
	rows1   func(h, n int, dst *byte, dr int, src *byte, sr int)
	rowsA   func(h, n int, dst *byte, dr int, src *byte, sr int, a uint64)
	planes1 func(c, h, n int, dst *byte, dr, dc int, src *byte, sr, sc int)
	planes2 func(c, h, n int, dst *byte, dr, dc int, g *byte, gr, gc int, src *byte, sr, sc int)
	planesB func(c, h, n int, dst *byte, dr, dc int, src *byte, sr, sc int, means, as *byte)
	planesC func(c, h, n int, dst *byte, dr, dc int, g *byte, gr, gc int, src *byte, sr, sc int, as, bs, cs, means *byte)
)

// rowSet holds the element-wise passes of one path and element type. They walk h > 0
// rows of n > 0 values, of c > 0 planes where a step needs it; strides are in bytes. Scalars
// are passed as their bits, those of planes by the address of the first.
type rowSet struct {
	copy, add               rows1
	axpy, scale             rowsA
	relu                    planes1
	reluBack                planes2
	norm, normRelu, normAdd planesB
	normBack, normReluBack  planesC
}

// ptr is the address of s[i] as the assembly wants it.
func ptr[T Float](s []T, i int) *byte { return (*byte)(unsafe.Pointer(&s[i])) }

// word is the bits of a scalar.
func word[T Float](v T) uint64 {
	if sizeOf[T]() == 4 {
		return uint64(math.Float32bits(float32(v)))
	}
	return math.Float64bits(float64(v))
}

// rect is h rows of n values, stride apart, from index at of s.
type rect[T Float] struct {
	s      []T
	at     int
	stride int
}

func (r rect[T]) row(y, n int) []T { return r.s[r.at+y*r.stride:][:n] }
func (r rect[T]) ptr() *byte       { return ptr(r.s, r.at) }
func (r rect[T]) step() int        { return r.stride * sizeOf[T]() }

// plane is channel c of planes p as a rect.
func plane[T Float](s []T, p Planes, c int) rect[T] { return rect[T]{s, p.At(c, 0, 0), p.RowStride} }

func copyRows[T Float](h, n int, dst, src rect[T]) {
	if v := rowsOf[T](); v != nil {
		v.copy(h, n, dst.ptr(), dst.step(), src.ptr(), src.step())
		return
	}
	for y := range h {
		copy(dst.row(y, n), src.row(y, n))
	}
}

func addRows[T Float](h, n int, dst, src rect[T]) {
	if v := rowsOf[T](); v != nil {
		v.add(h, n, dst.ptr(), dst.step(), src.ptr(), src.step())
		return
	}
	for y := range h {
		addRowGo(dst.row(y, n), src.row(y, n))
	}
}

// start is the address of the first value of planes p, with the bytes from row to row
// and from plane to plane; nil without planes.
func start[T Float](s []T, p Planes) (first *byte, row, plane int) {
	if p.C > 0 {
		first = ptr(s, p.Origin)
	}
	return first, p.RowStride * sizeOf[T](), p.PlaneStride * sizeOf[T]()
}

// further is the address n bytes behind p.
func further(p *byte, n int) *byte { return (*byte)(unsafe.Add(unsafe.Pointer(p), n)) }

// scaledPlanes runs a pass with a mean and a factor for each channel.
func scaledPlanes[T Float](f planesB, h, n int, dst []T, dp Planes, src []T, sp Planes, mean, scale []T) {
	if dp.C == 0 {
		return
	}
	d, dr, dc := start(dst, dp)
	s, sr, sc := start(src, sp)
	f(dp.C, h, n, d, dr, dc, s, sr, sc, ptr(mean[:dp.C], 0), ptr(scale[:dp.C], 0))
}

// axpyRow computes y += alpha·x on non-empty vectors of equal length.
func axpyRow[T Float](y, x []T, alpha T) {
	if v := rowsOf[T](); v != nil && len(y) > 0 {
		v.axpy(1, len(y), ptr(y, 0), 0, ptr(x, 0), 0, word(alpha))
		return
	}
	axpyRowGo(y, x, alpha)
}

// scaleRow computes x = alpha·x.
func scaleRow[T Float](x []T, alpha T) {
	if v := rowsOf[T](); v != nil && len(x) > 0 {
		v.scale(1, len(x), ptr(x, 0), 0, ptr(x, 0), 0, word(alpha))
		return
	}
	for i := range x {
		x[i] *= alpha
	}
}

// momentRows returns Σ d and Σ d² with d = src − x0.
func momentRows[T Float](h, n int, src rect[T], x0 T) (s, q float64) {
	if s, q, ok := momentVector(h, n, src, x0); ok {
		return s, q
	}
	var acc sums
	for y := range h {
		momentRowGo(&acc, src.row(y, n), x0)
	}
	return acc.total()
}

// pairRows returns Σ g and Σ g·d with d = src − mean, where not d ≤ 0 if relu.
func pairRows[T Float](h, n int, g, src rect[T], mean T, relu bool) (s, q float64) {
	if s, q, ok := pairVector(h, n, g, src, mean, relu); ok {
		return s, q
	}
	var acc sums
	for y := range h {
		pairRowGo(&acc, g.row(y, n), src.row(y, n), mean, relu)
	}
	return acc.total()
}

// dotRow adds x[i]·y[i] to lane i mod len(acc).
func dotRow[T Float](acc, x, y []T) {
	n := dotVector(acc, x, y)
	dotRowGo(acc, x[n:], y[n:])
}
