package cellgraph

import (
	"fmt"
	"image/color"
	"math"
	"strconv"
	"strings"

	"edgewise/reports/figure"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// picture is a laid-out cell, in points from its lower left corner.
type picture struct {
	width, height vg.Length
	nodes         []box
	edges         []spline
}

type box struct {
	at   vg.Point
	w, h vg.Length
	text string
}

type spline struct {
	ends    [2]string // names of the nodes
	control []vg.Point
	label   string
	at      vg.Point
	pen     float64
	ink     color.Color
	dashed  bool
}

// parse reads Graphviz's plain format, whose unit is the inch.
func parse(plain string) (*picture, error) {
	p := &picture{}
	for _, line := range strings.Split(plain, "\n") {
		f := fields(line)
		if len(f) == 0 || f[0] == "stop" {
			continue
		}
		bad := func() error { return fmt.Errorf("laying out a cell: graphviz wrote %q", line) }
		at := func(i int) vg.Length {
			if i >= len(f) {
				return vg.Length(math.NaN())
			}
			v, err := strconv.ParseFloat(f[i], 64)
			if err != nil {
				return vg.Length(math.NaN())
			}
			return vg.Length(v * 72)
		}
		switch f[0] {
		case "graph":
			p.width, p.height = at(2), at(3)
		case "node":
			if len(f) < 7 {
				return nil, bad()
			}
			p.nodes = append(p.nodes, box{at: vg.Point{X: at(2), Y: at(3)}, w: at(4), h: at(5), text: f[6]})
		case "edge":
			n, err := strconv.Atoi(f[min(3, len(f)-1)])
			if err != nil || len(f) < 4+2*n+2 {
				return nil, bad()
			}
			s := spline{ends: [2]string{f[1], f[2]}}
			for i := range n {
				s.control = append(s.control, vg.Point{X: at(4 + 2*i), Y: at(5 + 2*i)})
			}
			if len(f) > 7+2*n {
				s.at = vg.Point{X: at(5 + 2*n), Y: at(6 + 2*n)}
			}
			p.edges = append(p.edges, s)
		default:
			return nil, bad()
		}
	}
	if !(p.width > 0) || !(p.height > 0) {
		return nil, fmt.Errorf("laying out a cell: graphviz gave no size")
	}
	return p, nil
}

// lay is the layout of the full cell with the edges of g only.
func (g *graph) lay() (*picture, error) {
	all, err := layouts()
	if err != nil {
		return nil, err
	}
	if g.m.Nodes > len(all) {
		return nil, fmt.Errorf("cell of %s: %d intermediate nodes: cells of up to %d are drawn", g.m.Name, g.m.Nodes, len(all))
	}
	full := all[g.m.Nodes-1]
	p := &picture{width: full.width, height: full.height, nodes: full.nodes}
	at := map[[2]string]spline{}
	for _, s := range full.edges {
		at[s.ends] = s
	}
	for _, e := range g.edges {
		s, ok := at[[2]string{fmt.Sprint("n", e.from), fmt.Sprint("n", e.to)}]
		if !ok {
			return nil, fmt.Errorf("cell of %s: no layout has an edge (%d,%d)", g.m.Name, e.from, e.to)
		}
		s.label, s.pen, s.ink, s.dashed = g.label(e), pen(e), figure.OperationColor(e.op), e.none
		p.edges = append(p.edges, s)
	}
	for _, n := range g.m.Concat {
		s := at[[2]string{fmt.Sprint("n", n), "out"}]
		s.pen, s.ink = 0.6, color.Gray{Y: 0x99}
		p.edges = append(p.edges, s)
	}
	return p, nil
}

// fields splits a line of the plain format, in which a string with spaces is
// quoted.
func fields(line string) []string {
	var out []string
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimLeft(line, " ") {
		if q, err := strconv.QuotedPrefix(line); err == nil {
			s, _ := strconv.Unquote(q)
			out, line = append(out, s), line[len(q):]
			continue
		}
		word, rest, _ := strings.Cut(line, " ")
		out, line = append(out, word), rest
	}
	return out
}

func (p *picture) draw(c draw.Canvas, title string) {
	sty := figure.TextStyle(8, -0.5, -1)
	c.FillText(sty, vg.Point{X: (c.Min.X + c.Max.X) / 2, Y: c.Max.Y}, title)
	scale := min(1, (c.Max.X-c.Min.X-4)/p.width, (c.Max.Y-c.Min.Y-14)/p.height)
	x0 := (c.Min.X+c.Max.X)/2 - p.width*scale/2
	y0 := (c.Min.Y+c.Max.Y-12)/2 - p.height*scale/2
	to := func(q vg.Point) vg.Point { return vg.Point{X: x0 + q.X*scale, Y: y0 + q.Y*scale} }
	for _, s := range p.edges {
		line := draw.LineStyle{Color: s.ink, Width: vg.Points(s.pen)}
		if s.dashed {
			line.Dashes = []vg.Length{3, 2}
		}
		var path vg.Path
		path.Move(to(s.control[0]))
		for i := 1; i+2 < len(s.control); i += 3 {
			path.CubeTo(to(s.control[i]), to(s.control[i+1]), to(s.control[i+2]))
		}
		c.SetLineStyle(line)
		c.Stroke(path)
		end := to(s.control[len(s.control)-1])
		u := end.Sub(to(s.control[len(s.control)-2]))
		if l := vg.Length(math.Hypot(float64(u.X), float64(u.Y))); l > 0 {
			u = u.Scale(1 / l)
			size := vg.Length(3 + 0.9*s.pen)
			n := vg.Point{X: -u.Y, Y: u.X}
			c.FillPolygon(s.ink, []vg.Point{end.Add(u.Scale(size)), end.Add(n.Scale(size * 0.42)), end.Sub(n.Scale(size * 0.42))})
		}
	}
	text := figure.TextStyle(min(6.5, max(4.5, 7*float64(scale))), -0.5, -0.4)
	places := p.labels(text, to)
	for i, s := range p.edges { // in order: the same bytes every time
		at, ok := places[i]
		if !ok {
			continue
		}
		w, h := text.Width(s.label)+2, text.Height(s.label)+1
		c.SetColor(color.NRGBA{R: 255, G: 255, B: 255, A: 215})
		c.Fill(around(at, w, h).Path())
		c.FillText(text, at, s.label)
	}
	for _, b := range p.nodes {
		a, z := to(vg.Point{X: b.at.X - b.w/2, Y: b.at.Y - b.h/2}), to(vg.Point{X: b.at.X + b.w/2, Y: b.at.Y + b.h/2})
		r := vg.Rectangle{Min: a, Max: z}
		c.SetColor(color.White)
		c.Fill(r.Path())
		c.SetLineStyle(draw.LineStyle{Color: color.Black, Width: 0.7})
		c.Stroke(r.Path())
		c.FillText(figure.TextStyle(min(7.5, max(5, 8*float64(scale))), -0.5, -0.4), to(b.at), b.text)
	}
}

// labels are the middles of the labels of the edges: each where Graphviz left room
// for it, or, where another label or a node is in the way, at the place along its
// edge that is the least covered.
func (p *picture) labels(sty text.Style, to func(vg.Point) vg.Point) map[int]vg.Point {
	var taken []vg.Rectangle
	for _, b := range p.nodes {
		corner := vg.Point{X: b.w / 2, Y: b.h / 2}
		taken = append(taken, vg.Rectangle{Min: to(b.at.Sub(corner)), Max: to(b.at.Add(corner))})
	}
	out := map[int]vg.Point{}
	for i, s := range p.edges {
		if s.label == "" {
			continue
		}
		w, h := sty.Width(s.label)+2, sty.Height(s.label)+1
		places := []vg.Point{to(s.at)}
		for _, t := range []vg.Length{0.5, 0.42, 0.58, 0.34, 0.66, 0.27, 0.73} {
			places = append(places, to(s.along(t)))
		}
		best, least := places[0], vg.Length(math.Inf(1))
		for _, at := range places {
			covered := vg.Length(0)
			for _, r := range taken {
				covered += overlap(around(at, w, h), r)
			}
			if covered < least {
				best, least = at, covered
			}
		}
		taken = append(taken, around(best, w, h))
		out[i] = best
	}
	return out
}

// along is the point at the share t of the Bezier pieces of the spline.
func (s spline) along(t vg.Length) vg.Point {
	pieces := (len(s.control) - 1) / 3
	k := min(int(t*vg.Length(pieces)), pieces-1)
	u := t*vg.Length(pieces) - vg.Length(k)
	c := s.control[3*k : 3*k+4]
	v := 1 - u
	return c[0].Scale(v * v * v).Add(c[1].Scale(3 * v * v * u)).Add(c[2].Scale(3 * v * u * u)).Add(c[3].Scale(u * u * u))
}

func around(at vg.Point, w, h vg.Length) vg.Rectangle {
	return vg.Rectangle{Min: vg.Point{X: at.X - w/2, Y: at.Y - h/2}, Max: vg.Point{X: at.X + w/2, Y: at.Y + h/2}}
}

// overlap is the area that two rectangles share.
func overlap(a, b vg.Rectangle) vg.Length {
	w := min(a.Max.X, b.Max.X) - max(a.Min.X, b.Min.X)
	h := min(a.Max.Y, b.Max.Y) - max(a.Min.Y, b.Min.Y)
	return max(0, w) * max(0, h)
}
