package cost

import (
	"errors"

	"edgewise/theory/cell"
	"edgewise/theory/symbolic"
)

// GeneratingVariable is the variable s that marks effective edges.
func GeneratingVariable() symbolic.Symbol { return symbolic.Var("s") }

// Recursion states the walk of an Expectation in symbols: for each state R
// before node j (the nodes that are reached, and lead to the output),
//
//	Phi[j;R]    weight of the effective edges into the nodes before j,
//	Gamma[j;R]  weight of those into j and the nodes after it,
//
// as polynomials in s. Nodes outside the concat that are reached and lead
// nowhere carry their number with the letter w. Ahead lists the equations of
// Gamma from the last node down, Behind those of Phi from the first node up;
// both refer only to symbols on the left of equations before them.
type Recursion struct {
	Behind, Ahead []symbolic.Relation

	cell   cell.Cell
	states [][]state // before each intermediate node, and after the last
	inline bool
	phi    map[symbolic.Key]symbolic.Expr
	gamma  map[symbolic.Key]symbolic.Expr
}

// state is the digit of every node with edges to come.
type state struct {
	nodes  []int
	digits []int
}

func (s state) digit(node int) int {
	if node < cell.Inputs {
		return 1
	}
	for k, i := range s.nodes {
		if i == node {
			return s.digits[k]
		}
	}
	return 0
}

// symbol names the state: base[j;nodes].
func (s state) symbol(base string, j int) symbolic.Symbol {
	out := symbolic.Var(base, symbolic.Int(j))
	for k, i := range s.nodes {
		switch s.digits[k] {
		case 1:
			out = out.Super(symbolic.Int(i))
		case 2:
			out = out.Super(symbolic.Name("w" + symbolic.Int(i).String()))
		}
	}
	return out
}

// after is the state that follows when node j gets the digit.
func (s state) after(c cell.Cell, j, digit int) state {
	next := state{}
	for _, i := range stillLive(c, append(append([]int(nil), s.nodes...), j), j) {
		d := digit
		if i != j {
			d = s.digit(i)
		}
		next.nodes, next.digits = append(next.nodes, i), append(next.digits, d)
	}
	return next
}

// maxRecursionStates bounds the equations of a Recursion: a full cell of eight
// nodes has 256.
const maxRecursionStates = 512

// ErrTooLong says that a recursion has too many states to be of use in print;
// an Expectation evaluates it.
var ErrTooLong = errors.New("the recursion has more than 512 states: evaluate it with an Expectation instead of printing it")

// NewRecursion builds the equations. inline replaces every symbol by its
// expression, for cells small enough to print in one piece. Cells with more
// than 512 states give ErrTooLong.
func NewRecursion(c cell.Cell, inline bool) (*Recursion, error) {
	if err := checkCell(c); err != nil {
		return nil, err
	}
	r := &Recursion{cell: c, inline: inline, phi: map[symbolic.Key]symbolic.Expr{}, gamma: map[symbolic.Key]symbolic.Expr{}}
	r.states = [][]state{{{}}}
	total := 0
	for k := range c.Nodes {
		j := cell.Inputs + k
		seen := map[symbolic.Key]bool{}
		var next []state
		for _, s := range r.states[k] {
			for digit := range digits(c, j) {
				n := s.after(c, j, digit)
				if key := symbolic.KeyOf(n.symbol("Phi", j+1)); !seen[key] {
					seen[key] = true
					next = append(next, n)
				}
			}
		}
		if total += len(next); total > maxRecursionStates {
			return nil, ErrTooLong
		}
		r.states = append(r.states, next)
	}
	r.behind()
	r.ahead()
	return r, nil
}

// weights returns the factors of node j in state s for its digits.
func (r *Recursion) weights(s state, j int) []symbolic.Expr {
	all, open, alpha, beta := symbolic.One(), symbolic.One(), symbolic.One(), symbolic.One()
	for _, e := range r.cell.Into(j) {
		q := symbolic.Sym(NoneProbability(r.cell.Edges[e]))
		switch s.digit(r.cell.Edges[e].From) {
		case 1:
			alpha = symbolic.Mul(alpha, q)
			open = symbolic.Mul(open, marked(r.cell.Edges[e]))
		case 2:
			beta = symbolic.Mul(beta, q)
		}
	}
	all = symbolic.Mul(alpha, beta)
	some := symbolic.Mul(beta, symbolic.Sub(open, alpha))
	out := []symbolic.Expr{all, some}
	if !r.cell.InConcat(j) {
		out = append(out, symbolic.Sub(symbolic.Sub(symbolic.One(), all), some))
	}
	return out
}

