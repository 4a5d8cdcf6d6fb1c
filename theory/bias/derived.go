package bias

import (
	"slices"

	"edgewise/theory/cell"
)

// Derived is the cell that a search ends with: Depth is its longest active path
// from an input to the output in edges, Width the sum over its output-leading
// nodes of the share of their effective incoming edges that start at inputs
// (see cell.Cell), Edges the number of its active edges and Effective of those
// that can change the output. A cell without any effective edge has depth and
// width 0.
type Derived struct {
	Active       []bool // per edge
	Depth, Edges int
	Effective    int
	Width        float64
}

func derived(c cell.Cell, active []bool) Derived {
	d := Derived{Active: active, Depth: c.Depth(active), Width: c.Width(active)}
	for e, on := range c.Effective(active) {
		if active[e] {
			d.Edges++
		}
		if on {
			d.Effective++
		}
	}
	return d
}

// noneWins says whether none is more probable than every other operation of the
// edge; on ties it does not win.
func noneWins(row []float64, none int) bool {
	if none < 0 {
		return false
	}
	for k, x := range row {
		if k != none && x >= row[none] {
			return false
		}
	}
	return true
}

// deriveArgmax keeps the edges that none does not win.
func deriveArgmax(prob [][]float64, none int) []bool {
	active := make([]bool, len(prob))
	for e, row := range prob {
		active[e] = sum(row) > 0 && !noneWins(row, none)
	}
	return active
}

// DeriveTop is the derivation of DARTS: every node keeps the n incoming edges
// with the largest max_{k != none} p^k_e, each with that operation; none is not
// a candidate. Ties keep the earlier edge. Edges that may only be none and
// deleted edges are not kept.
func DeriveTop(c cell.Cell, prob [][]float64, none, n int) []bool {
	active := make([]bool, len(prob))
	for j := cell.Inputs; j < cell.Inputs+c.Nodes; j++ {
		into := c.Into(j)
		strength := func(e int) float64 {
			best := 0.0
			for k, x := range prob[e] {
				if k != none {
					best = max(best, x)
				}
			}
			return best
		}
		slices.SortStableFunc(into, func(a, b int) int {
			switch x, y := strength(a), strength(b); {
			case x > y:
				return -1
			case x < y:
				return 1
			}
			return a - b
		})
		for i, e := range into {
			active[e] = i < n && strength(e) > 0
		}
	}
	return active
}

// Failure is O3: None = share of the free edges on which none is more probable
// than every other operation at the end; Half = share with q_e(T) > 1/2; Mean = mean q_e(T).
type Failure struct {
	None, Half, Mean Value
}

func failure(t Trajectory) Failure {
	free, why := t.free()
	if why != "" {
		a := absent(why)
		return Failure{a, a, a}
	}
	none, half := 0, 0
	for _, e := range free {
		if noneWins(t.Prob[t.final()][e], t.None) {
			none++
		}
		if t.q(t.final(), e) > .5 {
			half++
		}
	}
	return Failure{known(share(none, len(free))), known(share(half, len(free))), known(t.meanNone(t.final(), free))}
}
