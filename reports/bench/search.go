package bench

import (
	"context"
	"errors"
	"time"

	run "edgewise/sim/search"
	"edgewise/sim/spec"
	"edgewise/sim/trace"
)

// search is a search in motion that waits between its steps.
type search struct {
	more   chan int       // steps to make
	took   chan []float64 // their milliseconds
	failed chan error
	cancel context.CancelFunc
}

func startSearch(ctx context.Context, s spec.Spec, workers int) *search {
	ctx, cancel := context.WithCancel(ctx)
	r := &search{more: make(chan int), took: make(chan []float64), failed: make(chan error, 1), cancel: cancel}
	go func() {
		left, last := 0, time.Time{}
		var times []float64
		pause := func() {
			select {
			case left = <-r.more:
			case <-ctx.Done():
			}
			times, last = nil, time.Now()
		}
		pause()
		_, err := run.Run(ctx, s, run.Options{Workers: workers, Progress: func(_, _ int, _ *trace.Point) {
			times = append(times, 1e3*time.Since(last).Seconds())
			last = time.Now()
			if left--; left > 0 {
				return
			}
			select {
			case r.took <- times:
				pause()
			case <-ctx.Done():
			}
		}}, func(*trace.Point) error { return nil })
		if err == nil {
			err = errors.New("the search ended before it was timed")
		}
		r.failed <- err
	}()
	return r
}

// steps makes n steps and returns the milliseconds of each.
func (r *search) steps(n int) ([]float64, error) {
	select {
	case r.more <- n:
	case err := <-r.failed:
		return nil, err
	}
	select {
	case ms := <-r.took:
		return ms, nil
	case err := <-r.failed:
		return nil, err
	}
}

func (r *search) close() { r.cancel() }
