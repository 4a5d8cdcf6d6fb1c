package gnn

import (
	"math"

	"edgewise/sim/kernel"
	"edgewise/theory/dynamics"
)

// Recipe is how a net is trained: full-batch Adam with L2 in the gradient.
type Recipe struct {
	Epochs      int
	Rate        float64
	WeightDecay float64
}

// Train trains the net on the training nodes; every call starts Adam anew.
func Train[T kernel.Float](n *Net[T], r Recipe) error { return TrainWith(n, r, func(int) {}) }

// TrainWith is Train with a function that may set the gates before each epoch.
func TrainWith[T kernel.Float](n *Net[T], r Recipe, before func(epoch int)) error {
	opt := make([]dynamics.Adam, len(n.weights))
	value, grad := make([][]float64, len(n.weights)), make([][]float64, len(n.weights))
	for i, t := range n.weights {
		opt[i] = dynamics.Adam{LR: r.Rate, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, WeightDecay: r.WeightDecay}
		value[i], grad[i] = make([]float64, len(t.value)), make([]float64, len(t.value))
		for k, v := range t.value {
			value[i][k] = float64(v)
		}
	}
	for epoch := range r.Epochs {
		before(epoch)
		if err := n.Forward(n.g.Train); err != nil {
			return err
		}
		n.Backward()
		for i, t := range n.weights {
			for k, v := range t.grad {
				grad[i][k] = float64(v)
			}
			opt[i].Step(value[i], grad[i])
			for k, v := range value[i] {
				t.value[k] = T(v)
			}
		}
	}
	return nil
}

// Finite says whether all weights are numbers.
func (n *Net[T]) Finite() bool {
	for _, t := range n.weights {
		for _, v := range t.value {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				return false
			}
		}
	}
	return true
}

// Tensors is the number of weights, each a matrix or vector.
func (n *Net[T]) Tensors() int { return len(n.weights) }
