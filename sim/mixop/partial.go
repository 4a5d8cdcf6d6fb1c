package mixop

import (
	"edgewise/sim/kernel"
	"edgewise/theory/cell"
)

// bypass is what partial channels add to a cell (PC-DARTS): the operations of an edge
// see the first 1/K of the channels of its source, the rest goes by them, both times
// the edge's weight, and the channels of the sum are shuffled:
//
//	x_j = shuffle [Σ_e Σ_k Z^k_e·O^k(x_i[:C/K]); Σ_e β_e·x_i[C/K:]]
//
// Gates Z hold β already. Shuffling takes channel g·(C/K) + c to c·K + g.
type bypass[T kernel.Float] struct {
	k     int
	x, g  []Images[T] // whole activations of the nodes and their gradients
	fresh []bool      // the gradient starts at zero
	beta  []float64   // [edge]
	cost  [][]float64 // [edge][image]: ⟨∂L/∂x_j, x_i[C/K:]⟩
}

// split gives every node of the block a target of its own, with 1/parts of the
// channels, and a source that is a view of the first channels of the whole.
func (k *Block[T]) split(parts, h, w int) {
	y := &bypass[T]{k: parts, beta: make([]float64, len(k.Cell.Edges))}
	for range k.Cell.Edges {
		y.cost = append(y.cost, make([]float64, k.Batch))
	}
	k.by, k.from = y, nil
	for j, nd := range k.nodes {
		y.x, y.g, y.fresh = append(y.x, nd.X), append(y.g, nd.G), append(y.fresh, nd.fresh)
		c := nd.X.Shape.C / parts
		k.from = append(k.from, &node[T]{X: nd.X.Channels(0, c), G: nd.G.Channels(0, c), padID: -1, midID: -1, mask: NewMask[T](c)})
		if j >= cell.Inputs {
			nd.X, nd.G, nd.fresh, nd.mask = NewImages[T](k.Batch, c, h, w), NewImages[T](k.Batch, c, h, w), false, NewMask[T](c)
		}
	}
}

// Bypass sets the edges' weights for the next passes; a block without partial
// channels has none to set.
func (k *Block[T]) Bypass(beta []float64) {
	if k.by != nil {
		copy(k.by.beta, beta)
	}
}

// BypassCost is ∂L/∂β_e without the operations' part: what the rest of the channels
// costs on edge e, summed over the batch; 0 without partial channels.
func (k *Block[T]) BypassCost(e int) float64 {
	sum := 0.0
	if k.by != nil {
		for _, v := range k.by.cost[e][:k.batch] {
			sum += v
		}
	}
	return sum
}

// place is where the shuffle takes channel c of n.
func (y *bypass[T]) place(c, n int) int {
	part := n / y.k
	return c%part*y.k + c/part
}

// join makes x_j of image b from the sum of the operations and what goes by them.
func (y *bypass[T]) join(j, b int, n *node[T], in []*edge[T]) {
	x, p := y.x[j].At(b), y.x[j].Shape
	hw, sum := p.PlaneStride, n.X.At(b)
	for c := range p.C {
		dst := x[y.place(c, p.C)*hw:][:hw]
		if c < n.X.Shape.C {
			copy(dst, sum[c*hw:])
			continue
		}
		clear(dst)
		for _, e := range in {
			beta := T(y.beta[e.index])
			for i, v := range y.x[e.from].At(b)[c*hw:][:hw] {
				dst[i] += beta * v
			}
		}
	}
}

// begin clears, for image b, the gradients that start at zero: those of nodes outside
// the output, and of the inputs' channels that go by.
func (y *bypass[T]) begin(b int) {
	for j, g := range y.g {
		switch {
		case j < 2:
			clear(g.At(b)[g.Shape.C/y.k*g.Shape.PlaneStride:])
		case y.fresh[j]:
			clear(g.At(b))
		}
	}
}

// split takes ∂L/∂x_j of image b apart: the operations' part goes to the node's own
// gradient, the rest to the sources.
func (y *bypass[T]) split(j, b int, n *node[T], in []*edge[T]) {
	g, p := y.g[j].At(b), y.g[j].Shape
	hw, own := p.PlaneStride, n.G.At(b)
	for _, e := range in {
		y.cost[e.index][b] = 0
	}
	for c := range p.C {
		d := g[y.place(c, p.C)*hw:][:hw]
		if c < n.G.Shape.C {
			copy(own[c*hw:], d)
			continue
		}
		for _, e := range in {
			x, to := y.x[e.from].At(b)[c*hw:][:hw], y.g[e.from].At(b)[c*hw:][:hw]
			beta, sum := T(y.beta[e.index]), 0.0
			for i, v := range d {
				to[i] += beta * v
				sum += float64(v) * float64(x[i])
			}
			y.cost[e.index][b] += sum
		}
	}
}
