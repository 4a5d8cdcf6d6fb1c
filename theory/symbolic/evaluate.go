package symbolic

import (
	"fmt"
	"math/big"
)

// Point gives symbols their values.
type Point map[Key]*big.Rat

// At evaluates a rational function exactly at a point. Symbols without a value,
// divisions by zero and functions other than rational ones are errors.
func At(e Expr, at Point) (*big.Rat, error) {
	n := e.node()
	switch n.kind {
	case NumberKind:
		return new(big.Rat).Set(n.num), nil
	case SymbolKind:
		v, ok := at[KeyOf(n.sym)]
		if !ok {
			return nil, fmt.Errorf("symbol %v has no value", n.sym)
		}
		return new(big.Rat).Set(v), nil
	case CallKind, SoftmaxKind:
		return nil, fmt.Errorf("%v is not a rational function: evaluate it with AtBig", e)
	case SumKind:
		return At(Add(n.terms()...), at)
	case IntegralKind:
		r, err := NormalForm(e)
		if err != nil {
			return nil, err
		}
		x := r.Expr()
		if x.Kind() == IntegralKind {
			return nil, fmt.Errorf("%v is not an integral of a polynomial", e)
		}
		return At(x, at)
	case PowerKind:
		v, err := At(n.args[0], at)
		if err != nil {
			return nil, err
		}
		if v.Sign() == 0 && n.n < 0 {
			return nil, ErrDivision
		}
		if !foldable(v, n.n, evaluateBits) && v.Sign() != 0 {
			return nil, ErrSize
		}
		return ratPow(v, n.n), nil
	}
	out := new(big.Rat)
	if n.kind == ProductKind {
		out.SetInt64(1)
	}
	for _, a := range n.args {
		v, err := At(a, at)
		if err != nil {
			return nil, err
		}
		if n.kind == ProductKind {
			out.Mul(out, v)
		} else {
			out.Add(out, v)
		}
	}
	return out, nil
}

// AtBig evaluates e at a point in floating point with prec bits (200 for the
// randomised proofs). Every operation is rounded once; functions carry guard
// bits, so that the error is a few units of the last place per operation.
// Undefined values are errors that name the function and its argument.
func AtBig(e Expr, at Point, prec uint) (*big.Float, error) {
	n := e.node()
	switch n.kind {
	case NumberKind:
		return newBig(prec).SetRat(n.num), nil
	case SymbolKind:
		v, ok := at[KeyOf(n.sym)]
		if !ok {
			return nil, fmt.Errorf("symbol %v has no value", n.sym)
		}
		return newBig(prec).SetRat(v), nil
	case CallKind:
		x, err := AtBig(n.args[0], at, prec)
		if err != nil {
			return nil, err
		}
		return n.fn.atBig(x, prec)
	case SoftmaxKind:
		list := make([]Expr, len(n.args))
		for k, a := range n.args {
			list[k] = Call(Exp, Sub(a, n.args[n.n]))
		}
		return AtBig(Pow(Add(list...), -1), at, prec)
	case SumKind:
		return AtBig(Add(n.terms()...), at, prec)
	case IntegralKind:
		return integralAtBig(e, at, prec)
	case PowerKind:
		v, err := AtBig(n.args[0], at, prec)
		if err != nil {
			return nil, err
		}
		return bigPow(v, n.n, prec)
	}
	out := newBig(prec)
	if n.kind == ProductKind {
		out.SetInt64(1)
	}
	for _, a := range n.args {
		v, err := AtBig(a, at, prec)
		if err != nil {
			return nil, err
		}
		if n.kind == ProductKind {
			out.Mul(out, v)
		} else {
			out.Add(out, v)
		}
	}
	return out, nil
}

func bigPow(v *big.Float, n int, prec uint) (*big.Float, error) {
	if n < 0 {
		if v.Sign() == 0 {
			return nil, ErrDivision
		}
		v, n = newBig(prec).Quo(newBig(prec).SetInt64(1), v), -n
	}
	out, square := newBig(prec).SetInt64(1), newBig(prec).Set(v)
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			out.Mul(out, square)
		}
		square.Mul(square, square)
		if square.IsInf() {
			return nil, ErrSize
		}
	}
	return out, nil
}

// integralAtBig integrates a polynomial in the variable through its
// coefficients.
func integralAtBig(e Expr, at Point, prec uint) (*big.Float, error) {
	coeffs, err := inVariable(e.node().args[0], e.node().sym)
	if err != nil {
		return nil, err
	}
	out := newBig(prec)
	for k, c := range coeffs {
		v, err := AtBig(c, at, prec)
		if err != nil {
			return nil, err
		}
		out.Add(out, v.Quo(v, newBig(prec).SetInt64(int64(k+1))))
	}
	return out, nil
}
