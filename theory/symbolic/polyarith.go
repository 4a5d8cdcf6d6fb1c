package symbolic

import (
	"math/big"
)

// addPoly returns p + sign*q.
func addPoly(p, q Poly, sign int64) Poly {
	atoms, ip, iq := union(p, q)
	m := newCollector(atoms)
	exp := make([]uint16, len(atoms))
	put := func(list []term, at []int, by *big.Rat) {
		c := new(big.Rat)
		for _, t := range list {
			clear(exp)
			for k, n := range t.exp {
				exp[at[k]] = n
			}
			m.add(exp, c.Mul(t.c, by))
		}
	}
	put(p.terms, ip, big.NewRat(1, 1))
	put(q.terms, iq, big.NewRat(sign, 1))
	return m.poly()
}

// mulPoly returns p*q, or ErrSize.
func mulPoly(p, q Poly) (Poly, error) {
	if p.isConstant() || q.isConstant() {
		if q.isConstant() {
			p, q = q, p
		}
		return scalePoly(q, p.constant()), nil
	}
	if len(p.terms)*len(q.terms) > 64*MaxTerms {
		return Poly{}, ErrSize
	}
	atoms, ip, iq := union(p, q)
	m := newCollector(atoms)
	exp := make([]uint16, len(atoms))
	c := new(big.Rat)
	for _, s := range p.terms {
		for _, t := range q.terms {
			clear(exp)
			for k, n := range s.exp {
				exp[ip[k]] = n
			}
			for k, n := range t.exp {
				if exp[iq[k]]+n > MaxDegree {
					return Poly{}, ErrSize
				}
				exp[iq[k]] += n
			}
			m.add(exp, c.Mul(s.c, t.c))
		}
		if len(m.terms) > MaxTerms {
			return Poly{}, ErrSize
		}
	}
	return m.poly(), nil
}

func powPoly(p Poly, n int) (Poly, error) {
	if n > MaxDegree && !p.isConstant() || p.isConstant() && !foldable(p.constant(), n, evaluateBits) {
		return Poly{}, ErrSize
	}
	out, square := constantPoly(oneRat), p
	var err error
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			if out, err = mulPoly(out, square); err != nil {
				return Poly{}, err
			}
		}
		if n > 1 {
			if square, err = mulPoly(square, square); err != nil {
				return Poly{}, err
			}
		}
	}
	return out, nil
}

func scalePoly(p Poly, by *big.Rat) Poly {
	if by.Sign() == 0 {
		return Poly{}
	}
	out := Poly{atoms: p.atoms, terms: make([]term, len(p.terms))}
	for k, t := range p.terms {
		out.terms[k] = term{t.exp, new(big.Rat).Mul(t.c, by)}
	}
	return out
}

func (p Poly) isZero() bool     { return len(p.terms) == 0 }
func (p Poly) isConstant() bool { return len(p.atoms) == 0 }

// constant returns the value of a constant polynomial.
func (p Poly) constant() *big.Rat {
	if p.isZero() {
		return new(big.Rat)
	}
	return p.terms[0].c
}

// split writes p as a polynomial in the atom: coefficient k of the result
// multiplies atom^k and does not contain it.
func (p Poly) split(atom Expr) []Poly {
	at := -1
	for k, a := range p.atoms {
		if Same(a, atom) {
			at = k
		}
	}
	if at < 0 {
		return []Poly{p}
	}
	var out []Poly
	for _, t := range p.terms {
		n := int(t.exp[at])
		for len(out) <= n {
			out = append(out, Poly{atoms: p.atoms})
		}
		exp := append([]uint16(nil), t.exp...)
		exp[at] = 0
		out[n].terms = append(out[n].terms, term{exp, t.c})
	}
	for k := range out {
		out[k].sort()
		out[k] = out[k].trim()
	}
	return out
}

// join is the inverse of split.
func join(list []Poly, atom Expr) (Poly, error) {
	out := Poly{}
	power := constantPoly(oneRat)
	for _, c := range list {
		t, err := mulPoly(c, power)
		if err != nil {
			return Poly{}, err
		}
		out = addPoly(out, t, 1)
		if power, err = mulPoly(power, atomPoly(atom)); err != nil {
			return Poly{}, err
		}
	}
	return out, nil
}
