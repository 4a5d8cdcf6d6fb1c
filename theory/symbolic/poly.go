package symbolic

import (
	"encoding/binary"
	"fmt"
	"math/big"
	"slices"
)

// MaxTerms bounds the number of terms of a polynomial that Normal builds, and
// MaxDegree the exponent of one atom in it; beyond them it returns ErrSize.
const (
	MaxTerms  = 1 << 17
	MaxDegree = 1 << 12
)

// evaluateBits bounds the size of a number's power in exact evaluation.
const evaluateBits = 1 << 20

// ErrSize says that a normal form would be too large to be of use.
var ErrSize = fmt.Errorf("normal form exceeds %d terms or degree %d", MaxTerms, MaxDegree)

// Poly is a multivariate polynomial with rational coefficients over atoms:
// symbols, or other expressions that are not polynomials themselves. Terms are
// in the order of compareTerms. The zero value is the polynomial 0.
type Poly struct {
	atoms []Expr // in the order of Compare
	terms []term
}

type term struct {
	exp []uint16 // per atom
	c   *big.Rat // not 0
}

// constantPoly returns the polynomial r.
func constantPoly(r *big.Rat) Poly {
	if r.Sign() == 0 {
		return Poly{}
	}
	return Poly{terms: []term{{c: new(big.Rat).Set(r)}}}
}

func atomPoly(e Expr) Poly {
	return Poly{atoms: []Expr{e}, terms: []term{{exp: []uint16{1}, c: big.NewRat(1, 1)}}}
}

// Multilinear returns the polynomial sum over subsets S of the symbols of
// coefficients(S) * prod_{i in S} symbols[i]; bit i of S stands for symbols[i].
// Coefficients that are nil or 0 are left out.
func Multilinear(symbols []Symbol, coefficients []*big.Rat) (Poly, error) {
	if len(symbols) > 20 || len(coefficients) != 1<<len(symbols) {
		return Poly{}, fmt.Errorf("multilinear polynomial: %d symbols need %d coefficients, not %d (and at most 20 symbols)",
			len(symbols), 1<<min(len(symbols), 20), len(coefficients))
	}
	order := make([]int, len(symbols))
	for k := range order {
		order[k] = k
	}
	slices.SortFunc(order, func(a, b int) int { return CompareSymbols(symbols[a], symbols[b]) })
	p := Poly{}
	for k, i := range order {
		if k > 0 && CompareSymbols(symbols[order[k-1]], symbols[i]) == 0 {
			return Poly{}, fmt.Errorf("multilinear polynomial: symbol %v is named twice", symbols[i])
		}
		p.atoms = append(p.atoms, Sym(symbols[i]))
	}
	for s, c := range coefficients {
		if c == nil || c.Sign() == 0 {
			continue
		}
		exp := make([]uint16, len(order))
		for k, i := range order {
			exp[k] = uint16(s >> i & 1)
		}
		p.terms = append(p.terms, term{exp, new(big.Rat).Set(c)})
	}
	p.sort()
	return p.trim(), nil
}

// Len is the number of terms.
func (p Poly) Len() int { return len(p.terms) }

// Degree is the total degree; -1 for 0.
func (p Poly) Degree() int {
	d := -1
	for _, t := range p.terms {
		d = max(d, sumExp(t.exp))
	}
	return d
}

// Equal says whether p and q are the same polynomial.
func (p Poly) Equal(q Poly) bool { return len(addPoly(p, q, -1).terms) == 0 }

// Expr returns the polynomial as an expanded expression. Terms and factors are
// in the order of sums and products already, so the nodes are built as they are.
func (p Poly) Expr() Expr {
	list := make([]Expr, len(p.terms))
	for k, t := range p.terms {
		list[k] = scale(t.c, p.monomial(t.exp))
	}
	switch len(list) {
	case 0:
		return Zero()
	case 1:
		return list[0]
	}
	return make1(&node{kind: AdditionKind, args: list})
}

func (p Poly) monomial(exp []uint16) Expr {
	var f []Expr
	for i, n := range exp {
		if n > 0 {
			f = append(f, Pow(p.atoms[i], int(n)))
		}
	}
	switch len(f) {
	case 0:
		return One()
	case 1:
		return f[0]
	}
	return make1(&node{kind: ProductKind, args: f})
}

func sumExp(e []uint16) int {
	d := 0
	for _, n := range e {
		d += int(n)
	}
	return d
}

// compareExp is compareTerms on exponents over the same atoms.
func compareExp(a, b []uint16) int {
	if x, y := sumExp(a), sumExp(b); x != y {
		if x < y {
			return -1
		}
		return 1
	}
	for k := range a {
		if a[k] != b[k] {
			if a[k] > b[k] {
				return -1
			}
			return 1
		}
	}
	return 0
}

func (p Poly) sort() {
	slices.SortFunc(p.terms, func(a, b term) int { return compareExp(a.exp, b.exp) })
}

// trim drops atoms that occur in no term.
func (p Poly) trim() Poly {
	var keep []int
	for k := range p.atoms {
		if slices.ContainsFunc(p.terms, func(t term) bool { return t.exp[k] > 0 }) {
			keep = append(keep, k)
		}
	}
	if len(keep) == len(p.atoms) {
		return p
	}
	out := Poly{}
	for _, k := range keep {
		out.atoms = append(out.atoms, p.atoms[k])
	}
	for _, t := range p.terms {
		exp := make([]uint16, len(keep))
		for i, k := range keep {
			exp[i] = t.exp[k]
		}
		out.terms = append(out.terms, term{exp, t.c})
	}
	return out
}

// union merges the atoms of p and q and returns the position of each in it.
func union(p, q Poly) (atoms []Expr, ip, iq []int) {
	i, j := 0, 0
	for i < len(p.atoms) || j < len(q.atoms) {
		c := 0
		switch {
		case i == len(p.atoms):
			c = 1
		case j == len(q.atoms):
			c = -1
		default:
			c = Compare(p.atoms[i], q.atoms[j])
		}
		k := len(atoms)
		if c <= 0 {
			atoms = append(atoms, p.atoms[i])
			ip = append(ip, k)
			i++
		} else {
			atoms = append(atoms, q.atoms[j])
		}
		if c >= 0 {
			iq = append(iq, k)
			j++
		}
	}
	return atoms, ip, iq
}

// collector gathers terms by their exponents.
type collector struct {
	atoms []Expr
	index map[string]int
	terms []term
	key   []byte
}

func newCollector(atoms []Expr) *collector {
	return &collector{atoms: atoms, index: map[string]int{}}
}

func (m *collector) add(exp []uint16, c *big.Rat) {
	m.key = m.key[:0]
	for _, n := range exp {
		m.key = binary.BigEndian.AppendUint16(m.key, n)
	}
	if k, ok := m.index[string(m.key)]; ok {
		m.terms[k].c.Add(m.terms[k].c, c)
		return
	}
	m.index[string(m.key)] = len(m.terms)
	m.terms = append(m.terms, term{slices.Clone(exp), new(big.Rat).Set(c)})
}

func (m *collector) poly() Poly {
	p := Poly{atoms: m.atoms}
	for _, t := range m.terms {
		if t.c.Sign() != 0 {
			p.terms = append(p.terms, t)
		}
	}
	p.sort()
	return p.trim()
}
