package supernet

import (
	"edgewise/sim/kernel"
	"edgewise/sim/mixop"
)

// Bytes returns the memory that the net holds, by what it is for. It grows only
// when an operation runs for the first time.
func (n *Net[T]) Bytes() mixop.Bytes {
	images := func(list ...mixop.Images[T]) (v int64) {
		for _, x := range list {
			v += mixop.Size[T](len(x.Data))
		}
		return v
	}
	b := mixop.WeightBytes([]*mixop.Weight[T]{n.stem.conv, n.head.w}).Add(mixop.WeightBytes(n.stem.norm.Weights())).Add(n.stem.norm.Bytes())
	b.Activations += images(n.stem.v)
	b.Partials += mixop.Size[T](len(n.stem.gram))
	b.Statistics += mixop.Size[kernel.Moment](len(n.stem.m)+len(n.head.m)) + mixop.Size[float64](len(n.head.feat)+len(n.head.dfeat)+len(n.stem.sum))
	for _, a := range n.acts {
		b.Activations += images(a.X)
		b.Gradients += images(a.G)
	}
	for _, l := range n.cells {
		for i, q := range l.pre {
			b = b.Add(q.Bytes())
			b.Activations += images(q.V, l.in[i].X)
			b.Gradients += images(l.in[i].G)
		}
		b = b.Add(l.block.Bytes())
	}
	b.Scratch = int64(n.team.Size()) * mixop.Size[T](n.scratchValues)
	return b
}

// Live returns the bytes of the tensors that must live at the turn from the last
// forward pass to its backward pass, for any way to compute the step: the outputs of
// stem, preprocessings and operations that a batch norm reads again, the activations
// that weights' gradients and ReLUs need, indices of maxima, the gradient of the last
// cell's output, and the weights with their gradients. What is left out can be made
// again from these or is only a sum: padded images, depthwise outputs, normalised
// values, and the gradients of earlier activations, which are born when later
// activations have died.
func (n *Net[T]) Live() int64 {
	values := n.batch * n.stem.v.Shape.Len()
	last := len(n.cells) - 1
	for i, l := range n.cells {
		values += n.batch * n.acts[i].X.Shape.Len()
		for p, q := range l.pre {
			values += n.batch * (q.Out.Len() + l.in[p].X.Shape.Len())
		}
		if i == last {
			values += n.batch * n.acts[i+1].G.Shape.Len()
		}
	}
	for _, p := range n.params {
		values += len(p.Value) + len(p.Grad)
	}
	bytes := mixop.Size[T](values)
	for i, l := range n.cells {
		bytes += l.block.Live(i == last)
	}
	return bytes
}
