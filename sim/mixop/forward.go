package mixop

import "edgewise/sim/kernel"

// Begin sets the weights of the mixed operations, z[edge][op], for a batch, and
// decides what will run: the operations with a weight other than 0, and with all
// also the others (their costs are then those of the weight's derivative at 0).
// Nothing has been computed afterwards; memory is taken at first use.
func (k *Block[T]) Begin(z [][]float64, batch int, train, all bool) {
	k.train, k.batch = train, batch
	for _, n := range k.from {
		for _, p := range []*Pooled[T]{n.max, n.avg} {
			if p != nil {
				p.ran = false
			}
		}
	}
	if !train {
		for _, n := range k.NodeNorms() {
			n.Running()
		}
	}
	for e, ed := range k.edges {
		slot := 0
		for i, o := range ed.ops {
			o.Z, o.Cost = z[e][i], 0
			o.ran = o.kind != none && (all || o.Z != 0)
			if !o.ran {
				continue
			}
			if o.pool != nil && !o.pool.ran { // the first edge that pools lends the others its memory
				o.pool.begin(ed.slot(&slot, k.Batch, o.pool.Out))
			}
			if o.head != nil {
				o.head.V = ed.slot(&slot, k.Batch, o.head.Out)
				o.head.prepare()
			}
			if o.tail != nil {
				o.tail.V = ed.slot(&slot, k.Batch, o.tail.Out)
				o.tail.prepare()
			}
			if o.reduction != nil {
				o.reduction.V = ed.slot(&slot, k.Batch, o.reduction.Out)
			}
			if !train {
				for _, n := range o.Norms() {
					n.Running()
				}
				o.Norm.Weigh(o.Z)
			}
		}
	}
}

// slot hands out the edge's tensors in order: an edge that runs one operation at a
// time needs no more memory than its largest operation.
func (e *edge[T]) slot(next *int, batch int, shape kernel.Planes) Images[T] {
	if *next == len(e.slots) {
		e.slots = append(e.slots, NewImages[T](batch, shape.C, shape.H, shape.W))
	}
	*next++
	return e.slots[*next-1]
}

// NeedsExpand says whether any operation runs on an edge that leaves node i.
func (k *Block[T]) NeedsExpand(i int) bool { return k.leaving(i, func(o *Op[T]) bool { return o.ran }) }

// NeedsSecond says whether a separable convolution runs on an edge that leaves
// node i.
func (k *Block[T]) NeedsSecond(i int) bool {
	return k.leaving(i, func(o *Op[T]) bool { return o.ran && o.tail != nil })
}

func (k *Block[T]) leaving(i int, f func(*Op[T]) bool) bool {
	for _, e := range k.from[i].out {
		for _, o := range e.ops {
			if f(o) {
				return true
			}
		}
	}
	return false
}

func used[T kernel.Float](ops []*Op[T], f func(*Op[T]) bool) bool {
	for _, o := range ops {
		if f(o) {
			return true
		}
	}
	return false
}

func ran[T kernel.Float](o *Op[T]) bool { return o.ran }

// Expand runs the first linear map of every operation that leaves node i on image
// b: pad and ReLU once, all depthwise and pointwise convolutions, each pooling
// once, and the moments of each.
func (k *Block[T]) Expand(s *Scratch[T], i, b int) {
	n := k.from[i]
	x := n.X.At(b)
	if n.max != nil && used(n.maxU, ran[T]) {
		n.max.forward(b, x)
	}
	if n.avg != nil && used(n.avgU, ran[T]) {
		n.avg.forward(b, x)
	}
	padded := false
	for _, e := range n.out {
		for _, o := range e.ops {
			if !o.ran {
				continue
			}
			if o.reduction != nil {
				o.reduction.Forward(s, b, o.reduction.Rectify(s, x))
			}
			if o.head != nil {
				if !padded {
					kernel.CopyRelu(s.Get(n.padID), n.pad, x, n.X.Shape)
					padded = true
				}
				o.head.Forward(s, b, s.Get(n.padID), n.pad)
			}
		}
	}
}

