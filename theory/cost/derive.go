package cost

import (
	"fmt"
	"strings"

	"edgewise/theory/cell"
	"edgewise/theory/symbolic"
)

// inlineEdges is the largest number of edges whose shares are printed in one
// piece; larger cells are printed as a recursion over nodes.
const inlineEdges = 5

// Derive returns the closed forms of a cell whose edges choose among ops: the
// laws of conservation, the expected cost of every edge under equal shares
// (P4.3) as exact polynomials, and the dynamics that follow with equal operation
// costs (P5.1), with drop times (P5.2), fixed points under weight decay (P5.8)
// and the conditions of width preference (P5.4). classes is the number of
// classes of the head (at least 2).
//
// Cells of up to 5 edges print each share as an integral and as an expanded
// polynomial in the none-probabilities; larger cells print the recursion of
// Recursion, and give ErrTooLong beyond 512 states. Without none among ops
// every edge is active: shares are numbers and there is no dynamics of edges.
func Derive(c cell.Cell, ops []cell.Operation, classes int) (Derivation, error) {
	if err := checkCell(c); err != nil {
		return Derivation{}, fmt.Errorf("derive: %w", err)
	}
	if len(ops) < 1 || classes < 2 {
		return Derivation{}, fmt.Errorf("derive: %d operations and %d classes, want at least 1 and 2", len(ops), classes)
	}
	names := make([]string, len(ops))
	none := false
	for k, o := range ops {
		names[k] = o.Name
		none = none || o.Name == cell.None
	}
	edges := make([]string, len(c.Edges))
	for k, e := range c.Edges {
		edges[k] = e.String()
	}
	d := Derivation{
		Title: fmt.Sprintf("Cell with %d intermediate nodes, edges %s, concat %v, operations %s. A positive cost means that the edge raises the loss",
			c.Nodes, strings.Join(edges, " "), c.Concat, strings.Join(names, " ")),
		Symbols: meanings(none),
	}
	shares, err := ShareLaws(c, none)
	if err != nil {
		return Derivation{}, fmt.Errorf("derive: %w", err)
	}
	d.Sections = []Section{
		{"The output", OutputLaws(classes)},
		{"Paths", PathLaws(ops)},
		{"Conservation", ConservationLaws(c, ops)},
		{"Expected costs", shares},
	}
	if none && len(ops) > 1 {
		d.Sections = append(d.Sections, Section{"Dynamics with equal operation costs", EdgeDynamics(c, len(ops))})
	}
	return d, nil
}

func meanings(none bool) []Meaning {
	i, j := symbolic.Name("i"), symbolic.Name("j")
	list := []Meaning{
		{symbolic.Var("L"), "cross-entropy, mean over the split on which alpha is trained"},
		{symbolic.Var("H"), "entropy of the prediction, same mean"},
		{symbolic.Var("C", i, j), "cost of edge (i,j) given that it is active; with an operation as superscript, of that operation"},
		{symbolic.Var("Z", i, j).Super(symbolic.Name("op")), "gate of an operation"},
		{symbolic.Var("D", j), "direct output cost of node j"},
		{symbolic.Var("p", i, j), "probability that edge (i,j) is active, not none"},
		{symbolic.Var("q", i, j), "probability that it is none, 1 - p"},
		{symbolic.Var("r", i, j), "P(edge effective | active)"},
		{symbolic.Var("h", i, j), "E[1/n on effective edges | active], n the number of effective edges"},
		{symbolic.Var("v"), "redundancy slope: (L-H)(n) = v n - u"},
		{symbolic.Var("u"), "what the effective edges of a wiring share"},
		{symbolic.Var("S", j), "cost of all edges into node j"},
		{symbolic.Var("R"), "what an operation passes back to the cost of its source"},
		{symbolic.Var("s"), "marks effective edges in generating polynomials"},
	}
	if none {
		list = append(list, Meaning{symbolic.Var("D", i, j), "logit of p[i,j]"},
			Meaning{symbolic.Var("eta"), "learning rate"}, Meaning{symbolic.Var("lambda"), "weight decay on alpha"})
	}
	return list
}

