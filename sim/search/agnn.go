package search

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"edgewise/sim/agnn"
	"edgewise/sim/gnn"
	"edgewise/sim/kernel"
	"edgewise/sim/spec"
	"edgewise/sim/trace"
	"edgewise/theory/cell"
)

// controlled is a search by the controller of Auto-GNN. A step is one offspring.
// Its point holds the controller's logits and probabilities of the five edges at
// the incumbent, the incumbent's wiring as gates, the local costs of every
// operation there on the validation nodes, the offspring as genotype, and the
// offspring's loss on the training and validation (search) nodes.
type controlled[T kernel.Float] struct {
	spec spec.Spec
	x    *agnn.Search[T]
}

// newControlled lays the trace out for the cell of graph operations.
func newControlled[T kernel.Float](s spec.Spec, m *trace.Manifest) (*controlled[T], error) {
	var c agnn.Config
	if s.AGNN != nil {
		c = *s.AGNN
	}
	x, err := agnn.New[T](c, func(name string, number int) *rand.Rand { return stream(s.Seed, name, number) })
	if err != nil {
		return nil, fmt.Errorf("agnn: %w", err)
	}
	minimal := cell.Minimal()
	m.Kinds, m.Stack = []string{cell.Normal.String()}, []string{cell.Normal.String()}
	m.Nodes, m.Concat, m.Ops, m.Edges = minimal.Nodes, minimal.Concat, gnn.Operations(), nil
	for _, e := range minimal.Edges {
		m.Edges = append(m.Edges, [2]int{e.From, e.To})
	}
	g := x.Bench.Graph
	m.Data = trace.Data{
		Name:        fmt.Sprintf("stochastic block model, %d nodes, %d links, homophily %.2f", g.Model.Nodes, g.Links(), g.Homophily()),
		Fingerprint: g.Fingerprint(), Train: len(g.Train), Search: len(g.Search), Test: len(g.Test),
	}
	m.Notes = append(m.Notes, "prob is what the controller would draw at the incumbent, gate the incumbent, genotype the offspring; activation, hidden size and combination are in the genotype alone")
	return &controlled[T]{s, x}, nil
}

func (r *controlled[T]) at() int { return r.x.At() }

func (r *controlled[T]) close() {}

func (r *controlled[T]) evaluate(*trace.Point) error { return nil }

func (r *controlled[T]) begin() *trace.Point {
	logits, prob := r.x.Controller()
	return r.point(logits, prob)
}

func (r *controlled[T]) point(logits, prob [gnn.Choices][]float64) *trace.Point {
	nan := math.NaN()
	p := &trace.Point{
		Step: r.x.At(), Steps: 1, Epoch: float64(r.x.At()), Rate: r.x.Config.WeightRate, AlphaRate: r.x.Config.Rate,
		Temperature: nan, HeadNorm: nan, Alpha: make([][][]float64, 1), Prob: make([][][]float64, 1),
	}
	for e := range 5 {
		row := make([]float64, len(logits[e]))
		for o, v := range logits[e] {
			row[o] = v / r.x.Config.Temperature
		}
		p.Alpha[0], p.Prob[0] = append(p.Alpha[0], row), append(p.Prob[0], prob[e])
	}
	return p
}

func (r *controlled[T]) advance() (*trace.Point, error) {
	p := r.begin()
	s, err := r.x.Advance()
	if errors.Is(err, agnn.ErrDiverged) {
		return p, fmt.Errorf("%w: %w", ErrDiverged, err)
	}
	if err != nil {
		return p, err
	}
	p.Genotype = s.Offspring.String()
	p.Train, p.Search = summarise(s.Train), summarise(s.Valid)
	p.Gate = [][][]float64{newTable(5, len(gnn.Operations()))}
	for e, o := range s.Incumbent.Edges {
		p.Gate[0][e][o] = 1
	}
	if s.Cost[0] != nil {
		count := newTable(5, len(gnn.Operations()))
		for e := range count {
			for o := range count[e] {
				count[e][o] = 1
			}
		}
		p.Cost = &trace.Cost{Count: [][][]float64{count}, Mean: [][][]float64{s.Cost[:]}}
	}
	return p, nil
}

// final names the incumbent, whose operations have probability 1, and evaluates it, trained from scratch, on the test
// nodes.
func (r *controlled[T]) final() (*trace.Point, error) {
	p := r.begin()
	best, _ := r.x.Best()
	p.Steps, p.AlphaRate, p.Status, p.Rate = 0, 0, trace.Complete, math.NaN()
	p.Genotype = best.String()
	p.Alpha, p.Prob = nil, [][][]float64{newTable(5, len(gnn.Operations()))}
	for e, o := range best.Edges {
		p.Prob[0][e][o] = 1
	}
	samples, err := agnn.Retrain(r.x.Bench, best, func(name string, number int) *rand.Rand { return stream(r.spec.Seed, name, number) }, agnn.Final)
	if err != nil {
		return p, fmt.Errorf("%w: %w", ErrDiverged, err)
	}
	p.Test = summarise(samples)
	return p, nil
}

func (r *controlled[T]) save() []byte {
	b, err := r.x.Save()
	if err != nil {
		panic("search: the state of a controller holds finite numbers only: " + err.Error())
	}
	return b
}

// most bounds the bytes of a checkpoint: the weights that are kept grow with the
// architectures that were tried, up to one of every shape and activation.
func (r *controlled[T]) most() int64 { return r.x.StateBytes() + 1<<16 }

func (r *controlled[T]) load(b []byte) error { return r.x.Load(b) }
