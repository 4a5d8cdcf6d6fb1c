package latency

import (
	"math"
	"math/rand/v2"
	"sync"

	"edgewise/theory/cell"
)

// Regressor is LAT(x) = s (w_3 relu(W_2 relu(W_1 x + b_1) + b_2) + b_3) + m, with x the
// encoding [edge][canonical operation] of a cell, one-hot or relaxed, and m, s mean and
// deviation of the measured latencies. It speaks of milliseconds.
type Regressor struct {
	edges, ops int
	layers     []layer
	mean, std  float64
	Unit       float64 // mean latency of the table
}

type layer struct {
	in, out int
	w, b    []float64
}

// Hidden units per layer, and steps of Adam on minibatches: enough that the error on
// held-out wirings no longer falls.
const (
	hidden  = 32
	updates = 3000
	batch   = 32
	decay   = 2.0 // decoupled from Adam: the table is small and its latencies have noise
)

var trained sync.Map // digest -> *Regressor

// Train fits a regressor to the table: Adam from 1e-2, cosine to 0, on squared error of
// standardised latencies. Equal tables give equal regressors, bit by bit.
func Train(t *Table) *Regressor {
	if r, ok := trained.Load(t.digest); ok && t.digest != "" {
		return r.(*Regressor)
	}
	edges := len(t.Wirings[0])
	r := &Regressor{edges: edges, ops: len(cell.Canonical()), Unit: t.Mean()}
	for _, v := range t.Millis {
		r.mean += v / float64(len(t.Millis))
	}
	for _, v := range t.Millis {
		r.std += (v - r.mean) * (v - r.mean) / float64(len(t.Millis))
	}
	if r.std = math.Sqrt(r.std); r.std == 0 {
		r.std = 1
	}
	rnd := rand.New(rand.NewPCG(2001, 6392))
	for _, d := range [][2]int{{edges * r.ops, hidden}, {hidden, hidden}, {hidden, 1}} {
		l := layer{in: d[0], out: d[1], w: make([]float64, d[0]*d[1]), b: make([]float64, d[1])}
		scale := math.Sqrt(2 / float64(d[0]))
		if d[0] == edges*r.ops {
			scale = math.Sqrt(2 / float64(edges)) // that many inputs are 1
		}
		for i := range l.w {
			l.w[i] = scale * rnd.NormFloat64()
		}
		r.layers = append(r.layers, l)
	}
	r.fit(t, rnd)
	if t.digest != "" {
		trained.Store(t.digest, r)
	}
	return r
}

func (r *Regressor) fit(t *Table, rnd *rand.Rand) {
	n := 0
	for _, l := range r.layers {
		n += len(l.w) + len(l.b)
	}
	g, m, v := make([]float64, n), make([]float64, n), make([]float64, n)
	x := make([]float64, r.edges*r.ops)
	for step := range updates {
		clear(g)
		for range batch {
			i := rnd.IntN(len(t.Wirings))
			r.encode(x, t.Wirings[i])
			a, y := r.forward(x)
			r.backward(a, 2*(y-(t.Millis[i]-r.mean)/r.std)/batch, g, nil)
		}
		lr := 1e-2 * (1 + math.Cos(math.Pi*float64(step)/updates)) / 2
		c1, c2 := 1-math.Pow(.9, float64(step+1)), 1-math.Pow(.999, float64(step+1))
		k := 0
		for _, l := range r.layers {
			for _, p := range [][]float64{l.w, l.b} {
				for i := range p {
					m[k] = .9*m[k] + .1*g[k]
					v[k] = .999*v[k] + .001*g[k]*g[k]
					p[i] -= lr * ((m[k]/c1)/(math.Sqrt(v[k]/c2)+1e-8) + decay*p[i])
					k++
				}
			}
		}
	}
}

func (r *Regressor) encode(x []float64, w cell.Wiring) {
	clear(x)
	for e, o := range w {
		if o < 0 {
			o = 0 // an edge without operation has none
		}
		x[e*r.ops+o] = 1
	}
}

// forward returns the input of every layer, and the standardised output.
func (r *Regressor) forward(x []float64) (a [][]float64, y float64) {
	a = append(a, x)
	for k, l := range r.layers {
		z := append([]float64(nil), l.b...)
		for i, v := range a[k] {
			if v == 0 {
				continue
			}
			for j, w := range l.w[i*l.out:][:l.out] {
				z[j] += v * w
			}
		}
		if k == len(r.layers)-1 {
			return a, z[0]
		}
		for j := range z {
			z[j] = max(z[j], 0)
		}
		a = append(a, z)
	}
	return a, 0
}

// backward adds dy times the gradient of the output to g, in the order of the layers,
// and writes that of the input to dx; either may be nil.
func (r *Regressor) backward(a [][]float64, dy float64, g, dx []float64) {
	d := []float64{dy}
	end := len(g)
	for k := len(r.layers) - 1; k >= 0; k-- {
		l := r.layers[k]
		var gw, gb []float64
		if g != nil {
			end -= len(l.w) + len(l.b)
			gw, gb = g[end:][:len(l.w)], g[end+len(l.w):][:len(l.b)]
			for j, v := range d {
				gb[j] += v
			}
		}
		back := make([]float64, l.in)
		for i, x := range a[k] {
			w := l.w[i*l.out:][:l.out]
			for j, v := range d {
				back[i] += v * w[j]
				if gw != nil && x != 0 {
					gw[i*l.out+j] += v * x
				}
			}
			if k > 0 && x <= 0 {
				back[i] = 0
			}
		}
		d = back
	}
	if dx != nil {
		copy(dx, d)
	}
}

// Wired returns the latency of a wiring of canonical operations, -1 for none.
func (r *Regressor) Wired(w cell.Wiring) float64 {
	x := make([]float64, r.edges*r.ops)
	r.encode(x, w)
	return r.At(x)
}

// At returns the latency at an encoding, [edge*8 + operation].
func (r *Regressor) At(x []float64) float64 {
	_, y := r.forward(x)
	return r.mean + r.std*y
}

// Gradient writes dLAT/dx at an encoding into dx and returns LAT.
func (r *Regressor) Gradient(dx, x []float64) float64 {
	a, y := r.forward(x)
	r.backward(a, r.std, nil, dx)
	return r.mean + r.std*y
}

// Edges is the number of edges of the cells that it knows.
func (r *Regressor) Edges() int { return r.edges }
