package symbolic

import (
	"cmp"
	"math/big"
	"slices"
)

const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

func mix(h, v uint64) uint64 { return (h ^ v) * fnvPrime }

func mixString(h uint64, s string) uint64 {
	for k := range len(s) {
		h = mix(h, uint64(s[k]))
	}
	return mix(h, 0x1ff)
}

func hashNode(n *node) uint64 {
	h := mix(fnvOffset, uint64(n.kind))
	switch n.kind {
	case NumberKind:
		return mixString(h, n.num.RatString())
	case SymbolKind:
		return mixString(h, n.sym.String())
	case IntegralKind:
		h = mixString(h, n.sym.String())
	case SumKind:
		h = mixString(mixString(h, n.name), n.set.String())
	}
	h = mix(mix(h, uint64(n.fn)), uint64(int64(n.n)))
	for _, a := range n.args {
		h = mix(h, a.node().hash)
	}
	return h
}

// Compare is a total order of expressions, 0 for identical ones: by kind
// (number, symbol, power, call, softmax, sum, integral, product, addition),
// then by content: numbers by value, symbols by CompareSymbols, functions in
// their listed order, children from the left.
func Compare(a, b Expr) int {
	x, y := a.node(), b.node()
	if x == y {
		return 0
	}
	if c := cmp.Compare(x.kind, y.kind); c != 0 {
		return c
	}
	switch x.kind {
	case NumberKind:
		return x.num.Cmp(y.num)
	case SymbolKind:
		return CompareSymbols(x.sym, y.sym)
	}
	if c := slices.CompareFunc(x.args, y.args, Compare); c != 0 {
		return c
	}
	return cmp.Or(cmp.Compare(x.fn, y.fn), cmp.Compare(x.n, y.n), cmp.Compare(x.name, y.name),
		cmp.Compare(x.set.String(), y.set.String()), CompareSymbols(x.sym, y.sym))
}

// Same says whether a and b are the identical expression.
func Same(a, b Expr) bool {
	return a.node().hash == b.node().hash && Compare(a, b) == 0
}

// degree is the total degree in the symbols and other atoms.
func degree(e Expr) int {
	n := e.node()
	switch n.kind {
	case NumberKind:
		return 0
	case PowerKind:
		return n.n * degree(n.args[0])
	case ProductKind:
		d := 0
		for _, a := range n.args {
			d += degree(a)
		}
		return d
	case AdditionKind:
		d := 0
		for _, a := range n.args {
			d = max(d, degree(a))
		}
		return d
	default:
		return 1
	}
}

// factors splits a product into its bases and exponents, without its number.
func factors(e Expr) (bases []Expr, exps []int) {
	n := e.node()
	list := []Expr{e}
	if n.kind == ProductKind {
		list = n.args
	}
	for _, a := range list {
		switch m := a.node(); m.kind {
		case NumberKind:
		case PowerKind:
			bases, exps = append(bases, m.args[0]), append(exps, m.n)
		default:
			bases, exps = append(bases, a), append(exps, 1)
		}
	}
	return bases, exps
}

// termKey is a term with what its order in a sum depends on.
type termKey struct {
	e      Expr
	degree int
	bases  []Expr
	exps   []int
}

func keyOf(e Expr) termKey {
	bases, exps := factors(e)
	return termKey{e, degree(e), bases, exps}
}

// compareTerms is the order of the terms of a sum: lower total degree first,
// then by the first factor that differs, the higher power of it first.
func compareTerms(a, b Expr) int { return compareKeys(keyOf(a), keyOf(b)) }

func compareKeys(a, b termKey) int {
	if c := cmp.Compare(a.degree, b.degree); c != 0 {
		return c
	}
	for k := range min(len(a.bases), len(b.bases)) {
		if c := cmp.Or(Compare(a.bases[k], b.bases[k]), cmp.Compare(b.exps[k], a.exps[k])); c != 0 {
			return c
		}
	}
	return cmp.Or(cmp.Compare(len(a.bases), len(b.bases)), Compare(a.e, b.e))
}

// coefficient splits a term into its rational factor and the rest.
func coefficient(e Expr) (*big.Rat, Expr) {
	n := e.node()
	switch {
	case n.kind == NumberKind:
		return n.num, One()
	case n.kind == ProductKind && n.args[0].Kind() == NumberKind:
		if len(n.args) == 2 {
			return n.args[0].node().num, n.args[1]
		}
		return n.args[0].node().num, make1(&node{kind: ProductKind, args: n.args[1:]})
	}
	return oneRat, e
}
