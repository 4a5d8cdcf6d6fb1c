package table

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// Layout is how a table stands on the page.
type Layout int

// The layouts. A float is set into a box and shrunk where it is wider than the
// text, so that it never overfills a line. Long is a longtable at the largest of
// four sizes that fits; a table that is too wide for the smallest of them is cut
// into turned floats instead.
const (
	AutoLayout Layout = iota // by the number of rows and the estimated width
	Normal                   // a float in the column
	Wide                     // a float over both columns of a two-column article
	Sideways                 // a float on a page of its own, turned
	Long                     // breaks across pages; one-column documents only
)

// Preamble is what a document needs before the tables can be put into it.
const Preamble = `\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage{textcomp}
\usepackage{array}
\usepackage{booktabs}
\usepackage{graphicx}
\usepackage{longtable}
\usepackage{rotating}
\usepackage{siunitx}
\usepackage{threeparttable}
\usepackage{threeparttablex}
`

// LaTeX writes the table for \input into an article that has Preamble.
func (t *Table) LaTeX(w io.Writer, l Layout) error {
	if err := t.Check(); err != nil {
		return err
	}
	var b bytes.Buffer
	x := t.latex()
	if l == AutoLayout {
		l = x.layout()
	}
	fmt.Fprintf(&b, "%% Table %s. The document needs:\n", t.Name)
	for _, line := range strings.SplitAfter(strings.TrimSpace(Preamble), "\n") {
		b.WriteString("% " + line)
	}
	b.WriteString("\n")
	if runs := t.runs(); len(runs) > 0 {
		fmt.Fprintf(&b, "%% Runs: %s\n", comment(strings.Join(runs, " ")))
	}
	b.WriteString("\\ifdefined\\edgewisebox\\else\\newsavebox{\\edgewisebox}\\fi\n")
	switch {
	case l != Long:
		x.float(&b, l, 0, len(x.rows))
	case x.tiny() <= articleLine:
		x.long(&b)
	default:
		for from := 0; from < len(x.rows); {
			to := x.page(from)
			x.float(&b, Sideways, from, to)
			from = to
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

// Breaks says whether the table, set in AutoLayout, breaks across pages as a
// longtable, which a document of two columns cannot hold.
func (t *Table) Breaks() bool {
	x := t.latex()
	return x.layout() == Long && x.tiny() <= articleLine
}

// Standalone writes the table in a document of its own.
func (t *Table) Standalone(w io.Writer, l Layout) error {
	var b bytes.Buffer
	b.WriteString("\\documentclass{article}\n\\usepackage[a4paper,margin=25mm]{geometry}\n" + Preamble + "\\begin{document}\n")
	if err := t.LaTeX(&b, l); err != nil {
		return err
	}
	b.WriteString("\\end{document}\n")
	_, err := w.Write(b.Bytes())
	return err
}

// latexTable is a table whose cells are LaTeX already.
type latexTable struct {
	t       *Table
	columns []latexColumn
	notes   *footnotes
	rows    [][]string
}

func (t *Table) latex() *latexTable {
	x := &latexTable{t: t, notes: t.footnotes()}
	bounds := t.bounds()
	for j := range t.Columns {
		x.columns = append(x.columns, t.latexColumn(j, bounds[j], x.notes))
	}
	for _, r := range t.rows() {
		var line []string
		for j, c := range r.Cells {
			line = append(line, x.columns[j].cell(c, x.notes))
		}
		x.rows = append(x.rows, line)
	}
	return x
}

// spec is the argument of tabular.
func (x *latexTable) spec() string {
	var b strings.Builder
	b.WriteString("@{}")
	for _, c := range x.columns {
		b.WriteString("\n  " + c.spec)
	}
	b.WriteString("@{}")
	return b.String()
}

// Lines of text of a turned page, and the line of an article in points.
const (
	turnedLines = 20
	articleLine = 345
)

// page is the end of the turned page that starts with row from.
func (x *latexTable) page(from int) int {
	rows := x.t.rows()
	lines := 0
	for i := from; i < len(rows); i++ {
		high := 1
		for j, c := range rows[i].Cells {
			if v, ok := c.Value.(Text); ok && strings.HasPrefix(x.columns[j].spec, ">") {
				high = max(high, 1+utf8.RuneCountInString(string(v))/(paragraph-6))
			}
		}
		if lines += high; lines > turnedLines && i > from {
			return i
		}
	}
	return len(rows)
}

// chars is the estimated width of a row in characters.
func (x *latexTable) chars() int {
	n := 0
	for _, c := range x.columns {
		n += c.chars + 2
	}
	return n
}

// tiny is the estimated width of a row at the smallest size, in points: a digit
// of Computer Modern takes 3.4, a letter on average 2.8, and the space between
// columns 4.
func (x *latexTable) tiny() float64 {
	w := 0.0
	for _, c := range x.columns {
		letter := 3.4
		if c.Kind == KindText || c.Kind == KindVerdict {
			letter = 2.8
		}
		w += letter*float64(c.chars) + 4
	}
	return w
}

// float writes the rows from and before to as one float; the label belongs to
// the first part of a table, the notes stand below the parts that they belong to.
func (x *latexTable) float(b *bytes.Buffer, l Layout, from, to int) {
	env := map[Layout]string{Normal: "table", Wide: "table*", Sideways: "sidewaystable"}[l]
	place := map[Layout]string{Normal: "[tbp]", Wide: "[tbp]"}[l]
	fmt.Fprintf(b, "\\begin{%s}%s\n\\centering\n\\small\n\\setlength{\\tabcolsep}{5pt}%%\n", env, place)
	fmt.Fprintf(b, "\\begin{lrbox}{\\edgewisebox}%%\n\\begin{tabular}{%s}\n\\toprule\n", x.spec())
	x.head(b)
	b.WriteString("\\midrule\n")
	x.body(b, from, to)
	b.WriteString("\\bottomrule\n\\end{tabular}%\n\\end{lrbox}%\n")
	b.WriteString("\\begin{threeparttable}\n")
	if from == 0 {
		fmt.Fprintf(b, "\\caption{%s}\n\\label{tab:%s}\n", Escape(x.t.Caption), x.t.Name)
	} else {
		fmt.Fprintf(b, "\\addtocounter{table}{-1}%%\n\\caption[]{%s (continued)}\n", Escape(x.t.Caption))
	}
	b.WriteString("\\begin{tabular}{@{}c@{}}\n" +
		"\\ifdim\\wd\\edgewisebox>\\linewidth\\resizebox{\\linewidth}{!}{\\usebox{\\edgewisebox}}%\n" +
		"\\else\\ifdim\\wd\\edgewisebox<0.75\\linewidth\\makebox[0.75\\linewidth][c]{\\usebox{\\edgewisebox}}%\n" +
		"\\else\\usebox{\\edgewisebox}\\fi\\fi\n\\end{tabular}\n")
	var items bytes.Buffer
	if x.items(&items, from, to); items.Len() > 0 {
		b.WriteString("\\begin{tablenotes}[flushleft]\\footnotesize\n")
		b.Write(items.Bytes())
		b.WriteString("\\end{tablenotes}\n")
	}
	fmt.Fprintf(b, "\\end{threeparttable}\n\\end{%s}\n", env)
}

func (x *latexTable) long(b *bytes.Buffer) {
	span := 0
	for _, c := range x.columns {
		span += c.span
	}
	spec := x.spec()
	b.WriteString("\\begingroup\n\\setlength{\\tabcolsep}{5pt}%\n")
	// The widest cells of every column are set in a box at ever smaller sizes.
	measure := func(size, sep string) string {
		return size + "\\setlength{\\tabcolsep}{" + sep + "}\\begin{lrbox}{\\edgewisebox}\\edgewisewidest\\end{lrbox}%\n"
	}
	b.WriteString("\\def\\edgewisewidest{\\begin{tabular}{" + spec + "}\n")
	x.head(b)
	for _, i := range x.widest() {
		b.WriteString(strings.Join(x.rows[i], " & ") + " \\\\\n")
	}
	b.WriteString("\\end{tabular}}%\n")
	b.WriteString(measure("\\small", "5pt"))
	for _, s := range [][2]string{{"\\footnotesize", "4pt"}, {"\\scriptsize", "3pt"}, {"\\tiny", "2pt"}} {
		b.WriteString("\\ifdim\\wd\\edgewisebox>\\linewidth\n" + measure(s[0], s[1]) + "\\fi\n")
	}
	b.WriteString("\\begin{ThreePartTable}\n\\begin{TableNotes}[flushleft]\\footnotesize\n")
	x.items(b, 0, len(x.rows))
	b.WriteString("\\end{TableNotes}\n")
	fmt.Fprintf(b, "\\begin{longtable}{%s}\n\\caption{%s}\n\\label{tab:%s}\\\\\n\\toprule\n", spec, Escape(x.t.Caption), x.t.Name)
	x.head(b)
	b.WriteString("\\midrule\n\\endfirsthead\n\\caption[]{(continued)}\\\\\n\\toprule\n")
	x.head(b)
	fmt.Fprintf(b, "\\midrule\n\\endhead\n\\midrule\n\\multicolumn{%d}{@{}r@{}}{\\textit{continued on the next page}}\\\\\n\\endfoot\n", span)
	b.WriteString("\\bottomrule\n")
	if len(x.notes.general)+len(x.notes.marked) > 0 {
		b.WriteString("\\insertTableNotes\\\\\n")
	}
	b.WriteString("\\endlastfoot\n")
	x.body(b, 0, len(x.rows))
	b.WriteString("\\end{longtable}\n\\end{ThreePartTable}\n\\endgroup\n")
}

func (x *latexTable) body(b *bytes.Buffer, from, to int) {
	for i, r := range x.t.rows() {
		if i < from || i >= to {
			continue
		}
		if r.Rule && i > from {
			b.WriteString("\\midrule\n")
		}
		b.WriteString(strings.Join(x.rows[i], " & ") + " \\\\")
		runs := slices.Clone(r.Runs)
		for _, c := range r.Cells {
			runs = append(runs, c.Runs...)
		}
		if len(runs) > 0 {
			b.WriteString(" % runs: " + comment(strings.Join(runs, " ")))
		}
		b.WriteByte('\n')
	}
}

// items are the notes of the rows from and before to: those that they are marked
// with, and below the last rows the general ones.
func (x *latexTable) items(b *bytes.Buffer, from, to int) {
	if to == len(x.rows) {
		for _, n := range x.notes.general {
			fmt.Fprintf(b, "\\item %s\n", Escape(n))
		}
	}
	for i, n := range x.notes.marked {
		here := slices.ContainsFunc(x.t.rows()[from:to], func(r Row) bool {
			return slices.ContainsFunc(r.Cells, func(c Cell) bool { return slices.Contains(x.notes.of(c), n) })
		})
		if here {
			fmt.Fprintf(b, "\\item[%s] %s\n", mark(i, []rune(letters)), Escape(n))
		}
	}
}

// widest lists the rows that hold one of the three longest cells of a column.
func (x *latexTable) widest() []int {
	keep := map[int]bool{}
	if len(x.rows) == 0 {
		return nil
	}
	for j := range x.rows[0] {
		at := make([]int, len(x.rows))
		for i := range at {
			at[i] = i
		}
		slices.SortStableFunc(at, func(a, b int) int {
			return utf8.RuneCountInString(x.rows[b][j]) - utf8.RuneCountInString(x.rows[a][j])
		})
		for _, i := range at[:min(3, len(at))] {
			keep[i] = true
		}
	}
	var out []int
	for i := range x.rows {
		if keep[i] {
			out = append(out, i)
		}
	}
	return out
}

// layout picks a layout: an A4 line of \small text holds some 95 characters,
// a turned page 150, and a page some 45 rows.
func (x *latexTable) layout() Layout {
	width := x.chars()
	switch {
	case len(x.rows) > 45:
		return Long
	case width > 130:
		return Sideways
	case width > 60:
		return Wide
	}
	return Normal
}

// comment keeps a string on its comment line.
func comment(s string) string { return oneLine(s) }
