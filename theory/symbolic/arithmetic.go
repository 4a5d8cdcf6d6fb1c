package symbolic

import (
	"math/big"
	"slices"
)

// Add returns the sum of the terms: flattened, equal terms collected, in the
// order of compareTerms. The empty sum is 0.
func Add(terms ...Expr) Expr {
	type part struct {
		c   *big.Rat
		key termKey
	}
	var parts []part
	constant := new(big.Rat)
	bad := false
	var walk func(list []Expr)
	walk = func(list []Expr) {
		for _, t := range list {
			n := t.node()
			switch n.kind {
			case AdditionKind:
				walk(n.args)
			case NumberKind:
				constant.Add(constant, n.num)
			default:
				bad = bad || undefined(t)
				c, rest := coefficient(t)
				parts = append(parts, part{c, keyOf(rest)})
			}
		}
	}
	walk(terms)
	if bad {
		return undefinedExpr()
	}
	slices.SortStableFunc(parts, func(a, b part) int { return compareKeys(a.key, b.key) })
	var out []Expr
	for k := 0; k < len(parts); {
		c := new(big.Rat).Set(parts[k].c)
		m := k + 1
		for ; m < len(parts) && Same(parts[m].key.e, parts[k].key.e); m++ {
			c.Add(c, parts[m].c)
		}
		if c.Sign() != 0 {
			out = append(out, scale(c, parts[k].key.e))
		}
		k = m
	}
	if constant.Sign() != 0 {
		out = append(out, Rat(constant))
		slices.SortStableFunc(out, compareScaled)
	}
	switch len(out) {
	case 0:
		return Zero()
	case 1:
		return out[0]
	}
	return make1(&node{kind: AdditionKind, args: out})
}

func compareScaled(a, b Expr) int {
	_, x := coefficient(a)
	_, y := coefficient(b)
	return compareTerms(x, y)
}

// scale returns c * rest where rest carries no number of its own.
func scale(c *big.Rat, rest Expr) Expr {
	switch {
	case c.Sign() == 0:
		return Zero()
	case c.Cmp(oneRat) == 0:
		return rest
	}
	n := rest.node()
	switch n.kind {
	case NumberKind:
		return Rat(new(big.Rat).Mul(c, n.num))
	case AdditionKind: // a number is multiplied into a sum, so that sums of sums stay flat
		out := make([]Expr, len(n.args))
		for k, a := range n.args {
			m, r := coefficient(a)
			out[k] = scale(new(big.Rat).Mul(c, m), r)
		}
		return make1(&node{kind: AdditionKind, args: out})
	case ProductKind:
		return make1(&node{kind: ProductKind, args: append([]Expr{Rat(c)}, n.args...)})
	}
	return make1(&node{kind: ProductKind, args: []Expr{Rat(c), rest}})
}

// undefinedExpr is the expression 0^-1 that a division by zero leaves behind; a
// sum or product that contains it is it.
func undefinedExpr() Expr { return make1(&node{kind: PowerKind, n: -1, args: []Expr{Zero()}}) }

func undefined(e Expr) bool {
	n := e.node()
	return n.kind == PowerKind && n.args[0].Kind() == NumberKind && n.args[0].node().num.Sign() == 0
}

// Mul returns the product of the factors: flattened, numbers multiplied, powers
// of equal bases added, in the order of Compare. The empty product is 1. A
// product is not multiplied out.
func Mul(list ...Expr) Expr {
	c := big.NewRat(1, 1)
	type factor struct {
		base Expr
		exp  int
	}
	var parts []factor
	bad := false
	var walk func(list []Expr)
	walk = func(list []Expr) {
		for _, f := range list {
			n := f.node()
			switch {
			case n.kind == NumberKind:
				c.Mul(c, n.num)
			case n.kind == ProductKind:
				walk(n.args)
			case n.kind == PowerKind:
				bad = bad || undefined(f)
				parts = append(parts, factor{n.args[0], n.n})
			default:
				parts = append(parts, factor{f, 1})
			}
		}
	}
	walk(list)
	if bad {
		return undefinedExpr()
	}
	if c.Sign() == 0 {
		return Zero()
	}
	slices.SortStableFunc(parts, func(a, b factor) int { return Compare(a.base, b.base) })
	var out []Expr
	for k := 0; k < len(parts); {
		exp, m := parts[k].exp, k+1
		for ; m < len(parts) && Same(parts[m].base, parts[k].base); m++ {
			exp += parts[m].exp
		}
		if f := Pow(parts[k].base, exp); f.Kind() == NumberKind {
			c.Mul(c, f.node().num)
		} else {
			out = append(out, f)
		}
		k = m
	}
	switch len(out) {
	case 0:
		return Rat(c)
	case 1:
		return scale(c, out[0])
	}
	return scale(c, make1(&node{kind: ProductKind, args: out}))
}

// Powers of numbers are folded while the result stays below foldBits bits;
// powers of powers are merged while the exponent stays below mergeExponent.
const (
	foldBits      = 1 << 12
	mergeExponent = 1 << 20
)

// Pow returns base^n. Powers of numbers are folded unless they are huge;
// powers of powers and of products are distributed; 0^n with n < 0 is kept as
// the undefined expression 0^-1.
func Pow(base Expr, n int) Expr {
	b := base.node()
	switch {
	case undefined(base):
		return base
	case n == 0:
		return One()
	case n == 1:
		return base
	case b.kind == NumberKind && b.num.Sign() == 0 && n < 0:
		return undefinedExpr()
	case b.kind == NumberKind && foldable(b.num, n, foldBits):
		return Rat(ratPow(b.num, n))
	case b.kind == PowerKind && abs(n) <= mergeExponent/abs(b.n):
		return Pow(b.args[0], b.n*n)
	case b.kind == ProductKind:
		out := make([]Expr, len(b.args))
		for k, a := range b.args {
			out[k] = Pow(a, n)
		}
		return Mul(out...)
	}
	return make1(&node{kind: PowerKind, n: n, args: []Expr{base}})
}

func abs(n int) int { return max(n, -n) }

func foldable(x *big.Rat, n, limit int) bool {
	if x.IsInt() && x.Num().IsInt64() && abs(int(x.Num().Int64())) <= 1 {
		return true
	}
	bits := max(x.Num().BitLen(), x.Denom().BitLen())
	return abs(n) <= limit/bits
}

func ratPow(x *big.Rat, n int) *big.Rat {
	num, den := x.Num(), x.Denom()
	if n < 0 {
		num, den, n = den, num, -n
	}
	k := big.NewInt(int64(n))
	a, b := new(big.Int).Exp(num, k, nil), new(big.Int).Exp(den, k, nil)
	return new(big.Rat).SetFrac(a, b)
}
