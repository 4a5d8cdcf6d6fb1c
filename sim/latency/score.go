package latency

import (
	"math"
	"math/rand/v2"

	"edgewise/theory/cell"
)

// Score is the error of a regressor on wirings that it has not seen.
type Score struct {
	Samples  int     // that it was trained on
	HeldOut  int     // wirings scored
	Relative float64 // mean |LAT - measured| / measured
	Worst    float64 // the largest of them
	Additive float64 // mean relative error of least squares on the same samples: a time per operation and edge, no layer between
	Mean     float64 // mean relative error of the samples' mean
}

// Learn scores regressors trained on the first n rows of the table, for every n of
// sizes, on its last held rows.
func Learn(t *Table, sizes []int, held int) []Score {
	var out []Score
	test := len(t.Wirings) - held
	for _, n := range sizes {
		if n < minSamples || n > test {
			continue
		}
		head := t.Head(n)
		r := Train(head)
		a := additive(head)
		s := Score{Samples: n, HeldOut: held}
		mean := head.Mean()
		for i := test; i < len(t.Wirings); i++ {
			y := t.Millis[i]
			e := math.Abs(r.Wired(t.Wirings[i])-y) / y
			s.Relative += e / float64(held)
			s.Worst = max(s.Worst, e)
			s.Additive += math.Abs(a(t.Wirings[i])-y) / y / float64(held)
			s.Mean += math.Abs(mean-y) / y / float64(held)
		}
		out = append(out, s)
	}
	return out
}

// additive is least squares with a small ridge on the one-hot encoding, by conjugate
// gradients.
func additive(t *Table) func(cell.Wiring) float64 {
	edges, ops := len(t.Wirings[0]), len(cell.Canonical())
	n := edges*ops + 1
	at := func(v []float64, w cell.Wiring) float64 {
		sum := v[n-1]
		for e, o := range w {
			sum += v[e*ops+max(o, 0)]
		}
		return sum
	}
	apply := func(dst, v []float64) {
		for k := range dst {
			dst[k] = 1e-3 * v[k]
		}
		for _, w := range t.Wirings {
			y := at(v, w)
			dst[n-1] += y
			for e, o := range w {
				dst[e*ops+max(o, 0)] += y
			}
		}
	}
	x, r, p, q := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	for i, w := range t.Wirings {
		r[n-1] += t.Millis[i]
		for e, o := range w {
			r[e*ops+max(o, 0)] += t.Millis[i]
		}
	}
	copy(p, r)
	dot := func(a, b []float64) (s float64) {
		for k := range a {
			s += a[k] * b[k]
		}
		return s
	}
	rr := dot(r, r)
	for range 4 * n {
		if rr < 1e-18 {
			break
		}
		apply(q, p)
		alpha := rr / dot(p, q)
		for k := range x {
			x[k] += alpha * p[k]
			r[k] -= alpha * q[k]
		}
		next := dot(r, r)
		for k := range p {
			p[k] = r[k] + next/rr*p[k]
		}
		rr = next
	}
	return func(w cell.Wiring) float64 { return at(x, w) }
}

// Interior compares LAT(p), the regressor at relaxed encodings, with the mean of its
// latencies over wirings drawn from p, at draws random p: mean relative difference.
// It is trained on corners of the simplex only.
func (r *Regressor) Interior(draws, wirings int) float64 {
	rnd := rand.New(rand.NewPCG(6392, 1))
	sum := 0.0
	for range draws {
		x := make([]float64, r.edges*r.ops)
		for e := range r.edges {
			total := 0.0
			for o := range r.ops {
				x[e*r.ops+o] = rnd.ExpFloat64()
				total += x[e*r.ops+o]
			}
			for o := range r.ops {
				x[e*r.ops+o] /= total
			}
		}
		mean := 0.0
		for range wirings {
			w := make(cell.Wiring, r.edges)
			for e := range w {
				u := rnd.Float64()
				for o := range r.ops {
					w[e] = o
					if u -= x[e*r.ops+o]; u < 0 {
						break
					}
				}
			}
			mean += r.Wired(w) / float64(wirings)
		}
		sum += math.Abs(r.At(x)-mean) / mean / float64(draws)
	}
	return sum
}

// Never is the flip point of an operation that no faster one can overtake.
var Never = math.Inf(1)

// FlipPoint is the weight of latency at which a search comes to prefer an operation of
// cost c2 and latency l2 to one of cost c1 and latency l1:
//
//	lambda* = (c2 - c1) / (l1 - l2)
//
// from c1 + lambda l1 = c2 + lambda l2; 0 where it is preferred at any weight. ok is
// false where no weight does it, because it is no faster.
func FlipPoint(c1, l1, c2, l2 float64) (lambda float64, ok bool) {
	if l1 <= l2 {
		return Never, false
	}
	return max((c2-c1)/(l1-l2), 0), true
}
