package figure

import (
	"fmt"
	"math"
	"slices"
	"sort"

	"edgewise/sim/trace"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Prediction is a predicted trace and its rung or name.
type Prediction struct {
	Label string
	Trace *trace.Trace
}

// NoneProbability shows the none-probability of every edge of a kind of cell
// over time, as observed (solid) and as predicted (dashed), and below it the
// residuals, predicted − observed, at the observed steps (predictions are
// interpolated linearly). A cell of more than six edges, or more than one
// prediction, gets one panel per target node.
func NoneProbability(observed *trace.Trace, kind int, predictions ...Prediction) (*Figure, error) {
	m := &observed.Manifest
	if err := checkKind(observed, kind); err != nil {
		return nil, err
	}
	none := m.None()
	if none < 0 {
		return nil, fmt.Errorf("none-probability of %s: its operations %v have no none", m.Name, m.Ops)
	}
	if !observed.HasProb() {
		return nil, fmt.Errorf("none-probability of %s: its source logged no probabilities", m.Name)
	}
	for _, p := range predictions {
		if err := checkKind(p.Trace, kind); err != nil {
			return nil, fmt.Errorf("prediction %s: %w", p.Label, err)
		}
		if !slices.Equal(p.Trace.Manifest.Edges, m.Edges) || p.Trace.Manifest.None() < 0 {
			return nil, fmt.Errorf("prediction %s: it has edges %v and operations %v, the observed run has %v and %v", p.Label, p.Trace.Manifest.Edges, p.Trace.Manifest.Ops, m.Edges, m.Ops)
		}
	}
	groups := [][]int{nil}
	faceted := len(m.Edges) > 6 || len(predictions) > 1
	for e, edge := range m.Edges {
		if faceted && len(groups[len(groups)-1]) > 0 && m.Edges[e-1][1] != edge[1] {
			groups = append(groups, nil)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], e)
	}
	faceted = len(groups) > 1

	obs := noneSeries(observed, kind)
	pred := make([][]plotter.XYs, len(predictions))
	for i, p := range predictions {
		pred[i] = noneSeries(p.Trace, kind)
	}
	var keys []key
	var tops, lows []*plot.Plot
	for g, edges := range groups {
		top, low := newPlot("", ""), newPlot("step", "")
		if faceted {
			top.Title.Text = fmt.Sprintf("into node %d", m.Edges[edges[0]][1])
		}
		low.Add(level{0})
		low.Y.Tick.Marker = ticks(4)
		for i, e := range edges {
			at := i
			label := fmt.Sprintf("(%d,%d)", m.Edges[e][0], m.Edges[e][1])
			if faceted {
				at, label = m.Edges[e][0], fmt.Sprintf("from node %d", m.Edges[e][0])
			}
			c := newCurve(obs[e], at, -1)
			top.Add(c)
			if !faceted || g == len(groups)-1 {
				keys = append(keys, c.key(label))
			}
			for k := range predictions {
				q := newCurve(pred[k][e], at, k)
				top.Add(q)
				low.Add(&curve{xy: thin(residual(pred[k][e], obs[e]), buckets), line: q.line})
			}
		}
		top.Y.Min, top.Y.Max = 0, 1
		tops, lows = append(tops, top), append(lows, low)
	}
	if len(predictions) > 0 {
		keys = append(keys, key{label: "observed", line: draw.LineStyle{Color: grey, Width: vg.Points(0.9)}})
	}
	for k, p := range predictions {
		keys = append(keys, key{label: p.Label, line: draw.LineStyle{Color: grey, Width: vg.Points(1.1), Dashes: pick(dashes, k)}})
	}
	tops[0].Y.Label.Text = "none-probability"
	lows[0].Y.Label.Text = "residual"
	caption := fmt.Sprintf("None-probability of the edges of the %s cell in run %s (%s).", m.Kinds[kind], m.Run, m.Name)
	f := &Figure{Name: "none_probability", Runs: []string{m.Run}, Width: Column, Height: 70 * vg.Millimeter}
	if len(predictions) == 0 {
		for _, p := range tops {
			p.X.Label.Text = "step"
		}
		unite(xAxis, tops...)
		f.Caption = caption
		f.Height = 55 * vg.Millimeter
	} else {
		f.Caption = caption + " Solid: observed; dashed: predicted; below: predicted − observed."
		f.Height = 78 * vg.Millimeter
		unite(xAxis, append(slices.Clone(tops), lows...)...)
		for _, p := range lows {
			symmetric(p)
		}
		unite(yAxis, lows...)
		for _, p := range tops {
			p.X.Tick.Marker = unlabelled{ticks(4)}
		}
	}
	for i := range tops {
		if len(tops) > 2 {
			tops[i].X.Tick.Marker, lows[i].X.Tick.Marker = unlabelled{ticks(3)}, ticks(3)
			if len(predictions) == 0 {
				tops[i].X.Tick.Marker = ticks(3)
			}
		}
	}
	if faceted {
		f.Width = Text
	}
	f.draw = func(c draw.Canvas) error {
		c = legend(draw.Crop(c, 2, -6, 2, -2), keys)
		if len(predictions) == 0 {
			grid(c, [][]*plot.Plot{tops}, []float64{1})
		} else {
			grid(c, [][]*plot.Plot{tops, lows}, []float64{1.6, 1})
		}
		return nil
	}
	return f, nil
}

