// Package bias measures wiring bias on a trajectory of operation
// probabilities: growth (edges are dropped first and some regrow, O1), width
// (edges from the cell's inputs win over edges from intermediate nodes, O2),
// depth and width of the cell that is derived in the end, and failure (none
// wins, O3). Every measure has a formula; one that a cell or a space cannot
// have is absent and says why.
//
// Notation: q_e(t) is the none-probability of edge e at point t, t = 0 the
// start and t = T the end. The free edges are those that may take none and at
// least one other operation: 0 < q_e(0) < 1. Edges that are fixed or deleted
// are part of the derived cell (or not) but of no other measure.
package bias

import (
	"fmt"
	"math"

	"edgewise/theory/cell"
)

// Value is a number that may be absent; Why then says what is missing.
type Value struct {
	X     float64
	Known bool
	Why   string
}

// String prints the number, or the reason for its absence in parentheses.
func (v Value) String() string {
	if !v.Known {
		return "(" + v.Why + ")"
	}
	return fmt.Sprintf("%.4g", v.X)
}

func known(x float64) Value    { return Value{X: x, Known: true} }
func absent(why string) Value  { return Value{Why: why} }
func knownInt(n int) Value     { return known(float64(n)) }
func share(n, of int) float64  { return float64(n) / float64(of) }
func mean(x []float64) float64 { return sum(x) / float64(len(x)) }
func sum(x []float64) (s float64) {
	for _, v := range x {
		s += v
	}
	return s
}

// Trajectory is what is measured: the probabilities of the operations of every
// edge of one cell (one kind of cell) over time.
type Trajectory struct {
	Cell cell.Cell
	None int           // index of none among the operations, -1 where the space has none
	Step []int         // time of each point, ascending
	Prob [][][]float64 // [point][edge][op]; all 0 on a deleted edge
}

// DefaultMargin is the rise of a none-probability above its start from which an
// edge counts as dropped.
const DefaultMargin = 0.05

// Options are the thresholds of the measures; the zero value means the
// defaults.
type Options struct {
	Margin float64 // of Growth; 0: DefaultMargin
}

// Measures are all measures of one trajectory.
type Measures struct {
	Growth  Growth
	Width   Width
	Argmax  Derived // an edge is kept unless none is more probable than every other operation
	Top2    Derived // the DARTS derivation: see DeriveTop
	Failure Failure
}

// Measure computes all measures. Trajectories without points, with ragged
// arrays or with numbers that are not probabilities are errors that say where.
func Measure(t Trajectory, o Options) (Measures, error) {
	var m Measures
	if o.Margin == 0 {
		o.Margin = DefaultMargin
	}
	if !(o.Margin > 0 && o.Margin < 1) {
		return m, fmt.Errorf("margin is %v: it must be between 0 and 1", o.Margin)
	}
	if err := t.check(); err != nil {
		return m, err
	}
	m.Growth = growth(t, o.Margin)
	m.Width = width(t)
	m.Failure = failure(t)
	last := t.Prob[len(t.Prob)-1]
	m.Argmax = derived(t.Cell, deriveArgmax(last, t.None))
	m.Top2 = derived(t.Cell, DeriveTop(t.Cell, last, t.None, 2))
	return m, nil
}

func (t *Trajectory) check() error {
	if len(t.Prob) == 0 {
		return fmt.Errorf("a trajectory without points has no wiring bias")
	}
	if len(t.Step) != len(t.Prob) {
		return fmt.Errorf("%d steps for %d points: there must be one each", len(t.Step), len(t.Prob))
	}
	ops := -1
	for i, p := range t.Prob {
		if i > 0 && t.Step[i] < t.Step[i-1] {
			return fmt.Errorf("point %d: step %d comes after step %d", i, t.Step[i], t.Step[i-1])
		}
		if len(p) != len(t.Cell.Edges) {
			return fmt.Errorf("point %d: %d edges for a cell of %d", i, len(p), len(t.Cell.Edges))
		}
		for e, row := range p {
			if ops < 0 {
				ops = len(row)
			}
			if len(row) != ops {
				return fmt.Errorf("point %d, edge %v: %d operations, the first edge has %d", i, t.Cell.Edges[e], len(row), ops)
			}
			for k, x := range row {
				if math.IsNaN(x) || x < 0 || x > 1+1e-6 {
					return fmt.Errorf("point %d, edge %v, operation %d: %v is not a probability", i, t.Cell.Edges[e], k, x)
				}
			}
			if s := sum(row); s != 0 && math.Abs(s-1) > 1e-3 {
				return fmt.Errorf("point %d, edge %v: the probabilities sum to %v, not 1", i, t.Cell.Edges[e], s)
			}
		}
	}
	if t.None >= ops {
		return fmt.Errorf("none is operation %d of %d", t.None, ops)
	}
	return nil
}

// free returns the indices of the free edges, or why there is none.
func (t *Trajectory) free() (edges []int, why string) {
	if t.None < 0 {
		return nil, "the space has no none"
	}
	for e, row := range t.Prob[0] {
		if q := row[t.None]; q > 0 && q < 1 {
			edges = append(edges, e)
		}
	}
	if len(edges) == 0 {
		return nil, "no edge may choose between none and another operation"
	}
	return edges, ""
}

// q is the none-probability of edge e at point i.
func (t *Trajectory) q(i, e int) float64 { return t.Prob[i][e][t.None] }

// final is the index of the last point.
func (t *Trajectory) final() int { return len(t.Prob) - 1 }
