package mixop

import "edgewise/sim/kernel"

// The methods of this file queue what a stage will read and write of an image, in the
// order of its use, so that it is fetched while the image before is computed. Scratch is
// left out: it stays in the caches.

// ExpandAhead queues what Expand of node i will touch of image b.
func (k *Block[T]) ExpandAhead(a *kernel.Ahead, i, b int) {
	n := k.from[i]
	kernel.Want(a, n.X.At(b))
	for _, p := range []*Pooled[T]{n.max, n.avg} {
		if p != nil && p.ran {
			kernel.Want(a, p.V.At(b))
		}
	}
	for _, e := range n.out {
		for _, o := range e.ops {
			switch {
			case !o.ran:
			case o.reduction != nil:
				kernel.Want(a, o.reduction.V.At(b))
			case o.head != nil:
				kernel.Want(a, o.head.V.At(b))
			}
		}
	}
}

// SecondAhead queues what Second of node i will touch of image b.
func (k *Block[T]) SecondAhead(a *kernel.Ahead, i, b int) {
	for _, e := range k.from[i].out {
		for _, o := range e.ops {
			if o.ran && o.tail != nil {
				kernel.Want(a, o.head.V.At(b))
				kernel.Want(a, o.tail.V.At(b))
			}
		}
	}
}

// MixAhead queues what Mix of node j will touch of image b.
func (k *Block[T]) MixAhead(a *kernel.Ahead, j, b int) {
	n := k.nodes[j]
	kernel.Want(a, n.total().At(b))
	for _, e := range n.in {
		for _, o := range e.ops {
			if o.live() {
				kernel.Want(a, o.value(b))
			}
		}
	}
}

// SumsAhead queues what Sums of node j will touch of image b.
func (k *Block[T]) SumsAhead(a *kernel.Ahead, j, b int, flat bool) {
	n := k.nodes[j]
	kernel.Want(a, n.G.At(b))
	for _, e := range n.in {
		for _, o := range e.ops {
			if o.ran && !(flat && o.moments() != nil) {
				kernel.Want(a, o.value(b))
			}
		}
	}
}

// SecondBackAhead queues what SecondBack of node i will touch of image b.
func (k *Block[T]) SecondBackAhead(a *kernel.Ahead, i, b int) {
	for _, e := range k.from[i].out {
		for _, o := range e.ops {
			if o.live() && o.tail != nil {
				kernel.Want(a, o.head.V.At(b))
				kernel.Want(a, o.target.G.At(b))
				kernel.Want(a, o.tail.V.At(b))
			}
		}
	}
}

// FirstBackAhead queues what FirstBack of node i will touch of image b.
func (k *Block[T]) FirstBackAhead(a *kernel.Ahead, i, b int, data bool) {
	n := k.from[i]
	kernel.Want(a, n.X.At(b))
	for _, e := range n.out {
		for _, o := range e.ops {
			switch {
			case !o.live():
			case o.kind == reduce:
				kernel.Want(a, o.reduction.V.At(b))
			case o.kind == dilated:
				kernel.Want(a, o.target.G.At(b))
				kernel.Want(a, o.head.V.At(b))
			case o.kind == separable:
				kernel.Want(a, o.tail.V.At(b))
				kernel.Want(a, o.head.V.At(b))
			}
		}
	}
	if !data {
		return
	}
	kernel.Want(a, n.G.At(b))
	for _, p := range []*Pooled[T]{n.max, n.avg} {
		if p != nil && p.ran {
			kernel.Want(a, p.V.At(b))
		}
	}
}
