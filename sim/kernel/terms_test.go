package kernel

import (
	"math"
	"testing"
)

func TestTerms(t *testing.T) { both(t, testTerms[float32], testTerms[float64]) }

// testTerms checks the passes over several terms bit for bit: NormaliseMix against
// one NormaliseAdd per term, GradientSums and the moments against the lanes and
// blocks that terms.go states, with values that are not finite.
func testTerms[T Float](t *testing.T) {
	r := random(61)
	for _, s := range append([][3]int{{2, 3, 43}, {1, 4, 32}, {3, 16, 16}, {1, 9, 57}}, shapes...) {
		p := Dense(s[0], s[1], s[2])
		n := p.PlaneStride
		for _, count := range []int{0, 1, 2, 7, 8, 9, 17} {
			g, dst := planes[T](r, p), planes[T](r, p)
			terms, pairs := make([]Term[T], count), make([]Pair[T], count)
			want := make([]T, p.Len())
			for k := range terms {
				terms[k] = Term[T]{planes[T](r, p), normal[T](r, p.C), normal[T](r, p.C)}
				if k == 3 {
					terms[k].V[r.IntN(p.Len())] = T(math.Inf(1))
				}
				pairs[k] = Pair[T]{terms[k].V, terms[k].Mean, make([]float64, p.C), make([]float64, p.C)}
				for c := range p.C {
					normAddRowGo(want[c*n:][:n], terms[k].V[c*n:][:n], terms[k].Mean[c], terms[k].Scale[c])
				}
			}
			NormaliseMix(dst, p, terms)
			if d := sameBits(dst, want); d != "" {
				t.Fatalf("NormaliseMix of %d terms on %v: %s", count, s, d)
			}
			GradientSums(g, p, pairs)
			for k, q := range pairs {
				for c := range p.C {
					a, b := blockTwin(g[c*n:][:n], q.V[c*n:][:n], q.Mean[c])
					if d := sameBits([]float64{q.SG[c], q.SGX[c]}, []float64{a, b}); d != "" {
						t.Fatalf("GradientSums of %d terms on %v, term %d, channel %d: %s", count, s, k, c, d)
					}
				}
			}
		}
		if sizeOf[T]() == 8 {
			continue
		}
		x, m := planes[T](r, p), make([]Moment, p.C)
		ChannelMoments(m, x, p)
		for c := range m {
			v := x[c*n:][:n]
			d := make([]T, n)
			for i := range d {
				d[i] = v[i] - v[0]
			}
			sum, sq := blockTwin(d, v, v[0])
			if d := sameBits([]float64{m[c].Mean, m[c].M2}, []float64{float64(v[0]) + sum/float64(n), max(0, sq-float64(sum*(sum/float64(n))))}); d != "" {
				t.Fatalf("ChannelMoments on %v, channel %d: %s", s, c, d)
			}
		}
	}
}

// blockTwin is Σ g and Σ g·(x − mean) by the stated order: lanes of sixteen, float32
// within 128 values, then float64, lanes by halves.
func blockTwin[T Float](g, x []T, mean T) (float64, float64) {
	var wide [2][16]float64
	for i := 0; i < len(g); i += 128 {
		var part [2][16]T
		for j := i; j < min(len(g), i+128); j++ {
			l := j % 16
			if sizeOf[T]() == 8 {
				wide[0][l] += float64(g[j])
				wide[1][l] = math.FMA(float64(g[j]), float64(x[j]-mean), wide[1][l])
				continue
			}
			part[0][l] += g[j]
			part[1][l] += T(g[j] * (x[j] - mean))
		}
		for f := range part {
			for l, v := range part[f] {
				wide[f][l] += float64(v)
			}
		}
	}
	for f := range wide {
		for h := 8; h > 0; h /= 2 {
			for l := range h {
				wide[f][l] += wide[f][l+h]
			}
		}
	}
	return wide[0][0], wide[1][0]
}
