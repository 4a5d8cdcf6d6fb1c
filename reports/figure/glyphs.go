package figure

import (
	"fmt"
	"strings"

	"edgewise/reports/table"

	"golang.org/x/text/encoding/charmap"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// translated is a canvas that writes text in the way of its format: LaTeX is
// escaped and set in a box as wide as it was measured; PDF, whose fonts are
// embedded in code page 1252, gets the bytes of that page and spells out what
// it lacks. Other formats take all of Unicode.
type translated struct {
	vg.CanvasSizer
	format Format
}

func (t translated) FillString(f font.Face, pt vg.Point, s string) {
	switch t.format {
	case PGF, TeX:
		w := f.Width(s)
		s = fmt.Sprintf(`\hbox to %.4gpt{\hss\sffamily %s\hss}`, w.Points(), table.Escape(s))
		pt.X += (w - f.Width(s)) / 2 // the canvas centres what it takes for the width
	case PDF:
		p := spelled.Replace(s)
		pt.X += (f.Width(s) - f.Width(p)) / 2
		s = codePage(p)
	}
	t.CanvasSizer.FillString(f, pt, s)
}

// Stroke closes paths by a line where the format would leave them open.
func (t translated) Stroke(p vg.Path) {
	if t.format == PGF || t.format == TeX {
		closed := make(vg.Path, 0, len(p))
		var start vg.Point
		for _, c := range p {
			switch c.Type {
			case vg.MoveComp:
				start = c.Pos
			case vg.CloseComp:
				closed.Line(start)
				continue
			}
			closed = append(closed, c)
		}
		p = closed
	}
	t.CanvasSizer.Stroke(p)
}

// codePage is s in Windows code page 1252, "?" for what it has no byte for.
func codePage(s string) string {
	var b strings.Builder
	for _, r := range s {
		if c, ok := charmap.Windows1252.EncodeRune(r); ok {
			b.WriteByte(c)
		} else {
			b.WriteByte('?')
		}
	}
	return b.String()
}

var spelled = strings.NewReplacer("−", "–", "α", "alpha", "β", "beta", "γ", "gamma", "δ", "delta", "Δ", "Delta", "ε", "eps", "θ", "theta", "λ", "lambda", "ρ", "rho", "σ", "sigma", "Σ", "sum ", "τ", "tau", "≤", "<=", "≥", ">=", "→", "->", "∞", "inf", "≈", "~")
