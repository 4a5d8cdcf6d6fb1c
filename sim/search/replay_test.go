package search

import (
	"context"
	"testing"

	"edgewise/sim/predict"
	"edgewise/sim/spec"
	"edgewise/sim/trace"
)

// Every recorded alpha step of every algorithm, level, estimator, order and
// optimiser follows from the recorded costs alone, at both precisions; with the
// sign of a cost flipped, or with the costs of another edge, it does not.
func TestEveryAlphaStepIsReplayed(t *testing.T) {
	for _, s := range variants() {
		if s.Algorithm == spec.Random || s.Relaxation() == "" {
			continue // alpha does not move, or not along costs: the rung refuses it
		}
		for _, precision := range []string{spec.Float64, spec.Float32} {
			s.Precision = precision
			tr, err := Record(context.Background(), s, Options{})
			if err != nil {
				t.Fatalf("%s: %v", s.Name, err)
			}
			_, res, err := predict.Replay(tr)
			if err != nil {
				t.Fatalf("%s: %v", s.Name, err)
			}
			moved := 0 // a schedule may leave alpha at rest in a step
			for i := range tr.Points {
				if tr.Points[i].Steps > 0 && tr.Points[i].AlphaRate != 0 {
					moved++
				}
			}
			if res.Steps != moved || moved < 3 || s.Prime == nil && moved != s.Steps || res.Relative > 1e-10 || res.OneStep > 1e-10 {
				t.Errorf("%s %s: %d steps, residual %.2g, one step %.2g", s.Name, precision, res.Steps, res.Relative, res.OneStep)
			}
			for name, mutate := range map[string]func(c [][]float64){
				"sign of the cost": func(c [][]float64) {
					for e := range c {
						for o := range c[e] {
							c[e][o] *= -1
						}
					}
				},
				"costs of another edge": func(c [][]float64) { c[0], c[3] = c[3], c[0] },
			} {
				m := &trace.Trace{Manifest: tr.Manifest}
				for _, p := range tr.Points {
					if p.Cost != nil {
						cost := *p.Cost
						cost.Mean = copyCube(cost.Mean)
						for k := range cost.Mean {
							mutate(cost.Mean[k])
						}
						p.Cost = &cost
					}
					m.Points = append(m.Points, p)
				}
				if _, res, err := predict.Replay(m); err == nil && res.Relative < 1e-3 {
					t.Errorf("%s %s: replay does not notice: %s", s.Name, precision, name)
				}
			}
		}
	}
}
