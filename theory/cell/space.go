package cell

import "fmt"

// Kind tells a normal cell from a reduction cell (whose edges from the inputs
// have stride 2). Cells of one kind share one set of architecture parameters.
type Kind int

// The two kinds of cells.
const (
	Normal Kind = iota
	Reduction
)

// String returns "normal" or "reduce", the names that DARTS logs use.
func (k Kind) String() string {
	if k == Reduction {
		return "reduce"
	}
	return "normal"
}

// MaxCells bounds the depth of a stack.
const MaxCells = 64

// Space is what a search may choose from: a list of operations on every edge
// of a cell, and a stack of such cells.
type Space struct {
	Ops   []Operation
	Cell  Cell
	Stack []Kind // one entry per cell, from the stem to the head
}

// NewSpace returns the space of a stack of cells; reductions lists the
// positions of the reduction cells. DARTS puts them at cells/3 and 2*cells/3.
func NewSpace(ops []Operation, c Cell, cells int, reductions []int) (Space, error) {
	if len(ops) == 0 {
		return Space{}, fmt.Errorf("a space needs at least one operation")
	}
	if cells < 1 || cells > MaxCells {
		return Space{}, fmt.Errorf("a stack needs 1 to %d cells, not %d", MaxCells, cells)
	}
	s := Space{Ops: ops, Cell: c, Stack: make([]Kind, cells)}
	for _, r := range reductions {
		if r < 0 || r >= cells {
			return Space{}, fmt.Errorf("reduction cell %d is outside the stack of %d", r, cells)
		}
		if s.Stack[r] == Reduction {
			return Space{}, fmt.Errorf("reduction cell %d is named twice", r)
		}
		s.Stack[r] = Reduction
	}
	return s, nil
}

// NoneIndex returns the index of none in the list of operations, or -1.
func (s Space) NoneIndex() int { return s.OpIndex(None) }

// OpIndex returns the index of the operation of that name, or -1.
func (s Space) OpIndex(name string) int {
	for k, o := range s.Ops {
		if o.Name == name {
			return k
		}
	}
	return -1
}

// Names returns the names of the operations, in order.
func (s Space) Names() []string { return names(s.Ops) }

// Kinds returns the kinds that occur in the stack, normal first.
func (s Space) Kinds() []Kind {
	var has [2]bool
	for _, k := range s.Stack {
		has[k] = true
	}
	var out []Kind
	for _, k := range []Kind{Normal, Reduction} {
		if has[k] {
			out = append(out, k)
		}
	}
	return out
}
