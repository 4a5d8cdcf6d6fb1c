package symbolic

import (
	"errors"
	"math/big"
)

// ErrDivision says that an expression divides by zero.
var ErrDivision = errors.New("division by zero")

// Ratio is a quotient of polynomials in lowest terms; the denominator's last
// term has coefficient 1.
type Ratio struct{ Num, Den Poly }

// NormalForm multiplies e out and cancels it to a quotient of polynomials over
// its symbols and the remaining atoms. Sums are written out, unit integrals of
// polynomials are integrated, softmax and sinh become exponentials, and
// exp(a+b) becomes exp(a) exp(b); every other function is an atom with a
// normalised argument. For rational functions the form is unique. The errors
// are ErrDivision and ErrSize.
func NormalForm(e Expr) (Ratio, error) {
	r, err := toRatio(e)
	if err != nil {
		return Ratio{}, err
	}
	return r.reduce()
}

// Normal returns NormalForm as an expression.
func Normal(e Expr) (Expr, error) {
	r, err := NormalForm(e)
	if err != nil {
		return Expr{}, err
	}
	return r.Expr(), nil
}

// Equal decides whether a and b are equal as rational functions of their atoms.
// For rational functions of symbols the answer is exact both ways; with other
// functions true is exact and false means "not shown by the rules of
// NormalForm".
func Equal(a, b Expr) (bool, error) {
	r, err := toRatio(Sub(a, b))
	if err != nil {
		return false, err
	}
	return r.Num.isZero(), nil
}

// AsPoly returns e as a polynomial; it is an error if it is not one.
func AsPoly(e Expr) (Poly, error) {
	r, err := NormalForm(e)
	if err != nil {
		return Poly{}, err
	}
	if !r.Den.isConstant() {
		return Poly{}, errors.New("not a polynomial: it has the denominator " + r.Den.Expr().String())
	}
	return r.Num, nil
}

// Expr returns the quotient as an expression.
func (r Ratio) Expr() Expr { return Div(r.Num.Expr(), r.Den.Expr()) }

func (r Ratio) reduce() (Ratio, error) {
	g, err := gcdPoly(r.Num, r.Den)
	if err != nil {
		return Ratio{}, err
	}
	for _, p := range []*Poly{&r.Num, &r.Den} {
		d, exact, err := dividePoly(*p, g)
		if err != nil {
			return Ratio{}, err
		}
		if !exact {
			return Ratio{}, errors.New("normal form: the greatest common divisor does not divide")
		}
		*p = d
	}
	lead := r.Den.terms[len(r.Den.terms)-1].c
	inv := ratPow(lead, -1)
	return Ratio{scalePoly(r.Num, inv), scalePoly(r.Den, inv)}, nil
}

func polyRatio(p Poly) Ratio { return Ratio{p, constantPoly(oneRat)} }

func (r Ratio) add(s Ratio) (Ratio, error) {
	if r.Den.Equal(s.Den) {
		return Ratio{addPoly(r.Num, s.Num, 1), r.Den}, nil
	}
	a, err := mulPoly(r.Num, s.Den)
	if err != nil {
		return Ratio{}, err
	}
	b, err := mulPoly(s.Num, r.Den)
	if err != nil {
		return Ratio{}, err
	}
	d, err := mulPoly(r.Den, s.Den)
	return Ratio{addPoly(a, b, 1), d}, err
}

func (r Ratio) mul(s Ratio) (Ratio, error) {
	n, err := mulPoly(r.Num, s.Num)
	if err != nil {
		return Ratio{}, err
	}
	d, err := mulPoly(r.Den, s.Den)
	return Ratio{n, d}, err
}

func (r Ratio) pow(n int) (Ratio, error) {
	if n < 0 {
		if r.Num.isZero() {
			return Ratio{}, ErrDivision
		}
		r, n = Ratio{r.Den, r.Num}, -n
	}
	num, err := powPoly(r.Num, n)
	if err != nil {
		return Ratio{}, err
	}
	den, err := powPoly(r.Den, n)
	return Ratio{num, den}, err
}

