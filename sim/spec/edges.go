package spec

import (
	"fmt"

	"edgewise/theory/cell"
)

// Allowed returns, per kind, edge and operation, whether the edge may take the
// operation: Allowed[kind][edge][op], with kind indexed by cell.Kind. A deleted
// edge allows nothing, a fixed edge one operation. Operations that are not
// allowed have probability 0 and no alpha gradient.
func (s Spec) Allowed() ([2][][]bool, error) {
	var out [2][][]bool
	space, err := s.Space()
	if err != nil {
		return out, err
	}
	for k := range out {
		out[k] = make([][]bool, len(space.Cell.Edges))
		for e := range out[k] {
			out[k][e] = make([]bool, len(space.Ops))
			for o := range out[k][e] {
				out[k][e][o] = true
			}
		}
	}
	for n, r := range s.Edges {
		if err := r.apply(space, &out); err != nil {
			return out, fmt.Errorf("edges[%d] %s: %w", n, r.Edge, err)
		}
	}
	return out, nil
}

func (r EdgeRule) apply(space cell.Space, allowed *[2][][]bool) error {
	var ed cell.Edge
	if n, err := fmt.Sscanf(r.Edge, "(%d,%d)", &ed.From, &ed.To); n != 2 || err != nil || ed.String() != r.Edge {
		return fmt.Errorf("an edge is written \"(from,to)\"")
	}
	e := space.Cell.EdgeIndex(ed.From, ed.To)
	if e < 0 {
		return fmt.Errorf("the cell has no such edge: it has %v", space.Cell.Edges)
	}
	set := 0
	for _, b := range []bool{r.Fix != "", r.Delete, len(r.Ops) > 0} {
		if b {
			set++
		}
	}
	if set != 1 {
		return fmt.Errorf("exactly one of fix, delete and ops must be set")
	}
	names := r.Ops
	if r.Fix != "" {
		names = []string{r.Fix}
	}
	keep := make([]bool, len(space.Ops))
	for _, name := range names {
		o := space.OpIndex(name)
		if o < 0 {
			return fmt.Errorf("operation %q is not in net.ops %v", name, space.Names())
		}
		keep[o] = true
	}
	switch r.Kind {
	case "", cell.Normal.String(), cell.Reduction.String():
	default:
		return fmt.Errorf("kind is %q: it must be normal, reduce or left out", r.Kind)
	}
	for _, k := range []cell.Kind{cell.Normal, cell.Reduction} {
		if r.Kind == "" || r.Kind == k.String() {
			copy(allowed[k][e], keep)
		}
	}
	return nil
}