// marked is q + p s of an edge.
func marked(e cell.Edge) symbolic.Expr {
	return symbolic.Add(symbolic.Sym(NoneProbability(e)),
		symbolic.Mul(symbolic.Sym(ActiveProbability(e)), symbolic.Sym(GeneratingVariable())))
}

func (r *Recursion) behind() {
	r.phi[symbolic.KeyOf(state{}.symbol("Phi", cell.Inputs))] = symbolic.One()
	for k := range r.cell.Nodes {
		j := cell.Inputs + k
		sums := map[symbolic.Key]symbolic.Expr{}
		for _, s := range r.states[k] {
			from := r.phi[symbolic.KeyOf(s.symbol("Phi", j))]
			for digit, w := range r.weights(s, j) {
				key := symbolic.KeyOf(s.after(r.cell, j, digit).symbol("Phi", j+1))
				sums[key] = symbolic.Add(sums[key], symbolic.Mul(from, w))
			}
		}
		for _, s := range r.states[k+1] {
			name := s.symbol("Phi", j+1)
			r.Behind = append(r.Behind, symbolic.Equate(symbolic.Sym(name), sums[symbolic.KeyOf(name)]))
			r.phi[symbolic.KeyOf(name)] = r.value(name, sums[symbolic.KeyOf(name)])
		}
	}
}

func (r *Recursion) ahead() {
	last := cell.Inputs + r.cell.Nodes
	for _, s := range r.states[r.cell.Nodes] {
		r.gamma[symbolic.KeyOf(s.symbol("Gamma", last))] = symbolic.One()
	}
	for k := r.cell.Nodes - 1; k >= 0; k-- {
		j := cell.Inputs + k
		for _, s := range r.states[k] {
			sum := symbolic.Zero()
			for digit, w := range r.weights(s, j) {
				next := r.gamma[symbolic.KeyOf(s.after(r.cell, j, digit).symbol("Gamma", j+1))]
				sum = symbolic.Add(sum, symbolic.Mul(w, next))
			}
			name := s.symbol("Gamma", j)
			r.Ahead = append(r.Ahead, symbolic.Equate(symbolic.Sym(name), sum))
			r.gamma[symbolic.KeyOf(name)] = r.value(name, sum)
		}
	}
}

// value is what later equations use for a symbol: itself, or its expression
// when inlined or trivial.
func (r *Recursion) value(name symbolic.Symbol, e symbolic.Expr) symbolic.Expr {
	if _, number := e.Number(); r.inline || number {
		return e
	}
	return symbolic.Sym(name)
}

// Integrand returns the polynomial in s whose integral over [0,1] is h_e and
// whose value at s = 1 is r_e: the sum over states R before the target j of
// Phi[j;R] times the product of q+ps over the other edges into j from R, times
// Gamma after j is reached.
func (r *Recursion) Integrand(e int) symbolic.Expr {
	ed := r.cell.Edges[e]
	sum := symbolic.Zero()
	for _, s := range r.states[ed.To-cell.Inputs] {
		if s.digit(ed.From) != 1 {
			continue
		}
		f := []symbolic.Expr{r.phi[symbolic.KeyOf(s.symbol("Phi", ed.To))]}
		for _, i := range r.cell.Into(ed.To) {
			switch d := s.digit(r.cell.Edges[i].From); {
			case i == e:
			case d == 1:
				f = append(f, marked(r.cell.Edges[i]))
			case d == 2:
				f = append(f, symbolic.Sym(NoneProbability(r.cell.Edges[i])))
			}
		}
		next := r.gamma[symbolic.KeyOf(s.after(r.cell, ed.To, 1).symbol("Gamma", ed.To+1))]
		if !r.cell.InConcat(ed.To) {
			next = symbolic.Sub(next, r.gamma[symbolic.KeyOf(s.after(r.cell, ed.To, 2).symbol("Gamma", ed.To+1))])
		}
		sum = symbolic.Add(sum, symbolic.Mul(append(f, next)...))
	}
	return sum
}
