package figure

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Flow is a scalar dynamics dD/dt = F(D), such as that of the gap D between two
// architecture parameters under a given cost.
type Flow struct {
	Label string
	F     func(d float64) float64
}

// PhasePortrait shows dD/dt over D for each flow on [lo, hi], its equilibria
// (filled: stable; open: unstable) and, along the bottom, the way in which D
// moves.
func PhasePortrait(caption string, lo, hi float64, flows ...Flow) (*Figure, error) {
	if !(lo < hi) || len(flows) == 0 {
		return nil, fmt.Errorf("phase portrait on [%v, %v] of %d flows: it needs an interval and at least one", lo, hi, len(flows))
	}
	const n = 800
	p := newPlot("D", "dD/dt")
	p.Add(level{0})
	var keys []key
	var tracks []plot.Plotter
	for i, f := range flows {
		xy := make(plotter.XYs, n+1)
		for k := range xy {
			x := lo + (hi-lo)*float64(k)/n
			xy[k] = plotter.XY{X: x, Y: f.F(x)}
		}
		c := newCurve(xy, i, -1)
		if i > 0 {
			c.line.Dashes = pick(dashes, i-1)
		}
		c.glyph.Shape = nil
		p.Add(c, &equilibria{xy: xy, color: c.line.Color})
		tracks = append(tracks, &arrows{xy: xy, color: c.line.Color, row: i, rows: len(flows)})
		keys = append(keys, c.key(f.Label))
	}
	way := newPlot("", "")
	way.Add(tracks...)
	way.X.Min, way.X.Max, way.Y.Min, way.Y.Max = lo, hi, 0, 1
	p.X.Min, p.X.Max = lo, hi
	way.HideAxes()
	f := &Figure{Name: "phase_portrait", Caption: caption, Width: Column, Height: vg.Points(150 + 9*float64(len(flows)))}
	f.draw = func(c draw.Canvas) error {
		c = legend(draw.Crop(c, 2, -6, 2, -2), keys)
		grid(c, [][]*plot.Plot{{p}, {way}}, []float64{150, 11 * float64(len(flows))})
		return nil
	}
	return f, nil
}

// equilibria marks the zeros of a sampled flow.
type equilibria struct {
	xy    plotter.XYs
	color color.Color
}

func (q *equilibria) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	for k := 1; k < len(q.xy); k++ {
		a, b := q.xy[k-1], q.xy[k]
		if !finite(a.Y) || !finite(b.Y) || a.Y == b.Y || a.Y*b.Y > 0 || b.Y == 0 && k < len(q.xy)-1 {
			continue
		}
		x := a.X + (b.X-a.X)*a.Y/(a.Y-b.Y)
		at := vg.Point{X: tx(x), Y: ty(0)}
		c.DrawGlyph(draw.GlyphStyle{Color: color.White, Radius: vg.Points(2.6), Shape: draw.CircleGlyph{}}, at)
		g := draw.GlyphStyle{Color: q.color, Radius: vg.Points(2.6), Shape: draw.RingGlyph{}}
		if b.Y < a.Y {
			g.Shape = draw.CircleGlyph{}
		}
		c.DrawGlyph(g, at)
	}
}

// arrows shows on one line per flow which way D moves.
type arrows struct {
	xy        plotter.XYs
	color     color.Color
	row, rows int
}

func (a *arrows) Plot(c draw.Canvas, p *plot.Plot) {
	tx, _ := p.Transforms(&c)
	y := c.Max.Y - (c.Max.Y-c.Min.Y)*(vg.Length(a.row)+0.5)/vg.Length(a.rows)
	c.StrokeLine2(draw.LineStyle{Color: a.color, Width: vg.Points(0.6)}, c.Min.X, y, c.Max.X, y)
	const heads = 12
	for k := range heads {
		q := a.xy[(2*k+1)*(len(a.xy)-1)/(2*heads)]
		if !finite(q.Y) || q.Y == 0 {
			continue
		}
		head(c, vg.Point{X: tx(q.X), Y: y}, vg.Point{X: vg.Length(math.Copysign(1, q.Y))}, a.color, 4)
	}
}

// head fills an arrow head of the given length whose middle is at and which
// points along the unit vector u.
func head(c draw.Canvas, at, u vg.Point, ink color.Color, size vg.Length) {
	n := vg.Point{X: -u.Y, Y: u.X}
	tip := at.Add(u.Scale(size / 2))
	base := at.Sub(u.Scale(size / 2))
	c.FillPolygon(ink, []vg.Point{tip, base.Add(n.Scale(size * 0.4)), base.Sub(n.Scale(size * 0.4))})
}

// Path is a trajectory (x, y) in a phase plane.
type Path struct {
	Label string
	X, Y  []float64
}

