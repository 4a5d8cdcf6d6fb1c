package search

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"edgewise/sim/dataset"
	"edgewise/sim/kernel"
	"edgewise/sim/latency"
	"edgewise/sim/mixop"
	"edgewise/sim/spec"
	"edgewise/sim/supernet"
	"edgewise/sim/trace"
	"edgewise/theory/cell"
)

// ErrDiverged is wrapped by the error of a search whose loss, weights or alpha
// stopped being numbers. Its trace ends with a point that says so.
var ErrDiverged = errors.New("the search diverged")

// run is a search in motion at one precision.
type run[T kernel.Float] struct {
	spec    spec.Spec
	arch    *arch
	algo    algorithm
	net     *supernet.Net[T]
	theta   *sgd[T]
	splits  splits
	classes int
	head    []T // weights of the linear head

	x       []T
	labels  []uint8
	dlogits []T
	samples []supernet.Sample
	z, c    [][][]float64
	held    [][][]float64 // costs on the search split, of level mixed
	gates   supernet.Gates
	unroll  *unrolled[T]
	assign  *assignment[T]
	before  []float64 // alpha before its last step, for settlers
	prime   *prime
	latency *latency.Term

	step     int
	previous []float64 // alpha before the step that is being made
}

// norms are the kinds of norm by their names in a spec.
var norms = map[string]mixop.NormKind{"": mixop.BatchNorm, spec.GroupNorm: mixop.GroupNorm, spec.LayerNorm: mixop.LayerNorm, spec.NoNorm: mixop.NoNorm}

// splits holds the images of a search.
type splits struct {
	train, search, test *dataset.Set
	norm                dataset.Norm
}

// config is the supernet of a spec.
func config(s spec.Spec, space cell.Space, classes, workers int) supernet.Config {
	return supernet.Config{
		Space: space, Channels: s.Net.Channels, StemMultiplier: s.Net.Stem, InChannels: 3,
		Classes: classes, Height: s.Data.Side, Width: s.Data.Side, Batch: s.Batch,
		Eps: s.Net.Eps, Affine: s.Net.Affine, Norm: norms[s.Net.Norm], Partial: s.Net.Partial, NodeNorm: s.Net.NodeNorm, Workers: workers,
	}
}

func newRun[T kernel.Float](s spec.Spec, data splits, workers int) (*run[T], error) {
	a, err := newArch(s)
	if err != nil {
		return nil, err
	}
	algo, err := newAlgorithm(s)
	if err != nil {
		return nil, err
	}
	cfg := config(s, a.space, data.train.Classes, workers)
	net, err := supernet.New[T](cfg, stream(s.Seed, "theta", 0))
	if err != nil {
		return nil, err
	}
	r := &run[T]{
		spec: s, arch: a, algo: algo, net: net, theta: newSGD(s, net.Params()), splits: data, classes: cfg.Classes,
		x: make([]T, s.Batch*3*s.Data.Side*s.Data.Side), labels: make([]uint8, s.Batch),
		dlogits: make([]T, s.Batch*cfg.Classes), samples: make([]supernet.Sample, s.Batch),
	}
	for range a.kinds {
		r.z = append(r.z, newTable(len(a.space.Cell.Edges), len(a.space.Ops)))
		r.c = append(r.c, newTable(len(a.space.Cell.Edges), len(a.space.Ops)))
	}
	for _, p := range net.Params() {
		if p.Name == "classifier.weight" {
			r.head = p.Value
			for i := range r.head {
				r.head[i] *= T(s.Net.HeadScale)
			}
		}
	}
	if s.Order == 2 {
		r.unroll = newUnrolled(r)
	}
	if r.latency, err = newLatency(s, a.space); err != nil {
		return nil, err
	}
	if s.Algorithm == spec.PRIME {
		r.prime = newPrime(s, a)
	}
	if len(s.Interventions) > 0 {
		r.assign = newAssignment(r)
	}
	return r, nil
}

