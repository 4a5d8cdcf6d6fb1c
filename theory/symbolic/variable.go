package symbolic

import "fmt"

// inVariable returns the coefficients c_k of body = sum_k c_k s^k without
// multiplying out anything that does not contain s; an error if body is not a
// polynomial in s.
func inVariable(body Expr, s Symbol) ([]Expr, error) {
	if !Has(body, s) {
		return []Expr{body}, nil
	}
	n := body.node()
	switch n.kind {
	case SymbolKind:
		return []Expr{Zero(), One()}, nil
	case SumKind:
		return inVariable(Add(n.terms()...), s)
	case AdditionKind:
		var out []Expr
		for _, a := range n.args {
			c, err := inVariable(a, s)
			if err != nil {
				return nil, err
			}
			for k, x := range c {
				if k == len(out) {
					out = append(out, Zero())
				}
				out[k] = Add(out[k], x)
			}
		}
		return out, nil
	case ProductKind:
		out := []Expr{One()}
		for _, a := range n.args {
			c, err := inVariable(a, s)
			if err != nil {
				return nil, err
			}
			if out, err = convolve(out, c); err != nil {
				return nil, err
			}
		}
		return out, nil
	case PowerKind:
		if n.n > 0 && n.n <= MaxDegree {
			c, err := inVariable(n.args[0], s)
			if err != nil {
				return nil, err
			}
			out := c
			for range n.n - 1 {
				if out, err = convolve(out, c); err != nil {
					return nil, err
				}
			}
			return out, nil
		}
	case IntegralKind:
		return integralInVariable(n, s)
	}
	return nil, fmt.Errorf("%v is not a polynomial in %v, so its integral is not evaluated", body, s)
}

func convolve(a, b []Expr) ([]Expr, error) {
	if len(a)+len(b) > MaxDegree {
		return nil, ErrSize
	}
	parts := make([][]Expr, len(a)+len(b)-1)
	for i, x := range a {
		for j, y := range b {
			parts[i+j] = append(parts[i+j], Mul(x, y))
		}
	}
	out := make([]Expr, len(parts))
	for k, p := range parts {
		out[k] = Add(p...)
	}
	return out, nil
}

// integralInVariable integrates an inner integral first.
func integralInVariable(n *node, s Symbol) ([]Expr, error) {
	inner, err := inVariable(n.args[0], n.sym)
	if err != nil {
		return nil, err
	}
	sum := Zero()
	for k, c := range inner {
		sum = Add(sum, Mul(Rational(1, int64(k+1)), c))
	}
	return inVariable(sum, s)
}