// Plane says what a PhasePlane shows: the vector field (dx/dt, dy/dt) = F(x, y)
// on a rectangle.
type Plane struct {
	XLabel, YLabel         string
	XMin, XMax, YMin, YMax float64
	F                      func(x, y float64) (dx, dy float64)
}

// PhasePlane shows the direction of a two-dimensional flow, arrow lengths
// growing with the square root of its speed, and paths through it: an observed
// trajectory of two gaps beside the predicted one, for example. Paths start at
// a ring and end at a filled mark.
func PhasePlane(caption string, pl Plane, paths ...Path) (*Figure, error) {
	if !(pl.XMin < pl.XMax) || !(pl.YMin < pl.YMax) || pl.F == nil {
		return nil, fmt.Errorf("phase plane on [%v, %v] x [%v, %v]: it needs a rectangle and a field", pl.XMin, pl.XMax, pl.YMin, pl.YMax)
	}
	p := newPlot(pl.XLabel, pl.YLabel)
	p.Add(field{pl})
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = pl.XMin, pl.XMax, pl.YMin, pl.YMax
	var keys []key
	for i, q := range paths {
		if len(q.X) != len(q.Y) || len(q.X) == 0 {
			return nil, fmt.Errorf("phase plane: path %s has %d x and %d y: it needs as many of both, and at least one", q.Label, len(q.X), len(q.Y))
		}
		xy := make(plotter.XYs, len(q.X))
		for k := range xy {
			xy[k] = plotter.XY{X: q.X[k], Y: q.Y[k]}
		}
		t := &track{xy: xy, line: draw.LineStyle{Color: pick(okabeIto, i+1), Width: vg.Points(1.3)}, shape: pick(shapes, i)}
		if i > 0 {
			t.line.Dashes = pick(dashes, i-1)
		}
		p.Add(t)
		keys = append(keys, key{q.Label, t.line, draw.GlyphStyle{Color: t.line.Color, Radius: vg.Points(2.2), Shape: t.shape}})
	}
	f := &Figure{Name: "phase_plane", Caption: caption, Width: Column, Height: 80 * vg.Millimeter}
	f.draw = func(c draw.Canvas) error {
		c = legend(draw.Crop(c, 2, -6, 2, -2), keys)
		grid(c, [][]*plot.Plot{{p}}, []float64{1})
		return nil
	}
	return f, nil
}

// track is a path that may turn back in x.
type track struct {
	xy    plotter.XYs
	line  draw.LineStyle
	shape draw.GlyphDrawer
}

func (t *track) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	var pts []vg.Point
	for _, q := range t.xy {
		if finite(q.X) && finite(q.Y) {
			pts = append(pts, vg.Point{X: tx(q.X), Y: ty(q.Y)})
		}
	}
	if len(pts) == 0 {
		return
	}
	c.StrokeLines(t.line, c.ClipLinesXY(simplify(pts, vg.Points(0.1)))...)
	g := draw.GlyphStyle{Color: t.line.Color, Radius: vg.Points(2.4), Shape: draw.RingGlyph{}}
	c.DrawGlyph(g, pts[0])
	g.Shape = t.shape
	c.DrawGlyph(g, pts[len(pts)-1])
}

type field struct{ Plane }

func (f field) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	const n = 15
	type arrow struct {
		at    vg.Point
		u     vg.Point
		speed float64
	}
	var all []arrow
	top := 0.0
	for i := range n {
		for j := range n {
			x := f.XMin + (f.XMax-f.XMin)*(float64(i)+0.5)/n
			y := f.YMin + (f.YMax-f.YMin)*(float64(j)+0.5)/n
			dx, dy := f.F(x, y)
			// in canvas units, so that the arrows are tangent to drawn paths
			u := vg.Point{X: tx(x+dx) - tx(x), Y: ty(y+dy) - ty(y)}
			s := math.Hypot(float64(u.X), float64(u.Y))
			if !finite(s) || s == 0 {
				continue
			}
			all = append(all, arrow{vg.Point{X: tx(x), Y: ty(y)}, u.Scale(vg.Length(1 / s)), s})
			top = max(top, s)
		}
	}
	cellSize := min(c.Max.X-c.Min.X, c.Max.Y-c.Min.Y) / n
	for _, a := range all {
		l := cellSize * vg.Length(0.25+0.6*math.Sqrt(a.speed/top))
		from, to := a.at.Sub(a.u.Scale(l/2)), a.at.Add(a.u.Scale(l/2))
		c.StrokeLine2(draw.LineStyle{Color: grey, Width: vg.Points(0.6)}, from.X, from.Y, to.X, to.Y)
		head(c, to, a.u, grey, 3)
	}
}
