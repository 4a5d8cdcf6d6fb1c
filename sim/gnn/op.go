package gnn

import (
	"math"

	"edgewise/sim/kernel"
	"edgewise/theory/cell"
	"gonum.org/v1/gonum/blas"
)

// Names of the message functions of an edge, besides cell.None and cell.Skip.
// With u = x W and N(i) the neighbours of i with i itself:
//
//	gcn   y = D^{-1/2} A D^{-1/2} u             (Kipf and Welling 2017)
//	mean  y = D^{-1} A u                        (GraphSAGE-mean, Hamilton et al. 2017)
//	sum   y = A u                               (GIN's aggregation, Xu et al. 2019)
//	max   y_ic = max over j in N(i) of u_jc     (GraphSAGE-pool without its bias)
//	gat   y_i = sum over j in N(i) of P_ij u_j,  P_i = softmax_j leaky(a·u_i + b·u_j)   (Velickovic et al. 2018, one head)
//
// All are homogeneous of degree 1 in x but for gat, whose attention moves with
// x; none passes through batch norm, so every edge passes its cost back.
const (
	GCN  = "gcn"
	Mean = "mean"
	Sum  = "sum"
	Max  = "max"
	GAT  = "gat"
)

// leak is the slope of GAT's leaky ReLU below zero.
const leak = 0.2

// Operations returns the message functions of an edge in Edgewise's order.
func Operations() []string { return []string{cell.None, cell.Skip, GCN, Mean, Sum, Max, GAT} }

// message is one message function on one edge: it keeps what its backward pass
// needs. h is the hidden size, x and y are [node][h].
type message[T kernel.Float] struct {
	name   string
	n, h   int
	w      *tensor[T] // [h][h]; nil for none and skip
	a, b   *tensor[T] // [h]; gat
	u, y   []T
	arg    []int
	p, pre [][]T // gat: attention and its leaky argument, per node over its neighbours
	du     []T
}

func newMessage[T kernel.Float](name string, n, h int) *message[T] {
	return &message[T]{name: name, n: n, h: h, y: make([]T, n*h)}
}

// forward fills y from x.
func (m *message[T]) forward(g *Graph, agg aggregators[T], x []T) {
	switch m.name {
	case cell.None:
		return
	case cell.Skip:
		copy(m.y, x)
		return
	}
	if m.u == nil {
		m.u, m.du = make([]T, m.n*m.h), make([]T, m.n*m.h)
	}
	mul(blas.NoTrans, blas.NoTrans, m.n, m.h, m.h, x, m.w.value, 0, m.u)
	if a := m.linear(agg); a != nil {
		mul(blas.NoTrans, blas.NoTrans, m.n, m.h, m.n, a, m.u, 0, m.y)
		return
	}
	if m.name == Max {
		m.maxForward(g)
		return
	}
	m.attend(g)
}

func (m *message[T]) linear(agg aggregators[T]) []T {
	return map[string][]T{GCN: agg.gcn, Mean: agg.mean, Sum: agg.sum}[m.name]
}

func (m *message[T]) maxForward(g *Graph) {
	if m.arg == nil {
		m.arg = make([]int, m.n*m.h)
	}
	for i := range m.n {
		for c := range m.h {
			best := g.near[i][0]
			for _, j := range g.near[i][1:] {
				if m.u[j*m.h+c] > m.u[best*m.h+c] {
					best = j
				}
			}
			m.arg[i*m.h+c] = best
			m.y[i*m.h+c] = m.u[best*m.h+c]
		}
	}
}

func (m *message[T]) attend(g *Graph) {
	if m.p == nil {
		m.p, m.pre = make([][]T, m.n), make([][]T, m.n)
		for i := range m.p {
			m.p[i], m.pre[i] = make([]T, len(g.near[i])), make([]T, len(g.near[i]))
		}
	}
	s, t := make([]float64, m.n), make([]float64, m.n)
	for i := range m.n {
		s[i], t[i] = dot(m.u[i*m.h:][:m.h], m.a.value), dot(m.u[i*m.h:][:m.h], m.b.value)
	}
	clear(m.y)
	for i := range m.n {
		top, sum := math.Inf(-1), 0.0
		for k, j := range g.near[i] {
			v := s[i] + t[j]
			m.pre[i][k] = T(v)
			top = max(top, leaky(v))
		}
		e := make([]float64, len(g.near[i]))
		for k, j := range g.near[i] {
			e[k] = math.Exp(leaky(s[i]+t[j]) - top)
			sum += e[k]
		}
		for k, j := range g.near[i] {
			m.p[i][k] = T(e[k] / sum)
			kernel.Axpy(m.h, m.p[i][k], m.u[j*m.h:][:m.h], 1, m.y[i*m.h:][:m.h], 1)
		}
	}
}

func leaky(v float64) float64 {
	if v < 0 {
		return leak * v
	}
	return v
}

// backward adds dL/dx to dx and dL/dw to the gradients of the weights, given
// z dL/dy = z·g: z is the gate of the operation.
func (m *message[T]) backward(gr *Graph, agg aggregators[T], x, g []T, z T, dx []T) {
	switch m.name {
	case cell.None:
		return
	case cell.Skip:
		kernel.Axpy(len(dx), z, g, 1, dx, 1)
		return
	}
	switch a := m.linear(agg); {
	case a != nil:
		kernel.Gemm(blas.Trans, blas.NoTrans, m.n, m.h, m.n, z, a, m.n, g, m.h, 0, m.du, m.h)
	case m.name == Max:
		clear(m.du)
		for i, j := range m.arg {
			m.du[j*m.h+i%m.h] += z * g[i]
		}
	default:
		m.attendBackward(gr, g, z)
	}
	mul(blas.Trans, blas.NoTrans, m.h, m.h, m.n, x, m.du, 1, m.w.grad)
	mul(blas.NoTrans, blas.Trans, m.n, m.h, m.h, m.du, m.w.value, 1, dx)
}

// attendBackward fills du: y_i = sum_j P_ij u_j with P = softmax(leaky(s_i + t_j)),
// s = u a, t = u b.
func (m *message[T]) attendBackward(gr *Graph, g []T, z T) {
	clear(m.du)
	ds, dt := make([]float64, m.n), make([]float64, m.n)
	for i := range m.n {
		gi := g[i*m.h:][:m.h]
		dp := make([]float64, len(gr.near[i]))
		mean := 0.0
		for k, j := range gr.near[i] {
			dp[k] = float64(z) * dot(gi, m.u[j*m.h:][:m.h])
			mean += float64(m.p[i][k]) * dp[k]
			kernel.Axpy(m.h, z*m.p[i][k], gi, 1, m.du[j*m.h:][:m.h], 1)
		}
		for k, j := range gr.near[i] {
			d := float64(m.p[i][k]) * (dp[k] - mean)
			if m.pre[i][k] < 0 {
				d *= leak
			}
			ds[i] += d
			dt[j] += d
		}
	}
	for i := range m.n {
		ui, di := m.u[i*m.h:][:m.h], m.du[i*m.h:][:m.h]
		kernel.Axpy(m.h, T(ds[i]), ui, 1, m.a.grad, 1)
		kernel.Axpy(m.h, T(dt[i]), ui, 1, m.b.grad, 1)
		kernel.Axpy(m.h, T(ds[i]), m.a.value, 1, di, 1)
		kernel.Axpy(m.h, T(dt[i]), m.b.value, 1, di, 1)
	}
}
