package proofs

import (
	"fmt"
	"math"
	"math/big"

	"edgewise/theory/symbolic"
)

// precision is the number of bits of the randomised identity checks.
const precision = 200

// below is the tolerance of those: a relative error of 2^-150.
var below = math.Ldexp(1, -150)

// v is the symbol base[sub...] as an expression.
func v(base string, sub ...int) symbolic.Expr {
	idx := make([]symbolic.Index, len(sub))
	for i, s := range sub {
		idx[i] = symbolic.Int(s)
	}
	return symbolic.V(base, idx...)
}

// vs is base[0], ..., base[n-1].
func vs(base string, n int) []symbolic.Expr {
	out := make([]symbolic.Expr, n)
	for i := range out {
		out[i] = v(base, i)
	}
	return out
}

// total adds f(0), ..., f(n-1).
func total(n int, f func(i int) symbolic.Expr) symbolic.Expr {
	terms := make([]symbolic.Expr, n)
	for i := range terms {
		terms[i] = f(i)
	}
	return symbolic.Add(terms...)
}

// dot is sum_i a_i b_i.
func dot(a, b []symbolic.Expr) symbolic.Expr {
	return total(len(a), func(i int) symbolic.Expr { return symbolic.Mul(a[i], b[i]) })
}

// softmaxes is every component of softmax(args).
func softmaxes(args []symbolic.Expr) []symbolic.Expr {
	out := make([]symbolic.Expr, len(args))
	for i := range out {
		out[i] = symbolic.Softmax(i, args...)
	}
	return out
}

func logOf(x symbolic.Expr) symbolic.Expr { return symbolic.Call(symbolic.Log, x) }
func expOf(x symbolic.Expr) symbolic.Expr { return symbolic.Call(symbolic.Exp, x) }

// signed is x as stated, -x mutated.
func (e *env) signed(x symbolic.Expr) symbolic.Expr {
	if e.mutated {
		return symbolic.Neg(x)
	}
	return x
}

// equal proves left = right by normal forms: residual 0 or 1.
func (m *meter) equal(left, right symbolic.Expr) error {
	ok, err := symbolic.Equal(left, right)
	if err != nil {
		return fmt.Errorf("comparing %s with %s: %w", left, right, err)
	}
	m.holds(ok)
	return nil
}

// draw is a symbol with the interval it is drawn from.
type draw struct {
	x      symbolic.Expr
	lo, hi float64
}

// draws gives every symbol the same interval.
func draws(lo, hi float64, lists ...[]symbolic.Expr) []draw {
	var out []draw
	for _, l := range lists {
		for _, x := range l {
			out = append(out, draw{x, lo, hi})
		}
	}
	return out
}

// point draws a rational point.
func (e *env) point(list []draw) symbolic.Point {
	at := symbolic.Point{}
	for _, d := range list {
		r := new(big.Rat).SetFrac64(e.rng.Int64N(1<<40), 1<<40)
		lo, hi := new(big.Rat).SetFloat64(d.lo), new(big.Rat).SetFloat64(d.hi)
		at[symbolic.KeyOf(d.x.Symbol())] = r.Add(lo, r.Mul(r, hi.Sub(hi, lo)))
	}
	return at
}

// relative is |a-b| / (|a|+|b|), 0 if both are 0.
func relative(a, b *big.Float) float64 {
	d := new(big.Float).Sub(a, b)
	s := new(big.Float).Add(new(big.Float).Abs(a), new(big.Float).Abs(b))
	if s.Sign() == 0 {
		return 0
	}
	f, _ := d.Quo(d.Abs(d), s).Float64()
	return f
}

// same takes in the relative error of left = right at a point, in 200 bits.
func (m *meter) same(at symbolic.Point, left, right symbolic.Expr) error {
	a, err := symbolic.AtBig(left, at, precision)
	if err != nil {
		return fmt.Errorf("left side: %w", err)
	}
	b, err := symbolic.AtBig(right, at, precision)
	if err != nil {
		return fmt.Errorf("right side: %w", err)
	}
	m.add(relative(a, b))
	return nil
}

// identity checks left = right at n random points in 200-bit arithmetic.
func identity(e *env, n int, list []draw, left, right symbolic.Expr) (Outcome, error) {
	var m meter
	for range n {
		if err := m.same(e.point(list), left, right); err != nil {
			return Outcome{}, err
		}
	}
	return m.within(below)
}
