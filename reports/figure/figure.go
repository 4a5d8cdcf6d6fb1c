package figure

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strings"

	"edgewise/reports/table"
	"edgewise/sim/trace"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgpdf"
	"gonum.org/v1/plot/vg/vgsvg"
	"gonum.org/v1/plot/vg/vgtex"
)

// Widths of figures: one column of a two-column article, and its whole text.
const (
	Column = 85 * vg.Millimeter
	Text   = 178 * vg.Millimeter
)

// Format names a file format, which is also the extension of its files.
type Format string

// The formats. PGF is a picture for \input into a document that loads pgf; TeX
// is the same in a document of its own.
const (
	SVG Format = "svg"
	PDF Format = "pdf"
	PNG Format = "png"
	PGF Format = "pgf"
	TeX Format = "tex"
)

// pngDPI is the resolution of PNG files.
const pngDPI = 220

// Figure is a drawing of a fixed size, with what is printed below it.
type Figure struct {
	Name          string // stem of file names
	Caption       string // plain text
	Runs          []string
	Width, Height vg.Length
	draw          func(draw.Canvas) error
}

// New is a figure that the function draws. The function is called once per
// Encode and must not depend on anything that changes.
func New(name, caption string, width, height vg.Length, draw func(draw.Canvas) error) *Figure {
	return &Figure{Name: name, Caption: caption, Width: width, Height: height, draw: draw}
}

// TeXPreamble is what a document needs for figures in the formats PGF and TeX.
const TeXPreamble = "\\usepackage[T1]{fontenc}\n\\usepackage{textcomp}\n\\usepackage{pgf}\n"

var pdfDate = regexp.MustCompile(`/(CreationDate|ModDate) \(D:[0-9]{14}`)

// Encode writes the figure. The bytes hold no time and depend on nothing but
// the input.
func (f *Figure) Encode(w io.Writer, format Format) (err error) {
	var c vg.CanvasWriterTo
	switch format {
	case SVG:
		c = vgsvg.New(f.Width, f.Height)
	case PDF:
		c = vgpdf.New(f.Width, f.Height)
	case PNG:
		c = vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(f.Width, f.Height), vgimg.UseDPI(pngDPI))}
	case PGF, TeX:
		c = vgtex.New(f.Width, f.Height)
	default:
		return fmt.Errorf("figure %s: unknown format %q: use svg, pdf, png, pgf or tex", f.Name, format)
	}
	defer func() { // vgpdf panics where it cannot write its temporary fonts
		if r := recover(); r != nil {
			err = fmt.Errorf("figure %s: %v", f.Name, r)
		}
	}()
	dc := draw.New(translated{c, format})
	background(dc)
	if err := f.draw(dc); err != nil {
		return fmt.Errorf("figure %s: %w", f.Name, err)
	}
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return fmt.Errorf("figure %s: %w", f.Name, err)
	}
	out := b.Bytes()
	switch format {
	case SVG:
		out = bytes.ReplaceAll(out, []byte("font-family:Liberation Sans;font-variant:normal;"), []byte("font-family:'Liberation Sans',Arimo,Helvetica,Arial,sans-serif;"))
	case PDF:
		out = pdfDate.ReplaceAll(out, []byte("/$1 (D:20000101000000"))
	case TeX:
		out = bytes.Join([][]byte{[]byte("\\documentclass{standalone}\n" + TeXPreamble + "\\begin{document}\n"), out, []byte("\\end{document}\n")}, nil)
	}
	_, err = w.Write(out)
	return err
}

// Save writes the figure to dir/Name.FORMAT in each of the formats; a file that
// exists is replaced as a whole or not at all.
func (f *Figure) Save(dir string, formats ...Format) error {
	for _, format := range formats {
		var b bytes.Buffer
		if err := f.Encode(&b, format); err != nil {
			return err
		}
		if err := trace.WriteFile(filepath.Join(dir, f.Name+"."+string(format)), b.Bytes()); err != nil {
			return fmt.Errorf("figure %s: %w", f.Name, err)
		}
	}
	return nil
}

// LaTeX is a float that puts the figure's file at path into an article: a PDF by
// graphicx, a PGF by \input in one that loads pgf too. A figure that is wider than
// the line is shrunk to it.
func (f *Figure) LaTeX(w io.Writer, path string) error {
	env := "figure"
	if f.Width > Column {
		env = "figure*"
	}
	mm := f.Width.Points() / vg.Millimeter.Points()
	picture := fmt.Sprintf("\\includegraphics[width=\\ifdim%.2fmm>\\linewidth\\linewidth\\else%.2fmm\\fi]{%s}", mm, mm, path)
	if strings.HasSuffix(path, "."+string(PGF)) {
		picture = fmt.Sprintf("\\ifdim%.2fmm>\\linewidth\\resizebox{\\linewidth}{!}{\\input{%s}}\\else\\input{%s}\\fi", mm, path, path)
	}
	_, err := fmt.Fprintf(w, "\\begin{%s}[tbp]\n\\centering\n%s\n\\caption{%s}\n\\label{fig:%s}\n\\end{%s}\n",
		env, picture, table.Escape(f.Caption), f.Name, env)
	return err
}
