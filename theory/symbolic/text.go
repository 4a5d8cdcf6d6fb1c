package symbolic

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// precedence of an outermost node in print: a child that binds less tightly
// than its place asks for is put in parentheses.
type precedence uint8

const (
	inSum precedence = iota
	inProduct
	inPower
)

func precedenceOf(e Expr) precedence {
	n := e.node()
	switch n.kind {
	case AdditionKind:
		return inSum
	case ProductKind, PowerKind: // a negative power is printed as a quotient
		return inProduct
	case NumberKind:
		if n.num.Sign() < 0 {
			return inSum
		}
		if !n.num.IsInt() {
			return inProduct
		}
	}
	return inPower
}

// String returns the expression in the text syntax that Parse reads; see the
// package comment.
func (e Expr) String() string {
	var b strings.Builder
	writeText(&b, e)
	return b.String()
}

func writeText(b *strings.Builder, e Expr) {
	n := e.node()
	switch n.kind {
	case NumberKind:
		b.WriteString(n.num.RatString())
	case SymbolKind:
		b.WriteString(n.sym.String())
	case CallKind:
		b.WriteString(n.fn.String() + "(")
		writeText(b, n.args[0])
		b.WriteByte(')')
	case SoftmaxKind:
		b.WriteString("softmax(" + strconv.Itoa(n.n) + "; ")
		for k, a := range n.args {
			if k > 0 {
				b.WriteString(", ")
			}
			writeText(b, a)
		}
		b.WriteByte(')')
	case SumKind:
		fmt.Fprintf(b, "sum(%s in %v, ", n.name, n.set)
		writeText(b, n.args[0])
		b.WriteByte(')')
	case IntegralKind:
		b.WriteString("int(" + n.sym.String() + ", ")
		writeText(b, n.args[0])
		b.WriteByte(')')
	case PowerKind, ProductKind:
		writeProduct(b, e)
	case AdditionKind:
		for k, a := range printOrder(n.args) {
			c, rest := coefficient(a)
			switch {
			case k == 0:
				writeText(b, a)
			case c.Sign() < 0:
				b.WriteString(" - ")
				writeText(b, scale(new(big.Rat).Neg(c), rest))
			default:
				b.WriteString(" + ")
				writeText(b, a)
			}
		}
	default:
		panic(fmt.Sprintf("symbolic: kind %d has no text", n.kind))
	}
}

// printOrder is the order of the terms of a sum, but begins with the first
// positive term if there is one: L - H, not -H + L.
func printOrder(terms []Expr) []Expr {
	for k, t := range terms {
		if c, _ := coefficient(t); c.Sign() > 0 {
			if k == 0 {
				return terms
			}
			return slices.Concat(terms[k:k+1], terms[:k], terms[k+1:])
		}
	}
	return terms
}

// PrintedTerms returns the terms of a sum in the order in which they are
// printed; nil for other expressions.
func (e Expr) PrintedTerms() []Expr {
	if e.Kind() != AdditionKind {
		return nil
	}
	return slices.Clone(printOrder(e.node().args))
}

// quotient splits a product into its number, the factors with positive powers
// and those with negative powers (given with positive ones).
func quotient(e Expr) (c *big.Rat, above, below []Expr) {
	c, _ = coefficient(e)
	bases, exps := factors(e)
	for k, base := range bases {
		if exps[k] > 0 {
			above = append(above, rawPower(base, exps[k]))
		} else {
			below = append(below, rawPower(base, -exps[k]))
		}
	}
	return c, above, below
}

// rawPower builds base^n without any folding, for print only.
func rawPower(base Expr, n int) Expr {
	if n == 1 {
		return base
	}
	return make1(&node{kind: PowerKind, n: n, args: []Expr{base}})
}

func writeProduct(b *strings.Builder, e Expr) {
	c, above, below := quotient(e)
	if c.Sign() < 0 {
		b.WriteByte('-')
		c = new(big.Rat).Neg(c)
	}
	wrote := false
	if c.Cmp(oneRat) != 0 || len(above) == 0 {
		b.WriteString(c.RatString())
		wrote = true
	}
	for _, f := range above {
		if wrote {
			b.WriteByte('*')
		}
		writeFactor(b, f)
		wrote = true
	}
	for _, f := range below {
		b.WriteByte('/')
		writeFactor(b, f)
	}
}

// writeFactor writes base or base^n with n > 0.
func writeFactor(b *strings.Builder, f Expr) {
	n := f.node()
	if n.kind == PowerKind && n.n > 0 {
		writeIn(b, n.args[0], inPower)
		b.WriteString("^" + strconv.Itoa(n.n))
		return
	}
	writeIn(b, f, inPower)
}

func writeIn(b *strings.Builder, e Expr, place precedence) {
	if precedenceOf(e) < place {
		b.WriteByte('(')
		writeText(b, e)
		b.WriteByte(')')
		return
	}
	writeText(b, e)
}
