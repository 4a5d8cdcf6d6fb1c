package mixop

import "edgewise/sim/kernel"

// The methods of this file list what a stage reads and writes of an image, in the order of
// its use, so that it is fetched while the image before is computed. Scratch is left out:
// it stays in the caches.

// Visit appends the images to a list.
func (x Images[T]) Visit(v *kernel.Visits) {
	if len(x.Data) > 0 {
		kernel.Visit(v, x.At(0), x.Stride)
	}
}

// ExpandVisits lists what Expand of node i touches of an image.
func (k *Block[T]) ExpandVisits(v *kernel.Visits, i int) {
	n := k.from[i]
	n.X.Visit(v)
	for _, p := range []*Pooled[T]{n.max, n.avg} {
		if p != nil && p.ran {
			p.V.Visit(v)
		}
	}
	for _, e := range n.out {
		for _, o := range e.ops {
			switch {
			case !o.ran:
			case o.reduction != nil:
				o.reduction.V.Visit(v)
			case o.head != nil:
				o.head.V.Visit(v)
			}
		}
	}
}

// SecondVisits lists what Second of node i touches of an image.
func (k *Block[T]) SecondVisits(v *kernel.Visits, i int) {
	for _, e := range k.from[i].out {
		for _, o := range e.ops {
			if o.ran && o.tail != nil {
				o.head.V.Visit(v)
				o.tail.V.Visit(v)
			}
		}
	}
}

// MixVisits lists what Mix of node j touches of an image.
func (k *Block[T]) MixVisits(v *kernel.Visits, j int) {
	n := k.nodes[j]
	n.total().Visit(v)
	for _, e := range n.in {
		for _, o := range e.ops {
			if o.live() {
				o.values().Visit(v)
			}
		}
	}
}

// SumsVisits lists what Sums of node j touches of an image.
func (k *Block[T]) SumsVisits(v *kernel.Visits, j int, flat bool) {
	n := k.nodes[j]
	n.G.Visit(v)
	for _, e := range n.in {
		for _, o := range e.ops {
			if o.ran && !(flat && (o.moments() != nil || o.source.mean != nil)) {
				o.values().Visit(v)
			}
		}
	}
}

// SecondBackVisits lists what SecondBack of node i touches of an image.
func (k *Block[T]) SecondBackVisits(v *kernel.Visits, i int) {
	for _, e := range k.from[i].out {
		for _, o := range e.ops {
			if o.live() && o.tail != nil {
				o.head.V.Visit(v)
				o.target.G.Visit(v)
				o.tail.V.Visit(v)
			}
		}
	}
}

// FirstBackVisits lists what FirstBack of node i touches of an image.
func (k *Block[T]) FirstBackVisits(v *kernel.Visits, i int, data bool) {
	n := k.from[i]
	n.X.Visit(v)
	for _, e := range n.out {
		for _, o := range e.ops {
			switch {
			case !o.live():
			case o.kind == reduce:
				o.reduction.V.Visit(v)
			case o.kind == dilated:
				o.target.G.Visit(v)
				o.head.V.Visit(v)
			case o.kind == separable:
				o.tail.V.Visit(v)
				o.head.V.Visit(v)
			}
		}
	}
	if !data {
		return
	}
	n.G.Visit(v)
	for _, p := range []*Pooled[T]{n.max, n.avg} {
		if p != nil && p.ran {
			p.V.Visit(v)
		}
	}
}
