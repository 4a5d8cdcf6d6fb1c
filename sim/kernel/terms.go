package kernel

// Term is one summand of a mixed operation: the dense planes V of one image, of
// which channel c counts as (V − Mean[c])·Scale[c]. A pass over several terms reads
// each once and keeps the sums in registers.
type Term[T Float] struct{ V, Mean, Scale []T }

// Pair is one term of GradientSums with the place of its sums.
type Pair[T Float] struct {
	V, Mean []T
	SG, SGX []float64 // Σ g, Σ g·(V − Mean[c]) per channel
}

// termsAtOnce is the number of terms of one pass: their streams are as many as the
// processor follows.
const termsAtOnce = 8

// NormaliseMix computes dst = Σ_k (V_k − Mean_k[c])·Scale_k[c] on dense planes p, the
// terms in order from 0 (products rounded, then added): the sum over the operations of
// a mixed one. Without terms dst is 0.
func NormaliseMix[T Float](dst []T, p Planes, terms []Term[T]) {
	checkDense("NormaliseMix", p)
	checkLen("NormaliseMix", dst, p)
	if len(terms) == 0 {
		clear(dst[:p.Len()])
		return
	}
	for _, t := range terms {
		checkLen("NormaliseMix", t.V, p)
	}
	n := p.PlaneStride
	if n == 0 {
		return
	}
	for c := range p.C {
		d := dst[c*n:][:n]
		for lo := 0; lo < len(terms); lo += termsAtOnce {
			some := terms[lo:min(len(terms), lo+termsAtOnce)]
			if blendVector(d, some, c, lo > 0) {
				continue
			}
			if lo == 0 {
				clear(d)
			}
			for _, t := range some {
				normAddRowGo(d, t.V[c*n:][:n], t.Mean[c], t.Scale[c])
			}
		}
	}
}

// GradientSums computes for each pair and channel c of dense planes p
//
//	SG[c] = Σ g,  SGX[c] = Σ g·(V − Mean[c])
//
// as NormaliseSums does, reading g once for all of them.
func GradientSums[T Float](g []T, p Planes, pairs []Pair[T]) {
	checkDense("GradientSums", p)
	checkLen("GradientSums", g, p)
	for _, t := range pairs {
		checkLen("GradientSums", t.V, p)
	}
	n := p.PlaneStride
	for lo := 0; lo < len(pairs); lo += termsAtOnce {
		some := pairs[lo:min(len(pairs), lo+termsAtOnce)]
		if p.C*n > 0 && pairsVector(g, n, p.C, some) {
			continue
		}
		for c := range p.C {
			for _, t := range some {
				t.SG[c], t.SGX[c] = densePair(g[c*n:][:n], t.V[c*n:][:n], t.Mean[c])
			}
		}
	}
}

func checkDense(what string, p Planes) {
	if !p.IsDense() || p.Pad != 0 || p.Origin != 0 || p.PlaneStride != p.H*p.W {
		panic("kernel: " + what + ": the planes are not dense")
	}
}

// blockValues is the number of float32 values of a dense plane that are summed in
// float32, value i in lane i mod 16, before the lanes are added to those in float64.
// Each lane adds eight, so the sums keep their relative error near 2⁻²³.
const blockValues = 8 * sumLanes

// blocks is the float32 lanes of a block in progress.
type blocks struct{ s, q [sumLanes]float32 }

// flush adds the lanes of a block to the float64 ones and clears them.
func (b *blocks) flush(acc *sums) {
	for l := range b.s {
		acc.s[l] += float64(b.s[l])
		acc.q[l] += float64(b.q[l])
	}
	*b = blocks{}
}

// densePair is Σ g and Σ g·(x − mean) of one dense plane.
func densePair[T Float](g, src []T, mean T) (s, q float64) {
	var acc sums
	if sizeOf[T]() == 8 {
		if len(g) == 0 {
			return 0, 0
		}
		return pairRows(1, len(g), rect[T]{s: g}, rect[T]{s: src}, mean, false)
	}
	var b blocks
	for i, v := range g {
		l := i % sumLanes
		b.s[l] += float32(v)
		b.q[l] += float32(float32(v) * float32(src[i]-mean))
		if (i+1)%blockValues == 0 {
			b.flush(&acc)
		}
	}
	b.flush(&acc)
	return acc.total()
}

// denseMoment is Σ d and Σ d² of one dense plane of float32 values, d = x − x0.
func denseMoment[T Float](src []T, x0 T) (s, q float64) {
	var acc sums
	var b blocks
	for i, v := range src {
		l, d := i%sumLanes, float32(v-x0)
		b.s[l] += d
		b.q[l] += float32(d * d)
		if (i+1)%blockValues == 0 {
			b.flush(&acc)
		}
	}
	b.flush(&acc)
	return acc.total()
}
