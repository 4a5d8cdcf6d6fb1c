package symbolic

import (
	"fmt"
	"math/big"
)

// lower emits the instructions of one node.
func (c *compiler) lower(e Expr) (int32, error) {
	n := e.node()
	switch n.kind {
	case NumberKind:
		v, _ := n.num.Float64()
		return c.constant(v), nil
	case SymbolKind:
		r, ok := c.symbols[KeyOf(n.sym)]
		if !ok {
			return 0, fmt.Errorf("symbol %v is not an input", n.sym)
		}
		return r, nil
	case CallKind:
		x, err := c.compile(n.args[0])
		return c.emit(instruction{op: opCall, fn: n.fn, a: x, b: x}), err
	case SoftmaxKind:
		return c.lowerSoftmax(n)
	case IntegralKind:
		return c.lowerIntegral(n)
	case PowerKind, ProductKind:
		return c.lowerProduct(e)
	case AdditionKind:
		return c.lowerSum(n)
	}
	return 0, fmt.Errorf("kind %d cannot be compiled", n.kind)
}

// lowerSoftmax subtracts the largest argument first, so that exp cannot
// overflow.
func (c *compiler) lowerSoftmax(n *node) (int32, error) {
	regs := make([]int32, len(n.args))
	for k, a := range n.args {
		r, err := c.compile(a)
		if err != nil {
			return 0, err
		}
		regs[k] = r
	}
	top := regs[0]
	for _, r := range regs[1:] {
		top = c.emit(instruction{op: opMax, a: top, b: r})
	}
	sum := int32(0)
	for k, r := range regs {
		d := c.emit(instruction{op: opSub, a: r, b: top})
		regs[k] = c.emit(instruction{op: opCall, fn: Exp, a: d, b: d})
		if k == 0 {
			sum = regs[0]
		} else {
			sum = c.emit(instruction{op: opAdd, a: sum, b: regs[k]})
		}
	}
	return c.emit(instruction{op: opDiv, a: regs[n.n], b: sum}), nil
}

func (c *compiler) lowerIntegral(n *node) (int32, error) {
	coeffs, err := inVariable(n.args[0], n.sym)
	if err != nil {
		return 0, err
	}
	total := make([]Expr, len(coeffs))
	for k, x := range coeffs {
		total[k] = Mul(Rational(1, int64(k+1)), x)
	}
	return c.compile(Add(total...))
}

// lowerProduct multiplies the positive powers and divides by the product of the
// negative ones.
func (c *compiler) lowerProduct(e Expr) (int32, error) {
	number, above, below := quotient(e)
	num, err := c.chain(number, above)
	if err != nil || len(below) == 0 {
		return num, err
	}
	den, err := c.chain(oneRat, below)
	return c.emit(instruction{op: opDiv, a: num, b: den}), err
}

func (c *compiler) chain(number *big.Rat, list []Expr) (int32, error) {
	started := false
	var acc int32
	put := func(r int32) {
		if started {
			r = c.emit(instruction{op: opMul, a: acc, b: r})
		}
		acc, started = r, true
	}
	if number.Cmp(oneRat) != 0 || len(list) == 0 {
		v, _ := number.Float64()
		put(c.constant(v))
	}
	for _, f := range list {
		n, exp := f.node(), 1
		base := f
		if n.kind == PowerKind && n.n > 0 {
			base, exp = n.args[0], n.n
		}
		r, err := c.compile(base)
		if err != nil {
			return 0, err
		}
		put(c.power(r, exp))
	}
	return acc, nil
}

// power multiplies by repeated squaring.
func (c *compiler) power(r int32, n int) int32 {
	var acc int32
	started := false
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			if started {
				acc = c.emit(instruction{op: opMul, a: acc, b: r})
			} else {
				acc, started = r, true
			}
		}
		if n > 1 {
			r = c.emit(instruction{op: opMul, a: r, b: r})
		}
	}
	return acc
}

// lowerSum adds the terms with positive numbers in order, then subtracts those
// with negative ones.
func (c *compiler) lowerSum(n *node) (int32, error) {
	var acc int32
	started := false
	for _, sign := range []int{1, -1} {
		for _, t := range n.args {
			number, rest := coefficient(t)
			if number.Sign() != sign {
				continue
			}
			if sign < 0 && started {
				t = scale(new(big.Rat).Neg(number), rest)
			}
			r, err := c.compile(t)
			if err != nil {
				return 0, err
			}
			switch {
			case !started:
				acc, started = r, true
			case sign < 0:
				acc = c.emit(instruction{op: opSub, a: acc, b: r})
			default:
				acc = c.emit(instruction{op: opAdd, a: acc, b: r})
			}
		}
	}
	return acc, nil
}
