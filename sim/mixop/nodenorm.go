package mixop

import "edgewise/sim/kernel"

// nodeNorm is x_j = BN(s_j), s_j = sum_e sum_k Z^k O^k(x_i): batch norm without affine
// behind the sum of a node, as in DARTS-PRIME. The node's value is then of degree 0
// in all gates that enter it: sum_e sum_k Z^k C^k = 0 over a batch, up to eps.
type nodeNorm[T kernel.Float] struct {
	norm *Norm[T]
	sum  Images[T]       // s_j
	m    []kernel.Moment // [B][C] of s_j
}

func newNodeNorm[T kernel.Float](name string, batch, c, h, w int, eps float64) *nodeNorm[T] {
	return &nodeNorm[T]{NewNorm[T](name, batch, c, eps, false), NewImages[T](batch, c, h, w), make([]kernel.Moment, batch*c)}
}

// NodeNorms lists the batch norms behind the nodes, if any.
func (k *Block[T]) NodeNorms() []*Norm[T] {
	var out []*Norm[T]
	for _, n := range k.nodes {
		if n.behind != nil {
			out = append(out, n.behind.norm)
		}
	}
	return out
}

// total is where the incoming operations of a node are summed.
func (n *node[T]) total() Images[T] {
	if n.behind != nil {
		return n.behind.sum
	}
	return n.X
}

// MixDone makes the batch statistics behind node j after Mix of all images.
func (k *Block[T]) MixDone(j int) {
	if b := k.nodes[j].behind; k.train {
		b.norm.Batch(b.m, k.batch)
	}
}

// Normalise writes x_j of image b from the sum.
func (k *Block[T]) Normalise(j, b int) {
	n := k.nodes[j]
	n.behind.norm.Apply(n.X.At(b), n.X.Shape, n.behind.sum.At(b), n.X.Shape, false)
}

// NormSums records, for image b, what batch norm behind node j needs of dL/dx_j.
func (k *Block[T]) NormSums(j, b int) {
	n := k.nodes[j]
	n.behind.norm.Sums(b, n.G.At(b), n.behind.sum.At(b), n.X.Shape, false)
}

// NormSumsDone derives the coefficients of the gradient after NormSums of all images.
func (k *Block[T]) NormSumsDone(j int) { k.nodes[j].behind.norm.Fold(k.batch, 1, k.theta) }

// NormBack replaces dL/dx_j of image b by dL/ds_j.
func (k *Block[T]) NormBack(j, b int) {
	n := k.nodes[j]
	g, s := n.G.At(b), n.X.Shape
	n.behind.norm.Gradient(g, s, g, s, n.behind.sum.At(b), s, false)
}

func (b *nodeNorm[T]) bytes() Bytes {
	out := b.norm.Bytes()
	out.Activations += Size[T](len(b.sum.Data))
	out.Statistics += Size[kernel.Moment](len(b.m))
	return out
}
