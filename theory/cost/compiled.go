package cost

import (
	"fmt"

	"edgewise/theory/cell"
	"edgewise/theory/symbolic"
)

// maxCompiledEdges bounds the cells whose shares are compiled with their
// derivatives: 9 edges, three nodes.
const maxCompiledEdges = 9

// CompiledShares is straight-line code for r_e and h_e of a small cell and their
// exact derivatives by the none-probabilities.
type CompiledShares struct {
	edges   int
	program *symbolic.Program
	out     []float64
	regs    []float64
}

// CompileShares compiles a cell of at most three full nodes (9 edges). The
// result owns scratch: one goroutine at a time.
func CompileShares(c cell.Cell) (*CompiledShares, error) {
	n := len(c.Edges)
	if n > maxCompiledEdges {
		return nil, fmt.Errorf("compiled shares: %d edges, at most %d", n, maxCompiledEdges)
	}
	reach, err := ReachPolynomials(c)
	if err != nil {
		return nil, err
	}
	share, err := SharePolynomials(c)
	if err != nil {
		return nil, err
	}
	inputs := make([]symbolic.Symbol, n)
	for e, ed := range c.Edges {
		inputs[e] = NoneProbability(ed)
	}
	var list []symbolic.Expr
	for _, family := range []Polynomials{reach, share} {
		for _, p := range family {
			list = append(list, p.Expr())
		}
	}
	for _, e := range list[:2*n] {
		for _, q := range inputs {
			list = append(list, symbolic.D(e, q))
		}
	}
	program, err := symbolic.Compile(inputs, list...)
	if err != nil {
		return nil, fmt.Errorf("compiled shares: %w", err)
	}
	return &CompiledShares{n, program, make([]float64, program.Outputs()), make([]float64, program.Registers())}, nil
}

// At evaluates at none-probabilities q. The returned slices belong to s until
// the next call: r[e], h[e], and dr[e*edges+f] = dr_e/dq_f, dh likewise.
func (s *CompiledShares) At(q []float64) (r, h, dr, dh []float64, err error) {
	n := s.edges
	if len(q) != n {
		return nil, nil, nil, nil, fmt.Errorf("compiled shares: %d none-probabilities for %d edges", len(q), n)
	}
	s.program.Eval(s.out, q, s.regs)
	return s.out[:n], s.out[n : 2*n], s.out[2*n : 2*n+n*n], s.out[2*n+n*n:], nil
}
