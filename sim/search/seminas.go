package search

import (
	"encoding/binary"
	"errors"
	"math"
	"math/rand/v2"
	"slices"

	"edgewise/sim/kernel"
	"edgewise/sim/spec"
	"edgewise/sim/surrogate"
	"edgewise/sim/trace"
	"edgewise/theory/cell"
)

func init() {
	own[spec.SemiNAS] = func(s spec.Spec, m *trace.Manifest, workers int) (driver, error) {
		if s.Precision == spec.Float64 {
			return newSemiNAS[float64](s, m, workers)
		}
		return newSemiNAS[float32](s, m, workers)
	}
}

// seminas is SemiNAS (arXiv 2002.10389) with shared weights: wirings are evaluated in
// one supernet, whose weights train on wirings drawn from the op probabilities. What
// the probabilities are is ours: the shares of the operations among the best wirings
// so far, mixed with the uniform distribution.
//
// A wiring of the search is one row of operations over all edges of all kinds.
type seminas[T kernel.Float] struct {
	*run[T]
	outer spec.Spec
	rule  spec.SemiNASRule
	pool  []cell.Wiring // evaluated so far
	edges [][2]int      // (kind, edge) of each place of a wiring
}

// population samples one-hot gates from the probabilities, which are set from
// without: costs are measured and move nothing.
type population struct{ random }

func (population) gradient(a *arch, _, _ [][][]float64, _ float64) { clear(a.grad) }

func newSemiNAS[T kernel.Float](s spec.Spec, m *trace.Manifest, workers int) (driver, error) {
	data, err := openSplits(s)
	if err != nil {
		return nil, err
	}
	m.Data = data.describe()
	inner := s
	inner.Algorithm, inner.SemiNAS = spec.Random, nil
	r, err := newRun[T](inner, data, workers)
	if err != nil {
		return nil, err
	}
	r.algo = population{}
	d := &seminas[T]{run: r, outer: s, rule: s.SemiNASDefaults()}
	for k := range r.arch.ops {
		for e, list := range r.arch.ops[k] {
			if len(list) > 0 {
				d.edges = append(d.edges, [2]int{k, e})
			}
		}
	}
	return d, nil
}

// due is the number of parts that end at a step; parts are equal to within a step.
func (d *seminas[T]) due(step int) int { return step * (d.rule.Rounds + 1) / d.outer.Steps }

// begin marks the steps behind which alpha moves.
func (d *seminas[T]) begin() *trace.Point {
	p := d.run.begin()
	if d.due(d.step+1) > d.due(d.step) {
		p.AlphaRate = d.outer.Alpha.Rate
	}
	return p
}

func (d *seminas[T]) advance() (*trace.Point, error) {
	mark := d.begin().AlphaRate
	p, err := d.run.advance()
	if err != nil {
		return p, err
	}
	p.AlphaRate = mark
	if part := d.due(d.step); part > d.due(d.step-1) {
		err = d.round(part)
	}
	return p, err
}

// round ends part number part (from 1): it evaluates, learns, proposes, and sets the
// probabilities. The last part only evaluates, and settles on the best wiring.
func (d *seminas[T]) round(part int) error {
	rnd := stream(d.outer.Seed, "seminas", part)
	if part == 1 {
		d.pool = d.draw(d.rule.Evaluate, rnd, nil)
	}
	pairs, err := d.accuracies(d.pool)
	if err != nil {
		return err
	}
	top := 1
	if part <= d.rule.Rounds {
		if pairs, err = d.propose(pairs, rnd); err != nil {
			return err
		}
		top = max(1, d.rule.Top>>(part-1))
	}
	d.settle(best(pairs, top))
	return nil
}

// propose trains the predictor on the pairs, evaluates what it proposes and returns
// the pairs with the new ones.
func (d *seminas[T]) propose(pairs []surrogate.Pair, rnd *rand.Rand) ([]surrogate.Pair, error) {
	m, err := surrogate.New(surrogate.Config{Tokens: len(d.edges), Ops: len(d.arch.space.Ops)}, rnd)
	if err != nil {
		return nil, err
	}
	var unlabelled []cell.Wiring
	if !d.rule.Supervised {
		unlabelled = d.draw(d.rule.Unlabelled, rnd, d.pool)
	}
	if err := m.Teach(pairs, unlabelled, d.rule.Passes, d.rule.More, d.rule.Repeat, rnd); err != nil {
		return nil, err
	}
	seeds := best(append(predicted(m, unlabelled), pairs...), d.rule.Top)
	found := m.Propose(seeds, d.rule.Evaluate, 100, func(w cell.Wiring) bool { return !d.permits(w) || contains(d.pool, w) })
	fresh, err := d.accuracies(found)
	d.pool = append(d.pool, found...)
	return append(pairs, fresh...), err
}

