package mixop

import "edgewise/sim/kernel"

// The backward pass visits the nodes from the last to the first. When ∂L/∂x_j is
// complete, Sums takes the inner products with every operation that enters j
// (costs, and the sums that batch norm needs). When that is done for all edges that
// leave node i, SecondBack takes the separable convolutions of these edges back to
// their inner norm, and FirstBack the rest, completing ∂L/∂x_i.

// BeginBackward sets what is wanted: gradients of the weights, or costs alone.
func (k *Block[T]) BeginBackward(theta bool) { k.theta = theta }

// ClearFresh zeroes the gradients of image b at the intermediate nodes that are
// not part of the output.
func (k *Block[T]) ClearFresh(b int) {
	if k.by != nil {
		k.by.begin(b)
	}
	for _, n := range k.nodes[2:] {
		if n.fresh {
			clear(n.G.At(b))
		}
	}
}

// HasInputs says whether any operation that enters node j ran.
func (k *Block[T]) HasInputs(j int) bool {
	if k.by != nil {
		return true // what goes by them does
	}
	for _, e := range k.nodes[j].in {
		for _, o := range e.ops {
			if o.ran {
				return true
			}
		}
	}
	return false
}

// Sums records, for image b, the inner products of ∂L/∂x_j with the operations
// that enter node j, in one pass over all of them. With flat the gradient is constant
// over each plane (global pooling made it, and nothing else was added): then the moments
// of the forward pass hold the sums.
func (k *Block[T]) Sums(j, b int, flat bool) {
	n := k.nodes[j]
	if k.by != nil {
		k.by.split(j, b, n, n.in)
	}
	g := n.G.At(b)
	var some [termsAtOnce]kernel.Pair[T]
	at := 0
	for _, e := range n.in {
		for _, o := range e.ops {
			if !o.ran {
				continue
			}
			if flat && k.flatSums(o, b, g, n.X.Shape) {
				continue
			}
			if at == len(some) {
				kernel.GradientSums(g, n.X.Shape, some[:])
				at = 0
			}
			some[at] = o.Norm.Pair(b, o.value(b))
			at++
		}
	}
	kernel.GradientSums(g, n.X.Shape, some[:at])
}

// flatSums is Sums of one operation for a gradient that is constant over each plane, from
// the moments of its values or the mean of its source; it tells whether there were any.
func (k *Block[T]) flatSums(o *Op[T], b int, g []T, p kernel.Planes) bool {
	m := o.moments()
	switch {
	case m != nil:
		for c, v := range m[b*p.C:][:p.C] {
			o.Norm.sumFlat(b, c, v.N*float64(g[c*p.PlaneStride]), v.Mean)
		}
	case o.source.mean != nil:
		for c, v := range o.source.mean[b*p.C:][:p.C] {
			o.Norm.sumFlat(b, c, float64(p.H*p.W)*float64(g[c*p.PlaneStride]), v)
		}
	default:
		return false
	}
	return true
}

// SumsDone derives costs and gradient coefficients after Sums of all images.
func (k *Block[T]) SumsDone(j int) {
	for _, e := range k.nodes[j].in {
		for _, o := range e.ops {
			if o.ran {
				o.Norm.Fold(k.batch, o.Z, k.theta)
				o.Cost = o.Norm.Cost()
			}
		}
		k.from[e.from].foldPools()
	}
}

// foldPools sums the coefficients of shared poolings; after the last target's Fold
// they are complete.
func (n *node[T]) foldPools() {
	if n.max != nil {
		n.max.fold(n.maxU)
	}
	if n.avg != nil {
		n.avg.fold(n.avgU)
	}
}

// NeedsFirstBack says whether anything goes back over the edges that leave node i.
func (k *Block[T]) NeedsFirstBack(i int) bool {
	return k.leaving(i, func(o *Op[T]) bool { return o.live() })
}

// NeedsSecondBack says whether separable convolutions do.
func (k *Block[T]) NeedsSecondBack(i int) bool {
	return k.leaving(i, func(o *Op[T]) bool { return o.live() && o.tail != nil })
}

// SecondBack takes ∂L/∂x_j of image b back through the second halves of the
// separable convolutions that leave node i. The gradient at the inner ReLU's
// output replaces v of the second half, which nothing needs any more.
func (k *Block[T]) SecondBack(s *Scratch[T], i, b, chunk int, first bool) {
	n := k.from[i]
	for _, e := range n.out {
		for _, o := range e.ops {
			if !o.live() || o.tail == nil {
				continue
			}
			if k.theta {
				k.inner(s, n, o, b)
			}
			dr := o.tail.V.At(b)
			o.tail.Backward(s, b, chunk, first, o.target.G.At(b), false, s.Get(n.midID), n.mid, dr, false, k.theta)
			if o.head.Norm.Beta != nil {
				maskAffine(s.Get(n.midFlat), dr, o.head, b)
			}
			o.head.Norm.Sums(b, dr, o.head.V.At(b), o.head.Out, o.head.Norm.Beta == nil)
		}
	}
}

