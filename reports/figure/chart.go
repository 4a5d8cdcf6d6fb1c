package figure

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Axis is a positive quantity on a logarithmic axis, in ascending order.
type Axis struct {
	Label  string
	Values []float64
}

// Chart shows a value in [lo, hi] over a grid of two logarithmic axes, one panel per
// title: values[panel][row][column], rows along y from below. All panels share one
// scale.
func Chart(name, caption string, x, y Axis, lo, hi float64, titles []string, values [][][]float64) (*Figure, error) {
	if len(titles) == 0 || len(titles) > 6 || len(values) != len(titles) || len(x.Values) < 2 || len(y.Values) < 2 || !(hi > lo) {
		return nil, fmt.Errorf("chart %s: %d panels of %d titles, %d by %d values in [%v, %v]: 1 to 6 panels, 2 values or more along each axis, an interval", name, len(values), len(titles), len(x.Values), len(y.Values), lo, hi)
	}
	for _, a := range []Axis{x, y} {
		for i, v := range a.Values {
			if !(v > 0) || i > 0 && v <= a.Values[i-1] {
				return nil, fmt.Errorf("chart %s: %s: value %d is %v: values must be positive and ascend", name, a.Label, i, v)
			}
		}
	}
	for p, panel := range values {
		if len(panel) != len(y.Values) {
			return nil, fmt.Errorf("chart %s: panel %d has %d rows of %d", name, p, len(panel), len(y.Values))
		}
		for i, row := range panel {
			if len(row) != len(x.Values) {
				return nil, fmt.Errorf("chart %s: panel %d, row %d has %d values of %d", name, p, i, len(row), len(x.Values))
			}
		}
	}
	const left, right, top, bottom, gap = 34, 34, 14, 30, 18
	f := &Figure{Name: name, Caption: caption, Width: Text}
	side := (Text - left - right - gap*vg.Length(len(titles)-1)) / vg.Length(len(titles))
	if len(titles) == 1 {
		f.Width, side = Column, Column-left-right
	}
	f.Height = min(side, 150) + top + bottom
	f.draw = func(c draw.Canvas) error {
		y0, y1 := c.Min.Y+bottom, c.Max.Y-top
		for p, panel := range values {
			x0 := c.Min.X + left + vg.Length(p)*(side+gap)
			c.FillText(textStyle(titleSize, -0.5, 0), vg.Point{X: x0 + side/2, Y: y1 + 4}, titles[p])
			for i, row := range panel {
				for j, v := range row {
					r := vg.Rectangle{
						Min: vg.Point{X: x0 + side*vg.Length(j)/vg.Length(len(row)), Y: y0 + (y1-y0)*vg.Length(i)/vg.Length(len(panel))},
						Max: vg.Point{X: x0 + side*vg.Length(j+1)/vg.Length(len(row)), Y: y0 + (y1-y0)*vg.Length(i+1)/vg.Length(len(panel))},
					}
					c.SetColor(color.White)
					if finite(v) {
						fill, _ := shade((v - lo) / (hi - lo))
						c.SetColor(fill)
					}
					c.Fill(r.Path())
				}
			}
			line := draw.LineStyle{Color: color.Black, Width: vg.Points(0.5)}
			for _, v := range decades(x.Values) {
				at := x0 + side*vg.Length(place(x.Values, v))
				c.StrokeLine2(line, at, y0, at, y0-3)
				c.FillText(textStyle(tickSize, -0.5, -1), vg.Point{X: at, Y: y0 - 4}, fmt.Sprintf("%g", v))
			}
			c.FillText(textStyle(labelSize, -0.5, -1), vg.Point{X: x0 + side/2, Y: y0 - 14}, x.Label)
			if p > 0 {
				continue
			}
			for _, v := range decades(y.Values) {
				at := y0 + (y1-y0)*vg.Length(place(y.Values, v))
				c.StrokeLine2(line, x0-3, at, x0, at)
				c.FillText(textStyle(tickSize, -1, -0.4), vg.Point{X: x0 - 4, Y: at}, fmt.Sprintf("%g", v))
			}
			sty := textStyle(labelSize, -0.5, 0)
			sty.Rotation = math.Pi / 2
			c.FillText(sty, vg.Point{X: c.Min.X + 8, Y: (y0 + y1) / 2}, y.Label)
		}
		colourBar(c, c.Max.X-right+8, y0, y1, lo, hi)
		return nil
	}
	return f, nil
}

// place is where v lies along the axis, 0 to 1, the middle of a value's cell being
// its place.
func place(values []float64, v float64) float64 {
	n := len(values)
	lo, hi := math.Log(values[0]), math.Log(values[n-1])
	return (0.5 + float64(n-1)*(math.Log(v)-lo)/(hi-lo)) / float64(n)
}

// decades are the powers of ten within the axis, with their halves and fifths where
// there are few.
func decades(values []float64) []float64 {
	var out []float64
	lo, hi := values[0]*0.999, values[len(values)-1]*1.001
	for _, steps := range [][]float64{{1}, {1, 3}, {1, 2, 5}} {
		out = out[:0]
		for e := math.Floor(math.Log10(lo)); e <= math.Log10(hi); e++ {
			for _, s := range steps {
				if v := s * math.Pow(10, e); v >= lo && v <= hi {
					out = append(out, v)
				}
			}
		}
		if len(out) >= 4 {
			break
		}
	}
	return out
}
