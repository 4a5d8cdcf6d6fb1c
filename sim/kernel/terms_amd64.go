//go:build amd64 && !purego

package kernel

import "unsafe"

// term is what the assembly reads of a Term or a Pair.
type term struct {
	src         *byte
	mean, scale uint64
}

// blendVector is one plane of NormaliseMix in assembly; it tells whether there was any.
func blendVector[T Float](dst []T, terms []Term[T], c int, add bool) bool {
	if path == Portable {
		return false
	}
	var table [termsAtOnce]term
	n := len(dst)
	for i, t := range terms {
		table[i] = term{ptr(t.V, c*n), word(t.Mean[c]), word(t.Scale[c])}
	}
	acc := 0
	if add {
		acc = 1
	}
	t, d := termPtr(&table[0]), ptr(dst, 0)
	switch single := sizeOf[T]() == 4; {
	case path == AVX512 && single:
		sblendz(n, t, len(terms), d, acc)
	case path == AVX512:
		dblendz(n, t, len(terms), d, acc)
	case single:
		sblendy(n, t, len(terms), d, acc)
	default:
		dblendy(n, t, len(terms), d, acc)
	}
	return true
}

// pairsVector is GradientSums of channels planes of n values in assembly.
func pairsVector[T Float](g []T, n, channels int, pairs []Pair[T]) bool {
	if path == Portable || sizeOf[T]() == 8 {
		return false
	}
	var table [termsAtOnce]term
	s := takeScratch()
	out := s.lanes((len(pairs) + 1) * sumLanes / 8)
	t, o := termPtr(&table[0]), bytePtr(&out[0])
	for c := range channels {
		for i := range pairs {
			p := &pairs[i]
			table[i] = term{ptr(p.V, c*n), word(p.Mean[c]), 0}
		}
		clear(out)
		if path == AVX512 {
			spairsz(n, ptr(g, c*n), t, len(pairs), o)
		} else {
			spairsy(n, ptr(g, c*n), t, len(pairs), o)
		}
		for i := range pairs {
			p := &pairs[i]
			p.SG[c], p.SGX[c] = out[0], out[(i+1)*sumLanes]
		}
	}
	s.give()
	return true
}

// momentsVector writes the sums of denseMoment of dense planes to pairs.
func momentsVector[T Float](dst []Moment, src []T, c, n int) bool {
	if path == Portable {
		return false
	}
	var out [2 * momentsAtOnce]float64
	cnt := float64(n)
	for lo := 0; lo < c; lo += momentsAtOnce {
		k := min(momentsAtOnce, c-lo)
		if path == AVX512 {
			smomentsz(k, n, ptr(src, lo*n), 4*n, bytePtr(&out[0]))
		} else {
			smomentsy(k, n, ptr(src, lo*n), 4*n, bytePtr(&out[0]))
		}
		for i := range k {
			dst[lo+i] = momentOf(cnt, float64(src[(lo+i)*n]), out[2*i], out[2*i+1])
		}
	}
	return true
}

// momentsAtOnce is the number of planes whose sums one call of the assembly makes.
const momentsAtOnce = 16

func termPtr(t *term) *byte { return (*byte)(unsafe.Pointer(t)) }
