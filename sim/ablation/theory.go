package ablation

import (
	"errors"
	"fmt"
	"math"

	"edgewise/sim/intervention"
	"edgewise/sim/latency"
	"edgewise/sim/spec"
	"edgewise/sim/trace"
	"edgewise/theory/cell"
	"edgewise/theory/cost"
	"edgewise/theory/dynamics"
)

// ErrNoTheory is wrapped by the error of a spec about which the world of voters
// says nothing.
var ErrNoTheory = errors.New("the voters' mean field does not cover it")

// maxEdges bounds the wirings that are enumerated.
const maxEdges = 6

// field is the mean field of a search in a world: for one-hot gates it takes the
// expectation over all wirings, for soft ones there is one.
type field struct {
	w       World
	spec    *spec.Spec
	space   cell.Space
	ops     [][]int // [edge]: allowed operations
	at      []int   // [edge]: offset in alpha
	alpha   []float64
	before  []float64 // alpha before a step
	gate    dynamics.Gate
	latency *latency.Term
	prob    [][]float64 // [edge][op]: share of the edge's weight
	weight  [][]float64 // [edge][op]: gate(alpha)
	g1, g2  []float64
	st      state
	train   *split
	search  *split // what alpha is trained on; train in a single-level search
	held    *split // what it is trained on beside, at level mixed
	lambda  float64
	nodes   map[int][][]float64 // quadrature of gdas by number of operations
	soft    [][][][]float64     // its soft gates, [edge][op that wins][node][op]
	past    *intervention.Past
	pull    pulls

	loss, entropy float64 // of the split that alpha is trained on
}

// Predict integrates the mean field of the search that s describes in the world w:
// at every step the expectation, over wirings and batches, of the first two moments
// of the gradient (P5.11) under the interventions of the spec, which see the world's
// voters as they see a supernet's. Operations other than none are alike. The trace
// has a point every refresh steps.
func (w World) Predict(s spec.Spec) (*trace.Trace, error) {
	f, err := w.field(&s)
	if err != nil {
		return nil, err
	}
	move, err := mover(s.Alpha, len(f.space.Ops))
	if err != nil {
		return nil, err
	}
	t := &trace.Trace{Manifest: trace.Manifest{
		Format: trace.Format, Version: "edgewise", Run: s.ID(), Name: s.Name, Origin: trace.Predicted,
		Source: "edgewise ablate", Rung: "voters", Spec: &s,
		Notes: []string{"voters: the mean field of a world of voters, from the spec alone"},
	}}
	t.Manifest.SetCell(f.space)
	for step := range s.Steps {
		if step%refresh == 0 {
			f.lambda = temperature(s.Temperature, step, s.Steps)
			if err := f.moments(); err != nil {
				return nil, fmt.Errorf("predicting %s: step %d: %w", s.Name, step, err)
			}
			t.Points = append(t.Points, f.point(step, min(refresh, s.Steps-step)))
		}
		if !s.Theta.Freeze && step >= s.Theta.Warmup {
			rate := s.Theta.RateMin + (s.Theta.Rate-s.Theta.RateMin)*(1+math.Cos(math.Pi*float64(step)/float64(s.Steps)))/2
			w.learn(&f.st, &f.pull, rate/(1-s.Theta.Momentum), s.Data.Train)
		}
		if !s.Alpha.Freeze && step >= s.Alpha.Warmup {
			f.before = append(f.before[:0], f.alpha...)
			move(f.alpha, f.g1, f.g2)
			if p, ok := f.gate.(dynamics.Projector); ok {
				p.Project(f.alpha, f.before)
			}
			if err := dynamics.Diverged(f.alpha); err != nil {
				return nil, fmt.Errorf("predicting %s: step %d: %w", s.Name, step, err)
			}
		}
	}
	f.weigh()
	t.Points = append(t.Points, f.point(s.Steps, 0))
	t.Points[len(t.Points)-1].Status = trace.Complete
	return t, nil
}

// mover is the mean field of alpha's optimiser.
func mover(a spec.Alpha, ops int) (func(alpha, g1, g2 []float64), error) {
	switch a.Optimiser {
	case spec.SGD:
		o := &dynamics.SGD{LR: a.Rate, Momentum: a.Beta1, WeightDecay: a.WeightDecay}
		return func(alpha, g1, _ []float64) { o.Step(alpha, g1) }, nil
	case spec.Natural:
		o := &dynamics.ExponentiatedGradient{LR: a.Rate, WeightDecay: a.WeightDecay, Ops: ops}
		return func(alpha, g1, _ []float64) { o.Step(alpha, g1) }, nil
	case spec.Adam:
		o := &dynamics.MeanAdam{Adam: dynamics.Adam{LR: a.Rate, Beta1: a.Beta1, Beta2: a.Beta2, Eps: a.Eps, WeightDecay: a.WeightDecay}}
		return o.StepMoments, nil
	}
	return nil, fmt.Errorf("alpha's optimiser %q: %w", a.Optimiser, ErrNoTheory)
}

