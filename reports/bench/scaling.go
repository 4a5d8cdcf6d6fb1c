package bench

import (
	"fmt"
	"math"

	"edgewise/reports/table"
)

// sweeps vary one size of a net at a time, from 1 cell of 2 nodes, 64 images of 16×16
// and 8 channels.
func sweeps(short bool) (out []struct {
	name  string
	steps []step
}) {
	add := func(name string, values []int, set func(s *step, v int)) {
		var list []step
		for i, v := range values {
			if short && i > 1 {
				break
			}
			s := step{Algorithm: "darts", Cells: 1, Nodes: 2, Channels: 8, Side: 16, Batch: 64}
			set(&s, v)
			list = append(list, s)
		}
		out = append(out, struct {
			name  string
			steps []step
		}{name, list})
	}
	add("cells", []int{1, 2, 4, 8, 16}, func(s *step, v int) { s.Cells = v })
	add("batch", []int{16, 32, 64, 128, 256}, func(s *step, v int) { s.Batch = v })
	add("side", []int{8, 16, 32, 64}, func(s *step, v int) { s.Side = v })
	return out
}

// Scaling times the passes of a DARTS step as cells, batch and image side grow, each
// alone, and takes the exponent p of time ∝ size^p by least squares of the logarithms:
// 1 is a cost in proportion to cells, images or pixels.
func Scaling(o Options) (table.Table, error) {
	t := table.Table{
		Name:    "scaling",
		Caption: "Passes of a DARTS step, float32, one worker, C=8: median time, and time per cell, image and pixel.",
		Columns: []table.Column{
			{Header: "Varied"}, {Header: "Cells", Kind: table.KindNumber}, {Header: "Batch", Kind: table.KindNumber}, {Header: "Side", Kind: table.KindNumber},
			{Header: "time", Unit: "ms", Kind: table.KindNumber, Precision: 2},
			{Header: "per cell, image, pixel", Unit: "ns", Kind: table.KindNumber, Precision: 1},
			{Header: "exponent", Kind: table.KindNumber, Precision: 2},
		},
		Notes: []string{"exponent: p of time ∝ size^p over the rows of a sweep, by least squares of the logarithms; the size of the last sweep is the pixels. Stem and head are in the time, so p of the cells is below 1."},
	}
	for i, sweep := range sweeps(o.Short) {
		if i > 0 {
			t.Rule()
		}
		var size, ms []float64
		for _, s := range sweep.steps {
			v, err := timeRunner(s, 1, min(o.Repeat, 5))
			if err != nil {
				return t, fmt.Errorf("%s: %w", s, err)
			}
			ms, size = append(ms, v), append(size, float64(s.Cells*s.Batch*s.Side*s.Side)) // all but one are constant
		}
		p := exponent(size, ms)
		for j, s := range sweep.steps {
			t.Add(table.Text(sweep.name), table.Number(float64(s.Cells)), table.Number(float64(s.Batch)), table.Number(float64(s.Side)),
				table.Number(ms[j]), table.Number(1e6*ms[j]/size[j]), table.Number(p))
		}
	}
	return t, nil
}

// timeRunner is the median time of the passes of a step in milliseconds.
func timeRunner(s step, workers, repeat int) (float64, error) {
	r, err := newRunner(s, workers)
	if err != nil {
		return 0, err
	}
	defer r.net.Close()
	var failed error
	ms := 1e3 * median(repeat, func() {
		if err := r.run(); err != nil {
			failed = err
		}
	})
	return ms, failed
}

// exponent is the slope of log y over log x.
func exponent(x, y []float64) float64 {
	var sx, sy, sxx, sxy, n float64
	for i := range x {
		u, v := math.Log(x[i]), math.Log(y[i])
		sx, sy, sxx, sxy, n = sx+u, sy+v, sxx+u*u, sxy+u*v, n+1
	}
	return (n*sxy - sx*sy) / (n*sxx - sx*sx)
}
