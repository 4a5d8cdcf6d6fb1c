package symbolic

import (
	"fmt"
	"math"
)

// opcode is one instruction of a Program; a and b are registers.
type opcode uint8

const (
	opAdd opcode = iota
	opSub
	opMul
	opDiv
	opMax
	opCall // function in fn
)

type instruction struct {
	op   opcode
	fn   Function
	a, b int32
}

// Program is a compiled list of expressions: straight-line code over registers
// in which common subexpressions are computed once. Registers hold first the
// inputs, then the constants, then one result per instruction. A Program is
// immutable; each goroutine needs its own registers.
type Program struct {
	inputs  int
	consts  []float64
	code    []instruction
	outputs []int32
}

// Compile compiles expressions of the given symbols; input k of the program is
// inputs[k], output k the value of exprs[k]. A symbol that is not an input, or
// an integral that is not one of a polynomial, is an error.
func Compile(inputs []Symbol, exprs ...Expr) (*Program, error) {
	c := &compiler{symbols: map[Key]int32{}, seen: map[uint64][]compiled{}, consts: map[float64]int32{}, done: map[instruction]int32{}}
	for k, s := range inputs {
		c.symbols[KeyOf(s)] = int32(k)
	}
	c.inputs = len(inputs)
	p := &Program{inputs: len(inputs)}
	for k, e := range exprs {
		r, err := c.compile(Expand(e))
		if err != nil {
			return nil, fmt.Errorf("expression %d: %w", k, err)
		}
		p.outputs = append(p.outputs, r)
	}
	base := int32(len(inputs) + len(c.values))
	shift := func(r int32) int32 { // temporaries follow the constants
		if r <= temporary {
			return base + temporary - r
		}
		return r
	}
	p.consts = c.values
	for _, i := range c.code {
		p.code = append(p.code, instruction{i.op, i.fn, shift(i.a), shift(i.b)})
	}
	for k := range p.outputs {
		p.outputs[k] = shift(p.outputs[k])
	}
	return p, nil
}

// Registers is the number of float64 that Eval needs as scratch.
func (p *Program) Registers() int { return p.inputs + len(p.consts) + len(p.code) }

// Inputs and Outputs are the numbers of values that Eval reads and writes.
func (p *Program) Inputs() int { return p.inputs }

// Outputs is the number of values that Eval writes.
func (p *Program) Outputs() int { return len(p.outputs) }

// Steps is the number of instructions.
func (p *Program) Steps() int { return len(p.code) }

// Eval writes the values of the expressions at in to out. registers is scratch
// of at least Registers() values (nil: allocated). Undefined values come out as
// NaN or Inf as in package math.
func (p *Program) Eval(out, in, registers []float64) {
	if len(registers) < p.Registers() {
		registers = make([]float64, p.Registers())
	}
	r := registers[:p.Registers()]
	copy(r[:p.inputs], in)
	copy(r[p.inputs:], p.consts)
	at := p.inputs + len(p.consts)
	for k := range p.code {
		i := &p.code[k]
		x, y := r[i.a], r[i.b]
		switch i.op {
		case opAdd:
			x += y
		case opSub:
			x -= y
		case opMul:
			x *= y
		case opDiv:
			x /= y
		case opMax:
			x = math.Max(x, y)
		case opCall:
			x = functions[i.fn].at(x)
		}
		r[at+k] = x
	}
	for k, o := range p.outputs {
		out[k] = r[o]
	}
}

// temporary marks registers of instructions while their base is not known.
const temporary = -1

type compiled struct {
	e   Expr
	reg int32
}

type compiler struct {
	inputs  int
	symbols map[Key]int32
	seen    map[uint64][]compiled
	consts  map[float64]int32
	values  []float64
	code    []instruction
	done    map[instruction]int32
}

func (c *compiler) constant(v float64) int32 {
	if r, ok := c.consts[v]; ok {
		return r
	}
	r := int32(c.inputs + len(c.values))
	c.consts[v] = r
	c.values = append(c.values, v)
	return r
}

func (c *compiler) emit(i instruction) int32 {
	if (i.op == opAdd || i.op == opMul || i.op == opMax) && i.a > i.b {
		i.a, i.b = i.b, i.a
	}
	if r, ok := c.done[i]; ok {
		return r
	}
	r := temporary - int32(len(c.code))
	c.code = append(c.code, i)
	c.done[i] = r
	return r
}

func (c *compiler) compile(e Expr) (int32, error) {
	h := e.node().hash
	for _, s := range c.seen[h] {
		if Same(s.e, e) {
			return s.reg, nil
		}
	}
	r, err := c.lower(e)
	if err != nil {
		return 0, err
	}
	c.seen[h] = append(c.seen[h], compiled{e, r})
	return r, nil
}
