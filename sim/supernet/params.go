package supernet

import (
	"edgewise/sim/kernel"
	"edgewise/sim/mixop"
)

// Param is a named array of the net with its gradient (nil for a buffer). The
// slices are the net's own.
type Param[T kernel.Float] struct {
	Name        string
	Value, Grad []T
}

// Params lists the trainable arrays in the order of a DARTS state_dict.
func (n *Net[T]) Params() []Param[T] { return n.params }

// Buffers lists the running statistics of all batch norms.
func (n *Net[T]) Buffers() []Param[T] { return n.buffers }

// ZeroGrad clears the gradients of all weights.
func (n *Net[T]) ZeroGrad() {
	for _, p := range n.params {
		clear(p.Grad)
	}
}

// collect lists weights and buffers once, and takes the memory of the results.
func (n *Net[T]) collect() {
	weights := func(list ...*mixop.Weight[T]) {
		for _, w := range list {
			if w != nil {
				n.params = append(n.params, Param[T]{w.Name, w.Value, w.Grad})
			}
		}
	}
	norm := func(m *mixop.Norm[T]) {
		n.buffers = append(n.buffers, Param[T]{Name: m.Name + ".running_mean", Value: m.RunMean}, Param[T]{Name: m.Name + ".running_var", Value: m.RunVar})
	}
	weights(n.stem.conv)
	weights(n.stem.norm.Weights()...)
	norm(n.stem.norm)
	ops, edges := len(n.cfg.Space.Ops), len(n.cfg.Space.Cell.Edges)
	for _, l := range n.cells {
		for _, q := range l.pre {
			weights(q.Weights()...)
			norm(q.Norm)
		}
		weights(l.block.Weights()...)
		costs := make([][]float64, edges)
		for e := range costs {
			costs[e] = make([]float64, ops)
			for _, o := range l.block.Ops(e) {
				for _, m := range o.Norms() {
					norm(m)
				}
			}
		}
		for _, m := range l.block.NodeNorms() {
			norm(m)
		}
		n.costs = append(n.costs, costs)
		out := make([][]float64, len(n.cfg.Space.Cell.Concat))
		for k := range out {
			out[k] = make([]float64, n.cfg.Batch)
		}
		n.output = append(n.output, out)
	}
	weights(n.head.w, n.head.bias)
}
