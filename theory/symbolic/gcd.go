package symbolic

// gcdPoly returns a greatest common divisor of p and q over the rationals,
// with leading coefficient 1 (primitive Euclidean algorithm, one atom at a
// time). The gcd of 0 and 0 is 0.
func gcdPoly(p, q Poly) (Poly, error) {
	switch {
	case p.isZero():
		return q.monic(), nil
	case q.isZero():
		return p.monic(), nil
	}
	atom, ok := common(p, q)
	if !ok {
		return constantPoly(oneRat), nil
	}
	a, b := p.split(atom), q.split(atom)
	ca, err := content(a)
	if err != nil {
		return Poly{}, err
	}
	cb, err := content(b)
	if err != nil {
		return Poly{}, err
	}
	c, err := gcdPoly(ca, cb)
	if err != nil {
		return Poly{}, err
	}
	if a, err = divideAll(a, ca); err != nil {
		return Poly{}, err
	}
	if b, err = divideAll(b, cb); err != nil {
		return Poly{}, err
	}
	if len(a) < len(b) {
		a, b = b, a
	}
	for len(b) > 1 {
		r, err := pseudoRemainder(a, b)
		if err != nil {
			return Poly{}, err
		}
		if len(r) == 0 {
			break
		}
		cr, err := content(r)
		if err != nil {
			return Poly{}, err
		}
		if r, err = divideAll(r, cr); err != nil {
			return Poly{}, err
		}
		a, b = b, r
	}
	if len(b) == 1 { // a remainder free of the atom: only the contents share
		return c.monic(), nil
	}
	g, err := join(b, atom)
	if err != nil {
		return Poly{}, err
	}
	if g, err = mulPoly(g, c); err != nil {
		return Poly{}, err
	}
	return g.monic(), nil
}

// common returns the first atom that both polynomials contain.
func common(p, q Poly) (Expr, bool) {
	for _, a := range p.atoms {
		for _, b := range q.atoms {
			if Same(a, b) {
				return a, true
			}
		}
	}
	return Expr{}, false
}

// monic divides by the coefficient of the last term.
func (p Poly) monic() Poly {
	if p.isZero() {
		return p
	}
	return scalePoly(p, ratPow(p.terms[len(p.terms)-1].c, -1))
}

// content is the gcd of the coefficients.
func content(list []Poly) (Poly, error) {
	g := Poly{}
	for _, c := range list {
		var err error
		if g, err = gcdPoly(g, c); err != nil {
			return Poly{}, err
		}
		if g.isConstant() && !g.isZero() {
			break
		}
	}
	return g, nil
}

func divideAll(list []Poly, by Poly) ([]Poly, error) {
	out := make([]Poly, len(list))
	for k, c := range list {
		d, exact, err := dividePoly(c, by)
		if err != nil {
			return nil, err
		}
		if !exact {
			return nil, ErrSize
		}
		out[k] = d
	}
	return out, nil
}

// pseudoRemainder returns the remainder of a by b up to a factor free of the
// atom; empty for 0.
func pseudoRemainder(a, b []Poly) ([]Poly, error) {
	a = append([]Poly(nil), a...)
	lead := b[len(b)-1]
	for len(a) >= len(b) {
		top := a[len(a)-1]
		shift := len(a) - len(b)
		for k := range a {
			t, err := mulPoly(a[k], lead)
			if err != nil {
				return nil, err
			}
			if k >= shift {
				s, err := mulPoly(b[k-shift], top)
				if err != nil {
					return nil, err
				}
				t = addPoly(t, s, -1)
			}
			a[k] = t
		}
		for len(a) > 0 && a[len(a)-1].isZero() {
			a = a[:len(a)-1]
		}
	}
	return a, nil
}

// dividePoly returns p/q and whether the division leaves no remainder.
func dividePoly(p, q Poly) (Poly, bool, error) {
	if q.isConstant() {
		if q.isZero() {
			return Poly{}, false, nil
		}
		return scalePoly(p, ratPow(q.constant(), -1)), true, nil
	}
	if p.isZero() {
		return p, true, nil
	}
	atom := q.atoms[0]
	a, b := p.split(atom), q.split(atom)
	if len(a) < len(b) {
		return Poly{}, false, nil
	}
	out := make([]Poly, len(a)-len(b)+1)
	for len(a) >= len(b) {
		shift := len(a) - len(b)
		d, exact, err := dividePoly(a[len(a)-1], b[len(b)-1])
		if err != nil || !exact {
			return Poly{}, false, err
		}
		out[shift] = d
		for k := range b {
			t, err := mulPoly(b[k], d)
			if err != nil {
				return Poly{}, false, err
			}
			a[k+shift] = addPoly(a[k+shift], t, -1)
		}
		for len(a) > 0 && a[len(a)-1].isZero() {
			a = a[:len(a)-1]
		}
	}
	if len(a) > 0 {
		return Poly{}, false, nil
	}
	r, err := join(out, atom)
	return r, err == nil, err
}
