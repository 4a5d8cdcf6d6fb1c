package figure

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Pair is one predicted quantity and what was observed of it.
type Pair struct {
	Predicted, Observed float64
	Group               string // pairs of one group share a mark: a rung, or a run
}

// Calibration scatters observed over predicted, with the line of perfect
// prediction, and prints for each group the R² of the prediction as it stands,
// 1 − sum (observed − predicted)² / sum (observed − mean observed)², which is
// negative for a prediction that is worse than the mean. A group whose observed
// values are all equal has none and says so.
func Calibration(caption, quantity string, pairs []Pair) (*Figure, error) {
	var groups []string
	byGroup := map[string][]Pair{}
	lo, hi := math.Inf(1), math.Inf(-1)
	for i, p := range pairs {
		if !finite(p.Predicted) || !finite(p.Observed) {
			return nil, fmt.Errorf("calibration: pair %d of group %s is (%v, %v): both must be finite", i, p.Group, p.Predicted, p.Observed)
		}
		if byGroup[p.Group] == nil {
			groups = append(groups, p.Group)
		}
		byGroup[p.Group] = append(byGroup[p.Group], p)
		lo, hi = min(lo, p.Predicted, p.Observed), max(hi, p.Predicted, p.Observed)
	}
	if len(pairs) == 0 {
		return nil, fmt.Errorf("calibration: no pairs")
	}
	if !(hi > lo) {
		lo, hi = lo-0.5, hi+0.5
	}
	pad := (hi - lo) * 0.03
	p := newPlot("predicted "+quantity, "observed "+quantity)
	p.Add(identity{})
	var keys []key
	for i, g := range groups {
		s := &scatter{pairs: byGroup[g], glyph: draw.GlyphStyle{Color: pick(okabeIto, i+1), Radius: vg.Points(1.7), Shape: pick(shapes, i)}}
		p.Add(s)
		label := g
		if r2 := determination(byGroup[g]); finite(r2) {
			label += strings.ReplaceAll(fmt.Sprintf(" (R² = %.3f, n = %d)", r2, len(byGroup[g])), "-", "−")
		} else {
			label += fmt.Sprintf(" (constant, n = %d)", len(byGroup[g]))
		}
		keys = append(keys, key{label: label, glyph: s.glyph})
	}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = lo-pad, hi+pad, lo-pad, hi+pad
	f := &Figure{Name: "calibration", Caption: caption, Width: Column, Height: 78*vg.Millimeter + vg.Points(10*float64(len(groups)))}
	f.draw = func(c draw.Canvas) error {
		c = legend(draw.Crop(c, 2, -6, 2, -2), keys)
		grid(c, [][]*plot.Plot{{p}}, []float64{1})
		return nil
	}
	return f, nil
}

// determination is R² of the predictions as they stand; NaN where the observed
// values are all equal.
func determination(pairs []Pair) float64 {
	mean := 0.0
	for _, p := range pairs {
		mean += p.Observed / float64(len(pairs))
	}
	var left, all float64
	for _, p := range pairs {
		left += (p.Observed - p.Predicted) * (p.Observed - p.Predicted)
		all += (p.Observed - mean) * (p.Observed - mean)
	}
	if all <= 1e-24*mean*mean {
		return nan
	}
	return 1 - left/all
}

type identity struct{}

func (identity) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	lo, hi := max(p.X.Min, p.Y.Min), min(p.X.Max, p.Y.Max)
	c.StrokeLine2(draw.LineStyle{Color: grey, Width: vg.Points(0.7)}, tx(lo), ty(lo), tx(hi), ty(hi))
}

type scatter struct {
	pairs []Pair
	glyph draw.GlyphStyle
}

func (s *scatter) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	for _, q := range s.pairs {
		c.DrawGlyph(s.glyph, vg.Point{X: tx(q.Predicted), Y: ty(q.Observed)})
	}
}
