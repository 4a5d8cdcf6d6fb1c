package symbolic

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// greek lists the bases that are printed as Greek letters; every other base of
// more than one letter is printed upright.
var greek = map[string]string{
	"alpha": `\alpha`, "beta": `\beta`, "gamma": `\gamma`, "delta": `\delta`, "epsilon": `\varepsilon`,
	"eta": `\eta`, "theta": `\theta`, "kappa": `\kappa`, "lambda": `\lambda`, "mu": `\mu`, "pi": `\pi`,
	"rho": `\rho`, "sigma": `\sigma`, "tau": `\tau`, "phi": `\varphi`, "omega": `\omega`, "ell": `\ell`,
	"Gamma": `\Gamma`, "Delta": `\Delta`, "Lambda": `\Lambda`, "Phi": `\Phi`, "Psi": `\Psi`, "Omega": `\Omega`,
}

var accentLaTeX = []string{Plain: "", Dot: `\dot`, Bar: `\bar`, Tilde: `\tilde`, Hat: `\hat`}

// LaTeX returns the symbol in LaTeX math.
func (s Symbol) LaTeX() string {
	out := s.base
	if g, ok := greek[s.base]; ok {
		out = g
	} else if len(s.base) > 1 {
		out = `\mathrm{` + s.base + `}`
	}
	if s.accent != Plain {
		out = accentLaTeX[s.accent] + "{" + out + "}"
	}
	if len(s.sub) > 0 {
		out += "_{" + latexIndices(s.sub) + "}"
	}
	if len(s.sup) > 0 {
		out += "^{" + latexIndices(s.sup) + "}"
	}
	return out
}

func latexIndices(list []Index) string {
	parts := make([]string, len(list))
	for k, i := range list {
		switch {
		case i.kind == intIndex:
			parts[k] = strconv.Itoa(i.n)
		case greek[i.name] != "":
			parts[k] = greek[i.name]
		case len(i.name) == 1:
			parts[k] = i.name
		default:
			parts[k] = `\mathrm{` + strings.ReplaceAll(i.name, "_", `\_`) + `}`
		}
	}
	return strings.Join(parts, ",")
}

// LaTeX returns the set in LaTeX math: its name, or its elements in braces.
func (s Set) LaTeX() string {
	switch {
	case len(s.name) == 1:
		return `\mathcal{` + strings.ToUpper(s.name) + `}`
	case s.name != "":
		return `\mathrm{` + s.name + `}`
	}
	return `\{` + latexIndices(s.elems) + `\}`
}

// LaTeX returns the expression in LaTeX math.
func (e Expr) LaTeX() string {
	var b strings.Builder
	writeLaTeX(&b, e)
	return b.String()
}

func writeLaTeX(b *strings.Builder, e Expr) {
	n := e.node()
	switch n.kind {
	case NumberKind:
		writeLaTeXNumber(b, n.num)
	case SymbolKind:
		b.WriteString(n.sym.LaTeX())
	case CallKind:
		b.WriteString(functions[n.fn].latex)
		if n.fn == Sqrt {
			b.WriteByte('{')
			writeLaTeX(b, n.args[0])
			b.WriteByte('}')
			return
		}
		writeBracketed(b, n.args[0])
	case SoftmaxKind:
		fmt.Fprintf(b, `\operatorname{softmax}_{%d}\left(`, n.n)
		for k, a := range n.args {
			if k > 0 {
				b.WriteString(", ")
			}
			writeLaTeX(b, a)
		}
		b.WriteString(`\right)`)
	case SumKind:
		fmt.Fprintf(b, `\sum_{%s \in %s} `, latexIndices([]Index{Bound(n.name)}), n.set.LaTeX())
		writeLaTeXIn(b, n.args[0], inProduct)
	case IntegralKind:
		b.WriteString(`\int_{0}^{1} `)
		writeLaTeXIn(b, n.args[0], inProduct)
		b.WriteString(`\,\mathrm{d}` + n.sym.LaTeX())
	case PowerKind, ProductKind:
		writeLaTeXProduct(b, e)
	case AdditionKind:
		for k, a := range printOrder(n.args) {
			c, rest := coefficient(a)
			switch {
			case k > 0 && c.Sign() < 0:
				b.WriteString(" - ")
				writeLaTeX(b, scale(new(big.Rat).Neg(c), rest))
				continue
			case k > 0:
				b.WriteString(" + ")
			}
			writeLaTeX(b, a)
		}
	default:
		panic(fmt.Sprintf("symbolic: kind %d has no LaTeX", n.kind))
	}
}

