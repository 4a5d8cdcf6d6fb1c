//go:build amd64 && !purego

package kernel

import "unsafe"

type (
	correlateFunc func(rows int, src *byte, sr, yr, dx int, w *byte, dst *byte, dr int, n int, acc int, planes, sp, dp int, ahead *byte)
	tapsFunc      func(rows int, grad *byte, gr int, src *byte, sr, yr, dx int, n int, acc *byte, fresh int)
)

// planeSet holds the depthwise kernels of one path, element type and size of 3 or 5.
type planeSet struct {
	plain    correlateFunc // stride 1
	strided  correlateFunc // stride 2
	strided2 correlateFunc // stride 2, dilation 2
	rolling  tapsFunc      // stride 1
	direct   tapsFunc      // stride 1, any number of rows
	directed tapsFunc      // stride 2
	columns  int           // taps per row that a tapsFunc takes
	vector   int           // bytes
	fold     func(acc, dw *byte)
}

// planeSets is indexed by path (AVX2, AVX512), element size (4, 8) and size (3, 5).
var planeSets = [2][2][2]planeSet{
	{
		{{scorr3s1y, scorr3s2y, scorr3s2y, staps3x3y, staps3x3s1y, staps3x3s2y, 3, 32, sfold3y}, {scorr5s1y, scorr5s2y, scorr5s2y, staps5x1y, staps5x1s1y, staps5x1s2y, 1, 32, sfold5y}},
		{{dcorr3s1y, dcorr3s2y, dcorr3s2y, dtaps3x3y, dtaps3x3s1y, dtaps3x3s2y, 3, 32, dfold3y}, {dcorr5s1y, dcorr5s2y, dcorr5s2y, dtaps5x1y, dtaps5x1s1y, dtaps5x1s2y, 1, 32, dfold5y}},
	},
	{
		{{scorr3r1s1z, scorr3r2s2z, scorr3r1s2z, staps3x3z, staps3x3s1z, staps3x3s2z, 3, 64, sfold3z}, {scorr5r1s1z, scorr5r2s2z, scorr5r1s2z, staps5x5z, staps5x5s1z, staps5x5s2z, 5, 64, sfold5z}},
		{{dcorr3r1s1z, dcorr3r2s2z, dcorr3r1s2z, dtaps3x3z, dtaps3x3s1z, dtaps3x3s2z, 3, 64, dfold3z}, {dcorr5r1s1z, dcorr5r2s2z, dcorr5r1s2z, dtaps5x5z, dtaps5x5s1z, dtaps5x5s2z, 5, 64, dfold5z}},
	},
}

// halfPlanes are the sets of AVX512 for rows of at most half a vector, by element size and
// size: a processor does two of them in the time of a whole one.
var halfPlanes = [2][2]planeSet{
	{{scorr3r1s1h, scorr3r2s2h, scorr3r1s2h, staps3x3h, staps3x3s1h, staps3x3s2h, 3, 32, sfold3z}, {scorr5r1s1h, scorr5r2s2h, scorr5r1s2h, staps5x5h, staps5x5s1h, staps5x5s2h, 5, 32, sfold5z}},
	{{dcorr3r1s1h, dcorr3r2s2h, dcorr3r1s2h, dtaps3x3h, dtaps3x3s1h, dtaps3x3s2h, 3, 32, dfold3z}, {dcorr5r1s1h, dcorr5r2s2h, dcorr5r1s2h, dtaps5x5h, dtaps5x5s1h, dtaps5x5s2h, 5, 32, dfold5z}},
}

// planesOf is the set for the path in use and rows of wd outputs, or nil where the portable
// loops serve: on the portable path and for windows that no kernel was written for.
func planesOf[T Float](size, stride, dil, wd int) *planeSet {
	z := sizeOf[T]()
	switch {
	case path == Portable || size != 3 && size != 5 || stride > 2 || stride == 2 && dil > 2:
		return nil
	case path == AVX512 && wd*z <= 32:
		return &halfPlanes[z/4-1][(size-3)/2]
	}
	return &planeSets[path-AVX2][z/4-1][(size-3)/2]
}

// reach is the length of source that a kernel may read from its first cell: whole
// vectors of 64 bytes of outputs.
func reach[T Float](sr, size, stride, dil, h, wd int) int {
	l := lanesOf[T]()
	across := (wd+l-1)/l*l*stride + (size-1)*dil
	return ((h-1)*stride+(size-1)*dil)*sr + across
}

