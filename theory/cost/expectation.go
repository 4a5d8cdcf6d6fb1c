package cost

import "fmt"

// step is the scratch of one state: the polynomial prod (q+ps) over the edges
// from nodes of digit 1, and the functionals on it.
type step struct {
	edges  []int     // edges from digit 1
	q, p   []float64 // of these edges
	a      []float64 // coefficients of prod (q+ps)
	prefix []float64 // coefficients of a partial product
	u      []float64 // sum_m f[m] d[m+k]
	suffix []float64 // functionals of the partial products, row by row
	d      []float64 // adjoint of digit 1 less that of digit 2
}

func newStep(degree, width int) step {
	n := degree + 1
	return step{edges: make([]int, 0, n), q: make([]float64, 0, n), p: make([]float64, 0, n), a: make([]float64, n+1),
		prefix: make([]float64, n+1), u: make([]float64, n+1), suffix: make([]float64, n*(n+1)), d: make([]float64, width+n+1)}
}

// load gathers the edges into the layer's node for one state and returns
// alpha = prod q over the edges from digit 1 and beta = prod q over those from
// digit 2.
func (t *step) load(l *layer, state int32, p []float64) (alpha, beta float64) {
	t.edges, t.q, t.p = t.edges[:0], t.q[:0], t.p[:0]
	alpha, beta = 1, 1
	for k := range l.in {
		i := &l.in[k]
		digit := int32(1)
		if !i.input {
			digit = state / i.stride % i.base
		}
		pe := p[i.edge]
		switch digit {
		case 1:
			t.edges, t.q, t.p = append(t.edges, i.edge), append(t.q, 1-pe), append(t.p, pe)
			alpha *= 1 - pe
		case 2:
			beta *= 1 - pe
		}
	}
	return alpha, beta
}

// multiply fills a with the coefficients of prod (q+ps).
func (t *step) multiply() {
	t.a[0] = 1
	for n := range t.q {
		t.a[n+1] = t.p[n] * t.a[n]
		for k := n; k > 0; k-- {
			t.a[k] = t.q[n]*t.a[k] + t.p[n]*t.a[k-1]
		}
		t.a[0] *= t.q[n]
	}
}

// check refuses vectors that do not fit the cell and probabilities outside
// [0,1].
func (x *Expectation) check(p, dst []float64) error {
	if len(p) != len(x.cell.Edges) || len(dst) != len(p) {
		return fmt.Errorf("expected costs: %d probabilities and %d results for a cell of %d edges", len(p), len(dst), len(x.cell.Edges))
	}
	for e, v := range p {
		if !(v >= 0 && v <= 1) {
			return fmt.Errorf("expected costs: edge %v is active with probability %v, outside [0,1]", x.cell.Edges[e], v)
		}
	}
	return nil
}

// forward fills polys: coefficient m of a state is the weight of m effective
// edges so far.
func (x *Expectation) forward(p []float64) {
	x.polys[0][0] = 1
	for k := range x.layers {
		l := &x.layers[k]
		out := x.polys[k+1]
		clear(out)
		width := l.width + len(l.in)
		for s := range l.states {
			f := x.polys[k][s*l.width : (s+1)*l.width]
			alpha, beta := x.step.load(l, int32(s), p)
			x.step.multiply()
			none := int(l.next[s]) * width
			one := none + int(l.digit)*width
			two := one + int(l.digit)*width
			ab := alpha * beta
			for m, v := range f {
				if v == 0 {
					continue
				}
				out[none+m] += ab * v
				for i := 1; i <= len(x.step.q); i++ {
					w := beta * x.step.a[i] * v
					out[one+m+i] += w
					if !l.concat {
						out[two+m+i] -= w
					}
				}
				if !l.concat {
					out[two+m] += (1 - ab) * v
				}
			}
		}
	}
}

// adjoint adds to dst[e] the expectation of table[n] 1_e given that e is
// active, after forward.
func (x *Expectation) adjoint(dst, p, table []float64) {
	clear(dst)
	last := len(x.layers) - 1
	copy(x.ahead, table)
	for k := last; k >= 0; k-- {
		l := &x.layers[k]
		for s := range l.states {
			x.back(l, k, s, dst, p)
		}
		x.ahead, x.here = x.here, x.ahead
	}
}