func predicted(m *surrogate.Model, w []cell.Wiring) []surrogate.Pair {
	var out []surrogate.Pair
	for i, y := range m.Predict(w) {
		out = append(out, surrogate.Pair{Wiring: w[i], Accuracy: y})
	}
	return out
}

// best returns the n wirings of highest accuracy, the first of equals first.
func best(pairs []surrogate.Pair, n int) []cell.Wiring {
	sorted := slices.Clone(pairs)
	slices.SortStableFunc(sorted, func(a, b surrogate.Pair) int {
		switch {
		case a.Accuracy > b.Accuracy:
			return -1
		case a.Accuracy < b.Accuracy:
			return 1
		}
		return 0
	})
	var out []cell.Wiring
	for _, p := range sorted[:min(n, len(sorted))] {
		out = append(out, p.Wiring)
	}
	return out
}

func contains(list []cell.Wiring, w cell.Wiring) bool {
	return slices.ContainsFunc(list, func(v cell.Wiring) bool { return slices.Equal(v, w) })
}

// permits says whether every edge may take its operation.
func (d *seminas[T]) permits(w cell.Wiring) bool {
	for i, at := range d.edges {
		if !slices.Contains(d.arch.ops[at[0]][at[1]], w[i]) {
			return false
		}
	}
	return true
}

// draw returns up to n different wirings, uniform over the space, none of them in
// known: fewer where a space is nearly used up.
func (d *seminas[T]) draw(n int, rnd *rand.Rand, known []cell.Wiring) []cell.Wiring {
	var out []cell.Wiring
	for tries := 0; tries < 20*n && len(out) < n; tries++ {
		w := make(cell.Wiring, len(d.edges))
		for i, at := range d.edges {
			list := d.arch.ops[at[0]][at[1]]
			w[i] = list[rnd.IntN(len(list))]
		}
		if !contains(known, w) && !contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

// accuracies evaluates wirings on the search split with the shared weights.
func (d *seminas[T]) accuracies(w []cell.Wiring) ([]surrogate.Pair, error) {
	var out []surrogate.Pair
	for _, w := range w {
		s, err := d.measure(d.splits.search, func() { d.gate(w) })
		if err != nil {
			return nil, err
		}
		out = append(out, surrogate.Pair{Wiring: w, Accuracy: s.Accuracy()})
	}
	return out, nil
}

// gate makes z the one-hot gates of a wiring.
func (d *seminas[T]) gate(w cell.Wiring) {
	for k := range d.z {
		for e := range d.z[k] {
			clear(d.z[k][e])
		}
	}
	for i, at := range d.edges {
		d.z[at[0]][at[1]][w[i]] = 1
	}
}

// settle sets p = (1 − δ)·share among the wirings + δ/K per edge, and alpha = log p.
func (d *seminas[T]) settle(w []cell.Wiring) {
	for i, at := range d.edges {
		list := d.arch.ops[at[0]][at[1]]
		alpha := d.arch.edge(d.arch.alpha, at[0], at[1])
		for n, o := range list {
			p := d.rule.Smooth / float64(len(list))
			for _, v := range w {
				if v[i] == o {
					p += (1 - d.rule.Smooth) / float64(len(w))
				}
			}
			alpha[n] = math.Log(p)
		}
	}
	d.arch.updateProb()
}

// save packs the evaluated wirings and the run.
func (d *seminas[T]) save() []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(d.pool)))
	state := make([]float64, 0, len(d.pool)*len(d.edges))
	for _, w := range d.pool {
		for _, o := range w {
			state = append(state, float64(o))
		}
	}
	return append(appendList(b, state), d.run.save()...)
}

func (d *seminas[T]) load(b []byte) error {
	if len(b) < 8 {
		return errors.New("the checkpoint is too short")
	}
	n := binary.LittleEndian.Uint64(b)
	if n > uint64(len(b)) {
		return errors.New("the checkpoint's wirings are cut short")
	}
	state := make([]float64, int(n)*len(d.edges))
	b, err := takeList(b[8:], state)
	if err != nil {
		return err
	}
	d.pool = nil
	for range n {
		w := make(cell.Wiring, len(d.edges))
		for i := range w {
			w[i] = int(state[i])
		}
		if state = state[len(w):]; !d.permits(w) {
			return errors.New("the checkpoint holds a wiring that the space does not")
		}
		d.pool = append(d.pool, w)
	}
	return d.run.load(b)
}
