package symbolic

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

type indexKind uint8

const (
	intIndex indexKind = iota
	nameIndex
	boundIndex
)

// Index is one subscript or superscript of a symbol: an integer, a name, or an
// index bound by a sum. Integers sort before names, names before bound ones.
type Index struct {
	kind indexKind
	n    int
	name string
}

// Int returns the integer index n.
func Int(n int) Index { return Index{kind: intIndex, n: n} }

// Name returns the index of that name, such as skip_connect. It panics unless
// the name is a letter followed by letters, digits and underscores.
func Name(s string) Index {
	if !validName(s, true) {
		panic(fmt.Sprintf("symbolic: %q is not an index name", s))
	}
	return Index{kind: nameIndex, name: s}
}

// Bound returns the index that a sum over s binds; it is written @s in text.
// It panics unless s is a letter followed by letters and digits.
func Bound(s string) Index {
	if !validName(s, false) {
		panic(fmt.Sprintf("symbolic: %q is not an index name", s))
	}
	return Index{kind: boundIndex, name: s}
}

// String returns the text of the index.
func (i Index) String() string {
	switch i.kind {
	case intIndex:
		return strconv.Itoa(i.n)
	case nameIndex:
		return i.name
	default:
		return "@" + i.name
	}
}

func compareIndex(a, b Index) int {
	return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.n, b.n), cmp.Compare(a.name, b.name))
}

// Accent decorates a symbol.
type Accent uint8

// The accents: none, a time derivative's dot, a mean's bar, tilde and hat.
const (
	Plain Accent = iota
	Dot
	Bar
	Tilde
	Hat
)

var accentNames = []string{Plain: "", Dot: "dot", Bar: "bar", Tilde: "tilde", Hat: "hat"}

// Symbol is a name with an accent, subscripts and superscripts. Symbols are
// ordered by base, accent, subscripts, superscripts; lists of indices by their
// elements, a prefix before a longer list.
type Symbol struct {
	base     string
	accent   Accent
	sub, sup []Index
}

// reserved words cannot be bases: they begin another construct in text.
var reserved = []string{"sum", "int", "softmax", "in"}

// NewSymbol returns the symbol with that base and subscripts. A base is a
// letter followed by letters and digits, and not a word of the text syntax
// (exp, log, sinh, sqrt, W, sum, int, softmax, in).
func NewSymbol(base string, sub ...Index) (Symbol, error) {
	if !validName(base, false) {
		return Symbol{}, fmt.Errorf("%q is not a symbol's base: use a letter followed by letters and digits", base)
	}
	if _, isFunction := functionByName(base); isFunction || slices.Contains(reserved, base) {
		return Symbol{}, fmt.Errorf("%q cannot be a symbol's base: it is a word of the text syntax", base)
	}
	return Symbol{base: base, sub: slices.Clone(sub)}, nil
}

// Var is NewSymbol for names written in code: it panics where NewSymbol errs.
func Var(base string, sub ...Index) Symbol {
	s, err := NewSymbol(base, sub...)
	if err != nil {
		panic("symbolic: " + err.Error())
	}
	return s
}

// Super returns the symbol with superscripts appended.
func (s Symbol) Super(sup ...Index) Symbol {
	s.sup = append(slices.Clone(s.sup), sup...)
	return s
}

// With returns the symbol with the accent replaced.
func (s Symbol) With(a Accent) Symbol {
	s.accent = a
	return s
}

// Base returns the base name.
func (s Symbol) Base() string { return s.base }

// Sub returns a copy of the subscripts.
func (s Symbol) Sub() []Index { return slices.Clone(s.sub) }

// Sup returns a copy of the superscripts.
func (s Symbol) Sup() []Index { return slices.Clone(s.sup) }

// Accent returns the accent.
func (s Symbol) Accent() Accent { return s.accent }

// String returns the symbol's text, which is unique and so serves as a key.
func (s Symbol) String() string {
	if s.accent == Plain && len(s.sub) == 0 && len(s.sup) == 0 {
		return s.base
	}
	var b strings.Builder
	b.WriteString(s.base)
	if s.accent != Plain {
		b.WriteString(":" + accentNames[s.accent])
	}
	if len(s.sub)+len(s.sup) > 0 {
		b.WriteByte('[')
		writeIndices(&b, s.sub)
		if len(s.sup) > 0 {
			b.WriteByte(';')
			writeIndices(&b, s.sup)
		}
		b.WriteByte(']')
	}
	return b.String()
}

func writeIndices(b *strings.Builder, list []Index) {
	for k, i := range list {
		if k > 0 {
			b.WriteByte(',')
		}
		b.WriteString(i.String())
	}
}

// CompareSymbols is the fixed order of symbols: -1, 0 or +1.
func CompareSymbols(a, b Symbol) int {
	return cmp.Or(cmp.Compare(a.base, b.base), cmp.Compare(a.accent, b.accent),
		slices.CompareFunc(a.sub, b.sub, compareIndex), slices.CompareFunc(a.sup, b.sup, compareIndex))
}

func (s Symbol) hasBound() bool {
	isBound := func(i Index) bool { return i.kind == boundIndex }
	return slices.ContainsFunc(s.sub, isBound) || slices.ContainsFunc(s.sup, isBound)
}

// instantiate replaces the bound index of that name by an element of a set.
func (s Symbol) instantiate(name string, by Index) Symbol {
	replace := func(list []Index) []Index {
		out := slices.Clone(list)
		for k, i := range out {
			if i.kind == boundIndex && i.name == name {
				out[k] = by
			}
		}
		return out
	}
	if s.hasBound() {
		s.sub, s.sup = replace(s.sub), replace(s.sup)
	}
	return s
}

func validName(s string, underscore bool) bool {
	if s == "" || !isLetter(s[0]) {
		return false
	}
	for k := range len(s) {
		if c := s[k]; !isLetter(c) && !isDigit(c) && !(underscore && c == '_') {
			return false
		}
	}
	return true
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
