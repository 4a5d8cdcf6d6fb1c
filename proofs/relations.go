package proofs

import (
	"fmt"

	"edgewise/theory/cell"
	"edgewise/theory/cost"
	"edgewise/theory/symbolic"
)

// Relations returns the claim in symbols, where it has a symbolic form: for the
// minimal cell, the eight canonical operations and ten classes. The expressions
// are those of package cost, which prints them for any cell.
func Relations(id string) ([]symbolic.Relation, error) {
	c, ops := cell.Minimal(), cell.Canonical()
	const classes = 10
	shares, err := cost.ShareLaws(c, true)
	if err != nil {
		return nil, fmt.Errorf("stating the laws of the minimal cell: %w", err)
	}
	var out []symbolic.Relation
	for _, list := range [][]cost.Statement{
		gradientLaws(), cost.OutputLaws(classes), cost.PathLaws(ops), cost.ConservationLaws(c, ops), shares, cost.EdgeDynamics(c, len(ops)),
	} {
		for _, s := range list {
			if s.Claim == id {
				out = append(out, s.Relations...)
			}
		}
	}
	return out, nil
}

// gradientLaws states P1 for one edge of three operations: g[k] = dL/dalpha_k.
func gradientLaws() []cost.Statement {
	a, c, z := vs("alpha", 3), vs("C", 3), vs("Z", 3)
	var softmax, darts, snas, fair []symbolic.Relation
	mean := dot(z, c)
	for k := range a {
		force := symbolic.Mul(z[k], symbolic.Sub(c[k], mean))
		softmax = append(softmax, symbolic.Equate(z[k], symbolic.Softmax(k, a...)))
		darts = append(darts, symbolic.Equate(v("g", k), force))
		snas = append(snas, symbolic.Equate(v("g", k), symbolic.Div(force, v("lambda"))))
		fair = append(fair, symbolic.Equate(v("g", k), symbolic.Mul(z[k], symbolic.Sub(symbolic.One(), z[k]), c[k])))
	}
	return []cost.Statement{
		{Claim: "P1.1", Relations: append(softmax, darts...)},
		{Claim: "P1.2", Relations: snas},
		{Claim: "P1.6", Relations: fair},
	}
}
