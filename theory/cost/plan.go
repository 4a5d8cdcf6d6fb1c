package cost

import (
	"errors"
	"fmt"

	"edgewise/theory/cell"
)

// maxCoefficients bounds the polynomials that an Expectation holds: 2^26
// float64, 512 MB.
const maxCoefficients = 1 << 26

// ErrTooLarge says that a cell has too many reachability states for the exact
// algorithm; MonteCarlo estimates the same expectations with error bars.
var ErrTooLarge = errors.New("the cell has too many reachability states for exact expectations: use MonteCarlo")

// Expectation computes exact expectations over wirings A in which every edge e
// is active with probability p_e independently of the others: n is the number
// of effective edges (cell.Effective), 1_e says whether e is one of them.
//
// The algorithm walks the nodes in topological order and carries, per state,
// the polynomial in s of the number of effective edges so far. A state gives
// every node that still has outgoing edges to come one of two or three digits:
// 0 not reached, 1 reached and leading to the output, and, for nodes outside
// the concat only, 2: reached but leading nowhere, less the part of digit 1
// that would lead nowhere (inclusion and exclusion). Digits 1 and 2 are exact
// because an edge is effective iff its source is reached and its target has
// digit 1, and a node leads nowhere iff it has no active edge into a node of
// digit 1. Costs of all edges come from one forward pass and one adjoint pass
// per functional of n. A full cell with M nodes, all in the concat, has
// 2^(M-1) states; nodes outside the concat count 3 instead of 2.
//
// An Expectation owns scratch memory: it may be reused, but not by two
// goroutines at once.
type Expectation struct {
	cell   cell.Cell
	layers []layer
	polys  [][]float64 // forward polynomials before each layer
	ahead  []float64   // adjoint after the layer in work
	here   []float64   // adjoint before it
	table  []float64   // functional of n, index 0..edges
	r, h   []float64   // shares per edge
	step   step
}

// layer is one intermediate node in the walk.
type layer struct {
	concat bool
	in     []arc
	states int     // before the node
	width  int     // coefficients per state before the node
	next   []int32 // state after the node for digit 0 of the node
	digit  int32   // added per digit of the node; 0 if the node is forgotten at once
}

// arc is an edge into the node of a layer.
type arc struct {
	edge         int
	input        bool // the source is an input of the cell
	stride, base int32
}

// NewExpectation prepares the walk of a cell; ErrTooLarge when it would not fit
// in memory. Edges must be in DARTS order and lead upwards.
func NewExpectation(c cell.Cell) (*Expectation, error) {
	if err := checkCell(c); err != nil {
		return nil, err
	}
	x := &Expectation{cell: c, table: make([]float64, len(c.Edges)+1),
		r: make([]float64, len(c.Edges)), h: make([]float64, len(c.Edges))}
	live := []int{}
	states, width, total, largest, degree := 1, 1, 0, 1, 0
	for j := cell.Inputs; j < cell.Inputs+c.Nodes; j++ {
		l := layer{concat: c.InConcat(j), states: states, width: width}
		stride := strides(c, live)
		for _, e := range c.Into(j) {
			from := c.Edges[e].From
			l.in = append(l.in, arc{edge: e, input: from < cell.Inputs, stride: stride[from], base: int32(digits(c, from))})
		}
		after := stillLive(c, append(live, j), j)
		l.next, l.digit, states = transition(c, live, after, j, states)
		if states > maxCoefficients {
			return nil, ErrTooLarge
		}
		total += l.states * l.width
		width += len(l.in)
		degree = max(degree, len(l.in))
		largest = max(largest, states*width)
		if total+2*largest > maxCoefficients {
			return nil, ErrTooLarge
		}
		x.layers = append(x.layers, l)
		live = after
	}
	for _, l := range x.layers {
		x.polys = append(x.polys, make([]float64, l.states*l.width))
	}
	x.polys = append(x.polys, make([]float64, states*width))
	x.ahead, x.here = make([]float64, largest), make([]float64, largest)
	x.step = newStep(degree, width)
	return x, nil
}

// States is the largest number of states of the walk.
func (x *Expectation) States() int {
	most := 1
	for _, l := range x.layers {
		most = max(most, l.states)
	}
	return most
}

func checkCell(c cell.Cell) error {
	if c.Nodes < 1 || c.Nodes > cell.MaxNodes {
		return fmt.Errorf("cell: %d intermediate nodes, want 1 to %d", c.Nodes, cell.MaxNodes)
	}
	last := cell.Edge{From: -1, To: cell.Inputs}
	for k, e := range c.Edges {
		if e.From < 0 || e.From >= e.To || e.To < cell.Inputs || e.To >= cell.Inputs+c.Nodes {
			return fmt.Errorf("cell: edge %d is %v, want an edge upwards into one of the %d intermediate nodes", k, e, c.Nodes)
		}
		if e.To < last.To || e.To == last.To && e.From <= last.From {
			return fmt.Errorf("cell: edge %d is %v after %v, want DARTS order without repetition", k, e, last)
		}
		last = e
	}
	for _, j := range c.Concat {
		if j < cell.Inputs || j >= cell.Inputs+c.Nodes {
			return fmt.Errorf("cell: the concat names node %d, which is not an intermediate node", j)
		}
	}
	return nil
}

// digits is the number of states of a node.
func digits(c cell.Cell, node int) int {
	if c.InConcat(node) {
		return 2
	}
	return 3
}

func strides(c cell.Cell, live []int) map[int]int32 {
	out := map[int]int32{}
	s := 1
	for _, i := range live {
		out[i] = int32(s)
		s *= digits(c, i)
	}
	return out
}

// stillLive keeps the nodes that have an edge into a node after j.
func stillLive(c cell.Cell, nodes []int, j int) []int {
	var out []int
	for _, i := range nodes {
		for _, e := range c.OutOf(i) {
			if c.Edges[e].To > j {
				out = append(out, i)
				break
			}
		}
	}
	return out
}

// transition maps each state before node j to the state after it, for digit 0
// of j, and gives what each digit of j adds.
func transition(c cell.Cell, live, after []int, j, states int) (next []int32, digit int32, count int) {
	to := strides(c, after)
	count = 1
	for _, i := range after {
		count *= digits(c, i)
		if count > maxCoefficients {
			return nil, 0, count
		}
	}
	next = make([]int32, states)
	for s := range next {
		rest := s
		for _, i := range live {
			base := digits(c, i)
			next[s] += int32(rest%base) * to[i]
			rest /= base
		}
	}
	return next, to[j], count
}
