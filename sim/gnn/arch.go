package gnn

import (
	"fmt"
	"slices"
	"strings"

	"edgewise/theory/cell"
)

// Decisions beside the wiring.
var (
	Activations  = []string{"linear", "relu", "tanh", "elu"}
	Hidden       = []int{8, 16, 32}
	Combinations = []string{"concat", "sum", "max"}
)

// Arch is one architecture: the message function of each edge of the minimal
// cell, the activation of its nodes, the hidden size, and how the nodes are
// combined for the classifier. All are indices, into Operations, Activations,
// Hidden and Combinations.
type Arch struct {
	Edges                           [5]int
	Activation, Hidden, Combination int
}

// Choices is the number of decisions of an architecture.
const Choices = 8

// Options is the number of options of a decision: 0 to 4 are the edges, 5 the
// activation, 6 the hidden size, 7 the combination.
func Options(decision int) int {
	switch decision {
	case 5:
		return len(Activations)
	case 6:
		return len(Hidden)
	case 7:
		return len(Combinations)
	}
	return len(Operations())
}

// Decision names a decision.
func Decision(d int) string {
	if d < 5 {
		return cell.Minimal().Edges[d].String()
	}
	return [...]string{"activation", "hidden", "combination"}[d-5]
}

// At is the option that the architecture takes at a decision.
func (a Arch) At(decision int) int {
	switch decision {
	case 5:
		return a.Activation
	case 6:
		return a.Hidden
	case 7:
		return a.Combination
	}
	return a.Edges[decision]
}

// With returns the architecture with another option at one decision.
func (a Arch) With(decision, option int) Arch {
	switch decision {
	case 5:
		a.Activation = option
	case 6:
		a.Hidden = option
	case 7:
		a.Combination = option
	default:
		a.Edges[decision] = option
	}
	return a
}

// String is the genotype: "(0,2) gcn, …, relu, hidden 16, concat".
func (a Arch) String() string {
	var parts []string
	for e, o := range a.Edges {
		parts = append(parts, Decision(e)+" "+Operations()[o])
	}
	parts = append(parts, Activations[a.Activation], fmt.Sprintf("hidden %d", Hidden[a.Hidden]), Combinations[a.Combination])
	return strings.Join(parts, ", ")
}

// Check refuses options that do not exist.
func (a Arch) Check() error {
	for d := range Choices {
		if o := a.At(d); o < 0 || o >= Options(d) {
			return fmt.Errorf("decision %s is option %d: it has %d", Decision(d), o, Options(d))
		}
	}
	return nil
}

// Alive says whether the output depends on the graph at all: whether an edge
// that is not none enters an intermediate node.
func (a Arch) Alive() bool {
	return slices.ContainsFunc(a.Edges[:], func(o int) bool { return o != 0 })
}
