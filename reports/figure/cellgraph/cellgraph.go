// Package cellgraph draws a cell as a graph. Graphviz lays it out; Edgewise's
// canvases draw it, so that it comes in every format of package figure.
//
// Importing it starts a WebAssembly runtime that holds Graphviz: some seconds
// the first time on a machine, 0.1 s afterwards. It stands apart from package
// figure so that only programs that draw cells pay for that.
package cellgraph

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"sort"
	"strings"
	"sync"

	"edgewise/reports/figure"
	"edgewise/sim/trace"

	"github.com/goccy/go-graphviz"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// graphvizMutex guards the one Graphviz of the process.
var graphvizMutex sync.Mutex

// DOT is the graph of a kind of cell at one point, in Graphviz's language: edge
// width is 1 − none-probability, the label is the most probable operation other
// than none. Edges into the output are the concat and carry no probability.
func DOT(t *trace.Trace, kind, point int) (string, error) {
	g, err := read(t, kind, point)
	if err != nil {
		return "", err
	}
	return g.dot(), nil
}

// Render writes Graphviz's own drawing of DOT as SVG or PNG.
func Render(ctx context.Context, w io.Writer, dot string, format figure.Format) error {
	if format != figure.SVG && format != figure.PNG {
		return fmt.Errorf("drawing a cell with graphviz: unknown format %q: use svg or png", format)
	}
	out, err := run(ctx, dot, graphviz.Format(format))
	if err != nil {
		return err
	}
	_, err = w.Write(out)
	return err
}

func run(ctx context.Context, dot string, format graphviz.Format) (out []byte, err error) {
	graphvizMutex.Lock()
	defer graphvizMutex.Unlock()
	fail := func(err error) ([]byte, error) { return nil, fmt.Errorf("laying out a cell with graphviz: %w", err) }
	g, err := graphviz.New(ctx)
	if err != nil {
		return fail(err)
	}
	defer g.Close()
	parsed, err := graphviz.ParseBytes([]byte(dot))
	if err != nil {
		return fail(err)
	}
	defer parsed.Close()
	var b bytes.Buffer
	if err := g.Render(ctx, parsed, format, &b); err != nil {
		return fail(err)
	}
	return b.Bytes(), nil
}

// Cell draws a kind of cell at each of the steps (the last point at or before
// it): the width of an edge is 1 − none-probability, its colour and label are
// those of the most probable operation other than none, and an edge on which
// none wins is dashed.
func Cell(ctx context.Context, t *trace.Trace, kind int, steps ...int) (*figure.Figure, error) {
	if len(steps) == 0 || len(steps) > 4 {
		return nil, fmt.Errorf("cell of %s: %d steps: 1 to 4", t.Manifest.Name, len(steps))
	}
	var panels []*picture
	var titles []string
	for _, s := range steps {
		i := max(0, sort.Search(len(t.Points), func(i int) bool { return t.Points[i].Step > s })-1)
		g, err := read(t, kind, i)
		if err != nil {
			return nil, err
		}
		plain, err := run(ctx, g.dot(), "plain")
		if err != nil {
			return nil, err
		}
		p, err := parse(string(plain), g)
		if err != nil {
			return nil, err
		}
		panels, titles = append(panels, p), append(titles, fmt.Sprintf("step %d", t.Points[i].Step))
	}
	width := figure.Column
	if len(panels) > 1 {
		width = figure.Text
	}
	cols := min(2, len(panels))
	panel := (width - 6) / vg.Length(cols)
	var height vg.Length
	for _, p := range panels {
		height = max(height, min(1, panel/p.width)*p.height+16)
	}
	rows := (len(panels) + cols - 1) / cols
	m := &t.Manifest
	f := figure.New("cell", fmt.Sprintf("The %s cell of run %s (%s). Edge width: 1 − none-probability; label and colour: the most probable operation other than none; dashed: none wins.", m.Kinds[kind], m.Run, m.Name),
		width, height*vg.Length(rows)+6, func(c draw.Canvas) error {
			for i, p := range panels {
				x := c.Min.X + 3 + panel*vg.Length(i%cols)
				y := c.Max.Y - 3 - height*vg.Length(i/cols)
				p.draw(draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{Min: vg.Point{X: x, Y: y - height}, Max: vg.Point{X: x + panel, Y: y}}}, titles[i])
			}
			return nil
		})
	f.Runs = []string{m.Run}
	return f, nil
}

// graph is a cell at one moment.
type graph struct {
	m     *trace.Manifest
	edges []edge
}

type edge struct {
	from, to int
	op       int
	weight   float64 // 1 − none-probability
	none     bool    // none wins
}

func read(t *trace.Trace, kind, point int) (*graph, error) {
	m := &t.Manifest
	if point < 0 || point >= len(t.Points) || kind < 0 || kind >= len(m.Kinds) {
		return nil, fmt.Errorf("cell of %s: no kind %d at point %d: it has %d kinds and %d points", m.Name, kind, point, len(m.Kinds), len(t.Points))
	}
	none := m.None()
	g := &graph{m: m}
	for e, q := range m.Edges {
		x := edge{from: q[0], to: q[1], op: -1, weight: 1}
		prob := t.Points[point].Prob[kind][e]
		for o, p := range prob {
			if o != none && (x.op < 0 || p > prob[x.op]) {
				x.op = o
			}
		}
		if none >= 0 {
			x.weight = 1 - prob[none]
			x.none = x.op < 0 || prob[none] >= prob[x.op]
		}
		g.edges = append(g.edges, x)
	}
	return g, nil
}

func (g *graph) label(e edge) string {
	if e.op < 0 {
		return "none"
	}
	return g.m.Ops[e.op]
}

// name of a node as the papers write it.
func name(node int) string {
	switch node {
	case 0:
		return "in 0"
	case 1:
		return "in 1"
	}
	return fmt.Sprint(node)
}

func (g *graph) dot() string {
	var b strings.Builder
	b.WriteString("digraph cell {\n rankdir=LR; nodesep=0.2; ranksep=0.3;\n node [shape=box, style=rounded, fontname=\"Helvetica\", fontsize=9, width=0.4, height=0.25, margin=0.04];\n edge [fontname=\"Helvetica\", fontsize=8, arrowsize=0.6];\n")
	for n := range g.m.Nodes + 2 {
		fmt.Fprintf(&b, " n%d [label=%q];\n", n, name(n))
	}
	b.WriteString(" out [label=\"out\"];\n { rank=same; n0; n1; }\n")
	for i, e := range g.edges {
		style := "solid"
		if e.none {
			style = "dashed"
		}
		fmt.Fprintf(&b, " n%d -> n%d [label=%q, penwidth=%.3f, color=\"%s\", style=%s, id=\"e%d\"];\n", e.from, e.to, g.label(e), pen(e), figure.OperationHex(e.op), style, i)
	}
	for _, n := range g.m.Concat {
		fmt.Fprintf(&b, " n%d -> out [color=\"#999999\", penwidth=0.6, arrowsize=0.4];\n", n)
	}
	b.WriteString("}\n")
	return b.String()
}

// pen is the width in points of an edge.
func pen(e edge) float64 { return 0.3 + 3.2*min(max(e.weight, 0), 1) }
