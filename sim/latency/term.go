package latency

import (
	"fmt"

	"edgewise/theory/cell"
)

// Term is lambda LAT(E[p]) / LAT, LAT the mean latency of the table: what a search
// adds to the loss that alpha descends. Behind a gate it is a cost like any other,
//
//	C_k := C_k + lambda dLAT/dp_k / LAT,
//
// whatever the images say.
type Term struct {
	Weight float64
	r      *Regressor
	index  []int // canonical number of each operation of the space
	x, dx  []float64
}

// NewTerm trains the regressor of a table for a space of one kind of cell.
func NewTerm(t *Table, samples int, weight float64, s cell.Space) (*Term, error) {
	if len(s.Kinds()) != 1 || s.Cell.Nodes != t.Nodes {
		return nil, fmt.Errorf("latency: the table is of single cells of %d intermediate nodes, the net has %d kinds of cells of %d", t.Nodes, len(s.Kinds()), s.Cell.Nodes)
	}
	l := &Term{Weight: weight, r: Train(t.Head(samples))}
	for _, o := range s.Ops {
		for k, c := range cell.Canonical() {
			if c.Name == o.Name {
				l.index = append(l.index, k)
			}
		}
	}
	l.x, l.dx = make([]float64, l.r.edges*l.r.ops), make([]float64, l.r.edges*l.r.ops)
	return l, nil
}

func (l *Term) encode(p [][]float64) {
	clear(l.x)
	for e, row := range p {
		sum := 0.0
		for k, v := range row {
			l.x[e*l.r.ops+l.index[k]] = v
			sum += v
		}
		if sum == 0 {
			l.x[e*l.r.ops] = 1 // a deleted edge is one with none
		}
	}
}

// Partial writes dLAT/dp_k / LAT at the probabilities p, [edge][op], into dst.
func (l *Term) Partial(dst, p [][]float64) {
	l.encode(p)
	l.r.Gradient(l.dx, l.x)
	for e, row := range dst {
		for k := range row {
			row[k] = l.dx[e*l.r.ops+l.index[k]] / l.r.Unit
		}
	}
}

// Add adds lambda dLAT/dp_k / LAT to the costs, [edge][op].
func (l *Term) Add(c, p [][]float64) {
	l.encode(p)
	l.r.Gradient(l.dx, l.x)
	for e, row := range c {
		for k := range row {
			row[k] += l.Weight * l.dx[e*l.r.ops+l.index[k]] / l.r.Unit
		}
	}
}

// Millis is LAT(p) in milliseconds.
func (l *Term) Millis(p [][]float64) float64 {
	l.encode(p)
	return l.r.At(l.x)
}