// covered are the algorithms, by what they relax, that the voters speak of.
var covered = map[string]bool{spec.DSNAS: true, spec.DARTS: true, spec.GDAS: true, spec.Proxyless: true}

func (w World) field(s *spec.Spec) (*field, error) {
	if err := s.Check(); err != nil {
		return nil, fmt.Errorf("predicting %s: %w", s.Name, err)
	}
	space, err := s.Space()
	if err != nil {
		return nil, err
	}
	allowed, err := s.Allowed()
	if err != nil {
		return nil, err
	}
	switch {
	case len(space.Stack) != 1:
		return nil, fmt.Errorf("%d cells: %w: it has one cell", len(space.Stack), ErrNoTheory)
	case !covered[s.Relaxation()]:
		return nil, fmt.Errorf("algorithm %s: %w: it has dsnas, darts, gdas and proxyless", s.Algorithm, ErrNoTheory)
	case s.Net.NodeNorm:
		return nil, fmt.Errorf("net.node_norm: %w: behind a batch norm logits are no sum of voters", ErrNoTheory)
	case s.Order != 1:
		return nil, fmt.Errorf("order %d: %w", s.Order, ErrNoTheory)
	case s.BrokenLaw() != "":
		return nil, fmt.Errorf("%s: %w: its voters have the costs of the laws", s.BrokenLaw(), ErrNoTheory)
	case s.Relaxation() != spec.DARTS && len(space.Cell.Edges) > maxEdges:
		return nil, fmt.Errorf("%d edges: %w: it enumerates the wirings of at most %d", len(space.Cell.Edges), ErrNoTheory, maxEdges)
	}
	f := &field{w: w, spec: s, space: space, gate: s.Gate(), st: w.start(space.Cell, s), past: intervention.NewPast(len(space.Cell.Edges))}
	n := 0
	for _, row := range allowed[space.Stack[0]] {
		var list []int
		for o, ok := range row {
			if ok {
				list = append(list, o)
			}
		}
		f.ops, f.at = append(f.ops, list), append(f.at, n)
		f.prob = append(f.prob, make([]float64, len(space.Ops)))
		f.weight = append(f.weight, make([]float64, len(space.Ops)))
		n += len(list)
	}
	if s.Algorithm == spec.Latency {
		table, err := latency.Load(s.Latency.Table)
		if err != nil {
			return nil, err
		}
		if f.latency, err = latency.NewTerm(table, s.Latency.Samples, s.Latency.Weight, space); err != nil {
			return nil, err
		}
	}
	f.alpha, f.g1, f.g2 = make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range f.alpha {
		f.alpha[i] = s.Alpha.InitMean
	}
	f.train = newSplit(1, len(f.ops), s, true)
	f.search = f.train
	switch s.Level {
	case spec.Bilevel:
		f.search = newSplit(2, len(f.ops), s, false)
	case spec.Mixed:
		f.held = newSplit(2, len(f.ops), s, false)
	}
	f.nodes = map[int][][]float64{}
	return f, nil
}

// weigh sets the weights of alpha and their shares.
func (f *field) weigh() {
	for e, list := range f.ops {
		p := make([]float64, len(list))
		f.gate.Weights(p, f.alpha[f.at[e]:][:len(list)])
		for i, o := range list {
			f.weight[e][o] = p[i]
		}
		copy(f.prob[e], f.weight[e])
		if f.gate != (dynamics.SoftmaxGate{}) {
			dynamics.Shares(f.prob[e], f.weight[e])
		}
	}
}

// moments takes the expectations of one step at the present alpha and state.
func (f *field) moments() error {
	f.weigh()
	f.soften()
	edges := len(f.ops)
	clear(f.g1)
	clear(f.g2)
	f.pull = pulls{make([]float64, edges), make([]float64, edges), make([]float64, edges)}
	f.loss, f.entropy = 0, 0
	mean, square, weight := make([]float64, edges), make([]float64, edges), make([]float64, edges)
	err := f.wirings(func(p float64, gate [][]float64) error {
		effective := f.effective(gate)
		for b := range batches {
			f.w.pull(&f.pull, &f.st, f.train.images[b], effective, p/batches)
			v := f.view(gate, effective, f.search.images[b], f.search.training)
			if f.straight() {
				f.leftOut(v, f.search.images[b], f.search.training)
			}
			if err := f.account(v, p/batches); err != nil {
				return err
			}
			if f.held != nil {
				h := f.view(gate, effective, f.held.images[b], false)
				if f.straight() {
					f.leftOut(h, f.held.images[b], false)
				}
				for e := range v.Cost {
					for o, c := range h.Cost[e] {
						v.Cost[e][o] += f.spec.Alpha.SearchWeight * c
					}
				}
			}
			costs, active := v.Observed()
			for e, c := range costs {
				if active[e] {
					mean[e] += p / batches * c
					square[e] += p / batches * c * c
					weight[e] += p / batches
				}
			}
			if err := intervention.Apply(f.spec.Interventions, v); err != nil {
				return err
			}
			if f.latency != nil {
				f.latency.Add(v.Cost, f.weight)
			}
			f.gradient(v, p/batches)
		}
		return nil
	})
	for e, p := range weight {
		if p > 0 {
			for range refresh { // the moments stand for that many steps
				f.past.Learn(e, mean[e]/p, square[e]/p, p)
			}
		}
	}
	return err
}