// back is one state of one layer of the adjoint pass.
func (x *Expectation) back(l *layer, k, s int, dst, p []float64) {
	t := &x.step
	f := x.polys[k][s*l.width : (s+1)*l.width]
	alpha, beta := t.load(l, int32(s), p)
	t.multiply()
	width, n := l.width+len(l.in), len(t.q)
	none := int(l.next[s]) * width
	one := none + int(l.digit)*width
	d := x.ahead[one : one+width]
	ab := alpha * beta
	g := x.here[s*l.width : (s+1)*l.width]
	zero := x.ahead[none : none+width]
	if l.concat {
		for m := range g {
			g[m] = ab * zero[m]
		}
	} else {
		two := x.ahead[one+int(l.digit)*width:][:width]
		for m := range g {
			g[m] = ab*zero[m] + (1-ab)*two[m]
		}
		for m := range width {
			t.d[m] = d[m] - two[m]
		}
		d = t.d[:width]
	}
	clear(t.u[:n+1])
	for m, v := range f {
		sum := 0.0
		for i := 1; i <= n; i++ {
			sum += t.a[i] * d[m+i]
			t.u[i] += v * d[m+i]
		}
		g[m] += beta * sum
	}
	t.share(dst, beta)
}

// share adds beta sum_k (prod over the other edges)[k] u[k+1] to each edge.
func (t *step) share(dst []float64, beta float64) {
	n := len(t.q)
	if n == 0 {
		return
	}
	w := n // row e of suffix: functional after the edges e+1.. are applied
	row := func(e int) []float64 { return t.suffix[e*w : (e+1)*w] }
	copy(row(n-1), t.u[1:n+1])
	for e := n - 1; e > 0; e-- {
		from, to := row(e), row(e-1)
		for k := range e {
			to[k] = t.q[e]*from[k] + t.p[e]*from[k+1]
		}
	}
	t.prefix[0] = 1
	for e := range n {
		sum := 0.0
		for k, v := range row(e)[:e+1] {
			sum += t.prefix[k] * v
		}
		dst[t.edges[e]] += beta * sum
		t.prefix[e+1] = t.p[e] * t.prefix[e]
		for k := e; k > 0; k-- {
			t.prefix[k] = t.q[e]*t.prefix[k] + t.p[e]*t.prefix[k-1]
		}
		t.prefix[0] *= t.q[e]
	}
}

// Costs writes C_e = E[phi(n) 1_e | e active] for each edge, where phi[n] is the
// cost of one of n effective edges, n = 0..edges (P4.3, P5.4; phi[0] is not
// used). p[e] is the probability that e is active. phi with fewer entries than
// edges+1, and probabilities outside [0,1], are errors.
func (x *Expectation) Costs(dst, p, phi []float64) error {
	if err := x.check(p, dst); err != nil {
		return err
	}
	if len(phi) != len(x.table) {
		return fmt.Errorf("expected costs: phi has %d entries, want one for each n = 0..%d", len(phi), len(x.cell.Edges))
	}
	x.forward(p)
	copy(x.table, phi)
	x.adjoint(dst, p, x.table)
	return nil
}

// Shares writes r_e = P(e effective | e active) and h_e = E[1_e/n | e active]
// (P4.3); sum_e p_e h_e = P(n >= 1) and sum_e p_e r_e = E[n].
func (x *Expectation) Shares(r, h, p []float64) error {
	if err := x.check(p, r); err != nil {
		return err
	}
	if err := x.check(p, h); err != nil {
		return err
	}
	x.forward(p)
	for n := range x.table {
		x.table[n] = 1
	}
	x.adjoint(r, p, x.table)
	for n := 1; n < len(x.table); n++ {
		x.table[n] = 1 / float64(n)
	}
	x.adjoint(h, p, x.table)
	return nil
}

// Effective writes P(n effective edges), n = 0..edges, into dst.
func (x *Expectation) Effective(dst, p []float64) error {
	if len(dst) != len(x.table) {
		return fmt.Errorf("distribution of effective edges: %d results, want %d", len(dst), len(x.table))
	}
	if err := x.check(p, p); err != nil {
		return err
	}
	x.forward(p)
	copy(dst, x.polys[len(x.layers)])
	return nil
}