// batch fills x and labels with a batch of a split: the batch of that number in
// an endless sequence of epochs, each a fresh permutation whose last, partial
// batch is left out.
func (r *run[T]) batch(name string, set *dataset.Set, number int) error {
	per := max(1, set.Len()/r.spec.Batch)
	epoch, k := number/per, number%per
	order := stream(r.spec.Seed, "order/"+name, epoch).Perm(set.Len())
	return r.images(set, order[k*r.spec.Batch:][:r.spec.Batch])
}

// images fills x and labels with the images of those numbers.
func (r *run[T]) images(set *dataset.Set, idx []int) error {
	for i, n := range idx {
		r.labels[i] = set.Labels[n]
	}
	return dataset.Fill(r.x, set, idx, r.splits.norm)
}

// forward draws nothing: it runs the loaded batch through the net at the gates z
// and returns the statistics of the loss. dlogits then holds the gradient of the
// mean loss.
func (r *run[T]) forward(mode supernet.Mode) (*trace.Split, error) {
	r.gates = r.arch.gates(r.gates, r.z)
	_, wide := r.algo.(wider)
	r.net.RunAll(wide)
	if r.arch.beta != nil {
		if err := r.net.Bypass(r.arch.edgeWeights()); err != nil {
			return nil, err
		}
	}
	n := r.spec.Batch
	logits, err := r.net.Forward(r.x, n, r.gates, mode)
	if err != nil {
		return nil, err
	}
	if err := supernet.CrossEntropy(logits, r.labels[:n], r.classes, r.dlogits, r.samples); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDiverged, err) // labels and lengths are ours: only the logits can be at fault
	}
	return summarise(r.samples[:n]), nil
}

func summarise(samples []supernet.Sample) *trace.Split {
	s := &trace.Split{N: len(samples)}
	var ok, wrong [2]float64
	for _, x := range samples {
		if x.Correct {
			s.Correct++
			ok[0] += x.Loss
			ok[1] += x.Entropy
		} else {
			wrong[0] += x.Loss
			wrong[1] += x.Entropy
		}
	}
	n, c, w := float64(s.N), float64(s.Correct), float64(s.N-s.Correct)
	s.Loss, s.Entropy = (ok[0]+wrong[0])/n, (ok[1]+wrong[1])/n
	s.LossCorrect, s.EntropyCorrect = ok[0]/c, ok[1]/c // NaN for none
	s.LossWrong, s.EntropyWrong = wrong[0]/w, wrong[1]/w
	return s
}

// costs gathers dL/dZ per kind, summed over the cells that share alpha.
func (r *run[T]) costs() {
	for k := range r.c {
		for e := range r.c[k] {
			clear(r.c[k][e])
		}
	}
	for c, kind := range r.arch.space.Stack {
		for k, have := range r.arch.kinds {
			if have != kind {
				continue
			}
			for e, row := range r.net.Cost(c) {
				for o, v := range row {
					r.c[k][e][o] += v
				}
			}
		}
	}
	if r.arch.beta != nil {
		r.bypassCosts()
	}
}

// edgeCosts is sum_k Z^k C^k per cell and edge, and per cell the part of it that
// skip connections on edges from intermediate nodes carry.
func (r *run[T]) edgeCosts() (edges [][]float64, skips []float64) {
	edges = newTable(len(r.arch.space.Stack), len(r.arch.space.Cell.Edges))
	skips = make([]float64, len(edges))
	skip := r.arch.space.OpIndex(cell.Skip)
	for c := range edges {
		for e, row := range r.net.Cost(c) {
			for o, v := range row {
				edges[c][e] += r.gates[c][e][o] * v
				if o == skip && !r.arch.space.Cell.Edges[e].FromInput() {
					skips[c] += r.gates[c][e][o] * v
				}
			}
		}
	}
	return edges, skips
}

func (r *run[T]) lambda() float64 {
	t := r.spec.Temperature
	return t.Start * math.Pow(t.End/t.Start, float64(r.step)/float64(r.spec.Steps))
}

// moving says whether alpha takes part in the step that is due.
func (r *run[T]) moving() bool {
	return r.spec.Algorithm != spec.Random && !r.spec.Alpha.Freeze && r.step >= r.spec.Alpha.Warmup &&
		(r.prime == nil || r.prime.due(r.step))
}

// learning says whether theta takes part in the step that is due.
func (r *run[T]) learning() bool {
	return !r.spec.Theta.Freeze && r.step >= r.spec.Theta.Warmup
}

