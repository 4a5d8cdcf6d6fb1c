package figure

import (
	"fmt"
	"image/color"
	"math"
	"sort"

	"edgewise/sim/trace"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Quantity is what a heat map shows.
type Quantity string

// The architecture parameters themselves, or the probabilities they give.
const (
	Alpha Quantity = "alpha"
	Prob  Quantity = "prob"
)

// cividis is a scale whose lightness rises evenly, for every colour vision and
// in grey (Nuñez, Anderton and Renslow 2018), at nine places.
var cividis = []color.NRGBA{
	{0x00, 0x22, 0x4e, 255}, {0x12, 0x35, 0x70, 255}, {0x3b, 0x49, 0x6c, 255}, {0x57, 0x5d, 0x6d, 255}, {0x70, 0x71, 0x73, 255},
	{0x8a, 0x86, 0x78, 255}, {0xa5, 0x9c, 0x74, 255}, {0xc3, 0xb3, 0x69, 255}, {0xfe, 0xe8, 0x38, 255},
}

// shade is the colour of x in [0, 1] and the colour of text upon it.
func shade(x float64) (fill, ink color.Color) {
	x = min(max(x, 0), 1) * float64(len(cividis)-1)
	i := min(int(x), len(cividis)-2)
	f := x - float64(i)
	mix := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + f*(float64(b)-float64(a)))) }
	a, b := cividis[i], cividis[i+1]
	ink = color.White
	if x > 4.5 {
		ink = color.Black
	}
	return rgb(mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B)), ink
}

// HeatMap shows alpha or the probabilities of every operation (columns) on
// every edge (rows) of a kind of cell, one panel for each of the steps; the
// nearest recorded point before or at a step is taken. All panels share one
// scale.
func HeatMap(t *trace.Trace, kind int, q Quantity, steps ...int) (*Figure, error) {
	if err := checkKind(t, kind); err != nil {
		return nil, err
	}
	m := &t.Manifest
	if len(steps) == 0 || len(steps) > 6 {
		return nil, fmt.Errorf("heat map of %s: %d steps: 1 to 6", m.Name, len(steps))
	}
	var panels [][][]float64
	var titles []string
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, s := range steps {
		i := max(0, sort.Search(len(t.Points), func(i int) bool { return t.Points[i].Step > s })-1)
		v := t.Points[i].Prob
		if q == Alpha {
			v = t.Points[i].Alpha
		} else if q != Prob {
			return nil, fmt.Errorf("heat map of %s: unknown quantity %q: use alpha or prob", m.Name, q)
		}
		if v == nil {
			return nil, fmt.Errorf("heat map of %s: its trace holds no %s at step %d", m.Name, q, t.Points[i].Step)
		}
		panels, titles = append(panels, v[kind]), append(titles, fmt.Sprintf("step %d", t.Points[i].Step))
		for _, row := range v[kind] {
			for _, x := range row {
				if finite(x) {
					lo, hi = min(lo, x), max(hi, x)
				}
			}
		}
	}
	if q == Prob {
		lo, hi = 0, 1
	}
	if !(hi > lo) {
		lo, hi = lo-0.5, lo+0.5
	}
	f := &Figure{Name: "heat_" + string(q), Runs: []string{m.Run}, Width: Text}
	if len(panels) == 1 {
		f.Width = Column
	}
	const cellHeight, top, bottom = 10, 14, 52
	f.Height = vg.Points(float64(cellHeight*len(m.Edges) + top + bottom))
	f.Caption = fmt.Sprintf("%s of every operation on every edge of the %s cell in run %s (%s).", map[Quantity]string{Alpha: "Architecture parameters", Prob: "Probabilities"}[q], m.Kinds[kind], m.Run, m.Name)
	f.draw = func(c draw.Canvas) error {
		const left, right, gap = 26, 34, 6
		w := (c.Max.X - c.Min.X - left - right - gap*vg.Length(len(panels)-1)) / vg.Length(len(panels))
		for i, p := range panels {
			x0 := c.Min.X + left + vg.Length(i)*(w+gap)
			c.FillText(textStyle(titleSize, -0.5, 0), vg.Point{X: x0 + w/2, Y: c.Max.Y - top + 4}, titles[i])
			cw := w / vg.Length(len(m.Ops))
			for e, row := range p {
				y1 := c.Max.Y - top - cellHeight*vg.Length(e)
				if i == 0 {
					c.FillText(textStyle(tickSize, -1, -0.4), vg.Point{X: x0 - 3, Y: y1 - cellHeight/2}, fmt.Sprintf("(%d,%d)", m.Edges[e][0], m.Edges[e][1]))
				}
				for o, v := range row {
					r := vg.Rectangle{Min: vg.Point{X: x0 + cw*vg.Length(o), Y: y1 - cellHeight}, Max: vg.Point{X: x0 + cw*vg.Length(o+1), Y: y1}}
					if !finite(v) {
						c.SetColor(color.White)
						c.Fill(r.Path())
						c.FillText(textStyle(5.5, -0.5, -0.4), center(r), "–")
						continue
					}
					fill, ink := shade((v - lo) / (hi - lo))
					c.SetColor(fill)
					c.Fill(r.Path())
					if cw > 13 {
						sty := textStyle(5.5, -0.5, -0.4)
						sty.Color = ink
						c.FillText(sty, center(r), compact(v))
					}
				}
			}
			for o, name := range m.Ops {
				sty := textStyle(tickSize, -1, -0.5)
				sty.Rotation = math.Pi / 4
				c.FillText(sty, vg.Point{X: x0 + cw*(vg.Length(o)+0.5), Y: c.Max.Y - top - cellHeight*vg.Length(len(m.Edges)) - 4}, name)
			}
		}
		colourBar(c, c.Max.X-right+8, c.Max.Y-top-cellHeight*vg.Length(len(m.Edges)), c.Max.Y-top, lo, hi)
		return nil
	}
	return f, nil
}

func center(r vg.Rectangle) vg.Point {
	return vg.Point{X: (r.Min.X + r.Max.X) / 2, Y: (r.Min.Y + r.Max.Y) / 2}
}

// compact writes a number in at most four characters where it can.
func compact(v float64) string {
	s := fmt.Sprintf("%.2f", v)
	if math.Abs(v) >= 10 {
		s = fmt.Sprintf("%.0f", v)
	}
	if s == "-0.00" {
		s = "0.00"
	}
	switch {
	case len(s) > 2 && s[:2] == "0.":
		return s[1:]
	case len(s) > 3 && s[:3] == "-0.":
		return "−" + s[2:]
	case s[0] == '-':
		return "−" + s[1:]
	}
	return s
}

func colourBar(c draw.Canvas, x, y0, y1 vg.Length, lo, hi float64) {
	const n, width = 48, 8
	for i := range n {
		fill, _ := shade((float64(i) + 0.5) / n)
		c.SetColor(fill)
		c.Fill(vg.Rectangle{Min: vg.Point{X: x, Y: y0 + (y1-y0)*vg.Length(i)/n}, Max: vg.Point{X: x + width, Y: min(y1, y0+(y1-y0)*vg.Length(i+1)/n+0.4)}}.Path()) // a little into the next, whose edge would show
	}
	for _, t := range ticks(4).Ticks(lo, hi) {
		y := y0 + (y1-y0)*vg.Length((t.Value-lo)/(hi-lo))
		c.StrokeLine2(draw.LineStyle{Color: color.Black, Width: vg.Points(0.5)}, x+width, y, x+width+2, y)
		c.FillText(textStyle(tickSize, 0, -0.4), vg.Point{X: x + width + 3, Y: y}, t.Label)
	}
}
