package gnn

import (
	"fmt"
	"math"

	"edgewise/sim/kernel"
	"edgewise/sim/supernet"
	"edgewise/theory/cell"
	"gonum.org/v1/gonum/blas"
)

// Net is one architecture with its weights, or the supernet around it. With X
// the features, A' the gcn matrix, s the activation,
//
//	x_0 = s(X W_0),  x_1 = s(A' X W_1),  s_j = sum over edges (i,j) and k of Z^k O^k(x_i),  x_j = s(s_j),
//	logits = comb(x_2, x_3) W + b.
//
// The local cost of operation k on edge (i,j) is C^k = <dL/ds_j, O^k(x_i)> =
// dL/dZ^k: a positive cost means that the operation raises the loss.
type Net[T kernel.Float] struct {
	Arch Arch

	g       *Graph
	agg     aggregators[T]
	h       int
	in      [2]*tensor[T]
	out     *tensor[T]
	bias    *tensor[T]
	ops     [5][]*message[T] // [edge][op]; nil where the net does not hold the operation
	weights []*tensor[T]     // in a fixed order

	feat   [2][]T // X and A'X
	s, x   [4][]T // s[j] and x[j]; [node][h]
	comb   []T    // [node][width]
	logits []T    // [node][classes]
	gates  [5][]float64

	ds, dx  [4][]T
	dcomb   []T
	dlogits []T
	rows    []T
	drows   []T
	labels  []uint8
	Samples []supernet.Sample // of the split of the last Forward
	split   []int
}

// Bench holds what all nets on a graph share: its matrices and features.
type Bench[T kernel.Float] struct {
	Graph *Graph
	agg   aggregators[T]
	feat  [2][]T
}

// NewBench prepares a graph.
func NewBench[T kernel.Float](g *Graph) *Bench[T] {
	b := &Bench[T]{Graph: g, agg: newAggregators[T](g)}
	n, d := g.Model.Nodes, g.Model.Dim
	b.feat[0], b.feat[1] = make([]T, n*d), make([]T, n*d)
	for i, v := range g.X {
		b.feat[0][i] = T(v)
	}
	mul(blas.NoTrans, blas.NoTrans, n, d, n, b.agg.gcn, b.feat[0], 0, b.feat[1])
	return b
}

// NewNet builds the net of an architecture with weights from w. With all true
// it holds every operation of every edge, as a supernet does, else only those
// that the architecture takes.
func NewNet[T kernel.Float](b *Bench[T], a Arch, w Weights, all bool) (*Net[T], error) {
	if err := a.Check(); err != nil {
		return nil, err
	}
	g := b.Graph
	n, h := g.Model.Nodes, Hidden[a.Hidden]
	net := &Net[T]{Arch: a, g: g, agg: b.agg, h: h, feat: b.feat}
	net.in[0], net.in[1] = net.weight(w, "input 0", g.Model.Dim, h), net.weight(w, "input 1", g.Model.Dim, h)
	for e := range net.ops {
		net.ops[e] = make([]*message[T], len(Operations()))
		net.gates[e] = make([]float64, len(Operations()))
		net.gates[e][a.Edges[e]] = 1
		for k, name := range Operations() {
			if !all && k != a.Edges[e] {
				continue
			}
			m := newMessage[T](name, n, h)
			net.ops[e][k] = m
			if name == cell.None || name == cell.Skip {
				continue
			}
			at := Decision(e) + " " + name
			m.w = net.weight(w, at, h, h)
			if name == GAT {
				m.a, m.b = net.weight(w, at+" a", h, 1), net.weight(w, at+" b", h, 1)
			}
		}
	}
	width := h
	if Combinations[a.Combination] == "concat" {
		width = 2 * h
	}
	net.out = net.weight(w, "classifier", width, g.Model.Classes)
	net.bias = net.weight(w, "bias", g.Model.Classes, 1)
	for j := range net.x {
		net.s[j], net.x[j], net.ds[j], net.dx[j] = make([]T, n*h), make([]T, n*h), make([]T, n*h), make([]T, n*h)
	}
	net.comb, net.dcomb = make([]T, n*width), make([]T, n*width)
	net.logits, net.dlogits = make([]T, n*g.Model.Classes), make([]T, n*g.Model.Classes)
	return net, nil
}

func (n *Net[T]) weight(w Weights, name string, rows, cols int) *tensor[T] {
	t := newTensor[T](name, rows, cols)
	v := make([]float64, rows*cols)
	w.Take(n.Arch, name, rows, cols, v)
	for i := range v {
		t.value[i] = T(v[i])
	}
	n.weights = append(n.weights, t)
	return t
}

