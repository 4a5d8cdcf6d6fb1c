package proofs

import (
	"fmt"
	"math/rand/v2"
	"sync"

	"edgewise/sim/dataset"
	"edgewise/sim/supernet"
	"edgewise/theory/cell"
	"edgewise/theory/cost"
)

// realSet is the embedded training split at 8x8 with its norm.
var realSet = sync.OnceValues(func() (*dataset.Set, error) {
	train, _, err := dataset.Embedded()
	if err != nil {
		return nil, err
	}
	return train.Resize(8)
})

// lab is a small supernet in float64 on a batch of real images.
type lab struct {
	net    *supernet.Net[float64]
	space  cell.Space
	cfg    supernet.Config
	x      []float64
	labels []uint8
	batch  int

	dlogits []float64 // scratch of gapUniform
}

// labOptions are what the checks vary.
type labOptions struct {
	ops      []string
	cells    int
	eps      float64
	headBias bool
	batch    int
	nodes    int // intermediate nodes; 0 stands for 2
	keep     int // concatenated nodes; 0 stands for all
}

// newLab builds a one-cell or deeper supernet with random weights and takes a random
// batch of real images.
func newLab(e *env, o labOptions) (*lab, error) {
	ops, err := cell.OperationsByName(o.ops)
	if err != nil {
		return nil, err
	}
	if o.nodes == 0 {
		o.nodes = 2
	}
	if o.keep == 0 {
		o.keep = o.nodes
	}
	c, err := cell.DARTS(o.nodes, o.keep)
	if err != nil {
		return nil, err
	}
	space, err := cell.NewSpace(ops, c, o.cells, nil)
	if err != nil {
		return nil, err
	}
	cfg := supernet.Config{Space: space, Channels: 4, StemMultiplier: 3, InChannels: dataset.InputChannels,
		Classes: 10, Height: 8, Width: 8, Batch: o.batch, Eps: o.eps, StemPlain: true, HeadBias: o.headBias, Workers: 1}
	net, err := supernet.New[float64](cfg, rand.New(rand.NewPCG(e.rng.Uint64(), e.rng.Uint64())))
	if err != nil {
		return nil, err
	}
	set, err := realSet()
	if err != nil {
		return nil, err
	}
	norm, err := dataset.Measure(set)
	if err != nil {
		return nil, err
	}
	idx := e.rng.Perm(set.Len())[:o.batch]
	l := &lab{net: net, space: space, cfg: cfg, batch: o.batch, x: make([]float64, o.batch*dataset.InputChannels*64)}
	if err := dataset.Fill(l.x, set, idx, norm); err != nil {
		return nil, err
	}
	for _, i := range idx {
		l.labels = append(l.labels, set.Labels[i])
	}
	return l, nil
}

// reading is one forward and backward pass.
type reading struct {
	logits []float64 // [batch][10]
	sample []supernet.Sample
	gap    float64       // mean L - H
	loss   float64       // mean L
	cost   [][][]float64 // [cell][edge][op], batch mean
	output [][][]float64 // [cell][concat node][sample], share of the mean
}

// read measures the net under gates; the costs are those of the mean loss.
func (l *lab) read(g supernet.Gates, mode supernet.Mode) (reading, error) {
	var r reading
	z, err := l.net.Forward(l.x, l.batch, g, mode)
	if err != nil {
		return r, err
	}
	r.logits = append(r.logits, z...)
	d := make([]float64, len(z))
	r.sample = make([]supernet.Sample, l.batch)
	if err := supernet.CrossEntropy(z, l.labels, l.cfg.Classes, d, r.sample); err != nil {
		return r, err
	}
	l.net.ZeroGrad()
	if err := l.net.Backward(d, supernet.Want{Theta: true, Cost: true, Output: true}); err != nil {
		return r, err
	}
	for _, s := range r.sample {
		r.gap += (s.Loss - s.Entropy) / float64(l.batch)
		r.loss += s.Loss / float64(l.batch)
	}
	for c := range l.space.Stack {
		r.cost = append(r.cost, clone(l.net.Cost(c)))
		r.output = append(r.output, clone(l.net.OutputCost(c)))
	}
	return r, nil
}

func clone(a [][]float64) [][]float64 {
	out := make([][]float64, len(a))
	for i := range a {
		out[i] = append([]float64(nil), a[i]...)
	}
	return out
}

// soft returns the gates softmax(alpha), alpha [edge][op] shared by all cells.
func (l *lab) soft(alpha [][]float64) supernet.Gates {
	g := supernet.NewGates(l.space)
	for c := range g {
		for i := range g[c] {
			cost.Softmax(g[c][i], alpha[i])
		}
	}
	return g
}

// hard returns the one-hot gates of a wiring, the same in all cells.
func (l *lab) hard(w cell.Wiring) supernet.Gates {
	g := supernet.NewGates(l.space)
	for c := range g {
		for i, k := range w {
			g[c][i][k] = 1
		}
	}
	return g
}

// alpha draws the logits for every edge.
func (l *lab) alpha(e *env) [][]float64 {
	a := make([][]float64, len(l.space.Cell.Edges))
	for i := range a {
		a[i] = e.normals(len(l.space.Ops), 1)
	}
	return a
}

// param returns the named array of the net.
func (l *lab) param(name string) (supernet.Param[float64], error) {
	for _, p := range l.net.Params() {
		if p.Name == name {
			return p, nil
		}
	}
	return supernet.Param[float64]{}, fmt.Errorf("the net has no parameter %q", name)
}

// sum adds up.
func sum(v []float64) float64 {
	s := 0.0
	for _, x := range v {
		s += x
	}
	return s
}
