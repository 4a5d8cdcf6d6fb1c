package cost

import (
	"strings"

	"edgewise/theory/symbolic"
)

// lineWidth is the number of printed signs that fit on a line of LaTeX.
const lineWidth = 78

// alignRelation sets a relation with its sign at the alignment point; sums and
// products that are too long are broken after a term or a factor.
func alignRelation(r symbolic.Relation) string {
	sign := strings.TrimSuffix(strings.TrimPrefix(r.LaTeX(), r.Left.LaTeX()+" "), " "+r.Right.LaTeX())
	left, right := breakLines(r.Left), breakLines(r.Right)
	if len(left) > 1 || printedWidth(left[0]) > lineWidth/3 && printedWidth(left[0]+right[0]) > lineWidth {
		return "&" + strings.Join(left, " \\\\\n&\\quad ") + " \\\\\n&\\qquad " + sign + " " + strings.Join(right, " \\\\\n&\\qquad\\quad ")
	}
	return left[0] + " &" + sign + " " + strings.Join(right, " \\\\\n&\\quad ")
}

// breakLines writes a sum or a product over as many lines as it needs.
func breakLines(e symbolic.Expr) []string {
	whole := e.LaTeX()
	if printedWidth(whole) <= lineWidth {
		return []string{whole}
	}
	switch e.Kind() {
	case symbolic.AdditionKind:
		var lines []string
		for k, term := range e.PrintedTerms() {
			part := breakLines(term)
			if k > 0 && !strings.HasPrefix(part[0], "-") {
				part[0] = "+ " + part[0]
			}
			lines = appendLines(lines, part)
		}
		return lines
	case symbolic.ProductKind:
		if strings.HasPrefix(strings.TrimPrefix(whole, "-"), `\frac`) {
			return []string{whole}
		}
		var lines []string
		list := e.Args()
		if v, ok := list[0].Number(); ok && v.Sign() < 0 {
			lines = breakLines(symbolic.Neg(e))
			lines[0] = "-" + lines[0]
			return lines
		}
		for k, f := range list {
			one := symbolic.LaTeXFactor(f)
			if k > 0 && (len(lines) == 0 || printedWidth(lines[len(lines)-1]+one) > lineWidth) {
				one = `{} \times ` + one
			} else if k > 0 {
				one = `\, ` + one
			}
			lines = appendLines(lines, []string{one})
		}
		return lines
	}
	return []string{whole}
}

// appendLines continues the last line where the first new one fits on it.
func appendLines(lines, more []string) []string {
	if n := len(lines); n > 0 && len(more) == 1 && printedWidth(lines[n-1]+more[0]) <= lineWidth {
		lines[n-1] += " " + more[0]
		return lines
	}
	return append(lines, more...)
}

// printedWidth estimates the width of LaTeX in signs: a command counts as one,
// grouping as none.
func printedWidth(latex string) int {
	n, command := 0, false
	for k := range len(latex) {
		c := latex[k]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		switch {
		case c == '\\':
			command = true
			n++
			continue
		case command && letter:
			continue
		case c == '{' || c == '}' || c == '_' || c == '^' || c == ' ' || c == ',':
		default:
			n++
		}
		command = false
	}
	return n
}