// ExpandDone makes the batch statistics after Expand of all images.
func (k *Block[T]) ExpandDone(i int) {
	if !k.train {
		return
	}
	for _, e := range k.from[i].out {
		for _, o := range e.ops {
			if !o.ran {
				continue
			}
			switch o.kind {
			case identity:
			case maxPool, avgPool:
				o.Norm.Batch(o.pool.M, k.batch)
			case reduce:
				o.Norm.Batch(o.reduction.M, k.batch)
			default:
				o.head.Norm.Batch(o.head.M, k.batch)
			}
			if o.tail == nil {
				o.Norm.Weigh(o.Z)
			}
		}
	}
}

// Second runs the second half of the separable convolutions that leave node i.
func (k *Block[T]) Second(s *Scratch[T], i, b int) {
	n := k.from[i]
	for _, e := range n.out {
		for _, o := range e.ops {
			if o.ran && o.tail != nil {
				k.inner(s, n, o, b)
				o.tail.Forward(s, b, s.Get(n.midID), n.mid)
			}
		}
	}
}

// inner fills the padded, rectified activation between the two halves.
func (k *Block[T]) inner(s *Scratch[T], n *node[T], o *Op[T], b int) {
	o.head.Norm.Apply(s.Get(n.midID), n.mid, o.head.V.At(b), o.head.Out, true)
}

// SecondDone makes the batch statistics after Second of all images.
func (k *Block[T]) SecondDone(i int) {
	if !k.train {
		return
	}
	for _, e := range k.from[i].out {
		for _, o := range e.ops {
			if o.ran && o.tail != nil {
				o.tail.Norm.Batch(o.tail.M, k.batch)
				o.Norm.Weigh(o.Z)
			}
		}
	}
}

// Mix computes x_j = Σ Z·BN(·) of image b; a node without active input is exactly zero.
// With batch norm behind the node it is that sum, with its moments.
func (k *Block[T]) Mix(j, b int) {
	n := k.nodes[j]
	x := n.total().At(b)
	k.mix(n, x, j, b)
	if n.behind != nil {
		c := n.X.Shape.C
		kernel.ChannelMoments(n.behind.m[b*c:][:c], x, n.X.Shape)
	}
}

// mix writes the sum of a node's operations to x.
func (k *Block[T]) mix(n *node[T], x []T, j, b int) {
	var some [termsAtOnce]kernel.Term[T]
	at, small := 0, false
	for _, e := range n.in {
		for _, o := range e.ops {
			if o.live() {
				if at < len(some) {
					some[at] = o.Norm.Term(o.value(b))
				}
				at++
				small = small || o.Norm.small
			}
		}
	}
	if at <= len(some) && !small {
		kernel.NormaliseMix(x, n.X.Shape, some[:at])
	} else {
		k.mixEach(n, x, b)
	}
	if k.by != nil {
		k.by.join(j, b, n, n.in)
	}
}

// termsAtOnce bounds the operations of a node that one pass takes without memory of
// its own.
const termsAtOnce = 64

// mixEach is Mix one operation after the other, a few channels at a time.
func (k *Block[T]) mixEach(n *node[T], x []T, b int) {
	for lo := 0; lo < n.X.Shape.C; lo += n.group.C {
		p := n.group
		p.C = min(p.C, n.X.Shape.C-lo)
		from, to := lo*p.PlaneStride, (lo+p.C)*p.PlaneStride
		d, empty := x[from:to], true
		for _, e := range n.in {
			for _, o := range e.ops {
				if o.live() {
					o.Norm.Mix(d, o.value(b)[from:to], p, lo, o.Z, !empty)
					empty = false
				}
			}
		}
		if empty {
			clear(d)
		}
	}
}
