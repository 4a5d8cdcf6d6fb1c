//go:build amd64 && !purego

package kernel

// rowSets is indexed by path (AVX2, AVX512) and element size (4, 8).
var rowSets = [2][2]rowSet{
	{
		{scopyy, saddy, saxpyy, sscaley, sreluy, sreluBacky, snormy, snormReluy, snormAddy, snormBacky, snormReluBacky},
		{dcopyy, daddy, daxpyy, dscaley, dreluy, dreluBacky, dnormy, dnormReluy, dnormAddy, dnormBacky, dnormReluBacky},
	},
	{
		{scopyz, saddz, saxpyz, sscalez, sreluz, sreluBackz, snormz, snormReluz, snormAddz, snormBackz, snormReluBackz},
		{dcopyz, daddz, daxpyz, dscalez, dreluz, dreluBackz, dnormz, dnormReluz, dnormAddz, dnormBackz, dnormReluBackz},
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

// momentVector is momentRows in assembly; ok tells whether there was any.
func momentVector[T Float](h, n int, src rect[T], x0 T) (s, q float64, ok bool) {
	var out [2]float64
	o, x := bytePtr(&out[0]), word(x0)
	switch single := sizeOf[T]() == 4; {
	case path == Portable:
		return 0, 0, false
	case path == AVX512 && single:
		smomentz(h, n, src.ptr(), src.step(), x, o)
	case path == AVX512:
		dmomentz(h, n, src.ptr(), src.step(), x, o)
	case single:
		smomenty(h, n, src.ptr(), src.step(), x, o)
	default:
		dmomenty(h, n, src.ptr(), src.step(), x, o)
	}
	return out[0], out[1], true
}

// pairVector is pairRows in assembly, as momentVector.
func pairVector[T Float](h, n int, g, src rect[T], mean T, relu bool) (s, q float64, ok bool) {
	var out [2]float64
	o, m := bytePtr(&out[0]), word(mean)
	switch single := sizeOf[T]() == 4; {
	case path == Portable:
		return 0, 0, false
	case path == AVX512 && single && relu:
		spairReluz(h, n, g.ptr(), g.step(), src.ptr(), src.step(), m, o)
	case path == AVX512 && single:
		spairz(h, n, g.ptr(), g.step(), src.ptr(), src.step(), m, o)
	case path == AVX512 && relu:
		dpairReluz(h, n, g.ptr(), g.step(), src.ptr(), src.step(), m, o)
	case path == AVX512:
		dpairz(h, n, g.ptr(), g.step(), src.ptr(), src.step(), m, o)
	case single && relu:
		spairReluy(h, n, g.ptr(), g.step(), src.ptr(), src.step(), m, o)
	case single:
		spairy(h, n, g.ptr(), g.step(), src.ptr(), src.step(), m, o)
	case relu:
		dpairReluy(h, n, g.ptr(), g.step(), src.ptr(), src.step(), m, o)
	default:
		dpairy(h, n, g.ptr(), g.step(), src.ptr(), src.step(), m, o)
	}
	return out[0], out[1], true
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