// eachWhole calls f for runs of planes of c of them, stride apart in src from o on, whose
// source can be read in whole vectors, n values from each start: all, or all but the last
// and that one copied into scratch.
func eachWhole[T Float](src []T, o, c, stride, n int, f func(src []T, first, planes int)) {
	if len(src)-o >= (c-1)*stride+n {
		f(src[o:], 0, c)
		return
	}
	if c > 1 {
		eachWhole(src, o, c-1, stride, n, f)
	}
	s := takeScratch()
	buf := scratchOf[T](s, n)
	clear(buf[copy(buf, src[o+(c-1)*stride:]):])
	f(buf, c-1, 1)
	s.give()
}

// correlateVector is correlate of non-empty planes in assembly; it tells whether there was
// a kernel.
func correlateVector[T Float](dst []T, dp Planes, src []T, sp Planes, o int, w []T, win Window, accumulate bool, ahead *Ahead) bool {
	set := planesOf[T](win.Size, win.Stride, win.Dilation, dp.W)
	if set == nil {
		return false
	}
	z, acc, k2 := sizeOf[T](), 0, win.Size*win.Size
	if accumulate {
		acc = 1
	}
	ap := (*byte)(unsafe.Pointer(ahead))
	sr, dr, dil, h := sp.RowStride*z, dp.RowStride*z, win.Dilation, dp.H
	n := reach[T](sp.RowStride, win.Size, win.Stride, dil, h, dp.W)
	eachWhole(src, o, dp.C, sp.PlaneStride, n, func(src []T, first, planes int) {
		s, d, wp := ptr(src, 0), ptr(dst, dp.At(first, 0, 0)), ptr(w, first*k2)
		if win.Stride == 1 { // rows of one residue modulo the dilation share their input rows
			for c := range min(dil, h) {
				set.plain((h-c+dil-1)/dil, further(s, c*sr), dil*sr, dil*sr, dil*z, wp, further(d, c*dr), dil*dr, dp.W, acc, planes, sp.PlaneStride*z, dp.PlaneStride*z, ap)
			}
			return
		}
		f := set.strided
		if dil == 2 {
			f = set.strided2
		}
		f(h, s, dil*sr, 2*sr, dil*z, wp, d, dr, dp.W, acc, planes, sp.PlaneStride*z, dp.PlaneStride*z, ap)
	})
	return true
}

// tapsAhead is the number of cache lines that the weight sums of a plane take off the queue.
const tapsAhead = 16

// tapSumsVector is DepthwiseBackwardWeights of non-empty planes in assembly; it tells
// whether there was a kernel.
func tapSumsVector[T Float](dw, g []T, gp Planes, src []T, sp Planes, o int, win Window, ahead *Ahead) bool {
	set := planesOf[T](win.Size, win.Stride, win.Dilation, gp.W)
	if set == nil {
		return false
	}
	z, l, size, dil, h, wd := sizeOf[T](), lanesOf[T](), win.Size, win.Dilation, gp.H, gp.W
	sr, gr := sp.RowStride*z, gp.RowStride*z
	part := set.vector / z
	k2 := size * size
	sc := takeScratch()
	acc := sc.lanes(k2)
	n := reach[T](sp.RowStride, size, win.Stride, dil, h, wd)
	eachWhole(src, o, gp.C, sp.PlaneStride, n, func(src []T, first, planes int) {
		for c := range planes {
			ahead.take(tapsAhead)
			fresh := 1
			if part < l { // the upper half of narrow planes is not written
				clear(acc)
				fresh = 0
			}
			s, q := ptr(src, c*sp.PlaneStride), ptr(g, gp.At(first+c, 0, 0))
			for half := 0; half < min(l, wd); half += part {
				for j := 0; j < size; j += set.columns {
					a := bytePtr(&acc[j*8+half*z/8])
					if win.Stride == 1 {
						for p := range min(dil, h) {
							f, rows := set.rolling, (h-p+dil-1)/dil
							if rows < size-1 {
								f = set.direct
							}
							f(rows, further(q, p*gr+half*z), dil*gr, further(s, p*sr+(j*dil+half)*z), dil*sr, dil*sr, dil*z, wd-half, a, fresh&^min(p, 1))
						}
					} else {
						set.directed(h, further(q, half*z), gr, further(s, (j*dil+2*half)*z), dil*sr, 2*sr, dil*z, wd-half, a, fresh)
					}
				}
			}
			set.fold(bytePtr(&acc[0]), ptr(dw[:gp.C*k2], (first+c)*k2))
		}
	})
	sc.give()
	return true
}
