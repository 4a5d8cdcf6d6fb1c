package supernet

import "edgewise/sim/mixop"

// Planned is what Bytes will say once the live operations, live[cell][edge][op], and
// no others have run: together, as under soft gates, or with one, one per edge and
// pass, as under sampled ones. Nothing is taken.
func (n *Net[T]) Planned(live [][][]bool, one bool) mixop.Bytes {
	b := n.Bytes()
	for c, l := range n.cells {
		have, want := l.block.Bytes(), l.block.Planned(live[c], one)
		b.Activations += want.Activations - have.Activations
	}
	return b
}

// Release gives back the tensors that the live operations do not need. What it
// forgets of the last forward pass makes a Backward before the next Forward an error.
func (n *Net[T]) Release(live [][][]bool, one bool) {
	n.ready = false
	for c, l := range n.cells {
		l.block.Release(live[c], one)
	}
}
