package benchmark

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"

	"edgewise/sim/kernel"
	"edgewise/sim/spec"
)

// Complete makes the table of base under seeds from the runs in dir, training those
// that are missing, jobs at a time. progress, if there is one, is called after each
// run with the number of runs that are there; calls do not overlap. A cancelled
// context ends it after the runs in motion were given up; what is in dir remains,
// and a later call continues from there to the same table.
func Complete(ctx context.Context, base spec.Spec, seeds []uint64, dir string, jobs int, progress func(done, total int)) (*Table, error) {
	count, err := Count(base)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	space, err := base.Space()
	if err != nil {
		return nil, err
	}
	base.Seed, base.Edges = seeds[0], nil
	t := &Table{Format: Format, Base: base, Seeds: seeds, Rounding: kernel.Rounding, Entries: make([]Entry, count)}
	type job struct {
		at   *Run
		spec spec.Spec
	}
	var missing []job
	for i := range t.Entries {
		e := &t.Entries[i]
		e.Wiring, e.Runs = At(i, len(space.Cell.Edges), len(space.Ops)), make([]Run, len(seeds))
	}
	for k, seed := range seeds { // one seed after the other: what is there early is a table of fewer seeds
		for i := range t.Entries {
			e := &t.Entries[i]
			s, err := Spec(base, e.Wiring, seed)
			if err != nil {
				return nil, err
			}
			r, err := load(dir, s.ID())
			if errors.Is(err, fs.ErrNotExist) {
				missing = append(missing, job{&e.Runs[k], s})
				continue
			}
			if err == nil {
				err = t.same(r.Data, s.ID())
			}
			if err != nil {
				return nil, err
			}
			e.Runs[k] = r.Run
		}
	}
	total := count * len(seeds)
	done := total - len(missing)
	var (
		mu    sync.Mutex
		wait  sync.WaitGroup
		first error
		next  = make(chan job)
	)
	for range max(1, jobs) {
		wait.Go(func() {
			for j := range next {
				r, data, err := Train(ctx, j.spec)
				if err == nil {
					err = Save(dir, r, data)
				}
				mu.Lock()
				if err == nil {
					err = t.same(data, r.ID)
				}
				switch {
				case err != nil && first == nil:
					first = err
				case err == nil:
					*j.at = r
					done++
					if progress != nil {
						progress(done, total)
					}
				}
				mu.Unlock()
			}
		})
	}
	for _, j := range missing {
		mu.Lock()
		stop := first != nil || ctx.Err() != nil
		mu.Unlock()
		if stop {
			break
		}
		next <- j
	}
	close(next)
	wait.Wait()
	if first == nil {
		first = ctx.Err()
	}
	if first != nil {
		return nil, fmt.Errorf("after %d of %d runs: %w", done, total, first)
	}
	return t, t.Check()
}

// same notes the images of the first run and refuses others.
func (t *Table) same(data, id string) error {
	if t.Data == "" {
		t.Data = data
	}
	if t.Data != data {
		return fmt.Errorf("run %s was trained on images %s, others on %s: give the table a folder of its own", id, data, t.Data)
	}
	return nil
}
