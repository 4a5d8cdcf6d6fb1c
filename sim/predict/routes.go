package predict

import (
	"math"

	"edgewise/theory/cell"

	"gonum.org/v1/gonum/stat/distuv"
)

// meanRoutes returns, per cell and node, what the node lacks: the mean number of
// operations between it and the stem, in units of Hops. Under soft gates a node is
// the sum of all that enters it, so that with the active mass a_e of edge e (all
// but none) as weight
//
//	u_j = Hops + sum over e into j of a_e u_e / sum of a_e,   u_stem = 0
//	u_cell = mean of u_j over the nodes of the output
//
// With equal gates the profile repeats from cell to cell: input 0, input 1, node
// 2, 3, 4 stand at 0, .95, 1.48, 1.81, 2.06 Hops (P4.7).
func (l Law) meanRoutes(stack []int, c cell.Cell, active [][]float64) [][]float64 {
	out := make([][]float64, len(stack))
	behind, last := 0.0, 0.0
	for i, kind := range stack {
		u := make([]float64, cell.Inputs+c.Nodes)
		u[0], u[1] = behind, last
		for j := cell.Inputs; j < len(u); j++ {
			weight, sum := 0.0, 0.0
			for _, e := range c.Into(j) {
				weight += active[kind][e]
				sum += active[kind][e] * u[c.Edges[e].From]
			}
			if weight > 0 {
				u[j] = l.Hops + sum/weight
			}
		}
		end := 0.0
		for _, j := range c.Concat {
			end += u[j] / float64(len(c.Concat))
		}
		out[i] = u
		behind, last = last, end
	}
	return out
}

// actives are the probabilities that are not none, per kind and edge.
func (f *frame) actives(prob []float64) [][]float64 {
	out := make([][]float64, f.kinds)
	for _, s := range f.slots {
		sum := 0.0
		for i, o := range s.op {
			if o != f.none {
				sum += prob[s.lo+i]
			}
		}
		out[s.kind] = append(out[s.kind], sum)
	}
	return out
}

// gatesActive are the gates that are not none, per kind and edge.
func gatesActive(gate [][][]float64, none int) [][]float64 {
	out := make([][]float64, len(gate))
	for k := range gate {
		for _, row := range gate[k] {
			sum := 0.0
			for o, z := range row {
				if o != none {
					sum += z
				}
			}
			out[k] = append(out[k], sum)
		}
	}
	return out
}

// spread adds to the costs of an edge what its operations differ by. Which
// operation is better than which the law does not know, only how far they lie
// apart: the lacks of the n operations that vote are Spread times the normal scores
// Phi^-1((i - 1/2)/n) in the order of the manifest, independent from cell to cell,
//
//	C_e^k = C_e + f sqrt(cells of the kind) Spread z_k,   sum_k z_k = 0
//
// so that none wins an edge only where it beats the best of several.
func (l Law) spread(dst [][]float64, shares [][]float64, cells int, f float64) {
	if l.Spread == 0 {
		return
	}
	for e, row := range shares {
		n, i := 0, 0
		for _, share := range row {
			if share != 0 {
				n++
			}
		}
		for k, share := range row {
			if share != 0 {
				dst[e][k] += f * math.Sqrt(float64(cells)) * l.Spread * distuv.UnitNormal.Quantile((float64(i)+0.5)/float64(n))
				i++
			}
		}
	}
}
