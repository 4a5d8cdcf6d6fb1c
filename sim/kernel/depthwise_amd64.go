//go:build amd64 && !purego

package kernel

type (
	correlateFunc func(rows int, src *byte, sr, yr, dx int, w *byte, dst *byte, dr int, n int, acc int)
	tapsFunc      func(rows int, grad *byte, gr int, src *byte, sr, yr, dx int, n int, acc *byte)
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
}

// planeSets is indexed by path (AVX2, AVX512), element size (4, 8) and size (3, 5).
var planeSets = [2][2][2]planeSet{
	{
		{{scorr3s1y, scorr3s2y, scorr3s2y, staps3x3y, staps3x3s1y, staps3x3s2y, 3}, {scorr5s1y, scorr5s2y, scorr5s2y, staps5x1y, staps5x1s1y, staps5x1s2y, 1}},
		{{dcorr3s1y, dcorr3s2y, dcorr3s2y, dtaps3x3y, dtaps3x3s1y, dtaps3x3s2y, 3}, {dcorr5s1y, dcorr5s2y, dcorr5s2y, dtaps5x1y, dtaps5x1s1y, dtaps5x1s2y, 1}},
	},
	{
		{{scorr3r1s1z, scorr3r2s2z, scorr3r1s2z, staps3x3z, staps3x3s1z, staps3x3s2z, 3}, {scorr5r1s1z, scorr5r2s2z, scorr5r1s2z, staps5x5z, staps5x5s1z, staps5x5s2z, 5}},
		{{dcorr3r1s1z, dcorr3r2s2z, dcorr3r1s2z, dtaps3x3z, dtaps3x3s1z, dtaps3x3s2z, 3}, {dcorr5r1s1z, dcorr5r2s2z, dcorr5r1s2z, dtaps5x5z, dtaps5x5s1z, dtaps5x5s2z, 5}},
	},
}

// planesOf is the set for the path in use, or nil where the portable loops serve: on
// the portable path and for windows that no kernel was written for.
func planesOf[T Float](size, stride, dil int) *planeSet {
	if path == Portable || size != 3 && size != 5 || stride > 2 || stride == 2 && dil > 2 {
		return nil
	}
	return &planeSets[path-AVX2][sizeOf[T]()/4-1][(size-3)/2]
}

// reach is the length of source that a kernel may read from its first cell: whole
// vectors of 64 bytes of outputs.
func reach[T Float](sr, size, stride, dil, h, wd int) int {
	l := lanesOf[T]()
	across := (wd+l-1)/l*l*stride + (size-1)*dil
	return ((h-1)*stride+(size-1)*dil)*sr + across
}

// whole returns src from o on, copied into scratch if it is too short to be read in
// whole vectors; give the scratch back, if there is one.
func whole[T Float](src []T, o, n int) ([]T, *scratch) {
	src = src[o:]
	if len(src) >= n {
		return src, nil
	}
	s := takeScratch()
	buf := scratchOf[T](s, n)
	clear(buf[copy(buf, src):])
	return buf, s
}

// correlateVector is correlate in assembly; it tells whether there was a kernel.
func correlateVector[T Float](dst []T, dr int, src []T, o, sr int, w []T, size, stride, dil, h, wd int, accumulate bool) bool {
	set := planesOf[T](size, stride, dil)
	if set == nil || h == 0 || wd == 0 {
		return set != nil
	}
	src, s := whole(src, o, reach[T](sr, size, stride, dil, h, wd))
	z, acc := sizeOf[T](), 0
	if accumulate {
		acc = 1
	}
	if stride == 1 { // rows of one residue modulo the dilation share their input rows
		for c := range min(dil, h) {
			set.plain((h-c+dil-1)/dil, ptr(src, c*sr), dil*sr*z, dil*sr*z, dil*z, ptr(w, 0), ptr(dst, c*dr), dil*dr*z, wd, acc)
		}
	} else {
		f := set.strided
		if dil == 2 {
			f = set.strided2
		}
		f(h, ptr(src, 0), dil*sr*z, 2*sr*z, dil*z, ptr(w, 0), ptr(dst, 0), dr*z, wd, acc)
	}
	if s != nil {
		s.give()
	}
	return true
}

// tapSumsVector is tapSums in assembly; it tells whether there was a kernel.
func tapSumsVector[T Float](acc []float64, dw []T, g []T, gr int, src []T, o, sr int, size, stride, dil, h, wd int) bool {
	set := planesOf[T](size, stride, dil)
	if set == nil || h == 0 || wd == 0 {
		return set != nil
	}
	src, s := whole(src, o, reach[T](sr, size, stride, dil, h, wd))
	clear(acc)
	z, l := sizeOf[T](), lanesOf[T]()
	part := l
	if path == AVX2 {
		part = l / 2
	}
	for half := 0; half < min(l, wd); half += part {
		for j := 0; j < size; j += set.columns {
			a := bytePtr(&acc[j*8+half*z/8])
			if stride == 1 {
				for c := range min(dil, h) {
					f, rows := set.rolling, (h-c+dil-1)/dil
					if rows < size-1 {
						f = set.direct
					}
					f(rows, ptr(g, c*gr+half), dil*gr*z, ptr(src, c*sr+j*dil+half), dil*sr*z, dil*sr*z, dil*z, wd-half, a)
				}
			} else {
				set.directed(h, ptr(g, half), gr*z, ptr(src, j*dil+2*half), dil*sr*z, 2*sr*z, dil*z, wd-half, a)
			}
		}
	}
	foldTaps(acc, dw, size)
	if s != nil {
		s.give()
	}
	return true
}

// foldTaps adds the lanes of each tap to dw.
func foldTaps[T Float](acc []float64, dw []T, size int) {
	a, d := bytePtr(&acc[0]), ptr(dw[:size*size], 0)
	single, three := sizeOf[T]() == 4, size == 3
	switch {
	case path == AVX512 && single && three:
		sfold3z(a, d)
	case path == AVX512 && single:
		sfold5z(a, d)
	case path == AVX512 && three:
		dfold3z(a, d)
	case path == AVX512:
		dfold5z(a, d)
	case single && three:
		sfold3y(a, d)
	case single:
		sfold5y(a, d)
	case three:
		dfold3y(a, d)
	default:
		dfold5y(a, d)
	}
}
