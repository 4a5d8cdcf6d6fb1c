// Package supernet is the network of a differentiable architecture search: stem,
// preprocessing, a stack of cells of mixed operations (normal and reduction),
// global average pooling and a linear head without bias, after DARTS
// (arXiv 1806.09055), with forward, backward and the local costs of every
// candidate operation. Weights carry the names of a DARTS state_dict.
package supernet

import (
	"fmt"
	"math/rand/v2"

	"edgewise/sim/kernel"
	"edgewise/sim/mixop"
	"edgewise/theory/cell"
)

// Net is a supernet over T. It is not safe for concurrent use.
type Net[T kernel.Float] struct {
	cfg           Config
	team          *mixop.Team
	scratch       []*mixop.Scratch[T]
	scratchValues int // of one worker

	stem  *stem[T]
	acts  []*activation[T] // the stem's output, then each cell's
	cells []*layer[T]
	head  *head[T]

	params  []Param[T]
	buffers []Param[T]
	costs   [][][]float64 // [cell][edge][op]
	output  [][][]float64 // [cell][concat node][sample]

	prog   program
	visits kernel.Visits // of the segment that runs
	chunk  func(worker, chunk, lo, hi int)

	x     []T
	batch int
	mode  Mode
	want  Want
	all   bool
	ready bool // a forward pass waits for its backward pass
}

// Mode chooses the statistics of batch norm.
type Mode int

// Train uses the statistics of the batch and updates the running ones; Eval uses
// the running statistics.
const (
	Train Mode = iota
	Eval
)

// Gates holds the weight Z^k_ij of every operation, [cell][edge][op]. An operation
// whose weight is exactly 0 is not run.
type Gates [][][]float64

// Want says what a backward pass is for.
type Want struct {
	Theta  bool // accumulate the gradients of the weights
	Cost   bool // the local costs of the operations that ran
	Output bool // the direct output costs of the concatenated nodes
}

// layer is a cell with its two preprocessings.
type layer[T kernel.Float] struct {
	block *mixop.Block[T]
	pre   [cell.Inputs]*mixop.Pointwise[T]
	src   [cell.Inputs]int // index into acts
	in    [cell.Inputs]activation[T]
}

// New builds a net with weights drawn from rnd: torch's default initialisation,
// in the order of the parameters.
func New[T kernel.Float](cfg Config, rnd *rand.Rand) (*Net[T], error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	if rnd == nil {
		return nil, fmt.Errorf("supernet: New needs a source of random numbers for the weights")
	}
	n := &Net[T]{cfg: cfg}
	plan := mixop.NewPlan()
	n.stem = newStem[T](cfg, plan, rnd)
	c, h, w := cfg.Channels, cfg.Height, cfg.Width
	n.acts = []*activation[T]{{X: mixop.Images[T]{Shape: n.stem.v.Shape}}}
	if len(cfg.Space.Stack) > 1 || !n.stem.gathers() {
		n.acts[0].G = mixop.NewImages[T](cfg.Batch, cfg.StemMultiplier*c, h, w)
	}
	reduced := false
	last := len(cfg.Space.Stack) - 1
	for i, kind := range cfg.Space.Stack {
		l := &layer[T]{src: [2]int{max(i-1, 0), i}}
		if i == 0 {
			l.src = [2]int{0, 0}
		}
		if kind == cell.Reduction {
			c *= 2
		}
		name := fmt.Sprintf("cells.%d.", i)
		for p := range cell.Inputs {
			src := n.acts[l.src[p]].X.Shape
			names := []string{name + fmt.Sprintf("preprocess%d.op.1", p), name + fmt.Sprintf("preprocess%d.op.2", p)}
			if p == 0 && reduced {
				names = []string{name + "preprocess0.conv_1", name + "preprocess0.conv_2", name + "preprocess0.bn"}
			}
			q := mixop.NewPointwise[T](names, cfg.Batch, src.C, c, src.H, src.W, cfg.norm(), plan, rnd)
			q.V = mixop.NewImages[T](cfg.Batch, c, q.Out.H, q.Out.W)
			l.pre[p] = q
			a := n.acts[l.src[p]]
			a.readers = append(a.readers, reader[T]{i, p, q})
			l.in[p] = *newActivation[T](cfg.Batch, c, q.Out.H, q.Out.W)
		}
		h, w = l.in[0].X.Shape.H, l.in[0].X.Shape.W
		if kind == cell.Reduction {
			h, w = h/2, w/2
		}
		out := newActivation[T](cfg.Batch, c*len(cfg.Space.Cell.Concat), h, w)
		bc := mixop.BlockConfig[T]{Name: name, Cell: cfg.Space.Cell, Ops: cfg.Space.Ops, Kind: kind, Batch: cfg.Batch, Norm: cfg.norm(), Partial: cfg.Partial, Nodes: cfg.NodeNorm,
			Out: out.X, OutG: out.G}
		for p := range cell.Inputs {
			bc.In[p], bc.InG[p] = l.in[p].X, l.in[p].G
		}
		var err error
		if l.block, err = mixop.NewBlock[T](bc, plan, rnd); err != nil {
			return nil, fmt.Errorf("supernet: cell %d: %w", i, err)
		}
		n.cells, n.acts = append(n.cells, l), append(n.acts, out)
		reduced = kind == cell.Reduction
	}
	if n.pooled(last) {
		n.cells[last].block.KeepAverages()
	}
	n.head = newHead[T](cfg, n.acts[last+1].X.Shape, rnd)
	n.collect()
	n.team = mixop.NewTeam(cfg.Workers)
	n.scratchValues = plan.Values()
	for range n.team.Size() {
		n.scratch = append(n.scratch, mixop.NewScratch[T](plan))
	}
	n.chunk = n.runChunk
	return n, nil
}

func newActivation[T kernel.Float](batch, c, h, w int) *activation[T] {
	return &activation[T]{X: mixop.NewImages[T](batch, c, h, w), G: mixop.NewImages[T](batch, c, h, w)}
}

// Config returns the configuration that the net was built with.
func (n *Net[T]) Config() Config { return n.cfg }

// Close stops the net's workers. A net that is no longer referenced is closed when
// it is collected.
func (n *Net[T]) Close() { n.team.Close() }
