package kernel

import "math"

// Moment is the count, the mean and the centred sum of squares Σ(x − Mean)² of a
// set of values; variance = M2/N. Merge combines sets without cancellation.
type Moment struct{ N, Mean, M2 float64 }

// Merge returns the moment of the union of two sets (Chan, Golub and LeVeque 1979):
//
//	N = Na + Nb, δ = μb − μa, μ = μa + δ·Nb/N, M2 = M2a + M2b + δ²·Na·Nb/N
//
// Reduce images in a fixed order: the rounding depends on it.
func (a Moment) Merge(b Moment) Moment {
	if a.N == 0 {
		return b
	}
	if b.N == 0 {
		return a
	}
	n := a.N + b.N
	d := b.Mean - a.Mean
	f := b.N / n
	return Moment{
		N:    n,
		Mean: a.Mean + float64(d*f),
		M2:   float64(a.M2+b.M2) + float64(float64(float64(d*d)*a.N)*f),
	}
}

// Variance is M2/N, the biased variance that batch normalisation divides by.
func (a Moment) Variance() float64 { return a.M2 / a.N }

// ChannelMoments computes dst[c] = the moment of the H·W values of channel c of one
// image. The sums run over x − x₀ with x₀ the channel's first value, so a large common
// offset costs no digits: in float64, dense float32 planes in float32 within blocks
// of 128 values, see blockValues.
func ChannelMoments[T Float](dst []Moment, src []T, sp Planes) {
	checkLen("ChannelMoments", src, sp)
	h, n := run(sp)
	if h*n == 0 {
		clear(dst[:sp.C])
		return
	}
	cnt := float64(sp.H * sp.W)
	if blocked := sizeOf[T]() == 4 && h == 1 && sp.PlaneStride == n; blocked {
		src = src[sp.Origin:]
		if momentsVector(dst, src, sp.C, n) {
			return
		}
		for c := range sp.C {
			v := src[c*n:][:n]
			s, q := denseMoment(v, v[0])
			dst[c] = momentOf(cnt, float64(v[0]), s, q)
		}
		return
	}
	for c := 0; c < sp.C; c++ {
		x0 := src[sp.At(c, 0, 0)]
		s, q := momentRows(h, n, plane(src, sp, c), x0)
		dst[c] = momentOf(cnt, float64(x0), s, q)
	}
}

// momentOf is the moment of n values with the sums s of x − x0 and q of its squares.
func momentOf(n, x0, s, q float64) Moment {
	m := s / n
	return Moment{N: n, Mean: x0 + m, M2: max(0, q-float64(s*m))}
}

// sumLanes is the number of partial sums of the float64 reductions: value i of a
// row goes to lane i mod 16 on every path. A dense plane is one row.
const sumLanes = 16

// sums holds two families of partial sums.
type sums struct{ s, q [sumLanes]float64 }

// total adds the lanes in one fixed tree: halves, then quarters, and so on.
func (a *sums) total() (s, q float64) {
	for w := sumLanes / 2; w > 0; w /= 2 {
		for i := 0; i < w; i++ {
			a.s[i] += a.s[i+w]
			a.q[i] += a.q[i+w]
		}
	}
	return a.s[0], a.q[0]
}

// momentRowGo adds x − x0 and (x − x0)² to the lanes.
func momentRowGo[T Float](acc *sums, src []T, x0 T) {
	o := float64(x0)
	for len(src) >= sumLanes {
		for l, v := range src[:sumLanes] {
			d := float64(v) - o
			acc.s[l] += d
			acc.q[l] = math.FMA(d, d, acc.q[l])
		}
		src = src[sumLanes:]
	}
	for l, v := range src {
		d := float64(v) - o
		acc.s[l] += d
		acc.q[l] = math.FMA(d, d, acc.q[l])
	}
}

// pairRowGo adds g and g·(x − mean) to the lanes, where not x ≤ mean if relu.
func pairRowGo[T Float](acc *sums, g, src []T, mean T, relu bool) {
	o := float64(mean)
	src = src[:len(g)]
	for i, v := range g {
		l := i % sumLanes
		d := float64(src[i]) - o
		w := float64(v)
		if relu && d <= 0 {
			continue
		}
		acc.s[l] += w
		acc.q[l] = math.FMA(w, d, acc.q[l])
	}
}
