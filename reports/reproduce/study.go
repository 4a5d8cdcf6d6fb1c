package reproduce

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"

	"edgewise/sim/ablation"
	"edgewise/sim/check"
	"edgewise/sim/predict"
	"edgewise/sim/search"
	"edgewise/sim/spec"
	"edgewise/sim/trace"
)

// Options says how the study is run.
type Options struct {
	Seeds    int                   // runs per arm, seeds 1..Seeds
	First    uint64                // the first seed; 0 means 1
	Jobs     int                   // runs at a time
	Out      string                // folder for the runs; finished ones in it are taken over, begun ones resumed
	Steps    int                   // 0: as the arms say; otherwise all arms are cut to that many
	Progress func(done, total int) // steps of all runs; may be called from several goroutines
}

// Run is one search with its predictions.
type Run struct {
	Arm       Arm
	Seed      uint64
	Folder    string
	Observed  *trace.Trace
	Predicted []Prediction
	Replay    predict.Residuals
	Laws      check.Report
}

// Prediction is what one predictor says about a run; Err says why it cannot.
type Prediction struct {
	Name  string
	Trace *trace.Trace
	Score predict.Score
	Err   error
}

// Study trains, or takes over, every arm under every seed, and predicts each run.
// The result is in the order of arms and seeds and does not depend on Jobs. A
// search that fails is an error that names its folder; the others are finished
// first.
func Study(ctx context.Context, arms []Arm, o Options) ([]Run, error) {
	runs, total := plan(arms, o)
	var mu sync.Mutex
	done := make([]int, len(runs))
	errs := make([]error, len(runs))
	ablation.Each(len(runs), o.Jobs, func(i int) {
		err := runs[i].search(ctx, func(steps int) {
			if o.Progress == nil {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			done[i] = steps
			sum := 0
			for _, d := range done {
				sum += d
			}
			o.Progress(sum, total)
		})
		if err != nil {
			errs[i] = fmt.Errorf("%s: %w", runs[i].Folder, err)
		}
	})
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	ablation.Each(len(runs), o.Jobs, func(i int) { runs[i].predict(runs) })
	return runs, ctx.Err()
}

func plan(arms []Arm, o Options) (runs []Run, steps int) {
	first := max(o.First, 1)
	for _, a := range arms {
		if o.Steps > 0 {
			a.Spec.Steps = min(a.Spec.Steps, o.Steps)
			a.Spec.Record.Eval = min(a.Spec.Record.Eval, a.Spec.Steps)
		}
		for n := range o.Seeds {
			seed := first + uint64(n)
			runs = append(runs, Run{Arm: a, Seed: seed, Folder: filepath.Join(o.Out, "runs", a.seeded(seed).Name)})
			steps += a.Spec.Steps
		}
	}
	return runs, steps
}

func (r *Run) search(ctx context.Context, progress func(steps int)) error {
	s := r.Arm.seeded(r.Seed)
	err := search.Store(ctx, s, r.Folder, true, search.Options{
		Workers: 1, Progress: func(done, _ int, _ *trace.Point) { progress(done) },
	})
	if err != nil {
		return err
	}
	progress(s.Steps)
	r.Observed, err = trace.Read(r.Folder)
	return err
}

// spec returns the spec of the run.
func (r *Run) spec() spec.Spec { return *r.Observed.Manifest.Spec }
