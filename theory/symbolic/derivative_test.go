package symbolic

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// On rational functions d/dx agrees with the exact difference quotient in the
// limit: the quotient's error falls as h^2, so two steps bound it.
func TestDerivativeAgainstDifferences(t *testing.T) {
	x := pool[0]
	rapid.Check(t, func(t *rapid.T) {
		e := drawRational(t, 3, true)
		at := drawPoint(t, Add(e, Sym(x)))
		at[KeyOf(x)] = big.NewRat(rapid.Int64Range(1, 30).Draw(t, "x"), 7)
		d, err := At(D(e, x), at)
		if err != nil {
			t.Skip()
		}
		errorAt := func(h int64) *big.Rat {
			step := big.NewRat(1, h)
			up, down := shift(at, x, step), shift(at, x, new(big.Rat).Neg(step))
			a, err1 := At(e, up)
			b, err2 := At(e, down)
			if err1 != nil || err2 != nil {
				t.Skip()
			}
			q := a.Sub(a, b)
			q.Mul(q, big.NewRat(h, 2))
			return q.Sub(q, d)
		}
		coarse, fine := errorAt(1<<40), errorAt(1<<41)
		if coarse.Sign() == 0 {
			return
		}
		ratio, _ := new(big.Rat).Quo(coarse, fine).Float64()
		if math.Abs(ratio-4) > 0.01 {
			t.Fatalf("d/dx %v = %v: errors fall by %v when the step halves, want 4", e, D(e, x), ratio)
		}
	})
}

func shift(at Point, x Symbol, by *big.Rat) Point {
	out := Point{}
	for k, v := range at {
		out[k] = v
	}
	out[KeyOf(x)] = new(big.Rat).Add(at[KeyOf(x)], by)
	return out
}

// The derivative of every kind of node and of every function against central
// differences in 300 bits.
func TestDerivativeOfEveryKind(t *testing.T) {
	texts := []string{"exp(x^2)", "log(1 + x)", "sinh(2*x)", "sqrt(1 + x)", "W(x)", "W(x - 1/4)", "softmax(1; x, x^2, 1)",
		"sum(k in {0,1}, Z[@k]*x^2) + x", "int(s, (x + s*p)^3)", "x^-3", "x*exp(x)/(1 + x)", "1 - 2*x"}
	x := Var("x")
	seen := map[Kind]bool{}
	var note func(e Expr)
	note = func(e Expr) {
		seen[e.Kind()] = true
		for _, a := range e.Args() {
			note(a)
		}
	}
	at := Point{"x": big.NewRat(2, 7), "p": big.NewRat(3, 5), "Z[0]": big.NewRat(1, 3), "Z[1]": big.NewRat(-4, 5)}
	const prec = 300
	for _, text := range texts {
		e, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		note(e)
		h := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Lsh(big.NewInt(1), 60))
		up, err1 := AtBig(e, shift(at, x, h), prec)
		down, err2 := AtBig(e, shift(at, x, new(big.Rat).Neg(h)), prec)
		want, err3 := AtBig(D(e, x), at, prec)
		if err1 != nil || err2 != nil || err3 != nil {
			t.Fatal(text, err1, err2, err3)
		}
		q := new(big.Float).SetPrec(prec).Sub(up, down)
		q.SetMantExp(q, 59)
		if diff, _ := q.Sub(q, want).Float64(); math.Abs(diff) > 1e-30 {
			t.Errorf("d/dx %s = %v: differs from the difference quotient by %g", text, D(e, x), diff)
		}
	}
	for _, k := range Kinds() {
		if !seen[k] {
			t.Errorf("kind %d was not differentiated", k)
		}
	}
}

func TestDerivativeUnderASum(t *testing.T) {
	e, err := Parse("sum(k in ops{none,skip}, Z[@k]*C[@k])")
	if err != nil {
		t.Fatal(err)
	}
	if d := D(e, Var("Z", Name("skip"))); d.String() != "C[skip]" {
		t.Errorf("derivative %v, want C[skip]", d)
	}
	s := Var("s")
	if d := D(Unit(s, Mul(Sym(s), V("p"))), s); d.String() != "0" {
		t.Errorf("derivative by the variable of integration: %v", d)
	}
}

func TestSubstituteCapturesNothing(t *testing.T) {
	e, err := Parse("s + p + int(s, (p + s)^2)")
	if err != nil {
		t.Fatal(err)
	}
	got := Substitute(e, map[Key]Expr{"p": V("s"), "s": V("p")})
	want, err := Parse("p + s + int(u, (s + u)^2)")
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := Equal(got, want); err != nil || !ok {
		t.Errorf("%v, want %v (%v)", got, want, err)
	}
	sum, err := Parse("sum(k in {0,1}, Z[@k])")
	if err != nil {
		t.Fatal(err)
	}
	if got := Substitute(sum, map[Key]Expr{"Z[1]": Number(5)}).String(); got != "5 + Z[0]" {
		t.Errorf("substituting into a sum: %s", got)
	}
	if got := Substitute(sum, map[Key]Expr{"Z[7]": Number(5)}); !Same(got, sum) {
		t.Errorf("substituting an absent symbol changed the sum: %v", got)
	}
}

// Has agrees with the list of free symbols.
func TestHasAgreesWithSymbols(t *testing.T) {
	for _, text := range []string{"sum(k in {0,1}, Z[@k,@k] + sum(k in {2}, Z[@k]))", "sum(k in {}, x) + y", "int(x, x*y)", "sum(i in {0,1}, sum(j in {1,2}, Z[@i,@j;@i]))"} {
		e, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		free := map[Key]bool{}
		for _, s := range Symbols(e) {
			free[KeyOf(s)] = true
		}
		for _, s := range []Symbol{Var("x"), Var("y"), Var("Z", Int(2)), Var("Z", Int(0)), Var("Z", Int(0), Int(0)), Var("Z", Int(0), Int(1)),
			Var("Z", Int(0), Int(1)).Super(Int(0)), Var("Z", Int(0), Int(1)).Super(Int(1))} {
			if Has(e, s) != free[KeyOf(s)] {
				t.Errorf("%s: Has(%v) = %v", text, s, Has(e, s))
			}
		}
	}
}
