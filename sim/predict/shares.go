package predict

import (
	"edgewise/theory/cell"
)

// Votes counts how the total output cost of a last cell is shared out. With a
// linear head the logits are a sum of voters: every operation of degree 0 on a
// live source (its output has unit energy because of its batch norm) is one
// voter per unit of gate at every concat node that its node reaches by skips;
// skip_connect hands its source's voters on, none has no voter (P2.1, P3.1,
// P3.4). For gates Z[e][k], with d_k the degree of operation k,
//
//	A_j = sum over e into j, k of Z^k_e a^k_e     voters that node j carries; A_input = 1
//	a^k_e = [A_i > 0] (d_k = 0),  A_i (d_k = 1),  0 (none)
//	R_j = [j in concat] + sum over l of Z^skip_jl R_l   weight of node j at the output
//	V   = sum over j in concat of A_j
//
// so that a total cost T = L - H that all voters share equally gives
//
//	C^k_e = T R_j a^k_e / V,    sum over j in concat of D_j = T exactly.
//
// For one-hot gates without skips among intermediate nodes this is T/n on each
// of the n effective edges (P4.8); an intermediate skip is paid for twice, once
// on its own edge and once on the edges whose output it hands on (P4.1, P3.4).
// An edge into a node outside the concat costs nothing unless skips lead on.
// Energy is the weight of a voter on an edge from an intermediate node, in place
// of the 1 in a^k: such an edge carries more energy at initialisation, and under
// soft gates also later (P4.1, P6).
// Flat gives every operation that reaches the output the same cost per unit of gate,
//
//	C^k_e = T / (sum of Z^k_e that vote - sum of Z^skip on edges from intermediate nodes),
//
// which satisfies P3.4 too: the costs of soft stacks do not depend on the target
// (LawFor).
type Votes struct {
	Energy      float64
	Flat        bool
	cell        cell.Cell
	ops         []cell.Operation
	none        int
	node, reach []float64
}

// NewVotes prepares the count for a cell and its list of operations.
func NewVotes(c cell.Cell, ops []cell.Operation) *Votes {
	v := &Votes{Energy: 1, cell: c, ops: ops, none: -1, node: make([]float64, cell.Inputs+c.Nodes), reach: make([]float64, cell.Inputs+c.Nodes)}
	for k, o := range ops {
		if o.Name == cell.None {
			v.none = k
		}
	}
	return v
}

// Shares writes the share of each edge and operation in the total cost,
// dst[e][k] = R_j a^k_e / V, for gates z[e][k], of operations that were not
// sampled too. All shares are 0 when nothing reaches the output (V = 0); the
// number of voters V is returned.
func (v *Votes) Shares(dst, z [][]float64) float64 {
	for i := range cell.Inputs {
		v.node[i] = 1
	}
	clear(v.node[cell.Inputs:])
	for e, ed := range v.cell.Edges { // DARTS order is topological
		for k := range v.ops {
			if z[e][k] != 0 {
				v.node[ed.To] += z[e][k] * v.carries(ed.From, k)
			}
		}
	}
	clear(v.reach)
	for _, j := range v.cell.Concat {
		v.reach[j] = 1
	}
	for e := len(v.cell.Edges) - 1; e >= 0; e-- {
		ed := v.cell.Edges[e]
		for k, o := range v.ops {
			if o.Degree == 1 && z[e][k] != 0 {
				v.reach[ed.From] += z[e][k] * v.reach[ed.To]
			}
		}
	}
	total := 0.0
	for _, j := range v.cell.Concat {
		total += v.node[j]
	}
	if flat := v.flat(z); v.Flat && flat > 0 {
		total = flat
	}
	for e, ed := range v.cell.Edges {
		for k := range v.ops {
			dst[e][k] = 0
			if total > 0 {
				dst[e][k] = v.reach[ed.To] * v.carries(ed.From, k) / total
				if v.Flat && dst[e][k] != 0 {
					dst[e][k] = 1 / total
				}
			}
		}
	}
	return total
}

// flat is the gate mass of the operations that vote, without the skips from
// intermediate nodes, which are paid for twice.
func (v *Votes) flat(z [][]float64) float64 {
	total := 0.0
	for e, ed := range v.cell.Edges {
		for k, o := range v.ops {
			if v.reach[ed.To]*v.carries(ed.From, k) != 0 && (o.Degree != 1 || ed.FromInput()) {
				total += z[e][k]
			}
		}
	}
	return total
}

// carries is a^k for an edge from node i.
func (v *Votes) carries(i, k int) float64 {
	switch {
	case k == v.none || v.node[i] == 0:
		return 0
	case v.ops[k].Degree == 1:
		return v.node[i]
	case i >= cell.Inputs:
		return v.Energy
	}
	return 1
}
