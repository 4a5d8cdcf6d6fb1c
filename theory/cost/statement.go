package cost

import (
	"fmt"
	"strings"

	"edgewise/theory/symbolic"
)

// Statement is a law in symbols. Sub- and superscripts: [i,j] an edge, [j] a
// node, [k] a class, [;op] an operation.
type Statement struct {
	Claim     string // its number in the theory, such as P3.4
	Title     string
	Given     string // conditions in words; empty if there are none
	Relations []symbolic.Relation
}

// Section is a titled list of statements.
type Section struct {
	Title      string
	Statements []Statement
}

// Meaning explains a symbol.
type Meaning struct {
	Symbol symbolic.Symbol
	Text   string
}

// Derivation is what follows from a cell and its operations, section by section.
type Derivation struct {
	Title    string
	Symbols  []Meaning
	Sections []Section
}

// Find returns the statements of that claim.
func (d Derivation) Find(claim string) []Statement {
	var out []Statement
	for _, s := range d.Sections {
		for _, st := range s.Statements {
			if st.Claim == claim {
				out = append(out, st)
			}
		}
	}
	return out
}

// Text returns the derivation as plain text. Lines of relations are indented by
// four blanks; both sides of each are in the syntax of symbolic.Parse.
func (d Derivation) Text() string {
	var b strings.Builder
	b.WriteString(d.Title + "\n\nSymbols\n")
	for _, m := range d.Symbols {
		fmt.Fprintf(&b, "  %-12v %s\n", m.Symbol, m.Text)
	}
	for _, s := range d.Sections {
		b.WriteString("\n" + s.Title + "\n")
		for _, st := range s.Statements {
			fmt.Fprintf(&b, "  %s. %s", st.Claim, st.Title)
			if st.Given != "" {
				fmt.Fprintf(&b, " [%s]", st.Given)
			}
			b.WriteByte('\n')
			for _, r := range st.Relations {
				fmt.Fprintf(&b, "    %v\n", r)
			}
		}
	}
	return b.String()
}

// LaTeX returns the derivation as the body of a document that uses amsmath.
func (d Derivation) LaTeX() string {
	var b strings.Builder
	fmt.Fprintf(&b, "\\section*{%s}\n\\begin{description}\n", escapeLaTeX(d.Title))
	for _, m := range d.Symbols {
		fmt.Fprintf(&b, "\\item[$%s$] %s\n", m.Symbol.LaTeX(), escapeLaTeX(m.Text))
	}
	b.WriteString("\\end{description}\n")
	for _, s := range d.Sections {
		fmt.Fprintf(&b, "\n\\subsection*{%s}\n", escapeLaTeX(s.Title))
		for _, st := range s.Statements {
			fmt.Fprintf(&b, "\\paragraph{%s} %s.", escapeLaTeX(st.Claim), escapeLaTeX(st.Title))
			if st.Given != "" {
				fmt.Fprintf(&b, " \\emph{%s.}", escapeLaTeX(st.Given))
			}
			b.WriteString("\n\\begin{align*}\n")
			for k, r := range st.Relations {
				b.WriteString(alignRelation(r))
				if k < len(st.Relations)-1 {
					b.WriteString(" \\\\")
				}
				b.WriteByte('\n')
			}
			b.WriteString("\\end{align*}\n")
		}
	}
	return b.String()
}

// Document returns LaTeX as an article of its own.
func (d Derivation) Document() string {
	return "\\documentclass[a4paper]{article}\n\\usepackage[margin=2cm]{geometry}\n\\usepackage{amsmath}\n\\allowdisplaybreaks\n\\sloppy\n" +
		"\\begin{document}\n" + d.LaTeX() + "\\end{document}\n"
}

var latexEscapes = strings.NewReplacer(`\`, `\textbackslash{}`, `_`, `\_`, `%`, `\%`, `&`, `\&`, `#`, `\#`, `$`, `\$`, `{`, `\{`, `}`, `\}`,
	`^`, `\textasciicircum{}`, `~`, `\textasciitilde{}`, `<`, `$<$`, `>`, `$>$`, `|`, `$|$`)

func escapeLaTeX(s string) string { return latexEscapes.Replace(s) }