// wirings calls do with every wiring and its probability, over activities of the
// edges; for soft gates once, with the weights.
func (f *field) wirings(do func(p float64, gate [][]float64) error) error {
	if f.spec.Relaxation() == spec.DARTS {
		return do(1, f.weight)
	}
	idle := make([]float64, len(f.ops))
	for e := range idle {
		idle[e] = f.idle(e)
	}
	none := f.space.NoneIndex()
	gate := make([][]float64, len(f.ops))
	for e := range gate {
		gate[e] = make([]float64, len(f.space.Ops))
	}
	for bits := range 1 << len(f.ops) {
		p := 1.0
		for e, list := range f.ops {
			clear(gate[e])
			q := idle[e]
			if bits>>e&1 == 0 {
				p *= q
				if none >= 0 {
					gate[e][none] = 1
				}
				continue
			}
			p *= 1 - q
			for _, o := range list {
				if o != none { // one stands for all: they are alike
					gate[e][o] = 1
					break
				}
			}
		}
		if p > 1e-9 {
			if err := do(p, gate); err != nil {
				return err
			}
		}
	}
	return nil
}

// effective is, per edge, the weight with which its voters reach the output.
func (f *field) effective(gate [][]float64) []float64 {
	active := make([]bool, len(gate))
	weight := make([]float64, len(gate))
	for e, row := range gate {
		for k, z := range row {
			if k != f.space.NoneIndex() {
				weight[e] += z
			}
		}
		active[e] = weight[e] > 0
	}
	for e, ok := range f.space.Cell.Effective(active) {
		if !ok || !f.space.Cell.InConcat(f.space.Cell.Edges[e].To) {
			weight[e] = 0
		}
	}
	return weight
}

// gradient adds the first two moments of the step's architecture gradient; for a
// sampled operation the average over which of its like was sampled.
func (f *field) gradient(v *intervention.View, weight float64) {
	if f.straight() {
		f.throughGates(v, weight)
		return
	}
	if f.spec.Relaxation() == spec.DARTS {
		for e, list := range f.ops {
			g, z, c := make([]float64, len(list)), make([]float64, len(list)), make([]float64, len(list))
			for i, o := range list {
				z[i], c[i] = v.Gate[e][o], v.Cost[e][o]
			}
			f.gate.Pull(g, f.alpha[f.at[e]:][:len(list)], z, c)
			for i, x := range g {
				f.g1[f.at[e]+i] += weight * x
				f.g2[f.at[e]+i] += weight * x * x
			}
		}
		return
	}
	scale := make([]float64, len(f.ops))
	sampled := make([]int, len(f.ops))
	for e := range f.ops {
		scale[e] = 1
		for _, o := range f.ops[e] {
			if v.Gate[e][o] == 1 {
				sampled[e] = o
			}
		}
	}
	if f.spec.Estimator == spec.SummedLog {
		for e, o := range sampled {
			scale[e] = f.prob[e][o]
		}
		cost.SummedLogWeights(scale, scale)
	}
	none := f.space.NoneIndex()
	for e, list := range f.ops {
		like := 0
		for _, o := range list {
			if o != none {
				like++
			}
		}
		for i, o := range list {
			share := 0.0 // probability that o is the sample
			switch {
			case o == none && sampled[e] == none:
				share = 1
			case o != none && sampled[e] != none:
				share = 1 / float64(like)
			}
			c, p := scale[e]*v.Cost[e][sampled[e]], f.prob[e][o]
			f.g1[f.at[e]+i] += weight * c * (share - p)
			f.g2[f.at[e]+i] += weight * c * c * (share*(1-p)*(1-p) + (1-share)*p*p)
		}
	}
}

// point is the present as a point of the trace.
func (f *field) point(step, steps int) trace.Point {
	nan := math.NaN()
	p := trace.Point{Step: step, Steps: steps, Temperature: nan, AlphaRate: f.spec.Alpha.Rate}
	prob, alpha := make([][]float64, len(f.ops)), make([][]float64, len(f.ops))
	for e, list := range f.ops {
		prob[e] = append([]float64{}, f.prob[e]...)
		alpha[e] = make([]float64, len(prob[e]))
		for o := range alpha[e] {
			alpha[e][o] = nan
		}
		for i, o := range list {
			alpha[e][o] = f.alpha[f.at[e]+i]
		}
	}
	p.Prob, p.Alpha = [][][]float64{prob}, [][][]float64{alpha}
	if steps == 0 {
		p.AlphaRate = 0
		return p
	}
	at := &p.Train
	if f.search != f.train {
		at = &p.Search
	}
	*at = &trace.Split{N: f.spec.Batch, Loss: f.loss, Entropy: f.entropy, LossCorrect: nan, EntropyCorrect: nan, LossWrong: nan, EntropyWrong: nan}
	return p
}
