package bias

import (
	"fmt"

	"edgewise/theory/cell"
)

// A Rule derives a discrete cell from the weights of its operations.
type Rule string

// MostProbable keeps every edge on which none does not win, with its largest
// operation. TopTwo is the derivation of DARTS: every node keeps the two incoming
// edges with the largest max_{k != none} p^k_e (DeriveTop), each with that operation.
const (
	MostProbable Rule = "most probable"
	TopTwo       Rule = "top two"
)

// Derive returns the operation that the rule leaves on every edge, -1 on edges that
// it drops. weight is [edge][op]: probabilities, or weights that do not compete;
// none is the index of none, -1 where the space has none. Of equal operations the
// earlier one stays. An unknown rule, or ragged weights, are an error.
func Derive(r Rule, c cell.Cell, weight [][]float64, none int) (cell.Wiring, error) {
	if len(weight) != len(c.Edges) {
		return nil, fmt.Errorf("deriving a cell: weights of %d edges for a cell of %d", len(weight), len(c.Edges))
	}
	var active []bool
	switch r {
	case MostProbable:
		active = deriveArgmax(weight, none)
	case TopTwo:
		active = DeriveTop(c, weight, none, 2)
	default:
		return nil, fmt.Errorf("deriving a cell: rule %q is neither %q nor %q", r, MostProbable, TopTwo)
	}
	w := make(cell.Wiring, len(active))
	for e, on := range active {
		w[e] = -1
		if !on {
			continue
		}
		for o, x := range weight[e] {
			if o != none && x > 0 && (w[e] < 0 || x > weight[e][w[e]]) {
				w[e] = o
			}
		}
	}
	return w, nil
}

// Of returns what a wiring is as a derived cell: its depth, width and edges.
func Of(c cell.Cell, w cell.Wiring) Derived { return derived(c, w.Active(-1)) }
