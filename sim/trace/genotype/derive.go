package genotype

import (
	"math"
	"slices"

	"edgewise/theory/cell"
)

// Rule is how a wiring is derived from a table of scores.
type Rule struct {
	PerNode int  // edges kept per node; 0: all
	None    int  // column of none; -1: there is none
	AskNone bool // none is a candidate like any other
	// Gauge, where it is not nil, makes edges compete by raw alpha = log p - gauge of
	// the edge instead of p (pt.darts); Slack is what is not known of it.
	Gauge, Slack []float64
}

// best returns the column with the largest score of a row and that score;
// -1 where the row has no candidate.
func (r Rule) best(row []float64) (int, float64) {
	k, top := -1, math.Inf(-1)
	for o, v := range row {
		if (o != r.None || r.AskNone) && v > top {
			k, top = o, v
		}
	}
	return k, top
}

// rank is the score by which edge e competes for its node.
func (r Rule) rank(e int, row []float64) float64 {
	_, top := r.best(row)
	if r.Gauge == nil || top == math.Inf(-1) {
		return top
	}
	return math.Log(math.Max(top, 1e-12)) - r.Gauge[e]
}

// Derive returns the wiring of a cell under the rule; scores are [edge][op].
func Derive(c cell.Cell, ops []string, scores [][]float64, r Rule) Cell {
	out := Cell{Concat: c.Concat}
	for j := cell.Inputs; j < cell.Inputs+c.Nodes; j++ {
		into := c.Into(j)
		slices.SortStableFunc(into, func(a, b int) int {
			switch x, y := r.rank(a, scores[a]), r.rank(b, scores[b]); {
			case x > y:
				return -1
			case x < y:
				return 1
			}
			return 0
		})
		if r.PerNode > 0 && len(into) > r.PerNode {
			into = into[:r.PerNode]
		}
		var pairs []Pair
		for _, e := range into {
			if k, _ := r.best(scores[e]); k >= 0 {
				pairs = append(pairs, Pair{ops[k], c.Edges[e].From})
			}
		}
		out.Nodes = append(out.Nodes, pairs)
	}
	return out
}

// Agreement counts the logged (operation, edge) pairs: those that the derivation
// gives too, those that differ but that numbers within the resolution of the log
// could give, and those that cannot be explained so. Ranked are those of Different
// whose operation is the best of its edge: only which edges are kept differs.
type Agreement struct {
	Pairs, Same, Tied, Different, Ranked int
}

// Add sums two agreements.
func (a Agreement) Add(b Agreement) Agreement {
	return Agreement{a.Pairs + b.Pairs, a.Same + b.Same, a.Tied + b.Tied, a.Different + b.Different, a.Ranked + b.Ranked}
}

// Share is (Same + Tied) / Pairs; NaN without pairs.
func (a Agreement) Share() float64 { return float64(a.Same+a.Tied) / float64(a.Pairs) }

// Match compares a logged cell with the scores printed for it; unit is one unit
// in the last printed place of the scores (0: exact).
func Match(logged Cell, c cell.Cell, ops []string, scores [][]float64, r Rule, unit float64) Agreement {
	derived := Derive(c, ops, scores, r)
	var a Agreement
	for j, pairs := range logged.Nodes {
		for _, p := range pairs {
			a.Pairs++
			switch {
			case j < len(derived.Nodes) && slices.Contains(derived.Nodes[j], p):
				a.Same++
			case tied(p, j+cell.Inputs, c, ops, scores, r, unit):
				a.Tied++
			default:
				a.Different++
				if e := c.EdgeIndex(p.From, j+cell.Inputs); e >= 0 {
					if k, _ := r.best(scores[e]); k >= 0 && ops[k] == p.Op {
						a.Ranked++
					}
				}
			}
		}
	}
	return a
}

// tied says whether the pair is within the resolution of being derived: its
// operation of being the best of its edge, its edge of being kept.
func tied(p Pair, to int, c cell.Cell, ops []string, scores [][]float64, r Rule, unit float64) bool {
	e, k := c.EdgeIndex(p.From, to), slices.Index(ops, p.Op)
	if e < 0 || k < 0 || unit == 0 {
		return false
	}
	_, top := r.best(scores[e])
	slack := 1.01 * unit
	if top-scores[e][k] > slack {
		return false
	}
	if r.PerNode == 0 {
		return true
	}
	better := 0
	for _, f := range c.Into(to) {
		s := slack
		if r.Gauge != nil { // half a unit in each probability, relative to it, and what is open of the gauges
			_, a := r.best(scores[f])
			s = unit/2/math.Max(a, unit) + unit/2/math.Max(scores[e][k], unit) + r.Slack[e] + r.Slack[f]
		}
		if f != e && r.rank(f, scores[f])-r.rank(e, scores[e]) > s {
			better++
		}
	}
	return better < r.PerNode
}
