package symbolic

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// residual returns log2 |a-b|/|b|.
func residual(a, b *big.Float) int {
	d := new(big.Float).SetPrec(400).Sub(a, b)
	if d.Sign() == 0 {
		return math.MinInt32
	}
	return d.MantExp(nil) - b.MantExp(nil)
}

// The functions invert each other in 200 bits: log exp x = x, W(x) e^W(x) = x,
// sqrt(x)^2 = x, sinh x = (e^x - e^-x)/2.
func TestBigFunctionsInvert(t *testing.T) {
	const prec = 200
	rapid.Check(t, func(t *rapid.T) {
		x := newBig(prec).SetRat(big.NewRat(rapid.Int64Range(1, 1<<40).Draw(t, "x"), rapid.Int64Range(1, 1<<30).Draw(t, "over")))
		l, err := bigLog(x, prec)
		if err != nil {
			t.Fatal(err)
		}
		back, err := bigExp(l, prec)
		if err != nil {
			t.Fatal(err)
		}
		if r := residual(back, x); r > -prec+20 {
			t.Fatalf("exp log %v: relative error 2^%d", x, r)
		}
		w, err := bigW(x, prec)
		if err != nil {
			t.Fatal(err)
		}
		e, err := bigExp(w, prec)
		if err != nil {
			t.Fatal(err)
		}
		if r := residual(e.Mul(e, w), x); r > -prec+20 {
			t.Fatalf("W(%v): relative residual 2^%d", x, r)
		}
		f, _ := x.Float64()
		if wf, _ := w.Float64(); math.Abs(wf-W(f)) > 4e-16*(1+wf) {
			t.Fatalf("W(%v) = %v in float64, %v in 200 bits", f, W(f), wf)
		}
	})
}

// Constants to 60 digits: e, log 10, the omega constant W(1), W(-1/4) (digits
// from SymPy 1.14, task "const" of testdata/oracle.py).
func TestBigConstants(t *testing.T) {
	for text, want := range map[string]string{
		"exp(1)":    "2.71828182845904523536028747135266249775724709369995957496697",
		"log(10)":   "2.30258509299404568401799145468436420760110148862877297603333",
		"W(1)":      "0.567143290409783872999968662210355549753815787186512508135131",
		"W(-1/4)":   "-0.357402956181388903068811104055904753316590555076012043627620",
		"sinh(1/9)": "0.111339875963746937020310086605622013533133580800780507114241",
	} {
		e, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		got, err := AtBig(e, Point{}, 200)
		if err != nil {
			t.Fatal(err)
		}
		w, _, err := big.ParseFloat(want, 10, 300, big.ToNearestEven)
		if err != nil {
			t.Fatal(err)
		}
		if r := residual(got, w); r > -175 {
			t.Errorf("%s = %v, want %s", text, got.Text('g', 58), want)
		}
	}
}

func TestUndefinedFunctionsAreErrors(t *testing.T) {
	for _, text := range []string{"log(-1)", "log(x)", "sqrt(-2)", "W(-1)", "1/x", "exp(2^30)"} {
		e, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if v, err := AtBig(e, Point{"x": new(big.Rat)}, 200); err == nil {
			t.Errorf("%s = %v, want an error", text, v)
		}
	}
	if !math.IsNaN(W(-1)) || W(-1/math.E) > -0.99999998 || W(0) != 0 || !math.IsInf(W(math.Inf(1)), 1) {
		t.Errorf("W at its edges: %v %v %v %v", W(-1), W(-1/math.E), W(0), W(math.Inf(1)))
	}
}
