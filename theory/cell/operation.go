// Package cell is the vocabulary of differentiable architecture search: what
// an operation, an edge, a cell, a search space and a wiring are. It holds no
// weights and no numbers; every other package speaks in its terms.
package cell

import "fmt"

// Operation is one candidate on an edge. Its index in Canonical is its
// identity inside Edgewise; foreign orders are mapped by name, never by
// position.
type Operation struct {
	// Name is the DARTS name, such as "sep_conv_3x3".
	Name string
	// Degree is the homogeneity degree d of the operation on a training batch:
	// O(c x) = c^d O(x) for c > 0. An operation that ends in batch norm has
	// degree 0 and passes no cost back (Euler; P3.1); skip_connect has degree 1
	// and passes all of it back; none is the zero map, which has every degree
	// and passes nothing back; by convention its Degree is 0.
	Degree int
	// Weights says whether the operation has trainable weights.
	Weights bool
}

// Names of the eight DARTS operations.
const (
	None       = "none"
	Skip       = "skip_connect"
	MaxPool    = "max_pool_3x3"
	AvgPool    = "avg_pool_3x3"
	SepConv3x3 = "sep_conv_3x3"
	SepConv5x5 = "sep_conv_5x5"
	DilConv3x3 = "dil_conv_3x3"
	DilConv5x5 = "dil_conv_5x5"
)

// Canonical returns the eight DARTS operations in Edgewise's order. The slice
// is the caller's own.
func Canonical() []Operation {
	return []Operation{
		{Name: None},
		{Name: Skip, Degree: 1},
		{Name: MaxPool},
		{Name: AvgPool},
		{Name: SepConv3x3, Weights: true},
		{Name: SepConv5x5, Weights: true},
		{Name: DilConv3x3, Weights: true},
		{Name: DilConv5x5, Weights: true},
	}
}

// OperationByName returns the canonical operation of that name. An unknown
// name is an error that lists the known ones.
func OperationByName(name string) (Operation, error) {
	for _, o := range Canonical() {
		if o.Name == name {
			return o, nil
		}
	}
	return Operation{}, fmt.Errorf("unknown operation %q: the known ones are %v", name, names(Canonical()))
}

// OperationsByName returns the operations of those names, in that order.
// Unknown and repeated names are errors.
func OperationsByName(list []string) ([]Operation, error) {
	ops := make([]Operation, 0, len(list))
	seen := map[string]bool{}
	for _, n := range list {
		o, err := OperationByName(n)
		if err != nil {
			return nil, err
		}
		if seen[n] {
			return nil, fmt.Errorf("operation %q is named twice", n)
		}
		seen[n] = true
		ops = append(ops, o)
	}
	return ops, nil
}

func names(ops []Operation) []string {
	out := make([]string, len(ops))
	for i, o := range ops {
		out[i] = o.Name
	}
	return out
}
