package mixop

import "edgewise/sim/kernel"

// Average writes GAP(O^k(x)) of image b, the mean over the plane of each channel of
// the operation's output, as the last forward pass left it; 0 for an operation that
// did not run. dst has a value per channel of the target node.
func (o *Op[T]) Average(dst []float64, b int) {
	clear(dst)
	if !o.ran || o.kind == none {
		return
	}
	c := len(dst)
	m := o.moments()
	if m == nil {
		m = make([]kernel.Moment, c)
		kernel.ChannelMoments(m, o.value(b), o.source.X.Shape)
	} else {
		m = m[b*c:][:c]
	}
	o.Norm.addAverage(dst, m, 1)
}

// addAverage adds z·(mean over the plane of y) per channel, from the moments of v.
func (n *Norm[T]) addAverage(dst []float64, m []kernel.Moment, z float64) {
	for c := range dst {
		y := (m[c].Mean - float64(n.Mean[c])) * n.istd[c]
		if n.Gamma != nil {
			y = y*float64(n.Gamma.Value[c]) + float64(n.Beta.Value[c])
		}
		dst[c] += z * y
	}
}

// KeepAverages makes room for the means that InputAverage and Average take; the block
// has neither partial channels nor batch norm behind its nodes.
func (k *Block[T]) KeepAverages() {
	for _, n := range k.nodes {
		n.mean = make([]float64, k.Batch*n.X.Shape.C)
	}
}

// InputAverage takes the means over the planes of input i of image b: of q's output,
// from the moments of the forward pass.
func (k *Block[T]) InputAverage(i, b int, q *Pointwise[T]) {
	d := k.Averages(i, b)
	clear(d)
	q.Norm.addAverage(d, q.M[b*len(d):][:len(d)], 1)
}

// Average takes the means over the planes of x_j of image b from the moments of what
// enters the node, without x_j itself:
//
//	GAP x_j = Σ_{i<j} Σ_k Z^k_ij · GAP O^k_ij(x_i)
//
// It may take the place of Mix for a node that is only pooled.
func (k *Block[T]) Average(j, b int) {
	d := k.Averages(j, b)
	clear(d)
	for _, e := range k.nodes[j].in {
		for _, o := range e.ops {
			if !o.live() {
				continue
			}
			if m := o.moments(); m != nil {
				o.Norm.addAverage(d, m[b*len(d):][:len(d)], o.Z)
				continue
			}
			for c, v := range o.source.mean[b*len(d):][:len(d)] {
				d[c] += o.Z * v
			}
		}
	}
}

// Averages are the means of node j of image b that InputAverage or Average has taken.
func (k *Block[T]) Averages(j, b int) []float64 {
	c := k.nodes[j].X.Shape.C
	return k.nodes[j].mean[b*c:][:c]
}
