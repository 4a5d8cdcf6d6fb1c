package symbolic

import (
	"fmt"
	"slices"
	"strings"
)

// Set is a finite index set: an optional name for print and its elements.
type Set struct {
	name  string
	elems []Index
}

// NewSet returns the set of those elements under a name ("" for none). It
// panics on bound indices and on names that are not index names.
func NewSet(name string, elems ...Index) Set {
	if name != "" && !validName(name, false) {
		panic(fmt.Sprintf("symbolic: %q is not a set's name", name))
	}
	for _, i := range elems {
		if i.kind == boundIndex {
			panic("symbolic: a set cannot contain the bound index " + i.String())
		}
	}
	return Set{name: name, elems: slices.Clone(elems)}
}

// Range returns the unnamed set {from, ..., to-1}.
func Range(from, to int) Set {
	var s Set
	for k := from; k < to; k++ {
		s.elems = append(s.elems, Int(k))
	}
	return s
}

// String returns the text of the set, such as ops{none,skip}.
func (s Set) String() string {
	var b strings.Builder
	b.WriteString(s.name + "{")
	writeIndices(&b, s.elems)
	b.WriteByte('}')
	return b.String()
}

// SumOver returns the sum of body over the set; body refers to the element by
// Bound(index). The sum stays unexpanded until Expand, a derivative or Normal
// needs its terms; evaluation runs over the elements.
func SumOver(index string, over Set, body Expr) Expr {
	Bound(index) // checks the name
	return make1(&node{kind: SumKind, name: index, set: over, args: []Expr{body}})
}

// terms returns the expanded terms of a Sum node.
func (n *node) terms() []Expr {
	out := make([]Expr, len(n.set.elems))
	for k, i := range n.set.elems {
		out[k] = instantiate(n.args[0], n.name, i)
	}
	return out
}

// instantiate replaces the bound index in e, except inside a sum that binds
// the same name again.
func instantiate(e Expr, name string, by Index) Expr {
	n := e.node()
	switch n.kind {
	case SymbolKind:
		return Sym(n.sym.instantiate(name, by))
	case SumKind:
		if n.name == name {
			return e
		}
	}
	return rebuild(e, func(a Expr) Expr { return instantiate(a, name, by) })
}

// Unit returns the integral of body over s from 0 to 1. Inside body s is the
// variable of integration; outside it has no meaning. A body without s is
// returned as it is. It panics when s carries an index bound by a sum.
func Unit(s Symbol, body Expr) Expr {
	if s.hasBound() {
		panic("symbolic: the variable of integration " + s.String() + " carries a bound index")
	}
	if !Has(body, s) {
		return body
	}
	return make1(&node{kind: IntegralKind, sym: s, args: []Expr{body}})
}

// rebuild applies f to the children of e and builds the node anew.
func rebuild(e Expr, f func(Expr) Expr) Expr {
	n := e.node()
	if len(n.args) == 0 {
		return e
	}
	args := make([]Expr, len(n.args))
	same := true
	for k, a := range n.args {
		args[k] = f(a)
		same = same && args[k].n == a.n
	}
	if same {
		return e
	}
	switch n.kind {
	case PowerKind:
		return Pow(args[0], n.n)
	case CallKind:
		return Call(n.fn, args[0])
	case SoftmaxKind:
		return Softmax(n.n, args...)
	case SumKind:
		return SumOver(n.name, n.set, args[0])
	case IntegralKind:
		return Unit(n.sym, args[0])
	case ProductKind:
		return Mul(args...)
	default:
		return Add(args...)
	}
}

// Expand writes every sum over a set out into its terms. Sums of products over
// an empty set are 0.
func Expand(e Expr) Expr {
	if n := e.node(); n.kind == SumKind {
		list := n.terms()
		for k := range list {
			list[k] = Expand(list[k])
		}
		return Add(list...)
	}
	return rebuild(e, Expand)
}

// Symbols returns the free symbols of e in their fixed order. Symbols under a
// sum are listed for each element; a variable of integration is not free.
func Symbols(e Expr) []Symbol {
	seen := map[string]Symbol{}
	var walk func(e Expr, bound []string)
	walk = func(e Expr, bound []string) {
		n := e.node()
		switch n.kind {
		case SymbolKind:
			if key := n.sym.String(); !slices.Contains(bound, key) {
				seen[key] = n.sym
			}
			return
		case SumKind:
			for _, t := range n.terms() {
				walk(t, bound)
			}
			return
		case IntegralKind:
			bound = append(slices.Clone(bound), n.sym.String())
		}
		for _, a := range n.args {
			walk(a, bound)
		}
	}
	walk(e, nil)
	out := make([]Symbol, 0, len(seen))
	for _, s := range seen {
		out = append(out, s)
	}
	slices.SortFunc(out, CompareSymbols)
	return out
}

// Has says whether the symbol occurs free in e, for some element of every sum
// around it.
func Has(e Expr, s Symbol) bool { return hasUnder(e, s, nil) }

// binder is a sum around a node: the index that it binds and its set.
type binder struct {
	name string
	set  Set
}

func hasUnder(e Expr, s Symbol, around []binder) bool {
	n := e.node()
	switch n.kind {
	case SymbolKind:
		return matches(n.sym, s, around)
	case SumKind:
		if len(n.set.elems) == 0 {
			return false
		}
		around = append(slices.Clone(around), binder{n.name, n.set})
	case IntegralKind:
		if CompareSymbols(n.sym, s) == 0 {
			return false
		}
	}
	return slices.ContainsFunc(n.args, func(a Expr) bool { return hasUnder(a, s, around) })
}

// matches says whether pattern, whose bound indices run over the sets around
// it, takes the value s.
func matches(pattern, s Symbol, around []binder) bool {
	if !pattern.hasBound() {
		return CompareSymbols(pattern, s) == 0
	}
	if pattern.base != s.base || pattern.accent != s.accent || len(pattern.sub) != len(s.sub) || len(pattern.sup) != len(s.sup) {
		return false
	}
	given := append(s.Sub(), s.sup...)
	chosen := map[string]Index{}
	for k, i := range append(pattern.Sub(), pattern.sup...) {
		if i.kind == boundIndex {
			if was, ok := chosen[i.name]; ok {
				i = was
			} else if inBinder(around, i.name, given[k]) {
				chosen[i.name] = given[k]
				continue
			}
		}
		if compareIndex(i, given[k]) != 0 {
			return false
		}
	}
	return true
}

// inBinder says whether the innermost sum that binds name runs over the element.
func inBinder(around []binder, name string, element Index) bool {
	for k := len(around) - 1; k >= 0; k-- {
		if around[k].name == name {
			return slices.Contains(around[k].set.elems, element)
		}
	}
	return false
}
