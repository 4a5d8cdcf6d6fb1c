package symbolic

import "strconv"

// Key is the comparable key of a symbol, for maps: its text.
type Key string

// KeyOf returns the symbol's key.
func KeyOf(s Symbol) Key { return Key(s.String()) }

// Substitute replaces symbols by expressions, all at once. Sums over sets that
// contain one of the symbols are written out first; a variable of integration
// that occurs in a replacement is renamed, so nothing is captured.
// Replacements may not refer to indices bound by a sum.
func Substitute(e Expr, by map[Key]Expr) Expr {
	if len(by) == 0 {
		return e
	}
	n := e.node()
	switch n.kind {
	case SymbolKind:
		if r, ok := by[KeyOf(n.sym)]; ok {
			return r
		}
		return e
	case SumKind:
		for _, s := range Symbols(e) {
			if _, ok := by[KeyOf(s)]; ok {
				list := n.terms()
				for k := range list {
					list[k] = Substitute(list[k], by)
				}
				return Add(list...)
			}
		}
		return e
	case IntegralKind:
		return substituteIntegral(n, by)
	}
	return rebuild(e, func(a Expr) Expr { return Substitute(a, by) })
}

func substituteIntegral(n *node, by map[Key]Expr) Expr {
	inner := make(map[Key]Expr, len(by))
	captured := false
	for key, r := range by {
		if key != KeyOf(n.sym) {
			inner[key] = r
			captured = captured || Has(r, n.sym)
		}
	}
	if len(inner) == 0 {
		return Expr{n}
	}
	s, body := n.sym, n.args[0]
	if captured {
		s = freshSymbol(n.sym, body, inner)
		body = Substitute(body, map[Key]Expr{KeyOf(n.sym): Sym(s)})
	}
	return Unit(s, Substitute(body, inner))
}

// freshSymbol appends a superscript number that occurs nowhere.
func freshSymbol(s Symbol, body Expr, by map[Key]Expr) Symbol {
	for k := 1; ; k++ {
		t := s.Super(Name("v" + strconv.Itoa(k)))
		free := !Has(body, t)
		for _, r := range by {
			free = free && !Has(r, t)
		}
		if free {
			return t
		}
	}
}

// D returns the derivative of e with respect to x. Sums over sets that contain
// x are written out; an integral is differentiated under the integral sign.
func D(e Expr, x Symbol) Expr {
	n := e.node()
	switch n.kind {
	case NumberKind:
		return Zero()
	case SymbolKind:
		if CompareSymbols(n.sym, x) == 0 {
			return One()
		}
		return Zero()
	case PowerKind:
		return Mul(Number(int64(n.n)), Pow(n.args[0], n.n-1), D(n.args[0], x))
	case CallKind:
		return Mul(n.fn.derivative(n.args[0]), D(n.args[0], x))
	case SoftmaxKind:
		return softmaxDerivative(n, x)
	case SumKind:
		return sumDerivative(n, x)
	case IntegralKind:
		if CompareSymbols(n.sym, x) == 0 {
			return Zero()
		}
		return Unit(n.sym, D(n.args[0], x))
	case ProductKind:
		var out []Expr
		for k, a := range n.args {
			d := D(a, x)
			if v, ok := d.Number(); ok && v.Sign() == 0 {
				continue
			}
			list := append([]Expr{d}, n.args[:k]...)
			out = append(out, Mul(append(list, n.args[k+1:]...)...))
		}
		return Add(out...)
	default:
		out := make([]Expr, len(n.args))
		for k, a := range n.args {
			out[k] = D(a, x)
		}
		return Add(out...)
	}
}

// softmaxDerivative is s_k (a_k' - sum_m s_m a_m').
func softmaxDerivative(n *node, x Symbol) Expr {
	mean := make([]Expr, len(n.args))
	for m, a := range n.args {
		mean[m] = Mul(Softmax(m, n.args...), D(a, x))
	}
	return Mul(Softmax(n.n, n.args...), Sub(D(n.args[n.n], x), Add(mean...)))
}

func sumDerivative(n *node, x Symbol) Expr {
	list := n.terms()
	for k := range list {
		list[k] = D(list[k], x)
	}
	return Add(list...)
}
