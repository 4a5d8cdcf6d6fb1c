package trace

import "fmt"

// Sound refuses a point whose arrays do not have the shape that the manifest
// says; the error names the step.
func (m *Manifest) Sound(p *Point) error {
	if err := m.checkPoint(p); err != nil {
		return fmt.Errorf("step %d: %w", p.Step, err)
	}
	return nil
}

// Sound refuses a trace that has no points, or an unsound one.
func (t *Trace) Sound() error {
	if t == nil || len(t.Points) == 0 {
		return fmt.Errorf("has no points")
	}
	for i := range t.Points {
		if err := t.Manifest.Sound(&t.Points[i]); err != nil {
			return err
		}
	}
	return nil
}
