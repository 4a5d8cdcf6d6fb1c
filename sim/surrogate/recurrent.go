package surrogate

import "math"

// lstm advances h and c by one token of a long short-term memory,
//
//	[i f o u] = x·Wxᵀ + h·Whᵀ + b,  c' = σ(f)·c + σ(i)·tanh u,  h' = σ(o)·tanh c'
//
// with Wx [4H][I], Wh [4H][H], b [1][4H].
func (t *tape) lstm(x, h, c *array, p *cellParams) (*array, *array) {
	a := t.sum(1, t.linear(x, p.wx, p.b), t.linear(h, p.wh, nil))
	n := c.cols
	hn, cn := t.array(c.rows, n), t.array(c.rows, n)
	gate := t.take(len(a.v)) // σ(i), σ(f), σ(o), tanh u
	th := t.take(len(cn.v))  // tanh c'
	for b := range c.rows {
		z, q := a.row(b), gate[b*4*n:][:4*n]
		for k := range 3 * n {
			q[k] = 1 / (1 + math.Exp(-z[k]))
		}
		for k := 3 * n; k < 4*n; k++ {
			q[k] = math.Tanh(z[k])
		}
		for k := range n {
			s := q[n+k]*c.row(b)[k] + q[k]*q[3*n+k]
			cn.row(b)[k], th[b*n+k] = s, math.Tanh(s)
			hn.row(b)[k] = q[2*n+k] * th[b*n+k]
		}
	}
	t.then(func() {
		for b := range c.rows {
			q, ga := gate[b*4*n:][:4*n], a.grow(b)
			for k := range n {
				i, f, o, u, tc := q[k], q[n+k], q[2*n+k], q[3*n+k], th[b*n+k]
				gh := hn.grow(b)[k]
				gc := cn.grow(b)[k] + gh*o*(1-tc*tc)
				c.grow(b)[k] += gc * f
				ga[k] += gc * u * i * (1 - i)
				ga[n+k] += gc * c.row(b)[k] * f * (1 - f)
				ga[2*n+k] += gh * tc * o * (1 - o)
				ga[3*n+k] += gc * i * (1 - u*u)
			}
		}
	})
	return hn, cn
}

// attend returns Σ_t a_t·m_t per sample with a = softmax_t ⟨q, m_t⟩/√H.
func (t *tape) attend(q *array, memory []*array) *array {
	y := t.array(q.rows, q.cols)
	n, scale := len(memory), 1/math.Sqrt(float64(q.cols))
	weight := t.take(q.rows * n)
	for b := range q.rows {
		a := weight[b*n:][:n]
		for k, m := range memory {
			a[k] = scale * dot(q.row(b), m.row(b))
		}
		softmax(a, a)
		for k, m := range memory {
			axpy(y.row(b), a[k], m.row(b))
		}
	}
	ga := t.take(n)
	t.then(func() {
		for b := range q.rows {
			a, mean := weight[b*n:][:n], 0.0
			for k, m := range memory {
				axpy(m.grow(b), a[k], y.grow(b))
				ga[k] = dot(y.grow(b), m.row(b))
				mean += a[k] * ga[k]
			}
			for k, m := range memory {
				g := scale * a[k] * (ga[k] - mean)
				axpy(q.grow(b), g, m.row(b))
				axpy(m.grow(b), g, q.row(b))
			}
		}
	})
	return y
}
