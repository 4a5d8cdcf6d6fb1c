package table

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// paragraph is the length, in characters, from which a column of text is set as
// paragraphs of that width.
const paragraph = 34

// latexColumn is how one column of the table is set: as text, as one siunitx
// column, or, where it holds intervals, as a siunitx column of means and a
// column of half-widths or bounds beside it.
type latexColumn struct {
	Column
	number bool // set by siunitx
	bounds bool
	span   int    // physical columns
	spec   string // for tabular
	chars  int    // estimated width
}

func (t *Table) latexColumn(j int, bounds bool, f *footnotes) latexColumn {
	c := latexColumn{Column: t.Columns[j], bounds: bounds, span: 1}
	var size format
	marks := ""
	for _, r := range t.rows() {
		v := r.Cells[j].Value
		c.chars = max(c.chars, utf8.RuneCountInString(text(v, c.Column, bounds)))
		if m := f.marks(r.Cells[j], []rune(letters)); len(m) > len(marks) {
			marks = m
		}
		size.add(v, c.Column)
	}
	content, longest := c.chars, 0
	for _, line := range headerLines(c.title(), c.chars) {
		longest = max(longest, utf8.RuneCountInString(line))
	}
	c.chars = max(c.chars, longest)
	words := c.Kind == KindText || c.Kind == KindVerdict
	switch {
	case words && content > paragraph:
		c.chars = paragraph
		c.spec = fmt.Sprintf(`>{\raggedright\arraybackslash}p{%dem}`, paragraph/2)
	case c.Align != Auto:
		c.spec = map[Align]string{Left: "l", Right: "r", Centre: "c"}[c.Align]
	case words:
		c.spec = "l"
	case size.whole == 0: // no number that stands in line with others
		c.spec = "r"
	case t.hasInterval(j):
		c.number, c.span = true, 2
		c.spec = "S[" + size.option(false) + "]@{\\,}l"
	default:
		c.number = true
		c.spec = "S[" + size.option(c.Kind == KindPValue)
		if marks != "" {
			c.spec += ",table-align-text-after=false,table-space-text-post={" + superscript(marks) + "}"
		}
		c.spec += "]"
	}
	return c
}

func superscript(marks string) string {
	if marks == "" {
		return ""
	}
	return "\\textsuperscript{" + marks + "}"
}

// format is the room that siunitx reserves for the numbers of a column.
type format struct {
	whole, decimals int
	negative        bool
}

func (f *format) add(v Value, c Column) {
	var d decimal
	switch v := v.(type) {
	case Number:
		d = roundNumber(float64(v), c.Precision)
	case Integer:
		d.mean = fmt.Sprint(int64(v))
	case PValue:
		d.mean = strings.TrimPrefix(roundP(float64(v)), "<")
	case Estimate:
		d = roundEstimate(v)
	default:
		return
	}
	if d.exp != 0 {
		return // set apart, in braces
	}
	m := strings.TrimPrefix(d.mean, "-")
	f.negative = f.negative || m != d.mean
	whole, frac, _ := strings.Cut(m, ".")
	f.whole, f.decimals = max(f.whole, len(whole)), max(f.decimals, len(frac))
}

func (f *format) option(comparator bool) string {
	s := "table-format="
	if comparator {
		s += "<"
	}
	if f.negative {
		s += "-"
	}
	s += fmt.Sprint(f.whole)
	if f.decimals > 0 {
		s += fmt.Sprintf(".%d", f.decimals)
	}
	return s
}

// cell is the LaTeX of one cell: as many physical columns as the column has,
// with the "&" between them.
func (c latexColumn) cell(x Cell, f *footnotes) string {
	note := superscript(f.marks(x, []rune(letters)))
	plain := Escape(text(x.Value, c.Column, c.bounds)) + note
	number, beside, inline := c.numeral(x.Value)
	switch {
	case !c.number:
		return plain
	case number == "" && c.span == 2:
		return "\\multicolumn{2}{c}{" + plain + "}"
	case number == "":
		return "{" + plain + "}"
	case c.span == 2 && !inline:
		return "\\multicolumn{2}{c}{" + number + note + "}"
	case c.span == 2:
		return strings.TrimSuffix(number+" & "+beside+note, " ")
	case !inline:
		return "{" + number + note + "}"
	case note != "":
		return number + " {" + note + "}"
	}
	return number
}

