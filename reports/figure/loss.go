package figure

import (
	"fmt"

	"edgewise/sim/trace"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Losses shows loss L, entropy H and their difference L − H, the cost that the
// head assigns to the last cell (P2.1), for the correctly and the wrongly
// classified images apart, one row of panels per split that the trace knows.
func Losses(t *trace.Trace) (*Figure, error) {
	if err := checkKind(t, 0); err != nil {
		return nil, err
	}
	splits := []struct {
		name string
		of   func(*trace.Point) *trace.Split
	}{
		{"train", func(p *trace.Point) *trace.Split { return p.Train }},
		{"search", func(p *trace.Point) *trace.Split { return p.Search }},
		{"test", func(p *trace.Point) *trace.Split { return p.Test }},
	}
	lines := []struct {
		label          string
		correct, wrong func(*trace.Split) float64
	}{
		{"loss L", func(s *trace.Split) float64 { return s.LossCorrect }, func(s *trace.Split) float64 { return s.LossWrong }},
		{"entropy H", func(s *trace.Split) float64 { return s.EntropyCorrect }, func(s *trace.Split) float64 { return s.EntropyWrong }},
		{"L − H", (*trace.Split).GapCorrect, (*trace.Split).GapWrong},
	}
	var rows [][]*plot.Plot
	var keys []key
	var all []*plot.Plot
	for _, sp := range splits {
		known := false
		row := []*plot.Plot{newPlot("", sp.name+" (nat)"), newPlot("", "")}
		for side, p := range row {
			p.Add(level{0})
			for i, l := range lines {
				of := l.correct
				if side == 1 {
					of = l.wrong
				}
				xy := windows(t, 2*costWindows, func(q *trace.Point) float64 {
					if s := sp.of(q); s != nil {
						return of(s)
					}
					return nan
				})
				known = known || len(xy) > 0
				c := newCurve(xy, i, -1)
				if i == 2 {
					c.line.Width = vg.Points(1.4)
				}
				p.Add(c)
				if len(rows) == 0 && side == 0 {
					keys = append(keys, c.key(l.label))
				}
			}
		}
		if !known {
			keys = keys[:min(len(keys), len(lines)*len(rows))]
			continue
		}
		unite(yAxis, row...)
		rows = append(rows, row)
		all = append(all, row...)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("losses of %s: its trace holds no loss of correct and wrong images", t.Manifest.Name)
	}
	rows[0][0].Title.Text, rows[0][1].Title.Text = "correctly classified", "wrongly classified"
	for _, p := range all {
		p.X.Min, p.X.Max = span(t)
	}
	weights := make([]float64, len(rows))
	for i, r := range rows {
		weights[i] = 1
		for _, p := range r {
			p.X.Tick.Marker = ticks(3)
			if i == len(rows)-1 {
				p.X.Label.Text = "step"
				weights[i] = 1.22
			} else {
				p.X.Tick.Marker = unlabelled{ticks(3)}
			}
		}
	}
	m := &t.Manifest
	f := &Figure{Name: "losses", Runs: []string{m.Run}, Width: Column, Height: (16 + 34*vg.Length(len(rows))) * vg.Millimeter}
	f.Caption = fmt.Sprintf("Loss L, entropy H and L − H, the total cost of the last cell, of correctly and wrongly classified images in run %s (%s). A positive L − H raises the loss as the logits grow.", m.Run, m.Name)
	f.draw = func(c draw.Canvas) error {
		c = legend(draw.Crop(c, 2, -6, 2, -2), keys)
		grid(c, rows, weights)
		return nil
	}
	return f, nil
}
