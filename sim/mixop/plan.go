package mixop

// tensors returns how many of its edge's tensors the operation needs, a pooling that no
// other edge lends included.
func (o *Op[T]) tensors() (n int) {
	if o.head != nil {
		n++
	}
	if o.tail != nil {
		n++
	}
	if o.reduction != nil || o.pool != nil {
		n++
	}
	return n
}

// needed returns, per edge, the tensors that the live operations need, run together
// or one per edge and pass, and per node whether its poolings are used.
func (k *Block[T]) needed(live [][]bool, one bool) (slots []int, pools map[*Pooled[T]]bool) {
	slots, pools = make([]int, len(k.edges)), map[*Pooled[T]]bool{}
	for e, ed := range k.edges {
		for i, o := range ed.ops {
			switch {
			case !live[e][i]:
			case one:
				slots[e] = max(slots[e], o.tensors())
			case !pools[o.pool]: // the first edge that pools lends the others its tensor
				slots[e] += o.tensors()
			}
			if live[e][i] && o.pool != nil {
				pools[o.pool] = true
			}
		}
	}
	return slots, pools
}

// Planned is what Bytes will say once the live operations, live[edge][op], and no
// others have run: together, or with one, one per edge and pass. Nothing is taken.
func (k *Block[T]) Planned(live [][]bool, one bool) Bytes {
	b := k.Bytes()
	for _, e := range k.edges {
		for _, s := range e.slots {
			b.Activations -= Size[T](len(s.Data))
		}
	}
	slots, pools := k.needed(live, one)
	for e, ed := range k.edges {
		n := k.nodes[ed.to]
		b.Activations += int64(slots[e]) * Size[T](k.Batch*n.X.Shape.Len())
	}
	for _, n := range k.from {
		for _, p := range []*Pooled[T]{n.max, n.avg} {
			if p == nil {
				continue
			}
			b.Activations -= int64(len(p.arg))
			if pools[p] && p.Max {
				b.Activations += int64(k.Batch * p.Out.Len())
			}
		}
	}
	return b
}

// Release gives back the tensors that the live operations do not need.
func (k *Block[T]) Release(live [][]bool, one bool) {
	slots, pools := k.needed(live, one)
	for e, ed := range k.edges {
		if len(ed.slots) > slots[e] {
			clear(ed.slots[slots[e]:])
			ed.slots = ed.slots[:slots[e]]
		}
		for i, o := range ed.ops {
			if !live[e][i] {
				for _, d := range []*Separable[T]{o.head, o.tail} {
					if d != nil {
						d.V = Images[T]{}
					}
				}
				if o.reduction != nil {
					o.reduction.V = Images[T]{}
				}
			}
		}
	}
	for _, n := range k.from {
		for _, p := range []*Pooled[T]{n.max, n.avg} {
			if p == nil {
				continue
			}
			if p.V = (Images[T]{}); !pools[p] { // its tensor is an edge's
				p.arg = nil
			}
		}
	}
}
