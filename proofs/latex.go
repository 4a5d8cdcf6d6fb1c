package proofs

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// widest is the length of LaTeX above which a relation is left to `derive`.
const widest = 220

// LaTeX writes a document of its own with the statement, conditions, proof and
// evidence of each claim and the status of what was run. results may be nil:
// the document then says what evidence there is, not what became of it. It uses
// amsmath, amsthm, array, booktabs, longtable and geometry.
func LaTeX(w io.Writer, claims []Claim, results []Result) error {
	b := bufio.NewWriter(w)
	b.WriteString(`\documentclass[11pt]{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage{amsmath,amsthm,array,booktabs,longtable}
\usepackage[margin=25mm]{geometry}
\setlength{\emergencystretch}{4em}
\title{Local cost theory of wiring evolution: statements and proofs}
\date{}
\begin{document}
\maketitle
\noindent A positive cost means that the edge raises the loss and that its operation loses probability.
Numbers that end in x are natural claims that are false; their evidence is a counter-example.
A check counts if it passes as stated and fails after a mutation that makes the statement false.
`)
	writeTable(b, claims, results)
	chapter := ""
	for _, c := range claims {
		if head, _, _ := strings.Cut(c.ID, "."); head != chapter {
			chapter = head
			fmt.Fprintf(b, "\n\\section*{%s\\quad %s}\n", head, chapters[head])
		}
		if err := writeClaim(b, c, results); err != nil {
			return err
		}
	}
	b.WriteString("\\end{document}\n")
	if err := b.Flush(); err != nil {
		return fmt.Errorf("writing the proofs: %w", err)
	}
	return nil
}

var chapters = map[string]string{
	"P1": "Gradient identities", "P2": "The output cost", "P3": "Paths and conservation",
	"P4": "Statistics and closed form of costs", "P5": "Dynamics", "P6": "The closed form integrated", "P7": "Changes of the assignment",
}

// writeTable writes the status table.
func writeTable(b *bufio.Writer, claims []Claim, results []Result) {
	rows := summarise(claims, results)
	b.WriteString("{\\small\\begin{longtable}{@{}l>{\\raggedright\\arraybackslash}p{56mm}llrr@{}}\n\\toprule\nclaim & name & kind & status & checks & theorems\\\\\n\\midrule\n\\endhead\n")
	for _, r := range rows {
		checks := fmt.Sprintf("%d", r.Checks)
		if results != nil {
			checks = fmt.Sprintf("%d/%d", r.Passed, r.Checks)
		}
		fmt.Fprintf(b, "%s & %s & %s & %s & %s & %d\\\\\n", r.ID, escape(r.Name), r.Tag, r.Status, checks, r.Theorems)
	}
	b.WriteString("\\bottomrule\n\\end{longtable}}\n")
}

// writeClaim writes one claim.
func writeClaim(b *bufio.Writer, c Claim, results []Result) error {
	fmt.Fprintf(b, "\n\\subsection*{%s\\quad %s}\n\\noindent %s\n\n", c.ID, escape(c.Name), c.LaTeX)
	if c.Given != "" {
		fmt.Fprintf(b, "\\noindent\\emph{Given:} %s.\n\n", escape(c.Given))
	}
	relations, err := Relations(c.ID)
	if err != nil {
		return fmt.Errorf("claim %s: %w", c.ID, err)
	}
	for _, r := range relations {
		if text := r.LaTeX(); len(text) <= widest {
			fmt.Fprintf(b, "{\\footnotesize\\[%s\\]}\n", text)
		}
	}
	if c.Proof != "" {
		fmt.Fprintf(b, "\\begin{proof}%s\\end{proof}\n", c.Proof)
	}
	if len(c.Uses) > 0 {
		fmt.Fprintf(b, "\\noindent\\emph{Uses:} %s.\n\n", strings.Join(c.Uses, ", "))
	}
	if c.Seen != "" {
		fmt.Fprintf(b, "\\noindent\\emph{Seen on:} %s.\n\n", escape(c.Seen))
	}
	if len(c.Checks)+len(c.Coq) > 0 {
		b.WriteString("\\begin{itemize}\\setlength{\\itemsep}{0pt}\n")
		for _, name := range c.Checks {
			k, ok := Lookup(name)
			if !ok {
				return fmt.Errorf("claim %s names the check %q, which does not exist", c.ID, name)
			}
			fmt.Fprintf(b, "\\item %s check \\texttt{%s}%s; a mutation that %s must make it fail\n", k.Kind, breakable(name), outcome(c.ID, name, results), escape(k.Mutation))
		}
		part := ""
		if c.CoqOf != "" {
			part = " (of the claim: " + escape(c.CoqOf) + ")"
		}
		for _, name := range c.Coq {
			fmt.Fprintf(b, "\\item Coq theorem \\texttt{%s}%s\n", breakable(name), part)
		}
		b.WriteString("\\end{itemize}\n")
	}
	return nil
}

// outcome says in brackets what became of a check.
func outcome(claim, name string, results []Result) string {
	for _, r := range results {
		if r.Claim != claim || r.Evidence != name {
			continue
		}
		if r.Err != nil {
			return " (could not be run)"
		}
		verdict := "passed"
		if !r.Passed() {
			verdict = "failed"
		}
		return fmt.Sprintf(" (%s: residual %s, tolerance %s, %d cases)", verdict, number(r.Outcome.Residual), number(r.Outcome.Tolerance), r.Outcome.Cases)
	}
	return ""
}

// number writes x in LaTeX math with two digits.
func number(x float64) string {
	mantissa, exponent, ok := strings.Cut(fmt.Sprintf("%.2g", x), "e")
	if !ok {
		return "$" + mantissa + "$"
	}
	sign := ""
	if strings.HasPrefix(exponent, "-") {
		sign = "-"
	}
	return fmt.Sprintf("$%s\\cdot10^{%s%s}$", mantissa, sign, strings.TrimLeft(exponent, "+-0"))
}

var specials = strings.NewReplacer(`\`, `\textbackslash{}`, "{", `\{`, "}", `\}`, "_", `\_`, "^", `\^{}`, "&", `\&`,
	"%", `\%`, "#", `\#`, "$", `\$`, "~", `\textasciitilde{}`, "<", `\textless{}`, ">", `\textgreater{}`)

// escape makes plain text safe in LaTeX.
func escape(s string) string { return specials.Replace(s) }

// breakable escapes a name and lets lines break in it.
func breakable(s string) string {
	return strings.NewReplacer(`\_`, `\_\allowbreak{}`, ".", `.\allowbreak{}`, "/", `/\allowbreak{}`).Replace(escape(s))
}
