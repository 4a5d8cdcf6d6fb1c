package ablation

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"edgewise/sim/search"
	"edgewise/sim/trace"
)

// failureFile holds why a run without a usable trace failed.
const failureFile = "failed.txt"

// maxFailure bounds it.
const maxFailure = 64 << 10

// Options says how jobs are run; none of it changes what is found.
type Options struct {
	Jobs     int // runs at a time
	Out      string
	Progress func(done, total int) // work of the runs that are left; may be called from several goroutines
}

// Run makes every job, or takes over what Out holds of it: finished runs are left as
// they are, begun ones resumed. A run that fails is noted in its folder and does not
// stop the others; only the end of ctx is an error.
func Run(ctx context.Context, jobs []Job, o Options) error {
	var left []Job
	total := 0
	for _, j := range Unique(jobs) {
		_, err := j.outcome(o.Out)
		if err == nil {
			if terr := j.tidy(o.Out); terr != nil {
				return fmt.Errorf("run %s: %w", j.ID(), terr)
			}
		}
		if err != nil {
			left = append(left, j)
			total += j.Work()
		}
	}
	jobs = left
	var mu sync.Mutex
	done, sum := make([]int, len(jobs)), 0
	progress := func(i, steps int) {
		if o.Progress == nil {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		work := int(int64(jobs[i].Work()) * int64(steps) / int64(jobs[i].Spec.Steps))
		sum += work - done[i]
		done[i] = work
		o.Progress(sum, total)
	}
	errs := make([]error, len(jobs))
	Each(len(jobs), o.Jobs, func(i int) {
		if ctx.Err() != nil {
			return
		}
		errs[i] = jobs[i].run(ctx, o.Out, func(steps int) { progress(i, steps) })
		if ctx.Err() == nil {
			progress(i, jobs[i].Spec.Steps)
		}
	})
	if err := ctx.Err(); err != nil {
		return err
	}
	var first error
	more := -1
	for _, err := range errs {
		if err != nil {
			more++
			if first == nil {
				first = err
			}
		}
	}
	if more > 0 {
		return fmt.Errorf("%w (and %d more runs)", first, more)
	}
	return first
}

// run makes one run. Its error is a fault of the folder, not of the search.
func (j Job) run(ctx context.Context, out string, progress func(steps int)) error {
	dir := j.Folder(out)
	note := filepath.Join(dir, failureFile)
	if err := trace.RemoveFile(note); err != nil {
		return fmt.Errorf("run %s: %w", j.ID(), err)
	}
	err := metered(dir, func() error {
		return search.Store(ctx, j.Spec, dir, true, search.Options{
			Workers: 1, Checkpoint: 200, Progress: func(done, _ int, _ *trace.Point) { progress(done) },
		})
	})
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	if merr := os.MkdirAll(dir, 0o755); merr != nil {
		return fmt.Errorf("run %s: %w", j.ID(), errors.Join(err, merr))
	}
	return trace.WriteFile(note, []byte(err.Error()+"\n"))
}

// tidy removes what a crash may have left beside the trace of a finished run.
func (j Job) tidy(out string) error {
	dir := j.Folder(out)
	for _, name := range []string{secondsFile, failureFile} {
		if err := trace.RemoveLeft(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return search.Tidy(dir)
}

// Each calls f for 0..n-1 on jobs goroutines.
func Each(n, jobs int, f func(i int)) {
	next := make(chan int)
	var wg sync.WaitGroup
	for range max(1, min(jobs, n)) {
		wg.Go(func() {
			for i := range next {
				f(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}
