package predict

import (
	"math"

	"edgewise/sim/spec"
	"edgewise/theory/cell"
)

// Law says how a step's costs follow from L, H and the gates alone. To the equal
// shares of the last cell (Votes) it adds, in every cell, a tournament within
// each node (P4.7) and a noise:
//
//	C_e  = share_e (L-H) [last cell] + sum over cells of f (u_e - ubar_j)
//	f    = q L^Fading
//	Var C_e = Noise q^2 per cell, common to the operations of the edge,
//	          and OpNoise q^2 per cell and operation,
//	          both times (1 + Untrained e^-(log K - H)/0.2)^2d in the cell d places before the last
//
// u_e is what the route through e's source lacks in usefulness, ubar_j its mean
// over the voters that enter e's target j, so that the tournament is zero-sum
// in every node. q is the root mean square of the share (L-H)/V over the last
// steps: the scale of a voter's cost, which makes the constants free of units.
// With Routes the lack is
//
//	u = Cells * (shortest number of cells from the stem) + Nodes * [source is an intermediate node]
//
// as an output is as good as the best of its inputs, and every intermediate node
// has edges from the cell's inputs; without, the source's
// number counts (input 0, input 1, node 2, ...), in units of Cells. The zero
// Law is equal shares alone (P5.12).
type Law struct {
	Name       string
	Noise      float64 // variance of an edge's cost about its law, in units of q^2
	OpNoise    float64 // variance of an operation's cost about its edge's, in units of q^2
	Energy     float64 // weight of voters on edges from intermediate nodes; 0 means 1 (Votes)
	Untrained  float64 // growth of the noise per cell towards the stem while nothing is learned
	Redundancy float64 // v E[n] in units of log K - H, for expected costs (rung law)
	Cells      float64 // lack per cell
	Nodes      float64 // lack per intermediate node
	Routes     bool
	Fading     float64 // exponent of L
}

// Laws returns the candidates that were tried for one-hot gates, plainest first.
// The last is the one that LawFor gives.
func Laws() []Law {
	return []Law{
		{Name: "equal shares", Redundancy: .45},
		{Name: "equal shares, noise", Noise: 2, Redundancy: .45},
		{Name: "order of sources", Noise: 2, Cells: .3, Redundancy: .45},
		{Name: "shortest route", Noise: 2, Cells: .46, Nodes: .5, Routes: true, Redundancy: .45},
		{Name: "shortest route, untrained noise", Noise: 2, Cells: .46, Nodes: .5, Routes: true, Untrained: .37, Redundancy: .45},
		{Name: "shortest route, untrained noise, fading", Noise: 2, Cells: .46, Nodes: .5, Routes: true, Untrained: .37, Fading: .5, Redundancy: .45},
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
	return l.Cells*best + l.Nodes
}

// amplitude is f for the scale q of a voter's cost and the losses of the step.
func (l Law) amplitude(q float64, s losses) float64 {
	if l.Cells == 0 && l.Nodes == 0 {
		return 0
	}
	return q * math.Pow(s.loss, l.Fading)
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

// noises returns, per kind, the sum over its cells of the growth of the noise.
// Untrained cells with batch norm amplify the gradient on its way to the stem.
func (l Law) noises(stack []int, kinds int, s losses) []float64 {
	growth := math.Pow(1+l.Untrained*math.Exp(-s.information()/0.2), 2)
	out := make([]float64, kinds)
	for i, k := range stack {
		out[k] += math.Pow(growth, float64(len(stack)-1-i))
	}
	return out
}

// LawFor returns the calibrated law of a spec's algorithm; see Calibration.
func LawFor(s *spec.Spec) Law {
	switch s.Algorithm {
	case spec.DARTS:
		return Law{Name: "equal shares with energy and noise", Noise: .55, OpNoise: 9.3, Energy: 2.36, Redundancy: .45}
	case spec.SNAS:
		return Law{Name: "shortest route, fading", Noise: 2, Cells: .5, Nodes: .45, Routes: true, Fading: .5, Untrained: .37, Redundancy: .45}
	}
	return Law{Name: "shortest route, fading", Noise: 2, Cells: .5, Nodes: .45, Routes: true, Fading: .5, Untrained: .37, Redundancy: .45}
}