// numeral is the number of a cell and, for an estimate, what stands beside it.
// Where inline is false the number is in scientific form and not for a siunitx
// column of decimals.
func (c latexColumn) numeral(v Value) (number, beside string, inline bool) {
	switch v := v.(type) {
	case Number:
		d := roundNumber(float64(v), c.Precision)
		return scientific(d.mean, d.exp), "", d.exp == 0
	case Integer:
		return fmt.Sprint(int64(v)), "", true
	case PValue:
		return roundP(float64(v)), "", true
	case Estimate:
		d := roundEstimate(v)
		switch {
		case v.bare():
			return scientific(d.mean, d.exp), "", d.exp == 0
		case c.bounds:
			lo, hi := interval(v)
			beside = "$[" + scientific(lo, d.exp) + ",\\,{}" + scientific(hi, d.exp) + "]$"
			if d.exp != 0 {
				return scientific(d.mean, d.exp) + " " + beside, "", false
			}
			return d.mean, beside, true
		case strings.HasPrefix(d.half, "<"):
			beside = "\\pm{}<\\num{" + d.half[1:] + "}"
		default:
			beside = "\\pm\\," + d.half
		}
		if d.exp != 0 {
			return fmt.Sprintf("$(%s%s)\\times\\num{e%d}$", d.mean, beside, d.exp), "", false
		}
		return d.mean, "$" + beside + "$", true
	}
	return "", "", false
}

func scientific(mantissa string, exp int) string {
	if exp == 0 {
		return mantissa
	}
	return fmt.Sprintf("\\num{%se%d}", mantissa, exp)
}

// head writes the header line, under a line of group headers where there are
// groups.
func (x *latexTable) head(b interface{ WriteString(string) (int, error) }) {
	var groups, rules, heads []string
	at, any := 1, false
	for j := 0; j < len(x.columns); {
		k, span := j, 0
		for ; k < len(x.columns) && (k == j || x.columns[j].Group != "" && x.columns[k].Group == x.columns[j].Group); k++ {
			span += x.columns[k].span
		}
		if g := x.columns[j].Group; g != "" {
			any = true
			groups = append(groups, fmt.Sprintf("\\multicolumn{%d}{c}{%s}", span, Escape(g)))
			rules = append(rules, fmt.Sprintf("\\cmidrule(lr){%d-%d}", at, at+span-1))
		} else {
			groups = append(groups, strings.Repeat(" & ", span-1))
		}
		at += span
		j = k
	}
	for _, c := range x.columns {
		lines := headerLines(c.title(), c.chars)
		for i := range lines {
			lines[i] = Escape(lines[i])
		}
		h := strings.Join(lines, "\\\\")
		if len(lines) > 1 {
			at := "c"
			if strings.HasPrefix(c.spec, "l") || strings.HasPrefix(c.spec, ">") {
				at = "l"
			}
			h = "\\begin{tabular}[b]{@{}" + at + "@{}}" + h + "\\end{tabular}"
		}
		switch {
		case c.span == 2:
			h = "\\multicolumn{2}{c}{" + h + "}"
		case c.number:
			h = "{" + h + "}"
		}
		heads = append(heads, h)
	}
	if any {
		b.WriteString(strings.Join(groups, " & ") + " \\\\\n" + strings.Join(rules, " ") + "\n")
	}
	b.WriteString(strings.Join(heads, " & ") + " \\\\\n")
}

// headerLines breaks a header at spaces into lines that are no wider than the
// column below, or than 12 characters.
func headerLines(s string, chars int) []string {
	lines := strings.Split(strings.TrimSuffix(fold(oneLine(s), max(chars, 12), ""), "\n"), "\n")
	if len(lines) == 1 && lines[0] == "" {
		return []string{""}
	}
	return lines
}
