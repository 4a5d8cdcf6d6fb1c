//go:build amd64 && !purego

package kernel

import "unsafe"

// rowSets is indexed by path (AVX2, AVX512) and element size (4, 8).
var rowSets = [2][2]rowSet{
	{
		{scopyy, sreluy, saddy, sreluBacky, saxpyy, sscaley, snormy, snormReluy, snormAddy, snormBacky, snormReluBacky},
		{dcopyy, dreluy, daddy, dreluBacky, daxpyy, dscaley, dnormy, dnormReluy, dnormAddy, dnormBacky, dnormReluBacky},
	},
	{
		{scopyz, sreluz, saddz, sreluBackz, saxpyz, sscalez, snormz, snormReluz, snormAddz, snormBackz, snormReluBackz},
		{dcopyz, dreluz, daddz, dreluBackz, daxpyz, dscalez, dnormz, dnormReluz, dnormAddz, dnormBackz, dnormReluBackz},
	},
}

// rowsOf is the set of the path in use, nil if that is the portable one.
func rowsOf[T Float]() *rowSet {
	if path == Portable {
		return nil
	}
	return &rowSets[path-AVX2][sizeOf[T]()/4-1]
}

// The reductions are called by name, not through a table, so that the sums stay on
// the stack of the caller.

// momentVector is momentRows in assembly; it tells whether there was any. AVX2 takes
// whole rounds of lanes and leaves the rest of each row to the portable loop.
func momentVector[T Float](acc *sums, h, n int, src rect[T], x0 T) bool {
	a, x, single := (*byte)(unsafe.Pointer(acc)), word(x0), sizeOf[T]() == 4
	switch {
	case path == AVX512 && single:
		smomentz(h, n, src.ptr(), src.step(), x, a)
		return true
	case path == AVX512:
		dmomentz(h, n, src.ptr(), src.step(), x, a)
		return true
	case path == Portable:
		return false
	}
	whole := n &^ (sumLanes - 1)
	rows := h
	if whole != n {
		rows = 1
	}
	for y := 0; y < h; y += rows {
		r := rect[T]{src.s, src.at + y*src.stride, src.stride}
		if whole > 0 && single {
			smomenty(rows, whole, r.ptr(), r.step(), x, a)
		} else if whole > 0 {
			dmomenty(rows, whole, r.ptr(), r.step(), x, a)
		}
		if whole != n {
			momentRowGo(acc, r.row(0, n)[whole:], x0)
		}
	}
	return true
}

// pairVector is pairRows in assembly, as momentVector.
func pairVector[T Float](acc *sums, h, n int, g, src rect[T], mean T, relu bool) bool {
	a, m, single := (*byte)(unsafe.Pointer(acc)), word(mean), sizeOf[T]() == 4
	switch {
	case path == AVX512 && single && relu:
		spairReluz(h, n, g.ptr(), g.step(), src.ptr(), src.step(), m, a)
		return true
	case path == AVX512 && single:
		spairz(h, n, g.ptr(), g.step(), src.ptr(), src.step(), m, a)
		return true
	case path == AVX512 && relu:
		dpairReluz(h, n, g.ptr(), g.step(), src.ptr(), src.step(), m, a)
		return true
	case path == AVX512:
		dpairz(h, n, g.ptr(), g.step(), src.ptr(), src.step(), m, a)
		return true
	case path == Portable:
		return false
	}
	whole := n &^ (sumLanes - 1)
	rows := h
	if whole != n {
		rows = 1
	}
	for y := 0; y < h; y += rows {
		r, q := rect[T]{src.s, src.at + y*src.stride, src.stride}, rect[T]{g.s, g.at + y*g.stride, g.stride}
		switch {
		case whole == 0:
		case single && relu:
			spairReluy(rows, whole, q.ptr(), q.step(), r.ptr(), r.step(), m, a)
		case single:
			spairy(rows, whole, q.ptr(), q.step(), r.ptr(), r.step(), m, a)
		case relu:
			dpairReluy(rows, whole, q.ptr(), q.step(), r.ptr(), r.step(), m, a)
		default:
			dpairy(rows, whole, q.ptr(), q.step(), r.ptr(), r.step(), m, a)
		}
		if whole != n {
			sumRowGo(acc, q.row(0, n)[whole:], r.row(0, n)[whole:], mean, relu)
		}
	}
	return true
}

// dotVector adds the whole rounds of dotRow and returns how many values it took.
func dotVector[T Float](acc, x, y []T) int {
	n := len(x) &^ (len(acc) - 1)
	if path == Portable || n == 0 {
		return 0
	}
	xp, yp, ap := ptr(x, 0), ptr(y[:n], 0), ptr(acc, 0)
	switch single := sizeOf[T]() == 4; {
	case path == AVX512 && single:
		sdotz(n, xp, yp, ap)
	case path == AVX512:
		ddotz(n, xp, yp, ap)
	case single:
		sdoty(n, xp, yp, ap)
	default:
		ddoty(n, xp, yp, ap)
	}
	return n
}
