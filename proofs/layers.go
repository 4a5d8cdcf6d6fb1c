package proofs

import "math"

// layer maps a batch [sample][channel] to another.
type layer func(x [][]float64) [][]float64

// each applies f to every entry.
func each(f func(float64) float64) layer {
	return func(x [][]float64) [][]float64 {
		y := clone(x)
		for i := range y {
			for c := range y[i] {
				y[i][c] = f(y[i][c])
			}
		}
		return y
	}
}

// linear is a 1x1 convolution with weights w [out][in] and a bias (nil: none).
func linear(w [][]float64, bias []float64) layer {
	return func(x [][]float64) [][]float64 {
		y := make([][]float64, len(x))
		for i := range x {
			y[i] = make([]float64, len(w))
			for o := range w {
				for c := range x[i] {
					y[i][o] += w[o][c] * x[i][c]
				}
				if bias != nil {
					y[i][o] += bias[o]
				}
			}
		}
		return y
	}
}

// batchNorm normalises every channel over the batch, without eps, and then
// applies gamma and beta.
func batchNorm(gamma, beta float64) layer {
	return func(x [][]float64) [][]float64 {
		y := clone(x)
		for c := range x[0] {
			mean, square := 0.0, 0.0
			for i := range x {
				mean += x[i][c] / float64(len(x))
			}
			for i := range x {
				square += (x[i][c] - mean) * (x[i][c] - mean) / float64(len(x))
			}
			for i := range x {
				y[i][c] = gamma*(x[i][c]-mean)/math.Sqrt(square) + beta
			}
		}
		return y
	}
}

// fixedNorm is batch norm in eval mode.
func fixedNorm(mean, sd float64) layer {
	return each(func(u float64) float64 { return (u - mean) / sd })
}

// layerNorm normalises every sample over its channels.
func layerNorm(x [][]float64) [][]float64 {
	y := clone(x)
	for i := range x {
		n := float64(len(x[i]))
		mean, square := sum(x[i])/n, 0.0
		for _, u := range x[i] {
			square += (u - mean) * (u - mean) / n
		}
		for c := range x[i] {
			y[i][c] = (x[i][c] - mean) / math.Sqrt(square)
		}
	}
	return y
}

// chain composes layers, the first one first.
func chain(list ...layer) layer {
	return func(x [][]float64) [][]float64 {
		for _, l := range list {
			x = l(x)
		}
		return x
	}
}

func relu(u float64) float64  { return math.Max(u, 0) }
func leaky(u float64) float64 { return math.Max(u, 0.1*u) }
func swish(u float64) float64 { return u / (1 + math.Exp(-u)) }

// handedBack returns <g, d/dt O(t x) at t = 1> = <J'g, x>, per sample, by
// central differences.
func handedBack(o layer, g, x [][]float64) []float64 {
	const h = 1e-5
	scaled := func(t float64) [][]float64 { return o(each(func(u float64) float64 { return t * u })(x)) }
	up, down := scaled(1+h), scaled(1-h)
	out := make([]float64, len(x))
	for i := range g {
		for c := range g[i] {
			out[i] += g[i][c] * (up[i][c] - down[i][c]) / (2 * h)
		}
	}
	return out
}

// inner is <g, y> over batch and channels.
func inner(g, y [][]float64) float64 {
	s := 0.0
	for i := range g {
		for c := range g[i] {
			s += g[i][c] * y[i][c]
		}
	}
	return s
}

// bench draws a batch, a weight matrix and an output gradient.
func bench(e *env) (x, w, g [][]float64) {
	for range 8 {
		x, g = append(x, e.normals(4, 1)), append(g, e.normals(4, 1))
	}
	for range 4 {
		w = append(w, e.normals(4, 1))
	}
	return x, w, g
}

// checkKept lists layers that keep the path law. Differences of the layers
// have errors of about h^2 = 1e-10.
func checkKept(e *env) (Outcome, error) {
	var m meter
	for range 5 {
		x, w, g := bench(e)
		norm := batchNorm(1, 0)
		if e.mutated {
			norm = fixedNorm(0.3, 1.2)
		}
		bias := e.normals(4, 1)
		for _, o := range []layer{
			chain(each(relu), linear(w, nil), norm),
			chain(each(relu), linear(w, nil), norm, each(func(u float64) float64 { return 1.7*u + 0.4 })),
			chain(each(leaky), linear(w, nil), norm),
			chain(norm, each(relu), linear(w, nil)),
		} {
			m.add(math.Abs(sum(handedBack(o, g, x))))
		}
		// A bias before batch norm is removed by the mean: it stays the same
		// map, whose degree is 0.
		with, without := chain(linear(w, bias), norm)(x), chain(linear(w, nil), norm)(x)
		for i := range with {
			for c := range with[i] {
				m.diff(with[i][c], without[i][c])
			}
		}
		for _, back := range handedBack(chain(each(leaky), linear(w, nil), layerNorm), g, x) {
			m.add(math.Abs(back))
		}
	}
	return m.within(1e-7)
}

// checkBroken lists layers that break it, with the exact excess where known.
func checkBroken(e *env) (Outcome, error) {
	var m meter
	for range 5 {
		x, w, g := bench(e)
		bias, norm := e.normals(4, 1), batchNorm(1, 0)
		f := []func(float64) float64{swish, math.Tanh}
		if e.mutated {
			bias, f = nil, []func(float64) float64{relu, leaky}
		}
		for _, act := range f {
			m.holds(math.Abs(sum(handedBack(chain(each(act), linear(w, nil), norm), g, x))) > 1e-4)
		}
		m.holds(math.Abs(sum(handedBack(chain(linear(w, bias), each(relu), linear(w, nil), norm), g, x))) > 1e-4)
		// No norm: R = C. Eval mode: R = C + <g, mu/sigma>.
		plain := chain(each(relu), linear(w, nil))
		m.holds(math.Abs(sum(handedBack(plain, g, x))-inner(g, plain(x))) < 1e-7)
		fixed := chain(plain, fixedNorm(0.3, 1.2))
		shift := 0.0
		for i := range g {
			shift += sum(g[i]) * 0.3 / 1.2
		}
		m.holds(math.Abs(sum(handedBack(fixed, g, x))-inner(g, fixed(x))-shift) < 1e-7)
	}
	return m.within(0)
}
