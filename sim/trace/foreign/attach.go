package foreign

import (
	"fmt"
	"slices"

	"edgewise/sim/spec"
	"edgewise/sim/trace"
)

// Attach gives a trace whose source does not say it the spec of its search, which
// rungs of prediction need. Cell and operations must be those of the trace.
func Attach(t *trace.Trace, s spec.Spec) error {
	m := &t.Manifest
	if m.Spec != nil {
		return fmt.Errorf("%s: its source says its own spec: leave the given one out", m.Name)
	}
	space, err := s.Space()
	if err != nil {
		return fmt.Errorf("the spec of %s: %w", m.Name, err)
	}
	var want trace.Manifest
	want.SetCell(space)
	for _, f := range []struct {
		field     string
		has, says any
	}{
		{"net.ops", m.Ops, want.Ops}, {"net.nodes", m.Nodes, want.Nodes}, {"edges", m.Edges, want.Edges}, {"kinds of cells (net.reductions)", m.Kinds, want.Kinds},
	} {
		if fmt.Sprint(f.has) != fmt.Sprint(f.says) {
			return fmt.Errorf("the spec of %s: %s is %v, but the trace has %v", m.Name, f.field, f.says, f.has)
		}
	}
	if len(m.Stack) > 0 && !slices.Equal(m.Stack, want.Stack) {
		return fmt.Errorf("the spec of %s: it stacks %d cells, but the trace has %d", m.Name, len(want.Stack), len(m.Stack))
	}
	m.Spec, m.Stack, m.Concat = &s, want.Stack, want.Concat
	m.Notes = append(m.Notes, "the spec was given at the import: the source does not say it")
	return nil
}
