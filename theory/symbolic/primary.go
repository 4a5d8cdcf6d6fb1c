package symbolic

import "slices"

func (p *parser) primary(depth int) (Expr, error) {
	if depth > MaxDepth {
		return Expr{}, p.fail("nested deeper than %d", MaxDepth)
	}
	p.space()
	switch {
	case p.pos < len(p.text) && isDigit(p.text[p.pos]):
		return p.number()
	case p.take('('):
		e, err := p.sum(depth)
		if err != nil {
			return Expr{}, err
		}
		return e, p.want(')', "to close the parenthesis")
	}
	start := p.pos
	word := p.word(false)
	switch word {
	case "":
		return Expr{}, p.fail("expected a number, a symbol or '(', found %s", p.found())
	case "softmax":
		return p.softmax(depth)
	case "sum":
		return p.sumOver(depth)
	case "int":
		return p.unit(depth)
	}
	if f, ok := functionByName(word); ok {
		if err := p.want('(', "after "+word); err != nil {
			return Expr{}, err
		}
		x, err := p.sum(depth)
		if err != nil {
			return Expr{}, err
		}
		return Call(f, x), p.want(')', "to close "+word)
	}
	p.pos = start
	s, err := p.symbol()
	return Sym(s), err
}

// word reads a name; underscore says whether '_' may occur in it.
func (p *parser) word(underscore bool) string {
	start := p.pos
	for p.pos < len(p.text) {
		c := p.text[p.pos]
		if !isLetter(c) && (p.pos == start || !isDigit(c) && !(underscore && c == '_')) {
			break
		}
		p.pos++
	}
	return p.text[start:p.pos]
}

func (p *parser) symbol() (Symbol, error) {
	p.space()
	start := p.pos
	s, err := NewSymbol(p.word(false))
	if err != nil {
		p.pos = start
		return Symbol{}, p.fail("%v", err)
	}
	if p.pos < len(p.text) && p.text[p.pos] == ':' {
		p.pos++
		at := p.pos
		k := slices.Index(accentNames, p.word(false))
		if k <= 0 {
			p.pos = at
			return Symbol{}, p.fail("expected an accent (dot, bar, tilde, hat) after ':'")
		}
		s.accent = Accent(k)
	}
	if p.pos >= len(p.text) || p.text[p.pos] != '[' {
		return s, nil
	}
	p.pos++
	if !p.take(';') {
		if s.sub, err = p.indices(); err != nil {
			return Symbol{}, err
		}
		if !p.take(';') {
			return s, p.want(']', "to close the indices")
		}
	}
	if s.sup, err = p.indices(); err != nil {
		return Symbol{}, err
	}
	return s, p.want(']', "to close the indices")
}

func (p *parser) indices() ([]Index, error) {
	var out []Index
	for {
		i, err := p.index()
		if err != nil {
			return nil, err
		}
		out = append(out, i)
		if !p.take(',') {
			return out, nil
		}
	}
}

func (p *parser) index() (Index, error) {
	if p.take('@') {
		name := p.word(false)
		if !slices.Contains(p.bound, name) {
			return Index{}, p.fail("index @%s is not bound by a sum around it", name)
		}
		return Bound(name), nil
	}
	p.space()
	if name := p.word(true); name != "" {
		return Name(name), nil
	}
	n, err := p.integer("or a name as an index")
	return Int(n), err
}

func (p *parser) softmax(depth int) (Expr, error) {
	if err := p.want('(', "after softmax"); err != nil {
		return Expr{}, err
	}
	k, err := p.integer("as the component")
	if err != nil {
		return Expr{}, err
	}
	if err := p.want(';', "after the component"); err != nil {
		return Expr{}, err
	}
	var args []Expr
	for {
		a, err := p.sum(depth)
		if err != nil {
			return Expr{}, err
		}
		args = append(args, a)
		if !p.take(',') {
			break
		}
	}
	if k < 0 || k >= len(args) {
		return Expr{}, p.fail("softmax has no component %d: it has %d arguments", k, len(args))
	}
	return Softmax(k, args...), p.want(')', "to close softmax")
}

func (p *parser) sumOver(depth int) (Expr, error) {
	if err := p.want('(', "after sum"); err != nil {
		return Expr{}, err
	}
	p.space()
	name := p.word(false)
	if name == "" {
		return Expr{}, p.fail("expected the name of an index, found %s", p.found())
	}
	p.space()
	if in := p.word(false); in != "in" {
		return Expr{}, p.fail("expected 'in' after the index")
	}
	p.space()
	set := Set{name: p.word(false)}
	if err := p.want('{', "to open the index set"); err != nil {
		return Expr{}, err
	}
	if !p.take('}') {
		var err error
		if set.elems, err = p.indices(); err != nil {
			return Expr{}, err
		}
		for _, i := range set.elems {
			if i.kind == boundIndex {
				return Expr{}, p.fail("a set cannot contain the bound index %v", i)
			}
		}
		if err := p.want('}', "to close the index set"); err != nil {
			return Expr{}, err
		}
	}
	if err := p.want(',', "after the index set"); err != nil {
		return Expr{}, err
	}
	outer := p.elements
	if p.elements *= max(1, len(set.elems)); p.elements > MaxElements {
		return Expr{}, p.fail("nested sums run over more than %d elements", MaxElements)
	}
	p.bound = append(p.bound, name)
	body, err := p.sum(depth)
	p.bound, p.elements = p.bound[:len(p.bound)-1], outer
	if err != nil {
		return Expr{}, err
	}
	return SumOver(name, set, body), p.want(')', "to close sum")
}

func (p *parser) unit(depth int) (Expr, error) {
	if err := p.want('(', "after int"); err != nil {
		return Expr{}, err
	}
	s, err := p.symbol()
	if err != nil {
		return Expr{}, err
	}
	if s.hasBound() {
		return Expr{}, p.fail("the variable of integration cannot carry a bound index")
	}
	if err := p.want(',', "after the variable of integration"); err != nil {
		return Expr{}, err
	}
	body, err := p.sum(depth)
	if err != nil {
		return Expr{}, err
	}
	return Unit(s, body), p.want(')', "to close int")
}
