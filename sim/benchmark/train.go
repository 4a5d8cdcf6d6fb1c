package benchmark

import (
	"context"
	"fmt"

	"edgewise/sim/search"
	"edgewise/sim/spec"
	"edgewise/sim/trace"
)

// Train makes the run of s on one goroutine and returns its scores and the
// fingerprint of the images.
func Train(ctx context.Context, s spec.Spec) (Run, string, error) {
	t, err := search.Record(ctx, s, search.Options{Workers: 1})
	if err != nil {
		return Run{}, "", fmt.Errorf("run %s: %w", s.ID(), err)
	}
	r := Run{ID: s.ID()}
	last := t.Points[len(t.Points)-1]
	if last.Test == nil || last.Search == nil || len(t.Points) < 2 || t.Points[len(t.Points)-2].Train == nil {
		return Run{}, "", fmt.Errorf("run %s: its last points hold no evaluation", s.ID())
	}
	for _, x := range []struct {
		to   *Score
		from *trace.Split
	}{{&r.Train, t.Points[len(t.Points)-2].Train}, {&r.Valid, last.Search}, {&r.Test, last.Test}} {
		*x.to = Score{N: x.from.N, Correct: x.from.Correct, Loss: x.from.Loss}
	}
	return r, t.Manifest.Data.Fingerprint, nil
}
