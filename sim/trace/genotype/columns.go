package genotype

import (
	"fmt"
	"slices"
	"strings"

	"edgewise/theory/cell"
)

// Observation is one table of scores [edge][column] with the cell that the log
// printed for it.
type Observation struct {
	Scores [][]float64
	Logged Cell
	Gauge  []float64 // per edge, where edges compete by raw alpha: see Rule
	Slack  []float64
}

// Columns says which operation stands in which column.
type Columns struct {
	Ops     []string // "column_3" where nothing tells
	None    int      // column of none, or -1
	Unnamed []int
	Agree   Agreement // of the logged genotypes with these columns
	How     string    // where the names come from
}

// AskError asks for the names of the columns in one line.
type AskError struct{ Columns int }

func (e *AskError) Error() string {
	return fmt.Sprintf("the log does not say which operations its %d columns are: give them in order, like --ops none,max_pool_3x3,... (? for one you do not know)", e.Columns)
}

// minPairs is how many logged pairs an order of columns must explain before it
// is believed, minShare how large a part of them.
const (
	minPairs = 8
	minShare = 0.8
)

// NameColumns names the columns of a log. Names that are given win; then what the log
// states; then the known order of the code that wrote it, when the logged
// genotypes bear it out (or, where there are none, when it is the only order that
// code has); then what the genotypes alone tell: the column of none is the
// one without which the derived edges fit best, and an operation's column is the
// one that is largest where the operation was chosen. Without any of these it is
// an *AskError.
func NameColumns(c cell.Cell, columns int, given, stated []string, known [][]string, obs []Observation, unit float64) (Columns, error) {
	if len(given) > 0 {
		return named(c, columns, given, "given", obs, unit)
	}
	if len(stated) > 0 {
		return named(c, columns, stated, "stated in the log", obs, unit)
	}
	var fits *Columns
	for _, ops := range known {
		if len(ops) != columns {
			continue
		}
		got, err := named(c, columns, ops, "", obs, unit)
		if err != nil {
			return Columns{}, err
		}
		if got.Agree.Pairs < minPairs {
			if got.Agree.Different == 0 && fits == nil {
				got.How = "the order of the code that writes such logs; the log has too few genotypes to test it"
				fits = &got
			}
			continue
		}
		if got.Agree.Share() >= minShare && (fits == nil || got.Agree.Share() > fits.Agree.Share()) {
			got.How = fmt.Sprintf("the order of the code that writes such logs, borne out by %d of %d logged (operation, edge) pairs", got.Agree.Same+got.Agree.Tied, got.Agree.Pairs)
			fits = &got
		}
	}
	if fits != nil {
		return *fits, nil
	}
	return voted(c, columns, obs, unit)
}

// named checks a list of names and counts how far genotypes agree with it.
func named(c cell.Cell, columns int, ops []string, how string, obs []Observation, unit float64) (Columns, error) {
	if len(ops) != columns {
		return Columns{}, fmt.Errorf("%d operations are named (%s), but the log has %d columns", len(ops), strings.Join(ops, ","), columns)
	}
	out := Columns{None: -1, How: how}
	for k, n := range ops {
		if n == "?" || n == "" {
			n = fmt.Sprintf("column_%d", k)
			out.Unnamed = append(out.Unnamed, k)
		}
		if slices.Contains(out.Ops, n) {
			return Columns{}, fmt.Errorf("operation %q is named twice", n)
		}
		if n == cell.None {
			out.None = k
		}
		out.Ops = append(out.Ops, n)
	}
	for _, o := range obs {
		out.Agree = out.Agree.Add(Match(o.Logged, c, out.Ops, o.Scores, RuleFor(o, c, out.None), unit))
	}
	return out, nil
}

// RuleFor is the rule by which the logged cell was derived, told by its size and
// by whether it chooses none.
func RuleFor(o Observation, c cell.Cell, none int) Rule {
	logged := o.Logged
	r := Rule{PerNode: 2, None: none, Gauge: o.Gauge, Slack: o.Slack}
	if logged.Pairs() == len(c.Edges) {
		r.PerNode = 0
	}
	if r.PerNode == 0 {
		r.AskNone = true
	}
	for _, n := range logged.Nodes {
		for _, p := range n {
			if p.Op == cell.None {
				r.AskNone = true
			}
		}
	}
	return r
}

// voted lets the genotypes name the columns.
func voted(c cell.Cell, columns int, obs []Observation, unit float64) (Columns, error) {
	none, fit, ties := -1, -1, 0
	for k := -1; k < columns; k++ {
		same := 0
		for _, o := range obs {
			same += sameEdges(o, c, Rule{PerNode: 2, None: k, Gauge: o.Gauge, Slack: o.Slack})
		}
		if same > fit {
			none, fit, ties = k, same, 0
		} else if same == fit {
			ties++
		}
	}
	pairs := 0
	for _, o := range obs {
		pairs += o.Logged.Pairs()
	}
	if pairs < minPairs || ties > 0 || float64(fit) < minShare*float64(pairs) {
		return Columns{}, &AskError{columns}
	}
	votes := map[string][]int{}
	for _, o := range obs {
		r := Rule{None: none}
		for j, node := range o.Logged.Nodes {
			for _, p := range node {
				e := c.EdgeIndex(p.From, j+cell.Inputs)
				if e < 0 || e >= len(o.Scores) {
					continue
				}
				if votes[p.Op] == nil {
					votes[p.Op] = make([]int, columns)
				}
				if k, _ := r.best(o.Scores[e]); k >= 0 {
					votes[p.Op][k]++
				}
			}
		}
	}
	ops := make([]string, columns)
	if none >= 0 {
		ops[none] = cell.None
	}
	names := make([]string, 0, len(votes))
	for n := range votes {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		v := votes[n]
		k, all := 0, 0
		for i, x := range v {
			all += x
			if x > v[k] {
				k = i
			}
		}
		if 2*v[k] > all && ops[k] == "" {
			ops[k] = n
		}
	}
	out, err := named(c, columns, ops, "", obs, unit)
	if err == nil && out.Agree.Share() < minShare {
		err = &AskError{columns}
	}
	out.How = fmt.Sprintf("told by the logged genotypes: %d of %d (operation, edge) pairs fit", out.Agree.Same+out.Agree.Tied, out.Agree.Pairs)
	return out, err
}

// sameEdges counts the logged edges that the rule keeps too, whatever their
// operation.
func sameEdges(o Observation, c cell.Cell, r Rule) int {
	derived := Derive(c, make([]string, len(o.Scores[0])), o.Scores, r)
	same := 0
	for j, node := range o.Logged.Nodes {
		for _, p := range node {
			if j < len(derived.Nodes) && slices.Contains(derived.Nodes[j], Pair{"", p.From}) {
				same++
			}
		}
	}
	return same
}
