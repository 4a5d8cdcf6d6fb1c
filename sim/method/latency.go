package method

import (
	"edgewise/sim/latency"
	"edgewise/sim/trace"
	"edgewise/theory/bias"
	"edgewise/theory/cell"
)

// milliseconds is the latency that the shipped regressor predicts for a derived cell.
func milliseconds(d Derived, s cell.Space) bias.Value {
	t, err := latency.Shipped()
	if err != nil {
		return absent(err.Error())
	}
	l, err := latency.NewTerm(t, 0, 1, s)
	if err != nil {
		return absent(err.Error())
	}
	x := make([][]float64, len(d[0]))
	for e, name := range d[0] {
		x[e] = make([]float64, len(s.Ops))
		if name != "" {
			x[e][s.OpIndex(name)] = 1
		}
	}
	return known(l.Millis(x))
}

// meanCosts is the mean of the recorded costs over a search, of its first kind of
// cell; nil where a trace has none.
func meanCosts(t *trace.Trace) [][]float64 {
	var sum, n [][]float64
	for _, p := range t.Points {
		if p.Cost == nil {
			continue
		}
		if sum == nil {
			for _, row := range p.Cost.Mean[0] {
				sum, n = append(sum, make([]float64, len(row))), append(n, make([]float64, len(row)))
			}
		}
		for e, row := range p.Cost.Mean[0] {
			for k, c := range row {
				sum[e][k] += c * p.Cost.Count[0][e][k]
				n[e][k] += p.Cost.Count[0][e][k]
			}
		}
	}
	for e := range sum {
		for k := range sum[e] {
			if n[e][k] > 0 {
				sum[e][k] /= n[e][k]
			}
		}
	}
	return sum
}

// Flips compares, edge by edge, a search with latency at weight lambda with the plain
// one under the same seed. The plain search's mean costs say at which lambda* its
// largest operation w is overtaken by another that is faster,
//
//	lambda* = min over k of (C_k - C_w) / (LAT_w - LAT_k),  LAT_k = dLAT/dp_k / LAT at uniform p,
//
// so that an edge is predicted to change where lambda > lambda*. It has changed where
// its largest operation is another, faster one.
type Flip struct {
	Edge               int
	Lambda             float64 // lambda*; +Inf where no faster operation is left
	Predicted, Changed bool
}

// Flips returns one comparison per edge; none is no candidate.
func (p Plan) Flips(m Method, plain, slow *Outcome) ([]Flip, error) {
	space, err := m.Spec.Space()
	if err != nil {
		return nil, err
	}
	t, err := latency.Load(m.Spec.Latency.Table)
	if err != nil {
		return nil, err
	}
	l, err := latency.NewTerm(t, m.Spec.Latency.Samples, m.Spec.Latency.Weight, space)
	if err != nil {
		return nil, err
	}
	uniform, partial := make([][]float64, len(plain.Costs)), make([][]float64, len(plain.Costs))
	for e, row := range plain.Costs {
		uniform[e], partial[e] = make([]float64, len(row)), make([]float64, len(row))
		for k := range row {
			uniform[e][k] = 1 / float64(len(row))
		}
	}
	l.Partial(partial, uniform)
	none := space.NoneIndex()
	largest := func(row []float64) int {
		best := -1
		for k, x := range row {
			if k != none && (best < 0 || x > row[best]) {
				best = k
			}
		}
		return best
	}
	var out []Flip
	for e, c := range plain.Costs {
		f := Flip{Edge: e, Lambda: latency.Never}
		w := largest(plain.Final[e])
		for k := range c {
			if k == none || k == w {
				continue
			}
			if v, ok := latency.FlipPoint(c[w], partial[e][w], c[k], partial[e][k]); ok {
				f.Lambda = min(f.Lambda, v)
			}
		}
		now := largest(slow.Final[e])
		f.Predicted = m.Spec.Latency.Weight > f.Lambda
		f.Changed = now != w && partial[e][now] < partial[e][w]
		out = append(out, f)
	}
	return out, nil
}
