package search

import (
	"edgewise/sim/dataset"
	"edgewise/sim/supernet"
	"edgewise/sim/trace"
)

// evaluate measures the loss on the test split and, in a single-level search, on
// the held-out search split, with the weights and alpha of the step that is due.
// Batch norm uses the statistics of each batch, as in training, because the laws
// of the costs hold there (P3); running statistics are left as they were. Gates
// that are sampled are drawn anew for each batch.
func (r *run[T]) evaluate(p *trace.Point) error {
	var buffers [][]T
	for _, b := range r.net.Buffers() {
		buffers = append(buffers, append([]T(nil), b.Value...))
	}
	defer func() {
		for i, b := range r.net.Buffers() {
			copy(b.Value, buffers[i])
		}
	}()
	rnd := r.sampler("gates/evaluate")
	split := func(set *dataset.Set) (*trace.Split, error) {
		if set == nil || set.Len() < r.spec.Batch {
			return nil, nil
		}
		var all []supernet.Sample
		idx := make([]int, r.spec.Batch)
		for first := 0; first+len(idx) <= set.Len(); first += len(idx) {
			for i := range idx {
				idx[i] = first + i
			}
			if err := r.images(set, idx); err != nil {
				return nil, err
			}
			r.algo.gates(r.z, r.arch, r.lambda(), rnd)
			if _, err := r.forward(supernet.Train); err != nil {
				return nil, err
			}
			all = append(all, r.samples...)
		}
		return summarise(all), nil
	}
	var err error
	if p.Test, err = split(r.splits.test); err != nil {
		return err
	}
	if p.Search == nil {
		p.Search, err = split(r.splits.search)
	}
	return err
}
