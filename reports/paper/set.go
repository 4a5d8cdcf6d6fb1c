// Package paper writes what goes into a paper: every table and figure of a set of
// runs, one file that takes all of them in by \input, the literature that they
// rest on, and an index by which every number is followed to its trace and spec.
package paper

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"edgewise/reports/figure"
	"edgewise/reports/table"
	"edgewise/sim/ablation"
	"edgewise/sim/trace"
)

// Names of the files of a set, in its folder.
const (
	InputFile        = "edgewise.tex"
	BibliographyFile = "edgewise.bib"
	ArticleFile      = "paper.tex"
	SourcesFile      = "sources.json"
	TableFolder      = "tables"
	FigureFolder     = "figures"
)

// Set is what a paper takes over.
type Set struct {
	Title   string
	Tables  []*table.Table
	Figures []*figure.Figure
	Sources Sources
}

// Write stores the set under out: tables/NAME.tex, .csv, .md and .json,
// figures/NAME.FORMAT, edgewise.tex, edgewise.bib, sources.json, and paper.tex,
// an article that holds it all. A set in which a number cannot be followed to its
// source is refused before anything is written. Each file is replaced as a whole
// or not at all.
func (s *Set) Write(out string, formats []figure.Format) error {
	if err := s.Check(); err != nil {
		return err
	}
	for _, t := range s.Tables {
		if err := table.Save(filepath.Join(out, TableFolder), t); err != nil {
			return err
		}
	}
	if err := SaveFigures(filepath.Join(out, FigureFolder), s.Figures, formats); err != nil {
		return err
	}
	input, err := s.input(formats)
	if err != nil {
		return err
	}
	index, err := s.Sources.encode(out)
	if err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		text []byte
	}{
		{InputFile, input},
		{BibliographyFile, s.bibliography()},
		{ArticleFile, s.article(formats)},
		{SourcesFile, index},
	} {
		if err := trace.WriteFile(filepath.Join(out, f.name), f.text); err != nil {
			return err
		}
	}
	return nil
}

// SaveFigures writes the figures to dir, which is made if needed, on all cores.
func SaveFigures(dir string, figures []*figure.Figure, formats []figure.Format) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("writing the figures: %w", err)
	}
	errs := make([]error, len(figures))
	ablation.Each(len(figures), runtime.GOMAXPROCS(0), func(i int) { errs[i] = figures[i].Save(dir, formats...) })
	for _, err := range errs {
		if err != nil {
			return fmt.Errorf("writing the figures: %w", err)
		}
	}
	return nil
}

// Check refuses two tables or two figures of one name, and a row of numbers that
// names no run, or one that Sources does not know.
func (s *Set) Check() error {
	seen := map[string]bool{}
	for _, t := range s.Tables {
		if seen[t.Name] {
			return fmt.Errorf("two tables are called %s", t.Name)
		}
		seen[t.Name] = true
		if err := s.Sources.check(t); err != nil {
			return err
		}
	}
	clear(seen)
	for _, f := range s.Figures {
		if seen[f.Name] {
			return fmt.Errorf("two figures are called %s", f.Name)
		}
		seen[f.Name] = true
	}
	return nil
}

// input is edgewise.tex.
func (s *Set) input(formats []figure.Format) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("% All tables and figures. Put into the preamble of the document what " + ArticleFile + " has there,\n" +
		"% and, where this file does not stand beside the document, the folder before it is read:\n" +
		"%   \\newcommand{\\edgewisedir}{path/to/folder}\\input{\\edgewisedir/" + InputFile + "}\n" +
		"% Any table can be taken alone: \\input{\\edgewisedir/" + TableFolder + "/NAME.tex}, label tab:NAME.\n" +
		"\\providecommand{\\edgewisedir}{.}\n")
	fmt.Fprintf(&b, "\\providecommand{\\edgewisesources}{%s}\n", s.sentence())
	for i, t := range s.Tables {
		name := fmt.Sprintf("\\input{\\edgewisedir/%s/%s.tex}", TableFolder, t.Name)
		if t.Breaks() { // a longtable needs the whole width of the page
			name = "\\makeatletter\\if@twocolumn\\onecolumn\\makeatother" + name + "\\twocolumn\\else\\makeatother" + name + "\\fi"
		}
		b.WriteString(name + "\n")
		if i%6 == 5 {
			b.WriteString("\\clearpage\n") // LaTeX keeps a limited number of floats in mind
		}
	}
	b.WriteString("\\clearpage\n")
	for i, f := range s.Figures {
		format := best(formats)
		if format == "" {
			b.WriteString("% figures: written in no format that LaTeX reads; use pdf or pgf\n")
			break
		}
		if err := f.LaTeX(&b, fmt.Sprintf("\\edgewisedir/%s/%s.%s", FigureFolder, f.Name, format)); err != nil {
			return nil, err
		}
		if i%6 == 5 {
			b.WriteString("\\clearpage\n")
		}
	}
	b.WriteString("\\clearpage\n")
	return b.Bytes(), nil
}

// best is the format that LaTeX takes in: PDF, else PGF, else none.
func best(formats []figure.Format) figure.Format {
	out := figure.Format("")
	for _, f := range formats {
		if f == figure.PDF || f == figure.PGF && out == "" {
			out = f
		}
	}
	return out
}

// article is paper.tex, which compiles beside edgewise.tex.
func (s *Set) article(formats []figure.Format) []byte {
	var b bytes.Buffer
	b.WriteString("\\documentclass{article}\n\\usepackage[a4paper,margin=25mm]{geometry}\n" + table.Preamble + "\\IfFileExists{lmodern.sty}{\\usepackage{lmodern}}{}\n")
	if best(formats) == figure.PGF {
		b.WriteString("\\usepackage{pgf}\n")
	}
	fmt.Fprintf(&b, "\\begin{document}\n\\section*{%s}\n%s\n\\input{%s}\n", table.Escape(s.Title), s.sentence(), InputFile)
	b.WriteString("\\bibliographystyle{plain}\n\\bibliography{edgewise}\n\\end{document}\n")
	return b.Bytes()
}
