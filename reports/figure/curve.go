package figure

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// curve is a line with a few markers along it, broken where y is NaN.
type curve struct {
	xy    plotter.XYs
	line  draw.LineStyle
	glyph draw.GlyphStyle
	phase float64 // moves the markers along the line, in [0, 1)
}

// buckets is how many columns a line is thinned to: more than a printed column
// resolves.
const buckets = 400

// newCurve is the i-th of the lines that share a panel; dash < 0 is solid.
func newCurve(xy plotter.XYs, i, dash int) *curve {
	c := &curve{xy: thin(xy, buckets), phase: math.Mod(0.13+0.37*float64(i), 1)}
	c.line = draw.LineStyle{Color: pick(okabeIto, i), Width: vg.Points(0.9)}
	if dash >= 0 {
		c.line.Dashes = pick(dashes, dash)
		c.line.Width = vg.Points(1.1)
		return c
	}
	c.glyph = draw.GlyphStyle{Color: pick(okabeIto, i), Radius: vg.Points(1.9), Shape: pick(shapes, i)}
	return c
}

func (s *curve) key(label string) key { return key{label, s.line, s.glyph} }

func (s *curve) DataRange() (xmin, xmax, ymin, ymax float64) {
	xmin, xmax, ymin, ymax = math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, p := range s.xy {
		if finite(p.Y) {
			xmin, xmax, ymin, ymax = min(xmin, p.X), max(xmax, p.X), min(ymin, p.Y), max(ymax, p.Y)
		}
	}
	return
}

func (s *curve) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	var lines [][]vg.Point
	var run []vg.Point
	for _, q := range s.xy {
		if !finite(q.Y) {
			if len(run) > 0 {
				lines, run = append(lines, run), nil
			}
			continue
		}
		run = append(run, vg.Point{X: tx(q.X), Y: ty(q.Y)})
	}
	if len(run) > 0 {
		lines = append(lines, run)
	}
	for i := range lines {
		lines[i] = simplify(lines[i], vg.Points(0.1))
	}
	c.StrokeLines(s.line, c.ClipLinesXY(lines...)...)
	if s.glyph.Shape == nil || len(s.xy) == 0 {
		return
	}
	const marks = 6
	x0, x1 := s.xy[0].X, s.xy[len(s.xy)-1].X
	at := 0
	for k := range marks {
		want := x0 + (x1-x0)*(float64(k)+s.phase)/marks
		for at < len(s.xy)-1 && s.xy[at].X < want {
			at++
		}
		if q := s.xy[at]; finite(q.Y) {
			c.DrawGlyph(s.glyph, vg.Point{X: tx(q.X), Y: ty(q.Y)})
		}
	}
}

// thin keeps of each of n equal ranges of x the first, lowest, highest and last
// point, so that the drawn line is the same.
func thin(xy plotter.XYs, n int) plotter.XYs {
	if len(xy) <= 4*n {
		return xy
	}
	x0, x1 := xy[0].X, xy[len(xy)-1].X
	var out plotter.XYs
	for i := 0; i < len(xy); {
		b := int(float64(n) * (xy[i].X - x0) / (x1 - x0))
		j, lo, hi := i, i, i
		for ; j < len(xy) && int(float64(n)*(xy[j].X-x0)/(x1-x0)) == b; j++ {
			if xy[j].Y < xy[lo].Y || !finite(xy[j].Y) {
				lo = j
			}
			if xy[j].Y > xy[hi].Y {
				hi = j
			}
		}
		j = max(j, i+1)
		last := -1
		for _, k := range []int{i, min(lo, hi), max(lo, hi), j - 1} {
			if k > last {
				out = append(out, xy[k])
				last = k
			}
		}
		i = j
	}
	return out
}

// simplify leaves out the points that are within the tolerance of the line
// through their neighbours that stay (Douglas and Peucker).
func simplify(pts []vg.Point, tolerance vg.Length) []vg.Point {
	if len(pts) < 3 {
		return pts
	}
	keep := make([]bool, len(pts))
	keep[0], keep[len(pts)-1] = true, true
	todo := [][2]int{{0, len(pts) - 1}}
	for len(todo) > 0 {
		a, b := todo[len(todo)-1][0], todo[len(todo)-1][1]
		todo = todo[:len(todo)-1]
		d := pts[b].Sub(pts[a])
		length := vg.Length(math.Hypot(float64(d.X), float64(d.Y)))
		far, at := tolerance, -1
		for i := a + 1; i < b; i++ {
			r := pts[i].Sub(pts[a])
			off := vg.Length(math.Hypot(float64(r.X), float64(r.Y)))
			if length > 0 {
				off = vg.Length(math.Abs(float64(d.X*r.Y-d.Y*r.X))) / length
			}
			if off > far {
				far, at = off, i
			}
		}
		if at >= 0 {
			keep[at] = true
			todo = append(todo, [2]int{a, at}, [2]int{at, b})
		}
	}
	out := pts[:0:0]
	for i, k := range keep {
		if k {
			out = append(out, pts[i])
		}
	}
	return out
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// level is a thin horizontal line at y, such as zero.
type level struct{ y float64 }

func (l level) Plot(c draw.Canvas, p *plot.Plot) {
	_, ty := p.Transforms(&c)
	if y := ty(l.y); c.ContainsY(y) {
		c.StrokeLine2(draw.LineStyle{Color: grey, Width: vg.Points(0.5)}, c.Min.X, y, c.Max.X, y)
	}
}

func (l level) DataRange() (xmin, xmax, ymin, ymax float64) {
	return math.Inf(1), math.Inf(-1), l.y, l.y
}

// note writes text at a fraction of the data area.
type note struct {
	x, y           float64
	text           string
	xAlign, yAlign float64
	color          color.Color
}

func (n note) Plot(c draw.Canvas, _ *plot.Plot) {
	sty := textStyle(tickSize, n.xAlign, n.yAlign)
	if n.color != nil {
		sty.Color = n.color
	}
	c.FillText(sty, vg.Point{X: c.X(n.x), Y: c.Y(n.y)}, n.text)
}

var nan = math.NaN()