// maskAffine zeroes the gradient where the affine norm's output is not positive.
func maskAffine[T kernel.Float](y, dr []T, d *Separable[T], b int) {
	y = y[:len(dr)]
	d.Norm.Apply(y, d.Out, d.V.At(b), d.Out, false)
	for i, v := range y {
		if v <= 0 {
			dr[i] = 0
		}
	}
}

// SecondBackDone folds after SecondBack of all images.
func (k *Block[T]) SecondBackDone(i int) {
	chunks := min(k.batch, Chunks)
	for _, e := range k.from[i].out {
		for _, o := range e.ops {
			if !o.live() || o.tail == nil {
				continue
			}
			o.head.Norm.Fold(k.batch, 1, k.theta)
			if k.theta {
				o.tail.Reduce(chunks)
			}
		}
	}
}

// FirstBack takes image b back over all edges that leave node i and completes
// ∂L/∂x_i if data is set.
func (k *Block[T]) FirstBack(s *Scratch[T], i, b, chunk int, first, data bool) {
	n := k.from[i]
	x := n.X.At(b)
	var dx, acc []T
	if data {
		dx = n.G.At(b)
		acc = s.Get(n.acc)[:n.X.Shape.Len()]
	}
	padded, rectified := false, false
	written := i >= 2 // an intermediate node's gradient has begun elsewhere
	for _, e := range n.out {
		for _, o := range e.ops {
			if !o.live() {
				continue
			}
			g := o.target.G.At(b)
			switch o.kind {
			case identity:
				if data {
					scale(dx, g, n.X.Shape, n.mask.zero, o.Norm.a, written)
					written = true
				}
			case reduce:
				o.reduction.Backward(s, b, chunk, first, o.reduction.Rectify(s, x), g, acc, rectified, k.theta)
				rectified = true
			case dilated, separable:
				if k.theta && !padded {
					kernel.CopyRelu(s.Get(n.padID), n.pad, x, n.X.Shape)
					padded = true
				}
				relu := false
				if o.kind == separable {
					g, relu = o.tail.V.At(b), o.head.Norm.Beta == nil
				}
				o.head.Backward(s, b, chunk, first, g, relu, s.Get(n.padID), n.pad, acc, rectified, k.theta)
				rectified = true
			}
		}
	}
	if !data {
		return
	}
	switch {
	case rectified && written:
		n.mask.Add(dx, acc, n.X.Shape, x, n.X.Shape)
	case rectified:
		n.mask.Write(dx, acc, n.X.Shape, x, n.X.Shape)
	case !written:
		clear(dx)
	}
	if n.max != nil {
		n.max.backward(s, b, n.maxU, dx)
	}
	if n.avg != nil {
		n.avg.backward(s, b, n.avgU, dx)
	}
}

// scale writes or adds dst = a[c]·g.
func scale[T kernel.Float](dst, g []T, p kernel.Planes, zero, a []T, add bool) {
	if add {
		kernel.NormaliseAdd(dst, p, g, p, zero, a)
	} else {
		kernel.Normalise(dst, p, g, p, zero, a, false)
	}
}

// FirstBackDone adds the parts of the weights' gradients after FirstBack of all
// images.
func (k *Block[T]) FirstBackDone(i int) {
	if !k.theta {
		return
	}
	chunks := min(k.batch, Chunks)
	for _, e := range k.from[i].out {
		for _, o := range e.ops {
			if !o.live() {
				continue
			}
			if o.head != nil {
				o.head.Reduce(chunks)
			}
			if o.reduction != nil {
				o.reduction.ReduceParts(chunks)
			}
		}
	}
}

// OutputCost is ⟨∂L/∂(concat)_j, x_j⟩ of image b, to be called when the gradient of
// the output is complete and nothing has gone back into the cell.
func (k *Block[T]) OutputCost(j, b int) float64 {
	sum := 0.0
	x, g := k.nodes[j].X.At(b), k.nodes[j].G.At(b)
	if k.by != nil {
		x, g = k.by.x[j].At(b), k.by.g[j].At(b)
	}
	for i, v := range x {
		sum += float64(g[i]) * float64(v)
	}
	return sum
}
