package cell

import "fmt"

// Inputs is the number of input nodes of every cell: node 0 is the output of
// the cell before the last, node 1 the output of the last cell.
const Inputs = 2

// MaxNodes bounds the intermediate nodes of a cell; a spec that asks for more
// is refused before memory is taken.
const MaxNodes = 32

// Edge is a directed edge (From, To) of a cell; From < To and To is an
// intermediate node. Node numbers count the inputs: 0 and 1 are the inputs,
// 2, 3, ... the intermediate nodes.
type Edge struct {
	From, To int
}

// String returns "(i,j)".
func (e Edge) String() string { return fmt.Sprintf("(%d,%d)", e.From, e.To) }

// FromInput says whether the edge starts at one of the cell's inputs.
func (e Edge) FromInput() bool { return e.From < Inputs }

// Cell is a DAG in DARTS edge order: all edges into node 2, then all edges
// into node 3, and so on, each group by source: (0,2),(1,2),(0,3),(1,3),(2,3),...
// The output is the channel-wise concatenation of the nodes in Concat.
type Cell struct {
	Nodes  int    // number of intermediate nodes
	Edges  []Edge // in DARTS order
	Concat []int  // node numbers, ascending
}

// DARTS returns the full cell with the given number of intermediate nodes whose
// output concatenates the last multiplier of them. The minimal cell of the
// paper is DARTS(2, 2): five edges, of which index 4 is (2,3).
func DARTS(nodes, multiplier int) (Cell, error) {
	if nodes < 1 || nodes > MaxNodes {
		return Cell{}, fmt.Errorf("a cell needs 1 to %d intermediate nodes, not %d", MaxNodes, nodes)
	}
	if multiplier < 1 || multiplier > nodes {
		return Cell{}, fmt.Errorf("a cell of %d intermediate nodes cannot concatenate its last %d", nodes, multiplier)
	}
	c := Cell{Nodes: nodes}
	for j := Inputs; j < Inputs+nodes; j++ {
		for i := range j {
			c.Edges = append(c.Edges, Edge{i, j})
		}
	}
	for j := Inputs + nodes - multiplier; j < Inputs+nodes; j++ {
		c.Concat = append(c.Concat, j)
	}
	return c, nil
}

// Minimal returns the minimal cell of the paper, DARTS(2, 2).
func Minimal() Cell {
	c, err := DARTS(2, 2)
	if err != nil {
		panic(err)
	}
	return c
}

// EdgeIndex returns the index of edge (from, to), or -1.
func (c Cell) EdgeIndex(from, to int) int {
	for k, e := range c.Edges {
		if e.From == from && e.To == to {
			return k
		}
	}
	return -1
}

// Into returns the indices of the edges that enter node j, by source.
func (c Cell) Into(j int) []int {
	var out []int
	for k, e := range c.Edges {
		if e.To == j {
			out = append(out, k)
		}
	}
	return out
}

// OutOf returns the indices of the edges that leave node i, in edge order.
func (c Cell) OutOf(i int) []int {
	var out []int
	for k, e := range c.Edges {
		if e.From == i {
			out = append(out, k)
		}
	}
	return out
}

// InConcat says whether node j is part of the output.
func (c Cell) InConcat(j int) bool {
	for _, n := range c.Concat {
		if n == j {
			return true
		}
	}
	return false
}
