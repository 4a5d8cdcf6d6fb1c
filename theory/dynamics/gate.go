package dynamics

import (
	"fmt"
	"strings"

	"edgewise/theory/cost"
)

// A Gate is the map from the logits of one edge to the weights of its operations,
//
//	p = g(alpha),   dL/dalpha_k = sum_m (dp_m/dalpha_k) C_m,   C_m = dL/dp_m,
//
// which is all that a search with soft gates has to know about it. Slices of one
// call have the edge's number of operations. A gate is a value without memory.
type Gate interface {
	// Weights writes p = g(alpha); p may be alpha.
	Weights(p, alpha []float64)
	// Pull writes dL/dalpha into dst, which may be c; p is Weights of alpha.
	Pull(dst, alpha, p, c []float64)
}

// A Projector is a gate whose logits are bound to a set: Project moves alpha back
// to it after every step of the optimiser; before is alpha before the step, so that
// a logit can stay where it is whatever momentum does. Both may hold several edges.
type Projector interface{ Project(alpha, before []float64) }

// Names of the gates.
const (
	NameSoftmax = "softmax"
	NameSigmoid = "sigmoid"
	NameClamp   = "clamp"
)

// gates are the gates by name; "" is the softmax.
var gates = []struct {
	name string
	gate Gate
}{
	{NameSoftmax, SoftmaxGate{}},
	{NameSigmoid, SigmoidGate{}},
	{NameClamp, ClampGate{}},
}

// GateByName returns the gate of that name, the softmax for ""; an unknown name is
// an error that lists the known ones.
func GateByName(name string) (Gate, error) {
	if name == "" {
		return SoftmaxGate{}, nil
	}
	var names []string
	for _, g := range gates {
		if g.name == name {
			return g.gate, nil
		}
		names = append(names, g.name)
	}
	return nil, fmt.Errorf("gate %q is not known: it is one of %s", name, strings.Join(names, ", "))
}

// Shares writes p_k / sum p into dst, the weight of an operation as a share of its
// edge's, 0 where all weights are 0. dst may be p. Of softmax weights they are p.
func Shares(dst, p []float64) {
	sum := 0.0
	for _, x := range p {
		sum += x
	}
	for k, x := range p {
		dst[k] = 0
		if sum > 0 {
			dst[k] = x / sum
		}
	}
}

// SoftmaxGate is p = softmax(alpha) (P1.1): the operations of an edge compete for a
// weight of 1.
type SoftmaxGate struct{}

// Weights implements Gate.
func (SoftmaxGate) Weights(p, alpha []float64) { cost.Softmax(p, alpha) }

// Pull implements Gate: p_k (c_k - sum_m p_m c_m).
func (SoftmaxGate) Pull(dst, _, p, c []float64) { cost.DARTS(dst, p, c) }

// SigmoidGate is p_k = sigmoid(alpha_k), the gate of FairDARTS (P1.6): operations do
// not compete.
type SigmoidGate struct{}

// Weights implements Gate.
func (SigmoidGate) Weights(p, alpha []float64) {
	for k, a := range alpha {
		p[k] = cost.Sigmoid(a)
	}
}

// Pull implements Gate: p_k (1 - p_k) c_k.
func (SigmoidGate) Pull(dst, _, p, c []float64) { cost.FairDARTS(dst, p, c) }

// GateField is alpha' = -Pull(c(p)), p = g(alpha), edge by edge: the flow of a search
// with soft gates, for any gate.
func GateField(g Gate, ops int, costs Costs) Field {
	var p, c []float64
	return func(dalpha, alpha []float64) {
		p, c = sized(p, len(alpha)), sized(c, len(alpha))
		for lo := 0; lo+ops <= len(alpha); lo += ops {
			g.Weights(p[lo:lo+ops], alpha[lo:lo+ops])
		}
		costs(c, p)
		for lo := 0; lo+ops <= len(alpha); lo += ops {
			g.Pull(dalpha[lo:lo+ops], alpha[lo:lo+ops], p[lo:lo+ops], c[lo:lo+ops])
		}
		negate(dalpha[:len(alpha)])
	}
}
