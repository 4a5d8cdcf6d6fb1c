package trace

import (
	"fmt"

	"edgewise/theory/cell"
)

// Bounds of what a manifest may claim, so that a damaged or hostile file is
// refused before memory is taken.
const (
	maxOps   = 256
	maxEdges = cell.MaxNodes * (cell.MaxNodes + 3) / 2
)

func (m *Manifest) check(path string) error {
	fail := func(field, format string, args ...any) error {
		return fmt.Errorf("%s: %s: %s", path, field, fmt.Sprintf(format, args...))
	}
	if m.Format != Format {
		return fail("format", "it is %q: this program reads %q", m.Format, Format)
	}
	if m.Origin != Observed && m.Origin != Predicted {
		return fail("origin", "it is %q: it must be %q or %q", m.Origin, Observed, Predicted)
	}
	if len(m.Kinds) < 1 || len(m.Kinds) > 2 {
		return fail("kinds", "%d kinds: a trace has 1 or 2", len(m.Kinds))
	}
	if m.Nodes < 1 || m.Nodes > cell.MaxNodes {
		return fail("nodes", "%d intermediate nodes: 1 to %d", m.Nodes, cell.MaxNodes)
	}
	if len(m.Edges) < 1 || len(m.Edges) > maxEdges {
		return fail("edges", "%d edges: 1 to %d", len(m.Edges), maxEdges)
	}
	for i, e := range m.Edges {
		if e[0] < 0 || e[0] >= e[1] || e[1] < cell.Inputs || e[1] >= cell.Inputs+m.Nodes {
			return fail("edges", "number %d is (%d,%d), which no cell of %d intermediate nodes has", i, e[0], e[1], m.Nodes)
		}
		if i > 0 && (e[1] < m.Edges[i-1][1] || e[1] == m.Edges[i-1][1] && e[0] <= m.Edges[i-1][0]) {
			return fail("edges", "number %d, (%d,%d), is not in DARTS order", i, e[0], e[1])
		}
	}
	for _, j := range m.Concat {
		if j < cell.Inputs || j >= cell.Inputs+m.Nodes {
			return fail("concat", "node %d is not an intermediate node", j)
		}
	}
	if len(m.Ops) < 1 || len(m.Ops) > maxOps {
		return fail("ops", "%d operations: 1 to %d", len(m.Ops), maxOps)
	}
	if len(m.Stack) > cell.MaxCells {
		return fail("stack", "%d cells: at most %d", len(m.Stack), cell.MaxCells)
	}
	return nil
}

// checkPoint refuses a point whose arrays do not have the manifest's shape.
func (m *Manifest) checkPoint(p *Point) error {
	if p.Step < 0 || p.Steps < 0 {
		return fmt.Errorf("step %d, steps %d: both must be 0 or more", p.Step, p.Steps)
	}
	if p.Prob == nil {
		return fmt.Errorf("field prob is missing")
	}
	if p.Line < 0 {
		return fmt.Errorf("field line is %d: it must be 0 or more", p.Line)
	}
	cubes := map[string][][][]float64{"alpha": p.Alpha, "prob": p.Prob, "gate": p.Gate, "cost_to_date": p.CostToDate, "grad": p.Grad}
	if c := p.Cost; c != nil {
		if c.Count == nil {
			return fmt.Errorf("field cost_count is missing beside cost")
		}
		cubes["cost_count"], cubes["cost"], cubes["cost_square"] = c.Count, c.Mean, c.Square
		if c.Cross != nil {
			if len(c.Cross) != len(m.Kinds) {
				return fmt.Errorf("field cost_cross has %d kinds, not %d", len(c.Cross), len(m.Kinds))
			}
			for _, k := range c.Cross {
				if len(k) != len(m.Edges) {
					return fmt.Errorf("field cost_cross has %d edges, not %d", len(k), len(m.Edges))
				}
				for _, e := range k {
					if err := shape2("cost_cross", e, len(m.Ops), len(m.Ops)); err != nil {
						return err
					}
				}
			}
		}
	}
	for field, cube := range cubes {
		if cube == nil {
			continue
		}
		if len(cube) != len(m.Kinds) {
			return fmt.Errorf("field %s has %d kinds, not %d", field, len(cube), len(m.Kinds))
		}
		for _, t := range cube {
			if err := shape2(field, t, len(m.Edges), len(m.Ops)); err != nil {
				return err
			}
		}
	}
	if n := len(m.Kinds) * len(m.Edges) * len(m.Ops); p.Hessian != nil {
		if err := shape2("hessian", p.Hessian, n, n); err != nil {
			return err
		}
	}
	if p.SkipCost != nil && len(p.SkipCost) != len(m.Stack) {
		return fmt.Errorf("field skip_cost has %d cells, not %d", len(p.SkipCost), len(m.Stack))
	}
	if p.EdgeCost != nil {
		return shape2("edge_cost", p.EdgeCost, len(m.Stack), len(m.Edges))
	}
	return nil
}

func shape2(field string, t [][]float64, rows, cols int) error {
	if len(t) != rows {
		return fmt.Errorf("field %s has %d rows, not %d", field, len(t), rows)
	}
	for _, r := range t {
		if len(r) != cols {
			return fmt.Errorf("field %s has a row of %d numbers, not %d", field, len(r), cols)
		}
	}
	return nil
}