// LaTeXFactor returns the expression as a factor of a product: with the brackets
// that it needs there.
func LaTeXFactor(e Expr) string {
	var b strings.Builder
	if e.Kind() == PowerKind {
		writeLaTeX(&b, e)
	} else {
		writeLaTeXIn(&b, e, inPower)
	}
	return b.String()
}

func writeLaTeXNumber(b *strings.Builder, r *big.Rat) {
	if r.Sign() < 0 {
		b.WriteByte('-')
		r = new(big.Rat).Neg(r)
	}
	if r.IsInt() {
		b.WriteString(r.Num().String())
		return
	}
	fmt.Fprintf(b, `\frac{%v}{%v}`, r.Num(), r.Denom())
}

func writeLaTeXProduct(b *strings.Builder, e Expr) {
	c, above, below := quotient(e)
	if c.Sign() < 0 {
		b.WriteByte('-')
		c = new(big.Rat).Neg(c)
	}
	if len(below) == 0 {
		if c.Cmp(oneRat) != 0 || len(above) == 0 {
			writeLaTeXNumber(b, c)
			if len(above) > 0 {
				b.WriteString(` \, `)
			}
		}
		writeLaTeXFactors(b, above, false)
		return
	}
	b.WriteString(`\frac{`)
	if c.Num().Cmp(oneRat.Num()) != 0 || len(above) == 0 {
		b.WriteString(c.Num().String())
		if len(above) > 0 {
			b.WriteString(` \, `)
		}
	}
	writeLaTeXFactors(b, above, len(above) == 1 && c.Num().Cmp(oneRat.Num()) == 0)
	b.WriteString(`}{`)
	if !c.IsInt() {
		b.WriteString(c.Denom().String() + ` \, `)
	}
	writeLaTeXFactors(b, below, len(below) == 1 && c.IsInt())
	b.WriteByte('}')
}

// writeLaTeXFactors writes a product; alone says that it fills its braces, so
// that a sum needs no parentheses.
func writeLaTeXFactors(b *strings.Builder, list []Expr, alone bool) {
	for k, f := range list {
		if k > 0 {
			b.WriteString(` \, `)
		}
		n := f.node()
		switch {
		case n.kind == PowerKind && n.n > 0:
			writeLaTeXBase(b, n.args[0])
			b.WriteString("^{" + strconv.Itoa(n.n) + "}")
		case alone:
			writeLaTeX(b, f)
		default:
			writeLaTeXIn(b, f, inPower)
		}
	}
}

// writeLaTeXBase brackets every base that ends in something other than a plain
// symbol or a bracket of its own.
func writeLaTeXBase(b *strings.Builder, e Expr) {
	n := e.node()
	if n.kind == SymbolKind && len(n.sym.sup) == 0 || n.kind == NumberKind && n.num.IsInt() && n.num.Sign() >= 0 {
		writeLaTeX(b, e)
		return
	}
	writeBracketed(b, e)
}

func writeBracketed(b *strings.Builder, e Expr) {
	b.WriteString(`\left(`)
	writeLaTeX(b, e)
	b.WriteString(`\right)`)
}

func writeLaTeXIn(b *strings.Builder, e Expr, place precedence) {
	own := precedenceOf(e)
	if k := e.Kind(); k == SumKind || k == IntegralKind { // open to the right
		own = min(own, inProduct)
	}
	if own < place {
		writeBracketed(b, e)
		return
	}
	writeLaTeX(b, e)
}
