package mixop

import (
	"fmt"
	"math/rand/v2"

	"edgewise/sim/kernel"
	"edgewise/theory/cell"
)

type kind uint8

const (
	none kind = iota
	identity
	reduce
	maxPool
	avgPool
	dilated
	separable
)

// Op is one candidate operation on one edge, with its weights, its weight Z in the
// mixed operation and its local cost.
type Op[T kernel.Float] struct {
	Name string
	Z    float64
	Cost float64 // ⟨∂L/∂x_j, O(x_i)⟩ over the batch, of the last backward pass

	kind       kind
	ran        bool // computed by the last forward pass
	source     *node[T]
	target     *node[T]
	head, tail *Separable[T] // head: dilated and separable; tail: the second half of separable
	reduction  *Pointwise[T]
	pool       *Pooled[T]
	Norm       *Norm[T] // behind the last map; the identity for skip_connect
}

func newOp[T kernel.Float](o cell.Operation, base string, stride int, src, dst *node[T], batch int, norm NormConfig, plan *Plan, rnd *rand.Rand) (*Op[T], error) {
	op := &Op[T]{Name: o.Name, source: src, target: dst}
	c, h, w := src.X.Shape.C, src.X.Shape.H, src.X.Shape.W
	conv := func(at, size, stride, dil, h, w int) *Separable[T] {
		names := [3]string{fmt.Sprintf("%s.op.%d", base, at), fmt.Sprintf("%s.op.%d", base, at+1), fmt.Sprintf("%s.op.%d", base, at+2)}
		return NewSeparable[T](names, batch, c, h, w, size, stride, dil, norm, plan, rnd)
	}
	size := 3
	switch o.Name {
	case cell.None:
		return op, nil
	case cell.Skip:
		if stride == 1 {
			op.kind, op.Norm = identity, NewIdentity[T](batch, c)
			return op, nil
		}
		op.kind = reduce
		op.reduction = NewPointwise[T]([]string{base + ".conv_1", base + ".conv_2", base + ".bn"}, batch, c, c, h, w, norm, plan, rnd)
		op.Norm = op.reduction.Norm
	case cell.MaxPool, cell.AvgPool:
		op.kind = maxPool
		if o.Name == cell.AvgPool {
			op.kind = avgPool
		}
		op.pool = src.pooling(op.kind == maxPool, batch, stride, norm, plan)
		norm.Affine = false
		op.Norm = normOf[T](norm, base+".1", batch, c)
	case cell.DilConv5x5, cell.DilConv3x3:
		if o.Name == cell.DilConv5x5 {
			size = 5
		}
		op.kind, op.head = dilated, conv(1, size, stride, 2, h, w)
		op.Norm = op.head.Norm
	case cell.SepConv5x5, cell.SepConv3x3:
		if o.Name == cell.SepConv5x5 {
			size = 5
		}
		op.kind, op.head = separable, conv(1, size, stride, 1, h, w)
		op.tail = conv(5, size, 1, 1, op.head.Out.H, op.head.Out.W)
		op.Norm = op.tail.Norm
	default:
		return nil, fmt.Errorf("operation %q is not one that a supernet can run: see cell.Canonical", o.Name)
	}
	return op, nil
}

// live says whether the operation takes part in the backward pass.
func (o *Op[T]) live() bool { return o.ran && o.Z != 0 }

// values returns what the operation's norm normalises.
func (o *Op[T]) values() Images[T] {
	switch o.kind {
	case identity:
		return o.source.X
	case reduce:
		return o.reduction.V
	case maxPool, avgPool:
		return o.pool.V
	case dilated:
		return o.head.V
	}
	return o.tail.V
}

// value returns that of image b.
func (o *Op[T]) value(b int) []T { return o.values().At(b) }

// moments returns the moments of value, [B][C], or nil if they are not taken.
func (o *Op[T]) moments() []kernel.Moment {
	switch o.kind {
	case identity:
		return nil
	case reduce:
		return o.reduction.M
	case maxPool, avgPool:
		return o.pool.M
	case dilated:
		return o.head.M
	}
	return o.tail.M
}

// Ran says whether the last forward pass computed the operation.
func (o *Op[T]) Ran() bool { return o.ran }

// CostAt is the local cost of image b.
func (o *Op[T]) CostAt(b int) float64 {
	if !o.ran || o.kind == none {
		return 0
	}
	return o.Norm.CostAt(b)
}

// Weights lists the operation's weights in the order of a DARTS state_dict.
func (o *Op[T]) Weights() []*Weight[T] {
	switch {
	case o.reduction != nil:
		return o.reduction.Weights()
	case o.tail != nil:
		return append(o.head.Weights(), o.tail.Weights()...)
	case o.head != nil:
		return o.head.Weights()
	}
	return nil
}

// Norms lists the operation's batch norms with their paths in a state_dict.
func (o *Op[T]) Norms() []*Norm[T] {
	switch {
	case o.tail != nil:
		return []*Norm[T]{o.head.Norm, o.tail.Norm}
	case o.Norm != nil && (o.Norm.Statistics() || o.Norm.Gamma != nil):
		return []*Norm[T]{o.Norm}
	}
	return nil
}
