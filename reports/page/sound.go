package page

import (
	"fmt"

	"edgewise/sim/trace"
)

// sound refuses a point whose arrays, as far as the page reads them, do not
// have the manifest's shape.
func sound(m *trace.Manifest, p *trace.Point) error {
	cube := func(name string, v [][][]float64) error {
		if len(v) != len(m.Kinds) {
			return fmt.Errorf("step %d: %s has %d kinds, not %d", p.Step, name, len(v), len(m.Kinds))
		}
		for _, edges := range v {
			if err := table2(p.Step, name, edges, len(m.Edges), len(m.Ops)); err != nil {
				return err
			}
		}
		return nil
	}
	if err := cube("prob", p.Prob); err != nil {
		return err
	}
	if c := p.Cost; c != nil {
		if err := cube("cost", c.Mean); err != nil {
			return err
		}
		if c.Count != nil {
			if err := cube("cost_count", c.Count); err != nil {
				return err
			}
		}
	}
	if p.EdgeCost != nil {
		return table2(p.Step, "edge_cost", p.EdgeCost, len(m.Stack), len(m.Edges))
	}
	return nil
}

func table2(step int, name string, v [][]float64, rows, cols int) error {
	if len(v) != rows {
		return fmt.Errorf("step %d: %s has %d rows, not %d", step, name, len(v), rows)
	}
	for _, r := range v {
		if len(r) != cols {
			return fmt.Errorf("step %d: %s has a row of %d numbers, not %d", step, name, len(r), cols)
		}
	}
	return nil
}

// soundTrace refuses a trace that has no points or an unsound one.
func soundTrace(t *trace.Trace) error {
	if t == nil || len(t.Points) == 0 {
		return fmt.Errorf("has no points")
	}
	for i := range t.Points {
		if err := sound(&t.Manifest, &t.Points[i]); err != nil {
			return err
		}
	}
	return nil
}
