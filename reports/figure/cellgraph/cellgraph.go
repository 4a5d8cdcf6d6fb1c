// Package cellgraph draws a cell as a graph. Graphviz laid the cells of DARTS out
// beforehand (command layout), each full cell once, so that nothing moves between
// the moments of a search and no layout engine is started; Edgewise's canvases
// draw it in every format of package figure.
package cellgraph

import (
	_ "embed"
	"fmt"
	"sort"
	"strings"
	"sync"

	"edgewise/reports/figure"
	"edgewise/sim/trace"
	"edgewise/theory/cell"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

//go:generate go run ./layout layouts.plain

// MaxNodes is the largest number of intermediate nodes of a cell that is drawn.
const MaxNodes = 8

//go:embed layouts.plain
var layoutsText string

// layouts are the pictures of the full cells of 1 to MaxNodes nodes.
var layouts = sync.OnceValues(func() ([]*picture, error) {
	var out []*picture
	for i, text := range strings.SplitAfter(layoutsText, "stop\n") {
		if strings.TrimSpace(text) == "" {
			continue
		}
		p, err := parse(text)
		if err != nil {
			return nil, fmt.Errorf("layout of the cell of %d nodes: %w", i+1, err)
		}
		out = append(out, p)
	}
	return out, nil
})

// Full is the graph of a full cell of DARTS in Graphviz's language, with room for
// the label of an operation on every edge.
func Full(nodes int) string {
	c, err := cell.DARTS(nodes, nodes)
	if err != nil {
		return ""
	}
	m := &trace.Manifest{Nodes: nodes, Ops: []string{cell.MaxPool}, Concat: c.Concat}
	g := &graph{m: m}
	for _, e := range c.Edges {
		g.edges = append(g.edges, edge{from: e.From, to: e.To, weight: 1})
	}
	return g.dot()
}

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

// Cell draws a kind of cell at each of the steps (the last point at or before
// it): the width of an edge is 1 − none-probability, its colour and label are
// those of the most probable operation other than none, and an edge on which
// none wins is dashed.
func Cell(t *trace.Trace, kind int, steps ...int) (*figure.Figure, error) {
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
		p, err := g.lay()
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
