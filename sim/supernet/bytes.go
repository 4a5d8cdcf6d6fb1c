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
	b.Statistics += mixop.Size[kernel.Moment](len(n.stem.m)+len(n.head.m)) + mixop.Size[float64](len(n.head.feat)+len(n.head.dfeat))
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
