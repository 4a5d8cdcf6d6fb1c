package supernet

// pooled says whether the head takes the means over the planes of cell c's nodes from the
// moments of what enters them: those of the last cell, unless batch norm stands behind its
// nodes or channels go by its operations. A node that no operation leaves is then not
// computed at all, but for Want.Output.
func (n *Net[T]) pooled(c int) bool {
	return c == len(n.cells)-1 && !n.cfg.NodeNorm && n.cfg.Partial < 2
}

// mixes says whether the forward pass computes node j of cell c.
func (n *Net[T]) mixes(c, j int) bool { return !n.pooled(c) || n.cells[c].block.NeedsExpand(j) }

// features takes the means of image b that the head reads.
func (n *Net[T]) features(b int) {
	last := len(n.cells) - 1
	if !n.pooled(last) {
		n.head.pool(b, n.acts[last+1].X.At(b))
		return
	}
	at := b * n.head.c
	for _, j := range n.cfg.Space.Cell.Concat {
		at += copy(n.head.feat[at:], n.cells[last].block.Averages(j, b))
	}
}