// ShareLaws states P4.3 for a cell: C_e, u, and r_e and h_e of every edge.
func ShareLaws(c cell.Cell, none bool) ([]Statement, error) {
	var costs []symbolic.Relation
	sumR, sumH := symbolic.Zero(), symbolic.Zero()
	for _, e := range c.Edges {
		p, r, h := symbolic.Sym(ActiveProbability(e)), symbolic.Sym(edgeSymbol("r", e)), symbolic.Sym(edgeSymbol("h", e))
		if !none {
			p = symbolic.One()
		}
		costs = append(costs, equate(symbolic.Sym(edgeSymbol("C", e)), sub(mul(sym("v"), r), mul(sym("u"), h))))
		sumR, sumH = add(sumR, mul(p, r)), add(sumH, mul(p, h))
	}
	n, mean, some := sym("n"), symbolic.Sym(symbolic.Var("n").With(symbolic.Bar)), sym("P", symbolic.Name("some"))
	list := []Statement{
		{"P4.2", "Cost of one of n effective edges, increasing in n iff u > 0", "equal shares; phi: (L-H)(n)/n",
			[]symbolic.Relation{equate(sym("phi", symbolic.Name("n")), sub(sym("v"), symbolic.Div(sym("u"), n)))}},
		{"P4.3", "Expected cost of each edge under equal shares", "each of n effective edges pays (L-H)(n)/n = v - u/n", costs},
		{"P4.3", "What is given back so that the costs add up",
			"n:bar: mean number of effective edges; P[some]: probability that there is one; L - H: mean over the sampling distribution, with the handed-back terms of P3.4 added",
			[]symbolic.Relation{
				equate(mean, sumR), equate(some, sumH),
				equate(sym("u"), symbolic.Div(sub(mul(sym("v"), mean), gapSymbol()), some))}},
	}
	if !none {
		return withoutNone(c, list)
	}
	var complement []symbolic.Relation
	for _, e := range c.Edges {
		complement = append(complement, equate(symbolic.Sym(ActiveProbability(e)), sub(symbolic.One(), symbolic.Sym(NoneProbability(e)))))
	}
	list = append(list, Statement{"P4.3", "Active and none", "", complement})
	if len(c.Edges) <= inlineEdges {
		return inlineShares(c, list)
	}
	return recursiveShares(c, list)
}

// withoutNone states the numbers r_e and h_e when every edge is active.
func withoutNone(c cell.Cell, list []Statement) ([]Statement, error) {
	active := make([]bool, len(c.Edges))
	for e := range active {
		active[e] = true
	}
	n := int64(0)
	effective := c.Effective(active)
	for _, on := range effective {
		if on {
			n++
		}
	}
	var shares []symbolic.Relation
	for e, ed := range c.Edges {
		r, h := symbolic.Zero(), symbolic.Zero()
		if effective[e] {
			r, h = symbolic.One(), symbolic.Rational(1, n)
		}
		shares = append(shares, equate(symbolic.Sym(edgeSymbol("r", ed)), r), equate(symbolic.Sym(edgeSymbol("h", ed)), h))
	}
	return append(list, Statement{"P4.3", "Shares without none: every edge is active", "", shares}), nil
}

func inlineShares(c cell.Cell, list []Statement) ([]Statement, error) {
	rec, err := NewRecursion(c, true)
	if err != nil {
		return nil, err
	}
	reach, err := ReachPolynomials(c)
	if err != nil {
		return nil, err
	}
	share, err := SharePolynomials(c)
	if err != nil {
		return nil, err
	}
	var reaches, integrals, expanded []symbolic.Relation
	for e, ed := range c.Edges {
		h := symbolic.Sym(edgeSymbol("h", ed))
		reaches = append(reaches, equate(symbolic.Sym(edgeSymbol("r", ed)), reach[e].Expr()))
		integrals = append(integrals, equate(h, symbolic.Unit(GeneratingVariable(), rec.Integrand(e))))
		expanded = append(expanded, equate(h, share[e].Expr()))
	}
	return append(list, Statement{"P4.3", "Reachability", "", reaches},
		Statement{"P4.3", "Shares as integrals", "", integrals},
		Statement{"P4.3", "Shares as polynomials in the none-probabilities", "", expanded}), nil
}

// recursiveShares states the recursion over nodes and G_e(s), with h_e the
// integral of G_e over [0,1] and r_e = G_e(1).
func recursiveShares(c cell.Cell, list []Statement) ([]Statement, error) {
	rec, err := NewRecursion(c, false)
	if err != nil {
		return nil, err
	}
	var shares []symbolic.Relation
	for e, ed := range c.Edges {
		shares = append(shares, equate(symbolic.Sym(edgeSymbol("G", ed)), rec.Integrand(e)))
	}
	return append(list,
		Statement{"P4.3", "Weight of the effective edges into the nodes before node j, per set of reached nodes",
			"polynomials in s; Phi[j;R] for reached nodes R, w marks nodes that lead nowhere", rec.Behind},
		Statement{"P4.3", "Weight of the effective edges into node j and after it, per set of reached nodes", "polynomials in s", rec.Ahead},
		Statement{"P4.3", "Generating polynomial of each edge: h is the integral of G over s from 0 to 1, r is G at s = 1", "polynomials in s", shares}), nil
}
