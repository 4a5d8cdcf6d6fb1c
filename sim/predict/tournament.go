package predict

import (
	"math"

	"edgewise/sim/trace"
	"edgewise/theory/bias"
	"edgewise/theory/cell"
)

// Law says how a step's costs follow from L, H and the gates alone. To the equal
// shares of the last cell (Votes) it adds, in every cell, a tournament within
// each node (P4.7) and a noise:
//
//	C_e  = share_e (L-H) [last cell] + sum over cells of f (u_e - ubar_j)
//	f    = q L^Fading
//	Var C_e = Noise q^2 per cell
//
// u_e is what the route through e's source lacks in usefulness, ubar_j its mean
// over the voters that enter e's target j, so that the tournament is zero-sum
// in every node. q is the root mean square of the share (L-H)/V over the last
// steps: the scale of a voter's cost, which makes the constants free of units.
// With Routes the lack is
//
//	u = Cells * (shortest number of cells from the stem) + Nodes * (source depth in the cell)
//
// as an output is as good as the best of its inputs; without, the source's
// number counts (input 0, input 1, node 2, ...), in units of Cells. The zero
// Law is equal shares alone (P5.12).
type Law struct {
	Name   string
	Noise  float64 // variance of an edge's cost about its law, in units of q^2
	Cells  float64 // lack per cell
	Nodes  float64 // lack per intermediate node
	Routes bool
	Fading float64 // exponent of L
}

// Laws returns the candidates that were tried, plainest first. Their constants
// are calibrated on the runs that Calibration names.
func Laws() []Law {
	return []Law{
		{Name: "equal shares"},
		{Name: "equal shares with noise", Noise: 1},
		{Name: "order of sources", Noise: 1, Cells: .4},
		{Name: "shortest route", Noise: 1.02, Cells: .4165, Nodes: .3734, Routes: true},
		{Name: "shortest route, fading", Noise: 1.02, Cells: .2843, Nodes: .2472, Routes: true, Fading: 1},
	}
}

// routes returns, per cell of a stack, the shortest number of cells between the
// stem and each of the cell's inputs: 0 for the stem itself, and one more than
// the better of its inputs for a cell's output.
func routes(cells int) [][cell.Inputs]float64 {
	out := make([][cell.Inputs]float64, cells)
	behind, last := 0.0, 0.0
	for c := range out {
		out[c] = [cell.Inputs]float64{behind, last}
		behind, last = last, 1+math.Min(behind, last)
	}
	return out
}

// lack is u of a source node in a cell with the given input routes.
func (l Law) lack(node int, inputs [cell.Inputs]float64) float64 {
	switch {
	case !l.Routes:
		return l.Cells * float64(node)
	case node < cell.Inputs:
		return l.Cells * inputs[node]
	}
	best := inputs[0]
	for _, d := range inputs[1:] {
		best = math.Min(best, d)
	}
	return l.Cells*best + l.Nodes*float64(bias.SourceDepth(node))
}

// amplitude is f for the scale q of a voter's cost and the losses of the step.
func (l Law) amplitude(q float64, s *trace.Split) float64 {
	if l.Cells == 0 && l.Nodes == 0 {
		return 0
	}
	return q * math.Pow(s.Loss, l.Fading)
}

// tournament adds f (u_e - ubar_j) to the costs of every operation of every
// edge that votes in a cell, given its shares (0 marks those that do not vote).
func (l Law) tournament(dst [][]float64, c cell.Cell, gate, shares [][]float64, inputs [cell.Inputs]float64, f float64) {
	if f == 0 {
		return
	}
	for j := cell.Inputs; j < cell.Inputs+c.Nodes; j++ {
		into := c.Into(j)
		weight, mean := 0.0, 0.0
		for _, e := range into {
			u := l.lack(c.Edges[e].From, inputs)
			for k, z := range gate[e] {
				if shares[e][k] != 0 {
					weight += z
					mean += z * u
				}
			}
		}
		if weight == 0 {
			continue
		}
		mean /= weight
		for _, e := range into {
			for k := range gate[e] {
				if shares[e][k] != 0 {
					dst[e][k] += f * (l.lack(c.Edges[e].From, inputs) - mean)
				}
			}
		}
	}
}
