package symbolic

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// A compiled program gives the value of the exact evaluation to rounding.
func TestCompiledAgainst200Bits(t *testing.T) {
	compared := 0
	rapid.Check(t, func(t *rapid.T) {
		e := drawAny(t, 3)
		at := drawPoint(t, e)
		want, err := AtBig(e, at, 200)
		if err != nil {
			t.Skip() // undefined at this point, or an integral that is not one of a polynomial
		}
		inputs := Symbols(e)
		program, err := Compile(inputs, e)
		if err != nil {
			t.Fatal(err)
		}
		in, out := make([]float64, len(inputs)), make([]float64, 1)
		for k, s := range inputs {
			in[k], _ = at[KeyOf(s)].Float64()
		}
		program.Eval(out, in, nil)
		w, _ := want.Float64()
		if extreme(Expand(e), at) || sensitive(e, at, want) {
			return
		}
		compared++
		if math.Abs(out[0]-w) > 1e-6*(1+math.Abs(w)) {
			t.Fatalf("%v: compiled %v, 200 bits %v", e, out[0], w)
		}
	})
	if compared < 20 {
		t.Errorf("only %d of the random expressions could be compared", compared)
	}
}

// extreme says whether a part of e is outside the range where float64 has its
// full precision.
func extreme(e Expr, at Point) bool {
	if v, err := AtBig(e, at, 64); err == nil && v.Sign() != 0 {
		if m := v.MantExp(nil); m > 300 || m < -300 {
			return true
		}
	}
	for _, a := range e.Args() {
		if extreme(a, at) {
			return true
		}
	}
	return false
}

// sensitive says whether rounding the symbols to 40 bits moves the value, so
// that float64 cannot be asked for it.
func sensitive(e Expr, at Point, want *big.Float) bool {
	moved := Point{}
	for k, v := range at {
		f, _ := v.Float64()
		moved[k] = new(big.Rat).SetFloat64(f * (1 + 1e-11))
		if f == 0 {
			moved[k] = new(big.Rat).SetFloat64(1e-11)
		}
	}
	got, err := AtBig(e, moved, 200)
	if err != nil {
		return true
	}
	d, _ := got.Sub(got, want).Float64()
	w, _ := want.Float64()
	return math.Abs(d) > 1e-7*(1+math.Abs(w))
}

func TestCompileSharesSubexpressions(t *testing.T) {
	x, y := V("x"), V("y")
	square := Pow(Add(x, y), 2)
	p, err := Compile([]Symbol{Var("x"), Var("y")}, square, Mul(square, x), Sub(square, y))
	if err != nil {
		t.Fatal(err)
	}
	if p.Steps() != 4 { // x+y, its square, *x, -y
		t.Errorf("%d instructions, want 4", p.Steps())
	}
	out := make([]float64, 3)
	p.Eval(out, []float64{2, 1}, make([]float64, p.Registers()))
	if out[0] != 9 || out[1] != 18 || out[2] != 8 {
		t.Errorf("values %v", out)
	}
	if p.Inputs() != 2 || p.Outputs() != 3 {
		t.Errorf("%d inputs, %d outputs", p.Inputs(), p.Outputs())
	}
}

func TestCompileRefuses(t *testing.T) {
	if _, err := Compile(nil, V("x")); err == nil {
		t.Error("a symbol that is not an input compiles")
	}
	s := Var("s")
	if _, err := Compile(nil, Unit(s, Call(Exp, Sym(s)))); err == nil {
		t.Error("an integral that is not one of a polynomial compiles")
	}
}

func TestSoftmaxDoesNotOverflow(t *testing.T) {
	p, err := Compile([]Symbol{Var("a")}, Softmax(0, V("a"), Number(-1000)))
	if err != nil {
		t.Fatal(err)
	}
	out := []float64{0}
	p.Eval(out, []float64{1000}, nil)
	if out[0] != 1 {
		t.Errorf("softmax(1000, -1000)_0 = %v, want 1", out[0])
	}
}

func BenchmarkEvalPolynomial(b *testing.B) {
	e, err := Parse("int(s, (q[1] + p[1]*s)*(q[2] + p[2]*s)*(q[3] + p[3]*s)*(q[4] + p[4]*s))")
	if err != nil {
		b.Fatal(err)
	}
	inputs := Symbols(e)
	p, err := Compile(inputs, e)
	if err != nil {
		b.Fatal(err)
	}
	in, out, r := make([]float64, len(inputs)), make([]float64, 1), make([]float64, p.Registers())
	for b.Loop() {
		p.Eval(out, in, r)
	}
}