func toRatio(e Expr) (Ratio, error) {
	n := e.node()
	switch n.kind {
	case NumberKind:
		return polyRatio(constantPoly(n.num)), nil
	case SymbolKind:
		return polyRatio(atomPoly(e)), nil
	case PowerKind:
		r, err := toRatio(n.args[0])
		if err != nil {
			return Ratio{}, err
		}
		return r.pow(n.n)
	case CallKind:
		return callRatio(n)
	case SoftmaxKind:
		list := make([]Expr, len(n.args))
		for k, a := range n.args {
			list[k] = Call(Exp, a)
		}
		return toRatio(Div(list[n.n], Add(list...)))
	case SumKind:
		return toRatio(Add(n.terms()...))
	case IntegralKind:
		return integralRatio(n)
	}
	list := make([]Ratio, len(n.args))
	for k, a := range n.args {
		r, err := toRatio(a)
		if err != nil {
			return Ratio{}, err
		}
		list[k] = r
	}
	if n.kind == ProductKind {
		return fold(list, Ratio.mul)
	}
	return fold(list, Ratio.add)
}

// fold combines the list two by two, so that long sums cost n log n terms.
func fold(list []Ratio, with func(Ratio, Ratio) (Ratio, error)) (Ratio, error) {
	for len(list) > 1 {
		var next []Ratio
		for k := 0; k+1 < len(list); k += 2 {
			r, err := with(list[k], list[k+1])
			if err != nil {
				return Ratio{}, err
			}
			next = append(next, r)
		}
		if len(list)%2 == 1 {
			next = append(next, list[len(list)-1])
		}
		list = next
	}
	return list[0], nil
}

func callRatio(n *node) (Ratio, error) {
	x := n.args[0]
	if n.fn == Sinh {
		return toRatio(Mul(Rational(1, 2), Sub(Call(Exp, x), Call(Exp, Neg(x)))))
	}
	arg, err := NormalForm(x)
	if err != nil {
		return Ratio{}, err
	}
	if n.fn == Exp && arg.Den.isConstant() {
		return expRatio(arg.Num)
	}
	f := Call(n.fn, arg.Expr())
	if f.Kind() == CallKind {
		return polyRatio(atomPoly(f)), nil
	}
	return toRatio(f)
}

// expRatio writes exp(sum_i (n_i/d_i) m_i) as prod_i exp(m_i/d_i)^n_i.
func expRatio(arg Poly) (Ratio, error) {
	out := polyRatio(constantPoly(oneRat))
	for _, t := range arg.terms {
		if !t.c.Num().IsInt64() || abs(int(t.c.Num().Int64())) > MaxDegree {
			return Ratio{}, ErrSize
		}
		unit := scalePoly(Poly{atoms: arg.atoms, terms: []term{{t.exp, oneRat}}}.trim(),
			new(big.Rat).SetFrac(big.NewInt(1), t.c.Denom()))
		f := polyRatio(constantPoly(oneRat))
		if a := Call(Exp, unit.Expr()); a.Kind() == CallKind {
			f = polyRatio(atomPoly(a))
		} else { // exp(log x)
			r, err := toRatio(a)
			if err != nil {
				return Ratio{}, err
			}
			f = r
		}
		f, err := f.pow(int(t.c.Num().Int64()))
		if err != nil {
			return Ratio{}, err
		}
		if out, err = out.mul(f); err != nil {
			return Ratio{}, err
		}
	}
	return out, nil
}

// integralRatio integrates a polynomial in the variable exactly; otherwise the
// integral of the normalised body is an atom.
func integralRatio(n *node) (Ratio, error) {
	body, err := NormalForm(n.args[0])
	if err != nil {
		return Ratio{}, err
	}
	s := Sym(n.sym)
	if containsAtom(body.Den, n.sym) || containsInside(body.Num, n.sym) {
		return polyRatio(atomPoly(Unit(n.sym, body.Expr()))), nil
	}
	sum := Poly{}
	for k, c := range body.Num.split(s) {
		sum = addPoly(sum, scalePoly(c, big.NewRat(1, int64(k+1))), 1)
	}
	return Ratio{sum, body.Den}, nil
}

// containsAtom says whether the symbol occurs in any atom of p.
func containsAtom(p Poly, s Symbol) bool {
	for _, a := range p.atoms {
		if Has(a, s) {
			return true
		}
	}
	return false
}

// containsInside says whether the symbol occurs within an atom other than
// itself, so that p is not a polynomial in it.
func containsInside(p Poly, s Symbol) bool {
	for _, a := range p.atoms {
		if a.Kind() != SymbolKind && Has(a, s) {
			return true
		}
	}
	return false
}
