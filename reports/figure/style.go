package figure

import (
	"image/color"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Sizes of type in points.
const (
	tickSize  = 6.5
	labelSize = 7.5
	titleSize = 8
)

// okabeIto are the colours that are told apart with every kind of colour
// vision, without the yellow that is too light for a line.
var okabeIto = []color.Color{
	rgb(0x00, 0x00, 0x00), rgb(0xD5, 0x5E, 0x00), rgb(0x00, 0x72, 0xB2), rgb(0x00, 0x9E, 0x73),
	rgb(0xE6, 0x9F, 0x00), rgb(0x56, 0xB4, 0xE9), rgb(0xCC, 0x79, 0xA7),
}

var grey = rgb(0x99, 0x99, 0x99)

func rgb(r, g, b uint8) color.Color { return color.NRGBA{R: r, G: g, B: b, A: 255} }

var shapes = []draw.GlyphDrawer{draw.CircleGlyph{}, draw.SquareGlyph{}, draw.PyramidGlyph{}, draw.CrossGlyph{}, draw.RingGlyph{}, draw.BoxGlyph{}, draw.PlusGlyph{}, draw.TriangleGlyph{}}

// dashes tell predictions apart from each other and from what was observed,
// which is drawn solid.
var dashes = [][]vg.Length{{3.5, 1.8}, {1, 1.3}, {4.5, 1.4, 1, 1.4}, {6, 1.5, 2, 1.5}}

func pick[T any](list []T, i int) T { return list[i%len(list)] }

// face is the one font of all figures: with a second one, the bytes of a PDF
// would depend on the order of a map.
func face(size float64) font.Font {
	return font.Font{Typeface: "Liberation", Variant: "Sans", Size: vg.Points(size)}
}

func textStyle(size float64, x, y float64) text.Style {
	return text.Style{Color: color.Black, Font: face(size), XAlign: text.XAlignment(x), YAlign: text.YAlignment(y), Handler: plot.DefaultTextHandler}
}

// newPlot is an empty plot in the style of the house.
func newPlot(x, y string) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = color.Transparent
	p.Title.TextStyle.Font = face(titleSize)
	p.Title.Padding = vg.Points(2)
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Label.TextStyle.Font = face(labelSize)
		a.Tick.Label.Font = face(tickSize)
		a.Tick.Length = vg.Points(3)
		a.LineStyle.Width = vg.Points(0.5)
		a.Tick.LineStyle.Width = vg.Points(0.5)
		a.Padding = vg.Points(2)
		a.Label.Padding = vg.Points(1)
		a.Tick.Marker = ticks(5)
	}
	p.X.Label.Text, p.Y.Label.Text = x, y
	return p
}

// ticks marks about n round values (1, 2 or 5 times a power of ten), all with
// as many decimals as the step needs.
type ticks int

func (n ticks) Ticks(lo, hi float64) []plot.Tick {
	if !(hi > lo) || math.IsInf(hi-lo, 0) {
		return []plot.Tick{{Value: lo, Label: strconv.FormatFloat(lo, 'g', 3, 64)}}
	}
	raw := (hi - lo) / float64(n)
	e := math.Floor(math.Log10(raw))
	step := math.Pow(10, e)
	switch f := raw / step; {
	case f > 7.07: // the nearest of 1, 2, 5 and 10 by ratio
		step *= 10
	case f > 3.16:
		step *= 5
	case f > 1.41:
		step *= 2
	}
	decimals := max(0, -int(math.Floor(math.Log10(step)+1e-9)))
	var out []plot.Tick
	for k := math.Ceil(lo/step - 1e-9); k*step <= hi+1e-9*step; k++ {
		v := k * step
		label := strconv.FormatFloat(v, 'f', decimals, 64)
		if decimals > 4 || math.Abs(v) >= 1e6 {
			label = strconv.FormatFloat(v, 'g', 3, 64)
		}
		if k == 0 {
			label = "0"
		}
		if label[0] == '-' {
			label = "−" + label[1:]
		}
		out = append(out, plot.Tick{Value: v, Label: label})
	}
	return out
}

// background fills the canvas with white, which also fixes the bounding box of
// formats that have none of their own.
func background(c draw.Canvas) {
	c.SetColor(color.White)
	c.Fill(c.Rectangle.Path())
}

// unite gives plots the same range of one axis.
func unite(axis func(*plot.Plot) *plot.Axis, plots ...*plot.Plot) {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, p := range plots {
		lo, hi = min(lo, axis(p).Min), max(hi, axis(p).Max)
	}
	for _, p := range plots {
		axis(p).Min, axis(p).Max = lo, hi
	}
}

func xAxis(p *plot.Plot) *plot.Axis { return &p.X }
func yAxis(p *plot.Plot) *plot.Axis { return &p.Y }
