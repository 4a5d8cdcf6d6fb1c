//go:build amd64 && !purego

package kernel

import "unsafe"

// near is the window of the pools that have assembly.
var near = Window{Size: 3, Stride: 1, Pad: 1, Dilation: 1}

// nearPool tells whether the AVX-512 pools serve a window on an h×w image.
func nearPool(win Window, h, w int) bool { return path == AVX512 && win == near && h > 0 && w > 0 }

// maxVector is maxPlane in assembly; it tells whether there was any.
func maxVector[T Float](dst []T, dr int, arg []uint8, src []T, sr, h, w int, win Window) bool {
	if !nearPool(win, h, w) {
		return false
	}
	z, a := sizeOf[T](), (*byte)(unsafe.Pointer(&arg[0]))
	if z == 4 {
		smaxz(h, w, ptr(src, 0), sr*z, ptr(dst, 0), dr*z, a, w)
	} else {
		dmaxz(h, w, ptr(src, 0), sr*z, ptr(dst, 0), dr*z, a, w)
	}
	return true
}

// maxBackVector is maxPlaneBack in assembly.
func maxBackVector[T Float](dsrc []T, dr, h, w int, g []T, gr int, arg []uint8, win Window) bool {
	if !nearPool(win, h, w) {
		return false
	}
	z, a := sizeOf[T](), (*byte)(unsafe.Pointer(&arg[0]))
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
	if !nearPool(win, h, w) {
		return false
	}
	z := sizeOf[T]()
	if z == 4 {
		saveragez(h, w, ptr(src, 0), sr*z, ptr(dst, 0), dr*z, word(T(1)/3), edgeShare[T](w), edgeShare[T](h))
	} else {
		daveragez(h, w, ptr(src, 0), sr*z, ptr(dst, 0), dr*z, word(T(1)/3), edgeShare[T](w), edgeShare[T](h))
	}
	return true
}

// avgBackVector is avgPlaneBack in assembly.
func avgBackVector[T Float](dsrc []T, dr, h, w int, g []T, gr int, win Window) bool {
	if !nearPool(win, h, w) {
		return false
	}
	z := sizeOf[T]()
	if z == 4 {
		saverageBackz(h, w, ptr(g, 0), gr*z, ptr(dsrc, 0), dr*z, word(T(1)/3), edgeShare[T](w), edgeShare[T](h))
	} else {
		daverageBackz(h, w, ptr(g, 0), gr*z, ptr(dsrc, 0), dr*z, word(T(1)/3), edgeShare[T](w), edgeShare[T](h))
	}
	return true
}
