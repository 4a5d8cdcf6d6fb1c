package cost

import (
	"math/big"

	"edgewise/theory/cell"
	"edgewise/theory/symbolic"
)

// EdgeDynamics states how the logit D of each edge's active probability moves
// when the operations other than none, k-1 of them, have equal costs and equal
// probabilities (P5.1), how long a drop takes (P5.2), where weight decay stops
// it (P5.8), and what orders the edges (P5.4). k >= 2.
func EdgeDynamics(c cell.Cell, k int) []Statement {
	kappa := symbolic.Rational(int64(k), int64(k-1))
	half := symbolic.Rational(int64(k), int64(2*(k-1)))
	var logits, field, rest []symbolic.Relation
	for _, e := range c.Edges {
		p, q := symbolic.Sym(ActiveProbability(e)), symbolic.Sym(NoneProbability(e))
		d, cost := symbolic.Sym(edgeSymbol("D", e)), symbolic.Sym(edgeSymbol("C", e))
		logits = append(logits, equate(p, symbolic.Div(symbolic.One(), add(symbolic.One(), call(symbolic.Exp, symbolic.Neg(d))))))
		field = append(field, equate(symbolic.Sym(edgeSymbol("D", e).With(symbolic.Dot)), symbolic.Neg(mul(kappa, sym("eta"), cost, p, q))))
		rest = append(rest, equate(mul(kappa, cost, p, q), mul(sym("lambda"), sub(uniform(k), d))))
	}
	start, end := sym("D", symbolic.Int(0)), sym("D", symbolic.Int(1))
	fall := sub(add(start, call(symbolic.Sinh, start)), add(end, call(symbolic.Sinh, end)))
	eta := sym("eta")
	list := []Statement{
		{"P5.1", "Active probability of each edge", "", logits},
		{"P5.1", "Mean field of each edge", "dot: derivative by time in steps; costs as in P4.3", field},
		{"P5.1", "Exact solution along any cost C(t), between D[0] at the start and D[1] at time t", "J: integral of C over time",
			[]symbolic.Relation{equate(mul(half, eta, sym("J")), fall)}},
		{"P5.2", "Time of a drop from D[0] to D[1] at constant cost C", "superscript: vanilla or natural gradient",
			[]symbolic.Relation{
				equate(symbolic.Sym(symbolic.Var("t").Super(symbolic.Name("vanilla"))), symbolic.Div(mul(symbolic.Rat(inverseRat(half)), fall), mul(eta, sym("C")))),
				equate(symbolic.Sym(symbolic.Var("t").Super(symbolic.Name("natural"))), symbolic.Div(sub(start, end), mul(eta, sym("C")))),
			}},
		{"P5.8", "Fixed points under L2 weight decay lambda on alpha", "both sides vanish without cost: decay alone brings D back to log(K-1)", rest},
	}
	return append(list, ordering(c)...)
}

// uniform is log(k-1), the logit at which every operation has probability 1/k.
func uniform(k int) symbolic.Expr { return call(symbolic.Log, number(int64(k-1))) }

func inverseRat(e symbolic.Expr) *big.Rat {
	r, _ := e.Number()
	return r.Inv(r)
}

// ordering states width preference for the minimal cell, the only one for which
// it is a theorem.
func ordering(c cell.Cell) []Statement {
	m := cell.Minimal()
	if c.Nodes != m.Nodes || len(c.Edges) != len(m.Edges) || len(c.Concat) != len(m.Concat) {
		return nil
	}
	cost := func(i, j int) symbolic.Expr { return symbolic.Sym(edgeSymbol("C", cell.Edge{From: i, To: j})) }
	q := func(i, j int) symbolic.Expr { return symbolic.Sym(NoneProbability(cell.Edge{From: i, To: j})) }
	return []Statement{
		{"P5.4", "Width preference between input edges", "(L-H)(n)/n non-decreasing in n; p[0,2] <= p[0,3]",
			[]symbolic.Relation{{Left: cost(0, 3), Op: symbolic.AtMost, Right: cost(0, 2)}}},
		{"P5.4", "Width preference against the intermediate edge", "(L-H)(n)/n non-decreasing in n; p[2,3] <= p[0,2]",
			[]symbolic.Relation{{Left: cost(2, 3), Op: symbolic.AtLeast, Right: mul(sub(symbolic.One(), mul(q(0, 2), q(1, 2))), cost(0, 2))}}},
	}
}
