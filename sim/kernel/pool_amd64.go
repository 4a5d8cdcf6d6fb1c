//go:build amd64 && !purego

package kernel

import (
	"math"
	"unsafe"
)

// The pools that have assembly: the window of the searches, and the same with stride 2,
// which picks every second output of it.
var (
	near    = Window{Size: 3, Stride: 1, Pad: 1, Dilation: 1}
	strided = Window{Size: 3, Stride: 2, Pad: 1, Dilation: 1}
)

// nearPool tells whether the assembly of at least path p serves a window on an h×w image.
func nearPool(p Path, win Window, h, w int) bool {
	return path >= p && (win == near || win == strided) && h > 0 && w > 0
}

// maxVector is maxPlane in assembly; it tells whether there was any.
func maxVector[T Float](dst []T, dr int, arg []uint8, src []T, sr, h, w int, win Window) bool {
	switch {
	case !nearPool(AVX2, win, h, w):
		return false
	case path == AVX2:
		maxNarrow(dst, dr, arg, src, sr, h, w, win.Stride)
		return true
	case win == near:
		maxNear(dst, dr, arg, src, sr, h, w)
		return true
	}
	s := takeScratch()
	buf, at := scratchOf[T](s, h*w), s.bytes(h*w)
	maxNear(buf, w, at, src, sr, h, w)
	ow := win.Out(w)
	for y := range win.Out(h) {
		thin(dst[y*dr:][:ow], buf[2*y*w:])
		thin(arg[y*ow:][:ow], at[2*y*w:])
	}
	s.give()
	return true
}

// thin copies every second value of src.
func thin[E any](dst, src []E) {
	src = src[:2*len(dst)-1]
	for x := range dst {
		dst[x] = src[2*x]
	}
}

func maxNear[T Float](dst []T, dr int, arg []uint8, src []T, sr, h, w int) {
	z, a := sizeOf[T](), unsafe.SliceData(arg)
	if z == 4 {
		smaxz(h, w, ptr(src, 0), sr*z, ptr(dst, 0), dr*z, a, w)
	} else {
		dmaxz(h, w, ptr(src, 0), sr*z, ptr(dst, 0), dr*z, a, w)
	}
}

// maxNarrow is the maximum on AVX2: a copy with a border of −∞, whole vectors of maxima
// and taps, of which those on the stride are kept.
func maxNarrow[T Float](dst []T, dr int, arg []uint8, src []T, sr, h, w, stride int) {
	s := takeScratch()
	z, lanes := sizeOf[T](), lanesOf[T]()
	row := (w + lanes) &^ (lanes - 1) // one border cell at least
	size := (h+2)*row + 2*lanes
	in := scratchOf[T](s, size+h*row)
	out, taps := in[size:], s.lanes(h*row*z/64)
	in = in[:size]
	inf := T(math.Inf(-1))
	for i := range in {
		in[i] = inf
	}
	first := row + 1
	copyRows(h, w, rect[T]{in, first, row}, rect[T]{src, 0, sr})
	if z == 4 {
		smaxy(h, w, ptr(in, first), row*z, ptr(out, 0), row*z, bytePtr(&taps[0]), row*z)
	} else {
		dmaxy(h, w, ptr(in, first), row*z, ptr(out, 0), row*z, bytePtr(&taps[0]), row*z)
	}
	at := unsafe.Slice((*uint8)(unsafe.Pointer(&taps[0])), 8*len(taps)) // a tap's lowest byte is its number
	oh, ow := (h-1)/stride+1, (w-1)/stride+1
	for y := range oh {
		d, a := dst[y*dr:][:ow], arg[y*ow:][:ow]
		q := y * stride * row
		for x := range d {
			v := out[q]
			d[x], a[x] = v, at[q*z]
			if v == inf { // the first tap inside the image
				a[x] = 0
				if y == 0 {
					a[x] = 3
				}
				if x == 0 {
					a[x]++
				}
			}
			q += stride
		}
	}
	s.give()
}

// maxBackVector is maxPlaneBack in assembly.
func maxBackVector[T Float](dsrc []T, dr, h, w int, g []T, gr int, arg []uint8, win Window) bool {
	if !nearPool(AVX512, win, h, w) || win != near {
		return false
	}
	z, a := sizeOf[T](), unsafe.SliceData(arg)
	if z == 4 {
		smaxBackz(h, w, ptr(dsrc, 0), dr*z, ptr(g, 0), gr*z, a, w)
	} else {
		dmaxBackz(h, w, ptr(dsrc, 0), dr*z, ptr(g, 0), gr*z, a, w)
	}
	return true
}

// edgeShare is 1 over the cells of a three-cell window at the edge of an axis of n cells.
func edgeShare[T Float](n int) uint64 {
	if n == 1 {
		return word(T(1))
	}
	return word(T(1) / 2)
}

// avgVector is avgPlane in assembly.
func avgVector[T Float](dst []T, dr int, src []T, sr, h, w int, win Window) bool {
	if !nearPool(AVX512, win, h, w) {
		return false
	}
	if win == near {
		avgNear(dst, dr, src, sr, h, w)
		return true
	}
	s := takeScratch()
	buf := scratchOf[T](s, h*w)
	avgNear(buf, w, src, sr, h, w)
	for y := range win.Out(h) {
		thin(dst[y*dr:][:win.Out(w)], buf[2*y*w:])
	}
	s.give()
	return true
}

func avgNear[T Float](dst []T, dr int, src []T, sr, h, w int) {
	z, third, ex, ey := sizeOf[T](), word(T(1)/3), edgeShare[T](w), edgeShare[T](h)
	if z == 4 {
		saveragez(h, w, ptr(src, 0), sr*z, ptr(dst, 0), dr*z, third, ex, ey)
	} else {
		daveragez(h, w, ptr(src, 0), sr*z, ptr(dst, 0), dr*z, third, ex, ey)
	}
}

// avgBackVector is avgPlaneBack in assembly.
func avgBackVector[T Float](dsrc []T, dr, h, w int, g []T, gr int, win Window) bool {
	if !nearPool(AVX512, win, h, w) {
		return false
	}
	if win == near {
		avgBackNear(dsrc, dr, h, w, g, gr)
		return true
	}
	s := takeScratch() // zeros between the gradients of the strided outputs
	buf := scratchOf[T](s, h*w)
	clear(buf)
	for y := range win.Out(h) {
		b := buf[2*y*w:]
		for x, v := range g[y*gr:][:win.Out(w)] {
			b[2*x] = v
		}
	}
	avgBackNear(dsrc, dr, h, w, buf, w)
	s.give()
	return true
}

func avgBackNear[T Float](dsrc []T, dr, h, w int, g []T, gr int) {
	z, third, ex, ey := sizeOf[T](), word(T(1)/3), edgeShare[T](w), edgeShare[T](h)
	if z == 4 {
		saverageBackz(h, w, ptr(g, 0), gr*z, ptr(dsrc, 0), dr*z, third, ex, ey)
	} else {
		daverageBackz(h, w, ptr(g, 0), gr*z, ptr(dsrc, 0), dr*z, third, ex, ey)
	}
}
