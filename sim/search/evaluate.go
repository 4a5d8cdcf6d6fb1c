package search

import (
	"edgewise/sim/dataset"
	"edgewise/sim/supernet"
	"edgewise/sim/trace"
	"edgewise/theory/bias"
)

// evaluate measures the loss on the test split and, in a single-level search, on
// the held-out search split, with the weights and alpha of the step that is due.
// Batch norm uses the statistics of each batch, as in training, because the laws
// of the costs hold there (P3); running statistics are left as they were. Gates
// that are sampled are drawn anew for each batch.
func (r *run[T]) evaluate(p *trace.Point) error {
	rnd := r.sampler("gates/evaluate")
	draw := func() { r.algo.gates(r.z, r.arch, r.lambda(), rnd) }
	var err error
	if p.Test, err = r.measure(r.splits.test, draw); err != nil {
		return err
	}
	if p.Search == nil {
		p.Search, err = r.measure(r.splits.search, draw)
	}
	return err
}

// measure is the loss over the whole batches of a split, with the gates that draw
// puts into z for each; nil for a split that holds none.
func (r *run[T]) measure(set *dataset.Set, draw func()) (*trace.Split, error) {
	if set == nil || set.Len() < r.spec.Batch {
		return nil, nil
	}
	var buffers [][]T
	for _, b := range r.net.Buffers() {
		buffers = append(buffers, append([]T(nil), b.Value...))
	}
	defer func() {
		for i, b := range r.net.Buffers() {
			copy(b.Value, buffers[i])
		}
	}()
	var all []supernet.Sample
	idx := make([]int, r.spec.Batch)
	for first := 0; first+len(idx) <= set.Len(); first += len(idx) {
		for i := range idx {
			idx[i] = first + i
		}
		if err := r.images(set, idx); err != nil {
			return nil, err
		}
		draw()
		if _, err := r.forward(supernet.Train); err != nil {
			return nil, err
		}
		all = append(all, r.samples...)
	}
	return summarise(all), nil
}

// discretise measures the test split under the derived cell: one-hot gates of the
// operations that the search's method would keep, with the supernet's weights.
func (r *run[T]) discretise(p *trace.Point) error {
	z := make([][][]float64, len(r.z))
	for k := range z {
		z[k] = newTable(len(r.z[k]), len(r.arch.space.Ops))
		w, err := bias.Derive(r.spec.Derivation(), r.arch.space.Cell, r.arch.weight[k], r.arch.space.NoneIndex())
		if err != nil {
			return err
		}
		for e, o := range w {
			if o >= 0 {
				z[k][e][o] = 1
			}
		}
	}
	var err error
	p.Discrete, err = r.measure(r.splits.test, func() {
		for k := range z {
			for e := range z[k] {
				copy(r.z[k][e], z[k][e])
			}
		}
	})
	return err
}
