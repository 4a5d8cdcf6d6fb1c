package mixop

import (
	"fmt"
	"math/rand/v2"

	"edgewise/sim/kernel"
	"edgewise/theory/cell"
)

// node is an activation of a cell with its gradient, the edges that enter and
// leave it and what those share.
type node[T kernel.Float] struct {
	X, G       Images[T]
	in, out    []*edge[T]
	max, avg   *Pooled[T]
	maxU, avgU []*Op[T] // the operations that use the poolings
	pad        kernel.Planes
	padID      int // scratch of the padded, rectified activation, -1 without convolutions
	mid        kernel.Planes
	midID      int // scratch of the padded inner activation of separable convolutions
	midFlat    int
	acc        int
	mask       Mask[T]
	group      kernel.Planes // channels that the passes over all incoming operations take at a time
	fresh      bool          // G starts at zero, not with the gradient of the concatenation
	behind     *nodeNorm[T]  // batch norm behind the sum of the incoming operations, or nil
	mean       []float64     // [B][C] over the planes of X, or nil: see KeepAverages
}

// groupBytes bounds the part of a node that is visited with all of its incoming
// operations before the next: it stays in the first-level cache.
const groupBytes = 16 << 10

type edge[T kernel.Float] struct {
	from, to int
	index    int
	ops      []*Op[T]
	slots    []Images[T]
}

// Block is a cell of mixed operations over given input and output tensors.
type Block[T kernel.Float] struct {
	Cell  cell.Cell
	Batch int
	nodes []*node[T] // as targets of edges
	from  []*node[T] // as sources: the same, but for partial channels
	by    *bypass[T] // nil without partial channels
	edges []*edge[T]
	train bool
	theta bool
	batch int
}

// BlockConfig says what a block is made of. In holds the activations of the
// cell's two inputs and InG their gradients, Out the concatenated output and OutG its
// gradient; each concatenated node has as many channels as an input.
type BlockConfig[T kernel.Float] struct {
	Name    string // prefix of the weights' names, such as "cells.0."
	Cell    cell.Cell
	Ops     []cell.Operation
	Kind    cell.Kind
	Batch   int
	Norm    NormConfig
	Partial int  // operations see 1/Partial of the channels; below 2: all
	Nodes   bool // batch norm without affine behind the sum of every intermediate node
	In, InG [cell.Inputs]Images[T]
	Out     Images[T]
	OutG    Images[T]
}

// NewBlock builds the cell and draws its weights in the order of a DARTS
// state_dict.
func NewBlock[T kernel.Float](cfg BlockConfig[T], plan *Plan, rnd *rand.Rand) (*Block[T], error) {
	k := &Block[T]{Cell: cfg.Cell, Batch: cfg.Batch}
	c := cfg.In[0].Shape.C
	h, w := cfg.Out.Shape.H, cfg.Out.Shape.W
	at := 0
	for j := range cell.Inputs + cfg.Cell.Nodes {
		nd := &node[T]{padID: -1, midID: -1, mask: NewMask[T](c), fresh: true}
		switch {
		case j < cell.Inputs:
			nd.X, nd.G = cfg.In[j], cfg.InG[j]
		case cfg.Cell.InConcat(j):
			nd.X, nd.G = cfg.Out.Channels(at, c), cfg.OutG.Channels(at, c)
			at += c
			nd.fresh = false
		default:
			nd.X, nd.G = NewImages[T](cfg.Batch, c, h, w), NewImages[T](cfg.Batch, c, h, w)
		}
		if cfg.Nodes && j >= cell.Inputs {
			nd.behind = newNodeNorm[T](fmt.Sprintf("%snode_norms.%d", cfg.Name, j-cell.Inputs), cfg.Batch, c, h, w, cfg.Norm.Eps)
		}
		k.nodes = append(k.nodes, nd)
	}
	k.from = k.nodes
	if cfg.Partial > 1 {
		if c%cfg.Partial != 0 || cfg.Kind == cell.Reduction {
			return nil, fmt.Errorf("1/%d of %d channels of a %v cell: partial channels need a divisor of the channels and cells that do not reduce", cfg.Partial, c, cfg.Kind)
		}
		k.split(cfg.Partial, h, w)
	}
	for e, ed := range cfg.Cell.Edges {
		if ed.From < 0 || ed.From >= ed.To || ed.To < cell.Inputs || ed.To >= len(k.nodes) {
			return nil, fmt.Errorf("edge %d %v does not fit a cell of %d intermediate nodes", e, ed, cfg.Cell.Nodes)
		}
		stride := 1
		if cfg.Kind == cell.Reduction && ed.FromInput() {
			stride = 2
		}
		g := &edge[T]{from: ed.From, to: ed.To, index: e}
		src, dst := k.from[ed.From], k.nodes[ed.To]
		for o, spec := range cfg.Ops {
			op, err := newOp[T](spec, fmt.Sprintf("%s_ops.%d._ops.%d", cfg.Name, e, o), stride, src, dst, cfg.Batch, cfg.Norm, plan, rnd)
			if err != nil {
				return nil, fmt.Errorf("edge %v: %w", ed, err)
			}
			src.register(op)
			g.ops = append(g.ops, op)
		}
		src.out, dst.in = append(src.out, g), append(dst.in, g)
		k.edges = append(k.edges, g)
	}
	for j, nd := range k.nodes {
		nd.plan(plan)
		if k.from[j] != nd {
			k.from[j].plan(plan)
		}
	}
	return k, nil
}

// pooling returns the node's shared pooling of a kind.
func (n *node[T]) pooling(maximum bool, batch, stride int, norm NormConfig, plan *Plan) *Pooled[T] {
	p := &n.avg
	if maximum {
		p = &n.max
	}
	if *p == nil {
		*p = newPooled[T](maximum, batch, n.X.Shape.C, n.X.Shape.H, n.X.Shape.W, stride, norm, plan)
	}
	return *p
}

// register notes what the operation shares with the others that leave the node.
func (n *node[T]) register(o *Op[T]) {
	switch o.kind {
	case maxPool:
		n.maxU = append(n.maxU, o)
	case avgPool:
		n.avgU = append(n.avgU, o)
	}
	if o.head != nil {
		n.pad.Pad = max(n.pad.Pad, o.head.Win.Pad)
		n.padID = 0
	}
	if o.tail != nil {
		s := o.head.Out
		n.mid = kernel.Padded(s.C, s.H, s.W, max(n.mid.Pad, o.tail.Win.Pad))
		n.midID = 0
	}
}

func (n *node[T]) plan(plan *Plan) {
	s := n.X.Shape
	n.group = kernel.Dense(max(1, min(s.C, groupBytes/int(Size[T](s.PlaneStride)))), s.H, s.W)
	n.acc = plan.Buffer("acc", s.Len())
	if n.padID >= 0 {
		n.pad = kernel.Padded(s.C, s.H, s.W, n.pad.Pad)
		n.padID = plan.Padded("relu", n.pad, 1)
	}
	if n.midID >= 0 {
		n.midID = plan.Padded("relu", n.mid, 1)
		n.midFlat = plan.Buffer("mid", n.mid.C*n.mid.H*n.mid.W)
	}
}

// Ops returns the operations of edge e.
func (k *Block[T]) Ops(e int) []*Op[T] { return k.edges[e].ops }

// Weights lists the block's weights in the order of a DARTS state_dict.
func (k *Block[T]) Weights() []*Weight[T] {
	var out []*Weight[T]
	for _, e := range k.edges {
		for _, o := range e.ops {
			out = append(out, o.Weights()...)
		}
	}
	return out
}
