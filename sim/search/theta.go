package search

import (
	"fmt"
	"math"

	"edgewise/sim/kernel"
	"edgewise/sim/spec"
	"edgewise/sim/supernet"
)

// sgd is the optimiser of the weights, as torch.optim.SGD:
// g <- g + wd*w, b <- momentum*b + g, w <- w - rate*b.
type sgd[T kernel.Float] struct {
	spec   spec.Theta
	params []supernet.Param[T]
	moment [][]T
	steps  int
}

func newSGD[T kernel.Float](s spec.Spec, params []supernet.Param[T]) *sgd[T] {
	o := &sgd[T]{spec: s.Theta, params: params, steps: s.Steps}
	for _, p := range params {
		o.moment = append(o.moment, make([]T, len(p.Value)))
	}
	return o
}

// rate is the cosine schedule of the learning rate,
// min + (rate - min)(1 + cos(pi t/T))/2.
func (o *sgd[T]) rate(step int) float64 {
	t := float64(step) / float64(o.steps)
	return o.spec.RateMin + (o.spec.Rate-o.spec.RateMin)*(1+math.Cos(math.Pi*t))/2
}

// norm is the Euclidean norm of all gradients.
func (o *sgd[T]) norm() float64 {
	sum := 0.0
	for _, p := range o.params {
		part := 0.0
		for _, g := range p.Grad {
			part += float64(g) * float64(g)
		}
		sum += part
	}
	return math.Sqrt(sum)
}

// step clips the gradients to the norm of the spec and moves the weights. A
// gradient that is not finite is an error, and nothing moves.
func (o *sgd[T]) step(step int) error {
	norm := o.norm()
	if math.IsNaN(norm) || math.IsInf(norm, 0) {
		return fmt.Errorf("the gradient of theta is not finite")
	}
	scale := 1.0
	if o.spec.Clip > 0 && norm > o.spec.Clip {
		scale = o.spec.Clip / (norm + 1e-6)
	}
	lr, s, wd, mu := T(o.rate(step)), T(scale), T(o.spec.WeightDecay), T(o.spec.Momentum)
	for i, p := range o.params {
		b := o.moment[i]
		for j, g := range p.Grad {
			b[j] = mu*b[j] + (s*g + wd*p.Value[j])
			p.Value[j] -= lr * b[j]
		}
	}
	return nil
}