func (r *run[T]) sampler(name string) *rand.Rand { return stream(r.spec.Seed, name, r.step) }

// begin returns the point of the step that is due, without its observations.
func (r *run[T]) begin() *trace.Point {
	s := r.spec
	p := &trace.Point{
		Step: r.step, Steps: 1,
		Epoch: float64(r.step) / float64(max(1, s.Data.Train/s.Batch)),
		Rate:  r.theta.rate(r.step), Temperature: math.NaN(),
		HeadNorm: r.headNorm(),
		Alpha:    r.arch.snapshot(), Prob: copyCube(r.arch.prob),
	}
	if !r.learning() {
		p.Rate = 0
	}
	if r.moving() {
		p.AlphaRate = s.Alpha.Rate
	}
	if a := s.Relaxation(); a == spec.SNAS || a == spec.GDAS {
		p.Temperature = r.lambda()
	}
	return p
}

func (r *run[T]) headNorm() float64 {
	sum := 0.0
	for _, v := range r.head {
		sum += float64(v) * float64(v)
	}
	return sum
}

// advance makes one step and returns its point.
func (r *run[T]) advance() (*trace.Point, error) {
	p := r.begin()
	r.previous = append(r.previous[:0], r.arch.alpha...)
	var err error
	if r.spec.Level == spec.Bilevel {
		err = r.bilevel(p)
	} else {
		err = r.joint(p)
	}
	if err == nil {
		err = r.healthy(p)
	}
	if err != nil {
		return p, fmt.Errorf("step %d: %w", r.step, err)
	}
	p.Signs = r.signs(p, r.previous)
	r.step++
	return p, nil
}

// joint trains theta and alpha on the same batch, from one pass, at the levels
// single and mixed. Mixed adds lambda times the costs of a batch of the search split
// at the same gates.
func (r *run[T]) joint(p *trace.Point) error {
	r.algo.gates(r.z, r.arch, r.lambda(), r.sampler("gates"))
	var err error
	if r.spec.Level == spec.Mixed {
		if p.Search, err = r.searchCosts(); err != nil {
			return err
		}
		r.held = copyInto(r.held, r.c)
	}
	if err := r.batch("train", r.splits.train, r.step); err != nil {
		return err
	}
	if r.spec.Alpha.Statistics == spec.Running {
		if _, err := r.costPass(); err != nil {
			return err
		}
		p.EdgeCost, p.SkipCost = r.edgeCosts()
	}
	if p.Train, err = r.forward(supernet.Train); err != nil {
		return err
	}
	r.net.ZeroGrad()
	if err := r.net.Backward(r.dlogits, supernet.Want{Theta: r.learning(), Cost: true}); err != nil {
		return err
	}
	if r.spec.Alpha.Statistics != spec.Running {
		r.costs()
		p.EdgeCost, p.SkipCost = r.edgeCosts()
	}
	if r.spec.Level == spec.Mixed {
		for k := range r.c {
			for e := range r.c[k] {
				for o := range r.c[k][e] {
					r.c[k][e][o] += r.spec.Alpha.SearchWeight * r.held[k][e][o]
				}
			}
		}
	}
	if err := r.intervene(p); err != nil {
		return err
	}
	if err := r.addTerms(); err != nil {
		return err
	}
	r.observe(p)
	if err := r.moveTheta(); err != nil {
		return err
	}
	r.moveAlpha()
	return nil
}

// bilevel trains alpha on a batch of the search split, then theta on one of the
// training split with gates of the new alpha.
func (r *run[T]) bilevel(p *trace.Point) error {
	moved := r.moving()
	if r.prime == nil || moved {
		if err := r.architecture(p); err != nil {
			return err
		}
	}
	r.algo.gates(r.z, r.arch, r.lambda(), r.sampler("gates/theta"))
	err := r.batch("train", r.splits.train, r.step)
	if err != nil {
		return err
	}
	if p.Train, err = r.forward(supernet.Train); err != nil {
		return err
	}
	if !r.learning() {
		return nil
	}
	r.net.ZeroGrad()
	if err := r.net.Backward(r.dlogits, supernet.Want{Theta: true}); err != nil {
		return err
	}
	if r.prime != nil {
		norm := r.theta.norm()
		r.prime.end(moved, norm*norm)
	}
	return r.moveTheta()
}

