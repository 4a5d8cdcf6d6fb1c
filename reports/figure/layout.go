package figure

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// grid draws plots in rows and columns whose data areas line up; the rows share
// the height in proportion to their weights. A nil plot leaves its place empty.
func grid(c draw.Canvas, rows [][]*plot.Plot, weights []float64) {
	cols := 0
	total := 0.0
	for i, r := range rows {
		cols = max(cols, len(r))
		total += weights[i]
	}
	const gap = 4
	cell := func(i, j int) draw.Canvas {
		w := (c.Max.X - c.Min.X - gap*vg.Length(cols-1)) / vg.Length(cols)
		h := c.Max.Y - c.Min.Y - gap*vg.Length(len(rows)-1)
		top := c.Max.Y
		for k := range i {
			top -= h*vg.Length(weights[k]/total) + gap
		}
		x := c.Min.X + vg.Length(j)*(w+gap)
		return draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
			Min: vg.Point{X: x, Y: top - h*vg.Length(weights[i]/total)},
			Max: vg.Point{X: x + w, Y: top},
		}}
	}
	for j := range cols {
		var left, right vg.Length
		for i, r := range rows {
			if j < len(r) && r[j] != nil {
				at := cell(i, j)
				d := r[j].DataCanvas(at)
				left, right = max(left, d.Min.X-at.Min.X), max(right, at.Max.X-d.Max.X)
			}
		}
		for i, r := range rows {
			if j < len(r) && r[j] != nil {
				at := cell(i, j)
				d := r[j].DataCanvas(at)
				r[j].Draw(draw.Crop(at, left-(d.Min.X-at.Min.X), -(right - (at.Max.X - d.Max.X)), 0, 0))
			}
		}
	}
}

// key is one entry of a legend.
type key struct {
	label string
	line  draw.LineStyle
	glyph draw.GlyphStyle // no shape: no marker
}

// legend draws the entries in lines across the top of the canvas and returns
// what is left below them.
func legend(c draw.Canvas, keys []key) draw.Canvas {
	const sample, space, gap = 16, 3, 9
	sty := textStyle(tickSize+0.5, 0, -0.35)
	line := vg.Points(tickSize + 4)
	x, y := c.Min.X+2, c.Max.Y-line/2
	for i, k := range keys {
		w := sample + space + sty.Width(k.label)
		if i > 0 && x+w > c.Max.X {
			x, y = c.Min.X+2, y-line
		}
		at := vg.Point{X: x + sample/2, Y: y}
		if k.line.Width > 0 {
			c.StrokeLine2(k.line, x, y, x+sample, y)
		}
		if k.glyph.Shape != nil {
			c.DrawGlyph(k.glyph, at)
		}
		c.FillText(sty, vg.Point{X: x + sample + space, Y: y}, k.label)
		x += w + gap
	}
	return draw.Crop(c, 0, 0, 0, -(c.Max.Y - y + line/2 + 2))
}