// checkKind refuses a trace without points or without that kind of cell.
func checkKind(t *trace.Trace, kind int) error {
	if len(t.Points) == 0 {
		return fmt.Errorf("trace %s has no points", t.Manifest.Name)
	}
	if kind < 0 || kind >= len(t.Manifest.Kinds) {
		return fmt.Errorf("trace %s has no cell kind number %d: its kinds are %v", t.Manifest.Name, kind, t.Manifest.Kinds)
	}
	return nil
}

// noneSeries is the none-probability of each edge over the steps.
func noneSeries(t *trace.Trace, kind int) []plotter.XYs {
	none := t.NoneProb(kind)
	out := make([]plotter.XYs, len(t.Manifest.Edges))
	for e := range out {
		out[e] = make(plotter.XYs, len(t.Points))
		for i := range t.Points {
			out[e][i] = plotter.XY{X: float64(t.Points[i].Step), Y: none[i][e]}
		}
	}
	return out
}

// residual is predicted − observed at the observed steps that the prediction
// reaches.
func residual(predicted, observed plotter.XYs) plotter.XYs {
	var out plotter.XYs
	for _, o := range observed {
		if p := interpolate(predicted, o.X); !math.IsNaN(p) {
			out = append(out, plotter.XY{X: o.X, Y: p - o.Y})
		}
	}
	return out
}

// interpolate is the value at x of the line through the points, NaN outside.
func interpolate(xy plotter.XYs, x float64) float64 {
	i := sort.Search(len(xy), func(i int) bool { return xy[i].X >= x })
	switch {
	case i == len(xy):
		return math.NaN()
	case xy[i].X == x:
		return xy[i].Y
	case i == 0:
		return math.NaN()
	}
	a, b := xy[i-1], xy[i]
	return a.Y + (b.Y-a.Y)*(x-a.X)/(b.X-a.X)
}

// symmetric makes the range of y symmetric about zero.
func symmetric(p *plot.Plot) {
	m := max(math.Abs(p.Y.Min), math.Abs(p.Y.Max))
	if !finite(m) || m < 1e-12 {
		m = 1e-12
	}
	p.Y.Min, p.Y.Max = -m, m
}

// unlabelled keeps the marks of a ticker and drops their labels.
type unlabelled struct{ plot.Ticker }

func (u unlabelled) Ticks(lo, hi float64) []plot.Tick {
	t := u.Ticker.Ticks(lo, hi)
	for i := range t {
		t[i].Label = ""
	}
	return t
}