// Give hands the weights back.
func (n *Net[T]) Give(w Weights) {
	for _, t := range n.weights {
		v := make([]float64, len(t.value))
		for i := range v {
			v[i] = float64(t.value[i])
		}
		w.Give(n.Arch, t.Name, t.Rows, t.Cols, v)
	}
}

// SetGates replaces the one-hot gates of the architecture by z [edge][op].
func (n *Net[T]) SetGates(z [5][]float64) {
	for e := range z {
		copy(n.gates[e], z[e])
	}
}

// Forward runs the graph through the net and returns mean loss and entropy over
// the nodes of a split. Logits that are not finite are an error.
func (n *Net[T]) Forward(split []int) error {
	g := n.g
	for j := range 2 {
		mul(blas.NoTrans, blas.NoTrans, g.Model.Nodes, n.h, g.Model.Dim, n.feat[j], n.in[j].value, 0, n.s[j])
		n.activate(n.x[j], n.s[j])
	}
	for j := 2; j < 4; j++ {
		clear(n.s[j])
		for e, ed := range cell.Minimal().Edges {
			if ed.To != j {
				continue
			}
			for k, m := range n.ops[e] {
				if m == nil {
					continue
				}
				m.forward(g, n.agg, n.x[ed.From])
				if z := n.gates[e][k]; z != 0 {
					kernel.Axpy(len(m.y), T(z), m.y, 1, n.s[j], 1)
				}
			}
		}
		n.activate(n.x[j], n.s[j])
	}
	n.combine()
	c := g.Model.Classes
	for i := range g.Model.Nodes {
		copy(n.logits[i*c:][:c], n.bias.value)
	}
	mul(blas.NoTrans, blas.NoTrans, g.Model.Nodes, c, n.out.Rows, n.comb, n.out.value, 1, n.logits)
	n.split = split
	n.rows, n.labels = n.rows[:0], n.labels[:0]
	for _, i := range split {
		n.rows, n.labels = append(n.rows, n.logits[i*c:][:c]...), append(n.labels, g.Labels[i])
	}
	n.Samples = append(n.Samples[:0], make([]supernet.Sample, len(split))...)
	n.drows = append(n.drows[:0], make([]T, len(n.rows))...)
	if err := supernet.CrossEntropy(n.rows, n.labels, c, n.drows, n.Samples); err != nil {
		return fmt.Errorf("%s: %w", n.Arch, err)
	}
	return nil
}

// Loss is the mean loss over the split of the last Forward.
func (n *Net[T]) Loss() float64 {
	s := 0.0
	for _, x := range n.Samples {
		s += x.Loss
	}
	return s / float64(len(n.Samples))
}

// Accuracy is the share of nodes of the split that are classified correctly.
func (n *Net[T]) Accuracy() float64 {
	s := 0.0
	for _, x := range n.Samples {
		if x.Correct {
			s++
		}
	}
	return s / float64(len(n.Samples))
}

func (n *Net[T]) combine() {
	h := n.h
	switch Combinations[n.Arch.Combination] {
	case "concat":
		for i := range n.g.Model.Nodes {
			copy(n.comb[2*i*h:], n.x[2][i*h:][:h])
			copy(n.comb[(2*i+1)*h:], n.x[3][i*h:][:h])
		}
	case "sum":
		for i := range n.comb {
			n.comb[i] = n.x[2][i] + n.x[3][i]
		}
	default:
		for i := range n.comb {
			n.comb[i] = max(n.x[2][i], n.x[3][i])
		}
	}
}

func (n *Net[T]) activate(dst, s []T) {
	switch Activations[n.Arch.Activation] {
	case "linear":
		copy(dst, s)
	case "relu":
		kernel.Relu(dst, s)
	case "tanh":
		for i, v := range s {
			dst[i] = T(math.Tanh(float64(v)))
		}
	default:
		for i, v := range s {
			dst[i] = v
			if v < 0 {
				dst[i] = T(math.Expm1(float64(v)))
			}
		}
	}
}

// activateBackward sets ds = s'(s) dx.
func (n *Net[T]) activateBackward(j int) {
	ds, dx, s, x := n.ds[j], n.dx[j], n.s[j], n.x[j]
	for i, d := range dx {
		switch Activations[n.Arch.Activation] {
		case "relu":
			if !(s[i] > 0) {
				d = 0
			}
		case "tanh":
			d *= 1 - x[i]*x[i]
		case "elu":
			if s[i] < 0 {
				d *= x[i] + 1
			}
		}
		ds[i] = d
	}
}
