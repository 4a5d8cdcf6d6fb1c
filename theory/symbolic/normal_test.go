package symbolic

import (
	"errors"
	"math/big"
	"math/rand"
	"testing"

	"pgregory.net/rapid"
)

// A normal form has the value of the expression at random rational points
// (Schwartz-Zippel), and is its own normal form.
func TestNormalKeepsTheValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawRational(t, 3, true)
		n, err := Normal(e)
		if errors.Is(err, ErrDivision) || errors.Is(err, ErrSize) {
			t.Skip()
		}
		if err != nil {
			t.Fatal(err)
		}
		if back, err := Parse(n.String()); err != nil || !Same(back, n) {
			t.Fatalf("normal form %v is not in the order in which it reads back: %v (%v)", n, back, err)
		}
		at := drawPoint(t, e)
		want, err := At(e, at)
		if err != nil {
			t.Skip() // a pole
		}
		got, err := At(n, at)
		if err != nil {
			t.Fatalf("normal form %v of %v has no value: %v", n, e, err)
		}
		if got.Cmp(want) != 0 {
			t.Fatalf("normal form %v of %v: value %v, want %v", n, e, got, want)
		}
		again, err := Normal(n)
		if err != nil || !Same(n, again) {
			t.Fatalf("normal form is not stable: %v, then %v (%v)", n, again, err)
		}
	})
}

// The normal form is unique: r = r*f/f for every f.
func TestNormalCancels(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, f := drawRational(t, 2, false), drawRational(t, 2, false), drawRational(t, 2, false)
		want, err := Normal(Div(a, b))
		if err != nil {
			t.Skip()
		}
		x, errx := Normal(Mul(a, f))
		y, erry := Normal(Mul(b, f))
		if errx != nil || erry != nil {
			t.Skip()
		}
		got, err := Normal(Div(x, y))
		if errors.Is(err, ErrDivision) || errors.Is(err, ErrSize) {
			t.Skip()
		}
		if err != nil || !Same(got, want) {
			t.Fatalf("(%v)/(%v): %v, want %v (%v)", x, y, got, want, err)
		}
	})
}

// The value of an expression does not depend on the order it was built in, and
// neither does its text.
func TestOrderIsStableUnderShuffles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawAny(t, 3)
		r := rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed")))
		s := shuffle(e, r)
		if !Same(e, s) || e.String() != s.String() || e.LaTeX() != s.LaTeX() {
			t.Fatalf("%v became %v", e, s)
		}
	})
}

// shuffle rebuilds e with the children of sums and products in random order.
func shuffle(e Expr, r *rand.Rand) Expr {
	n := e.node()
	if n.kind != AdditionKind && n.kind != ProductKind {
		return rebuild(e, func(a Expr) Expr { return shuffle(a, r) })
	}
	out := make([]Expr, len(n.args))
	for k, p := range r.Perm(len(n.args)) {
		out[k] = shuffle(n.args[p], r)
	}
	if n.kind == AdditionKind {
		if len(out) > 2 {
			return Add(Add(out[:2]...), Add(out[2:]...))
		}
		return Add(out...)
	}
	return Mul(out...)
}

func TestEqualDecides(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"(x+y)^2", "x^2 + 2*x*y + y^2", true},
		{"(x^2 - y^2)/(x - y)", "x + y", true},
		{"x/(x*y)", "1/y", true},
		{"(x+y)^2", "x^2 + y^2", false},
		{"int(s, (q + p*s)^2)", "q^2 + q*p + 1/3*p^2", true},
		{"int(s, exp(s))", "exp(1) - 1", false}, // true, but not shown by these rules
		{"softmax(0; a, b) + softmax(1; a, b)", "1", true},
		{"softmax(0; a, b)", "1/(1 + exp(b - a))", true},
		{"exp(2*a + b)", "exp(a)^2*exp(b)", true},
		{"exp(a/2)^2", "exp(a)", false}, // different atoms: not shown
		{"sinh(x)", "(exp(x) - exp(-x))/2", true},
		{"sum(k in {0,1}, p[@k])", "p[0] + p[1]", true},
		{"sum(k in {}, p[@k])", "0", true},
		{"sum(k in {0,1}, sum(k in {2,3}, p[@k]))", "2*p[2] + 2*p[3]", true},
		{"log(exp(x))", "x", true},
		{"W(x + x)", "W(2*x)", true},
	} {
		a, err := Parse(c.a)
		if err != nil {
			t.Fatal(c.a, err)
		}
		b, err := Parse(c.b)
		if err != nil {
			t.Fatal(c.b, err)
		}
		got, err := Equal(a, b)
		if err != nil || got != c.want {
			t.Errorf("%s = %s: %v, want %v (%v)", c.a, c.b, got, c.want, err)
		}
	}
}

func TestLimitsAndUndefinedAreErrors(t *testing.T) {
	x := V("x")
	if _, err := Normal(Pow(Sub(x, x), -1)); !errors.Is(err, ErrDivision) {
		t.Error("1/(x-x) has a normal form")
	}
	if _, err := Normal(Pow(Sub(Mul(x, Add(x, One())), Add(Pow(x, 2), x)), -1)); !errors.Is(err, ErrDivision) {
		t.Errorf("1/(x(x+1)-x^2-x): %v, want a division by zero", err)
	}
	if _, err := Normal(Pow(Add(x, One()), 1<<13)); !errors.Is(err, ErrSize) {
		t.Errorf("(x+1)^8192: %v, want ErrSize", err)
	}
	if _, err := At(Pow(x, -1), Point{KeyOf(Var("x")): new(big.Rat)}); !errors.Is(err, ErrDivision) {
		t.Errorf("1/0: %v", err)
	}
	if _, err := At(x, Point{}); err == nil {
		t.Error("a symbol without a value evaluates")
	}
	if _, err := AsPoly(Pow(x, -1)); err == nil {
		t.Error("1/x is a polynomial")
	}
}

func TestMultilinear(t *testing.T) {
	s := []Symbol{Var("q", Int(1)), Var("q", Int(0))}
	p, err := Multilinear(s, []*big.Rat{big.NewRat(1, 1), nil, big.NewRat(2, 1), big.NewRat(-1, 3)})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := p.Expr().String(), "1 + 2*q[0] - 1/3*q[0]*q[1]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if p.Degree() != 2 || p.Len() != 3 {
		t.Errorf("degree %d, %d terms", p.Degree(), p.Len())
	}
	if _, err := Multilinear([]Symbol{s[0], s[0]}, make([]*big.Rat, 4)); err == nil {
		t.Error("a symbol named twice is accepted")
	}
	if _, err := Multilinear(s, make([]*big.Rat, 3)); err == nil {
		t.Error("three coefficients for two symbols are accepted")
	}
}
