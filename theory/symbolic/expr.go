package symbolic

import (
	"math/big"
	"slices"
)

// Kind is the kind of an expression's outermost node.
type Kind uint8

// The kinds of nodes. A printer, an evaluator and a derivative exist for each.
const (
	NumberKind Kind = iota
	SymbolKind
	PowerKind
	CallKind
	SoftmaxKind
	SumKind
	IntegralKind
	ProductKind
	AdditionKind
	kindCount
)

// Kinds lists every kind, in order.
func Kinds() []Kind {
	out := make([]Kind, kindCount)
	for k := range out {
		out[k] = Kind(k)
	}
	return out
}

// node is immutable once built.
type node struct {
	kind Kind
	num  *big.Rat // Number
	sym  Symbol   // Symbol; the variable of an Integral
	fn   Function // Call
	n    int      // exponent of a Power, component of a Softmax
	set  Set      // Sum
	name string   // index bound by a Sum
	args []Expr   // children
	hash uint64
}

// Expr is an expression. The zero value is the number 0.
type Expr struct{ n *node }

var zeroNode *node

func init() { zeroNode = finish(&node{kind: NumberKind, num: new(big.Rat)}) }

func (e Expr) node() *node {
	if e.n == nil {
		return zeroNode
	}
	return e.n
}

// Kind returns the kind of the outermost node.
func (e Expr) Kind() Kind { return e.node().kind }

// Args returns a copy of the children.
func (e Expr) Args() []Expr { return slices.Clone(e.node().args) }

// Symbol returns the symbol of a Symbol node, or the variable of an Integral.
func (e Expr) Symbol() Symbol { return e.node().sym }

// Number returns a copy of the value and true if e is a number.
func (e Expr) Number() (*big.Rat, bool) {
	if n := e.node(); n.kind == NumberKind {
		return new(big.Rat).Set(n.num), true
	}
	return nil, false
}

func finish(n *node) *node {
	n.hash = hashNode(n)
	return n
}

func make1(n *node) Expr { return Expr{finish(n)} }

// Rat returns the number r (copied).
func Rat(r *big.Rat) Expr {
	return make1(&node{kind: NumberKind, num: new(big.Rat).Set(r)})
}

// Rational returns the number a/b; b must not be 0.
func Rational(a, b int64) Expr { return make1(&node{kind: NumberKind, num: big.NewRat(a, b)}) }

// Number returns the integer n.
func Number(n int64) Expr { return Rational(n, 1) }

// One returns 1.
func One() Expr { return Number(1) }

// Zero returns 0.
func Zero() Expr { return Expr{zeroNode} }

// Sym returns the symbol as an expression.
func Sym(s Symbol) Expr { return make1(&node{kind: SymbolKind, sym: s}) }

// V returns the symbol with that base and those subscripts as an expression;
// like Var it is for names written in code.
func V(base string, sub ...Index) Expr { return Sym(Var(base, sub...)) }

// Neg returns -a.
func Neg(a Expr) Expr { return Mul(Number(-1), a) }

// Sub returns a - b.
func Sub(a, b Expr) Expr { return Add(a, Neg(b)) }

// Div returns a / b. Division by the number 0 gives the expression 0^-1, which
// every evaluation reports as a division by zero.
func Div(a, b Expr) Expr { return Mul(a, Pow(b, -1)) }

// Call returns f(x). exp and log undo each other; exp 0, log 1, sinh 0,
// sqrt 0, sqrt 1 and W 0 are folded.
func Call(f Function, x Expr) Expr {
	if v := x.node(); v.kind == NumberKind {
		switch {
		case f == Exp && v.num.Sign() == 0:
			return One()
		case f == Log && v.num.Cmp(oneRat) == 0:
			return Zero()
		case f != Exp && f != Log && v.num.Sign() == 0:
			return Zero()
		case f == Sqrt && v.num.Cmp(oneRat) == 0:
			return One()
		}
	}
	if v := x.node(); v.kind == CallKind && (f == Exp && v.fn == Log || f == Log && v.fn == Exp) {
		return v.args[0]
	}
	return make1(&node{kind: CallKind, fn: f, args: []Expr{x}})
}

// Softmax returns component k of softmax(args): exp(args[k]) / sum_m exp(args[m]).
// It panics when k is outside args.
func Softmax(k int, args ...Expr) Expr {
	if k < 0 || k >= len(args) {
		panic("symbolic: softmax component outside its arguments")
	}
	if len(args) == 1 {
		return One()
	}
	return make1(&node{kind: SoftmaxKind, n: k, args: slices.Clone(args)})
}

var oneRat = big.NewRat(1, 1)
