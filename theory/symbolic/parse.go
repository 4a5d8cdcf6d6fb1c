package symbolic

import (
	"fmt"
	"math/big"
	"strconv"
)

// Limits of Parse: nesting depth, length of the text in bytes, and elements
// that nested sums run over together.
const (
	MaxDepth    = 200
	MaxText     = 1 << 20
	MaxElements = 1 << 10
)

// maxParsedExponent bounds the absolute value of a written exponent.
const maxParsedExponent = 1 << 40

// SyntaxError says what is wrong with a text and where.
type SyntaxError struct {
	Column int // of the text, in bytes, from 1
	What   string
}

// Error returns "column n: what".
func (e *SyntaxError) Error() string { return fmt.Sprintf("column %d: %s", e.Column, e.What) }

// Parse reads the text syntax of the package comment. Any text either gives an
// expression or a *SyntaxError; Parse(e.String()) gives e. Decimal numbers are
// exact. Nesting is limited to MaxDepth, the length to MaxText.
func Parse(text string) (Expr, error) {
	if len(text) > MaxText {
		return Expr{}, &SyntaxError{1, fmt.Sprintf("the text has %d bytes, at most %d are read", len(text), MaxText)}
	}
	p := &parser{text: text, elements: 1}
	e, err := p.sum(0)
	if err != nil {
		return Expr{}, err
	}
	p.space()
	if p.pos < len(text) {
		return Expr{}, p.fail("unexpected %s after the expression", p.found())
	}
	return e, nil
}

type parser struct {
	text string
	pos  int

	bound    []string // indices bound by the sums around the position
	elements int      // product of the sizes of their sets
}

func (p *parser) fail(format string, args ...any) error {
	return &SyntaxError{p.pos + 1, fmt.Sprintf(format, args...)}
}

func (p *parser) found() string {
	if p.pos >= len(p.text) {
		return "end of text"
	}
	return strconv.QuoteRune([]rune(p.text[p.pos:min(len(p.text), p.pos+4)])[0])
}

func (p *parser) space() {
	for p.pos < len(p.text) && (p.text[p.pos] == ' ' || p.text[p.pos] == '\t' || p.text[p.pos] == '\n') {
		p.pos++
	}
}

// take reads the byte c after space, if it is next.
func (p *parser) take(c byte) bool {
	p.space()
	if p.pos < len(p.text) && p.text[p.pos] == c {
		p.pos++
		return true
	}
	return false
}

func (p *parser) want(c byte, why string) error {
	if !p.take(c) {
		return p.fail("expected %q %s, found %s", c, why, p.found())
	}
	return nil
}

func (p *parser) sum(depth int) (Expr, error) {
	e, err := p.product(depth)
	if err != nil {
		return Expr{}, err
	}
	list := []Expr{e}
	for {
		minus := p.take('-')
		if !minus && !p.take('+') {
			if len(list) == 1 {
				return e, nil
			}
			return Add(list...), nil
		}
		t, err := p.product(depth)
		if err != nil {
			return Expr{}, err
		}
		if minus {
			t = Neg(t)
		}
		list = append(list, t)
	}
}

// product multiplies all factors at once, so that a sign or a number in front
// is not multiplied into a sum that follows it.
func (p *parser) product(depth int) (Expr, error) {
	var list []Expr
	sign := int64(1)
	for over := false; ; {
		for p.take('-') {
			sign = -sign
		}
		p.space()
		at := p.pos
		f, err := p.power(depth)
		if err != nil {
			return Expr{}, err
		}
		if over {
			if v, ok := f.Number(); ok && v.Sign() == 0 {
				p.pos = at
				return Expr{}, p.fail("division by zero")
			}
			f = Pow(f, -1)
		}
		list = append(list, f)
		over = p.take('/')
		if !over && !p.take('*') {
			return Mul(append(list, Number(sign))...), nil
		}
	}
}

func (p *parser) power(depth int) (Expr, error) {
	p.space()
	at := p.pos
	base, err := p.primary(depth + 1)
	if err != nil || !p.take('^') {
		return base, err
	}
	n, err := p.integer("as an exponent")
	if err != nil {
		return Expr{}, err
	}
	if n > maxParsedExponent || n < -maxParsedExponent {
		return Expr{}, p.fail("the exponent %d is too large", n)
	}
	if v, ok := base.Number(); ok && v.Sign() == 0 && n < 0 {
		p.pos = at
		return Expr{}, p.fail("division by zero")
	}
	p.space()
	if p.pos < len(p.text) && p.text[p.pos] == '^' {
		return Expr{}, p.fail("a power of a power needs parentheses")
	}
	return Pow(base, n), nil
}

func (p *parser) integer(why string) (int, error) {
	p.space()
	start := p.pos
	if p.pos < len(p.text) && p.text[p.pos] == '-' {
		p.pos++
	}
	for p.pos < len(p.text) && isDigit(p.text[p.pos]) {
		p.pos++
	}
	n, err := strconv.Atoi(p.text[start:p.pos])
	if err != nil {
		p.pos = start
		return 0, p.fail("expected an integer %s, found %s", why, p.found())
	}
	return n, nil
}

// number reads digits with an optional decimal fraction.
func (p *parser) number() (Expr, error) {
	start := p.pos
	for p.pos < len(p.text) && (isDigit(p.text[p.pos]) || p.text[p.pos] == '.') {
		p.pos++
	}
	r, ok := new(big.Rat).SetString(p.text[start:p.pos])
	if !ok {
		p.pos = start
		return Expr{}, p.fail("%q is not a number", p.text[start:p.pos])
	}
	return Rat(r), nil
}