// architecture is the part of a bi-level step that moves alpha.
func (r *run[T]) architecture(p *trace.Point) error {
	r.algo.gates(r.z, r.arch, r.lambda(), r.sampler("gates/alpha"))
	var err error
	if r.unroll != nil && r.moving() {
		p.Search, err = r.unroll.costs(p)
	} else {
		p.Search, err = r.searchCosts()
	}
	if err == nil {
		err = r.intervene(p)
	}
	if err != nil {
		return err
	}
	if err := r.addTerms(); err != nil {
		return err
	}
	r.observe(p)
	r.moveAlpha()
	return nil
}

// addTerms adds to the costs what a method's loss of alpha has beside the loss.
func (r *run[T]) addTerms() error {
	if r.latency != nil {
		r.latency.Add(r.c[0], r.arch.weight[0])
	}
	if r.prime != nil {
		return r.prime.regularise(r.c, float64(r.step)/float64(r.spec.Steps))
	}
	return nil
}

// searchCosts fills c from the next batch of the search split.
func (r *run[T]) searchCosts() (*trace.Split, error) {
	if err := r.batch("search", r.splits.search, r.step); err != nil {
		return nil, err
	}
	return r.costPass()
}

// costPass fills c from a pass over the loaded batch that leaves theta alone, in the
// mode in which alpha's costs are taken.
func (r *run[T]) costPass() (*trace.Split, error) {
	mode := supernet.Train
	if r.spec.Alpha.Statistics == spec.Running {
		mode = supernet.Eval
	}
	s, err := r.forward(mode)
	if err != nil {
		return nil, err
	}
	if err := r.net.Backward(r.dlogits, supernet.Want{Cost: true}); err != nil {
		return nil, err
	}
	r.costs()
	return s, nil
}

// observe writes costs and sampled gates into the point.
func (r *run[T]) observe(p *trace.Point) {
	count := make([][][]float64, len(r.z))
	wide, _ := r.algo.(wider)
	for k := range count {
		count[k] = newTable(len(r.z[k]), len(r.arch.space.Ops))
		for e, list := range r.arch.ops[k] {
			for i, o := range list {
				if wide != nil && wide.counted(k, e, i) || wide == nil && r.z[k][e][o] != 0 {
					count[k][e][o] = 1
				}
			}
		}
	}
	p.Cost = &trace.Cost{Count: count, Mean: copyCube(r.c)}
	if r.algo.sampled() || !r.arch.soft() {
		p.Gate = copyCube(r.z)
	}
	if wide != nil {
		p.Gate = wide.recorded(r.z)
	}
	if p.EdgeCost == nil {
		p.EdgeCost, p.SkipCost = r.edgeCosts()
	}
}

func (r *run[T]) moveTheta() error {
	if !r.learning() {
		return nil
	}
	if err := r.theta.step(r.step); err != nil {
		return fmt.Errorf("%w: %w", ErrDiverged, err)
	}
	return nil
}

func (r *run[T]) moveAlpha() {
	if r.moving() {
		r.algo.gradient(r.arch, r.z, r.c, r.lambda())
		s, ok := r.algo.(settler)
		if ok {
			r.before = append(r.before[:0], r.arch.alpha...)
		}
		r.arch.step()
		if ok {
			s.settle(r.arch, r.before)
			r.arch.updateProb()
		}
	}
}

// healthy names what stopped being a number.
func (r *run[T]) healthy(p *trace.Point) error {
	for _, x := range []struct {
		name  string
		split *trace.Split
	}{{"train", p.Train}, {"search", p.Search}} {
		if s := x.split; s != nil && (math.IsNaN(s.Loss) || math.IsInf(s.Loss, 0)) {
			return fmt.Errorf("%w: the %s loss is %v", ErrDiverged, x.name, s.Loss)
		}
	}
	if !r.arch.finite() {
		return fmt.Errorf("%w: alpha is not finite", ErrDiverged)
	}
	return nil
}
