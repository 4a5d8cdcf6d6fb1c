package symbolic

import "math"

// Function is a named function of one argument.
type Function uint8

// The functions. LambertW is the principal branch W0, the solution w >= -1 of
// w e^w = x for x >= -1/e.
const (
	Exp Function = iota
	Log
	Sinh
	Sqrt
	LambertW
	functionCount
)

type functionInfo struct {
	name, latex string
	at          func(float64) float64
}

var functions = [functionCount]functionInfo{
	Exp:      {"exp", `\exp`, math.Exp},
	Log:      {"log", `\log`, math.Log},
	Sinh:     {"sinh", `\sinh`, math.Sinh},
	Sqrt:     {"sqrt", `\sqrt`, math.Sqrt},
	LambertW: {"W", `\operatorname{W}`, W},
}

// Functions lists every function, in order.
func Functions() []Function {
	out := make([]Function, functionCount)
	for k := range out {
		out[k] = Function(k)
	}
	return out
}

// String returns the name used in text.
func (f Function) String() string { return functions[f].name }

func functionByName(name string) (Function, bool) {
	for k, f := range functions {
		if f.name == name {
			return Function(k), true
		}
	}
	return 0, false
}

// derivative returns f'(x). The form exp(-w)/(1+w) of W' holds at x = 0 too.
func (f Function) derivative(x Expr) Expr {
	switch f {
	case Exp:
		return Call(Exp, x)
	case Log:
		return Pow(x, -1)
	case Sinh:
		return Mul(Rational(1, 2), Add(Call(Exp, x), Call(Exp, Neg(x))))
	case Sqrt:
		return Mul(Rational(1, 2), Pow(Call(Sqrt, x), -1))
	default:
		w := Call(LambertW, x)
		return Div(Call(Exp, Neg(w)), Add(One(), w))
	}
}

// W is the principal branch of the Lambert function: W(x) e^{W(x)} = x.
// NaN below -1/e; relative error about 1e-15, near the branch point about the
// square root of the rounding unit of x + 1/e, as the function itself demands.
func W(x float64) float64 {
	switch {
	case math.IsNaN(x) || x < -1/math.E:
		if x > -1/math.E-1e-16 {
			return -1
		}
		return math.NaN()
	case math.IsInf(x, 1) || x == 0:
		return x
	}
	w := startW(x)
	for range 40 {
		if w == -1 {
			return w
		}
		e := math.Exp(w)
		f := w*e - x
		step := f / (e*(w+1) - (w+2)*f/(2*w+2)) // Halley
		if math.IsNaN(step) {
			return w
		}
		w -= step
		if math.Abs(step) <= 1e-16*(1+math.Abs(w)) {
			break
		}
	}
	return w
}

func startW(x float64) float64 {
	switch {
	case x < -0.25:
		r := math.Sqrt(2 * (math.E*x + 1))
		return -1 + r*(1-r*(1.0/3-r*11.0/72))
	case x < 3:
		return math.Log1p(x) * 0.8
	default:
		l := math.Log(x)
		return l - math.Log(l)
	}
}
