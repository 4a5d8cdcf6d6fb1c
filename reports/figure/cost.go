package figure

import (
	"fmt"

	"edgewise/sim/trace"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// costWindows is how many windows the noisy costs are averaged over.
const costWindows = 80

// EdgeCost shows the cost of every edge of a kind of cell over time, averaged
// over windows of the run: the recorded sum_k Z^k C^k, summed over the cells of
// the kind, or, where a trace does not hold it, sum_k p^k C^k from the mean
// costs per operation. A positive cost means that the edge raises the loss.
func EdgeCost(t *trace.Trace, kind int) (*Figure, error) {
	if err := checkKind(t, kind); err != nil {
		return nil, err
	}
	m := &t.Manifest
	series := make([]plotter.XYs, len(m.Edges))
	any := false
	for e := range series {
		series[e] = windows(t, costWindows, func(p *trace.Point) float64 { return m.EdgeCostOf(p, kind, e) })
		any = any || len(series[e]) > 0
	}
	if !any {
		return nil, fmt.Errorf("cost per edge of %s: its trace holds no costs", m.Name)
	}
	p := newPlot("step", "cost (nat)")
	p.Add(level{0})
	var keys []key
	for e, xy := range series {
		c := newCurve(xy, e, -1)
		if e >= len(okabeIto) {
			c.line.Dashes = pick(dashes, e/len(okabeIto)-1)
		}
		p.Add(c)
		keys = append(keys, c.key(fmt.Sprintf("(%d,%d)", m.Edges[e][0], m.Edges[e][1])))
	}
	p.X.Min, p.X.Max = span(t)
	f := &Figure{Name: "edge_cost", Runs: []string{m.Run}, Width: Column, Height: 58 * vg.Millimeter}
	f.Caption = fmt.Sprintf("Cost of the edges of the %s cell in run %s (%s), mean over windows. A positive cost means that the edge raises the loss.", m.Kinds[kind], m.Run, m.Name)
	f.draw = func(c draw.Canvas) error {
		c = legend(draw.Crop(c, 2, -6, 2, -2), keys)
		grid(c, [][]*plot.Plot{{p}}, []float64{1})
		return nil
	}
	return f, nil
}

// windows averages a quantity over n windows of the run, each point with its
// number of steps as weight; a point where it is NaN is left out.
func windows(t *trace.Trace, n int, of func(*trace.Point) float64) plotter.XYs {
	first, last := t.Points[0].Step, t.Points[len(t.Points)-1].Step
	var out plotter.XYs
	at := -1
	var sum, weight, middle float64
	flush := func() {
		if weight > 0 {
			out = append(out, plotter.XY{X: middle / weight, Y: sum / weight})
		}
		sum, weight, middle = 0, 0, 0
	}
	for i := range t.Points {
		p := &t.Points[i]
		v := of(p)
		if !finite(v) {
			continue
		}
		if b := n * (p.Step - first) / max(1, last-first+1); b != at {
			flush()
			at = b
		}
		w := float64(max(1, p.Steps))
		sum, weight, middle = sum+w*v, weight+w, middle+w*(float64(p.Step)+float64(p.Steps)/2)
	}
	flush()
	return out
}

// span is the range of steps of a trace.
func span(t *trace.Trace) (lo, hi float64) {
	return float64(t.Points[0].Step), float64(t.Points[len(t.Points)-1].Step)
}
