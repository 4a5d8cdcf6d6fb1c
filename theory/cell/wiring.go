package cell

import "fmt"

// Wiring is one choice of operation per edge of a cell: Wiring[e] is the index
// of the operation on edge e in the space's list of operations.
type Wiring []int

// Active returns, per edge, whether the edge carries an operation other than
// the one with index none. A none of -1 means that the space has no none.
func (w Wiring) Active(none int) []bool {
	out := make([]bool, len(w))
	for e, o := range w {
		out[e] = o != none
	}
	return out
}

// Reachable returns, per node of the cell (inputs first), whether an active
// path leads to it from an input. The inputs themselves are reachable.
func (c Cell) Reachable(active []bool) []bool {
	r := make([]bool, Inputs+c.Nodes)
	for i := range Inputs {
		r[i] = true
	}
	for e, ed := range c.Edges { // DARTS order is topological
		if active[e] && r[ed.From] {
			r[ed.To] = true
		}
	}
	return r
}

// Useful returns, per node, whether an active path leads from it to a node of
// the concat (a concat node leads to itself).
func (c Cell) Useful(active []bool) []bool {
	u := make([]bool, Inputs+c.Nodes)
	for _, j := range c.Concat {
		u[j] = true
	}
	for e := len(c.Edges) - 1; e >= 0; e-- {
		if ed := c.Edges[e]; active[e] && u[ed.To] {
			u[ed.From] = true
		}
	}
	return u
}

// Effective returns, per edge, whether it is active, its source is reached from
// an input and its target leads to the output: whether it can change the
// cell's output at all. In the minimal cell edge (2,3) is effective iff it is
// active and one of (0,2), (1,2) is.
func (c Cell) Effective(active []bool) []bool {
	r, u := c.Reachable(active), c.Useful(active)
	out := make([]bool, len(c.Edges))
	for e, ed := range c.Edges {
		out[e] = active[e] && r[ed.From] && u[ed.To]
	}
	return out
}

// Depth is the longest path, in edges, from an input to the output over active
// edges; 0 when no active path reaches the concat.
func (c Cell) Depth(active []bool) int {
	const unreached = -1
	d := make([]int, Inputs+c.Nodes)
	for j := Inputs; j < len(d); j++ {
		d[j] = unreached
	}
	for e, ed := range c.Edges {
		if active[e] && d[ed.From] != unreached {
			d[ed.To] = max(d[ed.To], d[ed.From]+1)
		}
	}
	best := 0
	for _, j := range c.Concat {
		best = max(best, d[j])
	}
	return best
}

// Width is the cell width of the NAS literature (Shu et al., ICLR 2020, there
// in units of channels): the sum over the intermediate nodes that lead to the
// output of the fraction of their effective incoming edges that start at a
// cell input; a node without effective edges adds 0. A cell in which every
// node is wired to the inputs only has width equal to its number of nodes.
func (c Cell) Width(active []bool) float64 {
	eff := c.Effective(active)
	w := 0.0
	for j := Inputs; j < Inputs+c.Nodes; j++ {
		in, all := 0, 0
		for _, e := range c.Into(j) {
			if eff[e] {
				all++
				if c.Edges[e].FromInput() {
					in++
				}
			}
		}
		if all > 0 {
			w += float64(in) / float64(all)
		}
	}
	return w
}

// Check refuses a wiring that does not fit the cell or the number of
// operations.
func (c Cell) Check(w Wiring, ops int) error {
	if len(w) != len(c.Edges) {
		return fmt.Errorf("a wiring of %d edges does not fit a cell of %d", len(w), len(c.Edges))
	}
	for e, o := range w {
		if o < 0 || o >= ops {
			return fmt.Errorf("edge %v: operation index %d is outside 0..%d", c.Edges[e], o, ops-1)
		}
	}
	return nil
}
