package figure

import (
	"fmt"
	"image/color"
	"math"

	"edgewise/reports/table"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Effect is one row of a forest plot; without a Value it is a heading.
type Effect struct {
	Label string
	Value *table.Estimate
}

// Forest shows estimates with their confidence intervals one below the other,
// such as the effects of ablations, and the line of no effect at null. An
// interval that does not hold null is drawn with a filled mark.
func Forest(caption, quantity string, null float64, effects []Effect) (*Figure, error) {
	lo, hi := null, null
	n := 0
	numbers := table.Table{Name: "effects", Columns: []table.Column{{Kind: table.KindEstimate}}}
	for _, e := range effects {
		if e.Value == nil {
			continue
		}
		n++
		numbers.Add(*e.Value)
		for _, v := range []float64{e.Value.Mean, e.Value.Lo, e.Value.Hi} {
			if !math.IsNaN(v) {
				lo, hi = min(lo, v), max(hi, v)
			}
		}
	}
	if n == 0 {
		return nil, fmt.Errorf("forest plot: no estimates")
	}
	printed, err := numbers.Text()
	if err != nil {
		return nil, fmt.Errorf("forest plot: %w", err)
	}
	if !(hi > lo) {
		lo, hi = lo-0.5, hi+0.5
	}
	lo, hi = lo-0.04*(hi-lo), hi+0.04*(hi-lo)
	const row, axis = 11, 26
	f := &Figure{Name: "forest", Caption: caption, Width: Column, Height: vg.Points(float64(row*len(effects) + axis + 4))}
	f.draw = func(c draw.Canvas) error {
		c = draw.Crop(c, 3, -3, 2, -2)
		sty := textStyle(tickSize, 0, -0.4)
		var left, right vg.Length
		at := 1
		for _, e := range effects {
			if e.Value != nil {
				left = max(left, sty.Width(e.Label)+6)
				right = max(right, sty.Width(printed[at][0]))
				at++
			}
		}
		x0, x1 := c.Min.X+left+6, c.Max.X-right-6
		if x1-x0 < 40 {
			return fmt.Errorf("the labels leave no room for the intervals: shorten them")
		}
		X := func(v float64) vg.Length { return x0 + (x1-x0)*vg.Length((v-lo)/(hi-lo)) }
		bottom := c.Max.Y - row*vg.Length(len(effects)) - 2
		thin := draw.LineStyle{Color: color.Black, Width: vg.Points(0.5)}
		c.StrokeLine2(draw.LineStyle{Color: grey, Width: vg.Points(0.6), Dashes: pick(dashes, 0)}, X(null), bottom, X(null), c.Max.Y)
		at = 1
		for i, e := range effects {
			y := c.Max.Y - row*(vg.Length(i)+0.5)
			if e.Value == nil {
				c.FillText(sty, vg.Point{X: c.Min.X, Y: y}, e.Label)
				continue
			}
			c.FillText(sty, vg.Point{X: c.Min.X + 6, Y: y}, e.Label)
			number := sty
			number.XAlign = -1
			c.FillText(number, vg.Point{X: c.Max.X, Y: y}, printed[at][0])
			at++
			v := *e.Value
			g := draw.GlyphStyle{Color: okabeIto[2], Radius: vg.Points(2.2), Shape: draw.RingGlyph{}}
			if !math.IsNaN(v.Lo) {
				line := draw.LineStyle{Color: okabeIto[2], Width: vg.Points(1)}
				c.StrokeLine2(line, X(v.Lo), y, X(v.Hi), y)
				c.StrokeLine2(line, X(v.Lo), y-1.8, X(v.Lo), y+1.8)
				c.StrokeLine2(line, X(v.Hi), y-1.8, X(v.Hi), y+1.8)
				if null < v.Lo || null > v.Hi {
					g.Shape = draw.CircleGlyph{}
				}
			}
			pt := vg.Point{X: X(v.Mean), Y: y}
			c.DrawGlyph(draw.GlyphStyle{Color: color.White, Radius: g.Radius, Shape: draw.CircleGlyph{}}, pt)
			c.DrawGlyph(g, pt)
		}
		c.StrokeLine2(thin, x0, bottom, x1, bottom)
		for _, t := range ticks(4).Ticks(lo, hi) {
			c.StrokeLine2(thin, X(t.Value), bottom, X(t.Value), bottom-2.5)
			c.FillText(textStyle(tickSize, -0.5, -1), vg.Point{X: X(t.Value), Y: bottom - 3.5}, t.Label)
		}
		c.FillText(textStyle(labelSize, -0.5, 0), vg.Point{X: (x0 + x1) / 2, Y: c.Min.Y + 2}, quantity)
		return nil
	}
	return f, nil
}
