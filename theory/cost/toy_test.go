package cost

import (
	"math"
	"math/rand"

	"edgewise/theory/cell"
)

// toy is a cell on vectors: x_j = sum Z O(x_i) with operations none, skip
// (degree 1) and two of the form BN(f(x) M) without eps (degree 0), then a
// linear head on the concat, directly (last cell) or behind BN(. M). f is of
// degree 1 like ReLU, but smooth, so that differences of the loss are exact to
// many digits: f(x)_i = x_i + x_i^3/|x|^2.
type toy struct {
	cell   cell.Cell
	ops    []cell.Operation
	inputs [2][][]float64
	mats   map[[2]int][][]float64 // edge, operation
	norm   [][]float64            // of the earlier cell's output; nil for the last cell
	head   [][]float64
	bias   []float64
	labels []int
	eps    float64
}

const toyWidth, toyBatch, toyClasses = 3, 7, 4

func randomMatrix(r *rand.Rand, rows, cols int) [][]float64 {
	m := make([][]float64, rows)
	for i := range m {
		m[i] = randomLogits(r, cols, 1)
	}
	return m
}

func newToy(r *rand.Rand, c cell.Cell, last bool) *toy {
	t := &toy{cell: c, mats: map[[2]int][][]float64{}, bias: make([]float64, toyClasses)}
	for _, name := range []string{cell.None, cell.Skip, cell.AvgPool, cell.SepConv3x3} {
		o, err := cell.OperationByName(name)
		if err != nil {
			panic(err)
		}
		t.ops = append(t.ops, o)
	}
	for i := range t.inputs {
		t.inputs[i] = randomMatrix(r, toyBatch, toyWidth)
	}
	for e := range c.Edges {
		for k := 2; k < 4; k++ {
			t.mats[[2]int{e, k}] = randomMatrix(r, toyWidth, toyWidth)
		}
	}
	width := toyWidth * len(c.Concat)
	if !last {
		t.norm = randomMatrix(r, width, width)
	}
	t.head = randomMatrix(r, width, toyClasses)
	for range toyBatch {
		t.labels = append(t.labels, r.Intn(toyClasses))
	}
	return t
}

func times(x, m [][]float64, activate bool) [][]float64 {
	out := make([][]float64, len(x))
	for n := range x {
		out[n] = make([]float64, len(m[0]))
		norm := 0.0
		for _, v := range x[n] {
			norm += v * v
		}
		for i, v := range x[n] {
			if activate {
				v += v * v * v / norm
			}
			for k, w := range m[i] {
				out[n][k] += v * w
			}
		}
	}
	return out
}

// batchNorm normalises each column; a constant column gives 0.
func batchNorm(x [][]float64, eps float64) [][]float64 {
	for k := range x[0] {
		var m moments
		for n := range x {
			m.add(x[n][k])
		}
		s := math.Sqrt(m.dev2/float64(m.n) + eps)
		for n := range x {
			if s > 0 {
				x[n][k] = (x[n][k] - m.mean) / s
			}
		}
	}
	return x
}

// logits returns the logits and the concat for gates z.
func (t *toy) logits(z [][]float64) [][]float64 {
	nodes := [][][]float64{t.inputs[0], t.inputs[1]}
	for j := cell.Inputs; j < cell.Inputs+t.cell.Nodes; j++ {
		x := make([][]float64, toyBatch)
		for n := range x {
			x[n] = make([]float64, toyWidth)
		}
		for _, e := range t.cell.Into(j) {
			from := nodes[t.cell.Edges[e].From]
			for k := 1; k < len(t.ops); k++ {
				o := from
				if k > 1 {
					o = batchNorm(times(from, t.mats[[2]int{e, k}], true), t.eps)
				}
				for n := range x {
					for i := range x[n] {
						x[n][i] += z[e][k] * o[n][i]
					}
				}
			}
		}
		nodes = append(nodes, x)
	}
	out := make([][]float64, toyBatch)
	for n := range out {
		for _, j := range t.cell.Concat {
			out[n] = append(out[n], nodes[j][n]...)
		}
	}
	if t.norm != nil {
		out = batchNorm(times(out, t.norm, false), t.eps)
	}
	out = times(out, t.head, false)
	for n := range out {
		for k := range out[n] {
			out[n][k] += t.bias[k]
		}
	}
	return out
}

// mean returns the batch means of L and L - H.
func (t *toy) mean(z [][]float64) (loss, gap float64) {
	for n, l := range t.logits(z) {
		a, _, g, err := Output(l, t.labels[n])
		if err != nil {
			panic(err)
		}
		loss += a / toyBatch
		gap += g / toyBatch
	}
	return loss, gap
}

// costs returns C_e^k = dL/dZ_e^k by extrapolated central differences.
func (t *toy) costs(z [][]float64) [][]float64 {
	out := make([][]float64, len(z))
	for e := range z {
		out[e] = make([]float64, len(z[e]))
		for k := 1; k < len(z[e]); k++ {
			was := z[e][k]
			slope := func(h float64) float64 {
				z[e][k] = was + h
				up, _ := t.mean(z)
				z[e][k] = was - h
				down, _ := t.mean(z)
				z[e][k] = was
				return (up - down) / (2 * h)
			}
			const h = 1e-3
			out[e][k] = (64*slope(h/4) - 20*slope(h/2) + slope(h)) / 45
		}
	}
	return out
}

func (t *toy) randomGates(r *rand.Rand) [][]float64 {
	z := randomMatrix(r, len(t.cell.Edges), len(t.ops))
	for e := range z {
		Softmax(z[e], z[e])
	}
	return z
}
