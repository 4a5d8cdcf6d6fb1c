package mixop

import (
	"unsafe"

	"edgewise/sim/kernel"
	"edgewise/theory/cell"
)

// Bytes is the memory that a net or a part of it holds, by what it is for.
type Bytes struct {
	Activations int64 // what the backward pass needs of the forward pass
	Gradients   int64 // of activations
	Weights     int64 // and their gradients
	Partials    int64 // gradients of weights by chunk of images
	Statistics  int64 // moments and sums by image, running statistics
	Scratch     int64 // of the workers
}

// Total is the sum.
func (b Bytes) Total() int64 {
	return b.Activations + b.Gradients + b.Weights + b.Partials + b.Statistics + b.Scratch
}

// Add returns the sum of two parts.
func (b Bytes) Add(c Bytes) Bytes {
	return Bytes{b.Activations + c.Activations, b.Gradients + c.Gradients, b.Weights + c.Weights, b.Partials + c.Partials, b.Statistics + c.Statistics, b.Scratch + c.Scratch}
}

// Size is the number of bytes of n values of T.
func Size[T any](n int) int64 {
	var v T
	return int64(n) * int64(unsafe.Sizeof(v))
}

// WeightBytes counts weights, their gradients and the gradients' parts.
func WeightBytes[T kernel.Float](list []*Weight[T]) (b Bytes) {
	for _, w := range list {
		b.Weights += Size[T](len(w.Value) + len(w.Grad))
		b.Partials += Size[T](len(w.parts))
	}
	return b
}

// Bytes counts what the norm keeps.
func (n *Norm[T]) Bytes() Bytes {
	return Bytes{Statistics: Size[T](len(n.RunMean)+len(n.RunVar)+7*n.channels) + Size[float64](len(n.sg)+len(n.sgx)+3*n.channels)}
}

// Bytes counts the unit without its output tensor.
func (p *Pointwise[T]) Bytes() Bytes {
	b := WeightBytes(p.Weights()).Add(p.Norm.Bytes())
	b.Statistics += Size[kernel.Moment](len(p.M))
	return b
}

func (d *Separable[T]) bytes() Bytes {
	b := WeightBytes(d.Weights()).Add(d.Norm.Bytes())
	b.Statistics += Size[kernel.Moment](len(d.M))
	return b
}

// Bytes counts the block's own memory: not its inputs and outputs. The tensors of
// operations are taken when first needed, so that a search that runs one operation
// per edge holds no more than the largest of them.
func (k *Block[T]) Bytes() (b Bytes) {
	for j, n := range k.nodes {
		if n.behind != nil {
			b = b.Add(n.behind.bytes())
		}
		b.Statistics += Size[float64](len(n.mean))
		for _, p := range []*Pooled[T]{k.from[j].max, k.from[j].avg} {
			if p != nil {
				b.Activations += int64(len(p.arg))
				b.Statistics += Size[kernel.Moment](len(p.M))
			}
		}
		if j >= 2 && n.fresh {
			b.Activations += Size[T](len(n.X.Data))
			b.Gradients += Size[T](len(n.G.Data))
		}
	}
	for _, e := range k.edges {
		for _, s := range e.slots {
			b.Activations += Size[T](len(s.Data))
		}
		for _, o := range e.ops {
			switch {
			case o.reduction != nil:
				b = b.Add(o.reduction.Bytes())
			case o.tail != nil:
				b = b.Add(o.head.bytes()).Add(o.tail.bytes())
			case o.head != nil:
				b = b.Add(o.head.bytes())
			case o.Norm != nil:
				b = b.Add(o.Norm.Bytes())
			}
		}
	}
	return b
}

// Live counts the bytes that the backward pass of the last forward pass must find: the
// values that batch norms read again, poolings with their indices, and the nodes that
// operations leave. Nodes of the output count only with last, when no later cell reads
// them anyway.
func (k *Block[T]) Live(last bool) (n int64) {
	for j, nd := range k.nodes {
		for _, p := range []*Pooled[T]{k.from[j].max, k.from[j].avg} {
			if p != nil && p.ran {
				n += Size[T](k.batch * p.Out.Len())
				if p.Max {
					n += int64(k.batch * p.Out.Len())
				}
			}
		}
		if j >= cell.Inputs && (nd.fresh || last) && k.NeedsExpand(j) {
			n += Size[T](k.batch * nd.X.Shape.Len())
		}
	}
	for _, e := range k.edges {
		for _, o := range e.ops {
			if !o.ran {
				continue
			}
			if o.reduction != nil {
				n += Size[T](k.batch * o.reduction.Out.Len())
			}
			for _, d := range []*Separable[T]{o.head, o.tail} {
				if d != nil {
					n += Size[T](k.batch * d.Out.Len())
				}
			}
		}
	}
	return n
}
