package symbolic

import (
	"math/big"

	"pgregory.net/rapid"
)

// symbols that random expressions use; the order is not sorted on purpose.
var pool = []Symbol{
	Var("x"), Var("q", Int(0), Int(2)), Var("C", Int(2)).Super(Name("skip_connect")), Var("a", Int(10)),
	Var("D").With(Dot), Var("x", Int(-1)),
}

// drawRational draws rational functions: numbers, symbols, sums, products and
// small powers, with negative powers if division is set.
func drawRational(t *rapid.T, depth int, division bool) Expr {
	choice := rapid.IntRange(0, 5).Draw(t, "node")
	if depth == 0 {
		choice %= 2
	}
	sub := func() Expr { return drawRational(t, depth-1, division) }
	switch choice {
	case 0:
		return Rational(rapid.Int64Range(-9, 9).Draw(t, "num"), rapid.Int64Range(1, 9).Draw(t, "den"))
	case 1:
		return Sym(rapid.SampledFrom(pool).Draw(t, "symbol"))
	case 2, 3:
		list := make([]Expr, rapid.IntRange(2, 3).Draw(t, "terms"))
		for k := range list {
			list[k] = sub()
		}
		if choice == 2 {
			return Add(list...)
		}
		return Mul(list...)
	case 4:
		return Pow(sub(), rapid.IntRange(2, 3).Draw(t, "power"))
	default:
		if division {
			return Div(sub(), sub())
		}
		return Neg(sub())
	}
}

// drawAny draws expressions of every kind.
func drawAny(t *rapid.T, depth int) Expr {
	if depth == 0 {
		return drawRational(t, 0, true)
	}
	sub := func() Expr { return drawAny(t, depth-1) }
	switch rapid.IntRange(0, 5).Draw(t, "kind") {
	case 0:
		return Call(rapid.SampledFrom(Functions()).Draw(t, "function"), sub())
	case 1:
		return Softmax(rapid.IntRange(0, 1).Draw(t, "component"), sub(), sub())
	case 2:
		body := Mul(sub(), Add(V("Z", Bound("k")), sub()))
		set := rapid.SampledFrom([]Set{NewSet("ops", Name("none"), Name("skip")), Range(0, 3), NewSet("")}).Draw(t, "set")
		return SumOver("k", set, body)
	case 3:
		s := Var("s")
		return Unit(s, Pow(Add(sub(), Mul(sub(), Sym(s))), rapid.IntRange(1, 2).Draw(t, "power")))
	case 4:
		return Add(sub(), Mul(sub(), Pow(sub(), rapid.IntRange(-2, 2).Draw(t, "exponent"))))
	default:
		return drawRational(t, depth, true)
	}
}

// drawPoint gives every symbol of e a small rational value.
func drawPoint(t *rapid.T, e Expr) Point {
	at := Point{}
	for _, s := range Symbols(e) {
		at[KeyOf(s)] = big.NewRat(rapid.Int64Range(-50, 50).Draw(t, "value"), rapid.Int64Range(1, 20).Draw(t, "over"))
	}
	return at
}
