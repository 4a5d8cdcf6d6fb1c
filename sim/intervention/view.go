package intervention

import (
	"edgewise/theory/cell"
	"edgewise/theory/cost"
)

// A View is what one step of a search shows of one kind of cell. Tables are
// [edge][op]; Cost is the only field that an intervention writes.
type View struct {
	Cell cell.Cell
	None int // index of none, -1 where the space has none
	Prob [][]float64
	Gate [][]float64 // Z of the step: one-hot, or soft
	Cost [][]float64 // C^k, batch means summed over the cells of the kind; 0 for operations that did not run

	// Voices names the rows of each sample's voters: the operations of the last
	// cell that ran, with a row Z^k_e W_j GAP O^k_e each. Both are empty for a kind
	// without a last cell.
	Voices []Voice
	Voters []cost.Voters // [sample][voice][class]
	Labels []int
	Shared bool // other cells of the kind share alpha: voters are not the whole of an edge

	// Without returns the mean loss of the batch, and that with the gate of one
	// operation at 0 in all cells of the kind.
	Without func(edge, op int) (whole, without float64, err error)

	// Past holds the edges' running moments over the steps before this one.
	Past *Past
}

// A Voice is one operation of one edge that has a voter, with its gate.
type Voice struct {
	Edge, Op int
	Gate     float64
}

// active returns, per edge, whether an operation other than none has weight.
func (v *View) active() []bool {
	out := make([]bool, len(v.Gate))
	for e := range v.Gate {
		out[e] = v.activity(e) > 0
	}
	return out
}

// activity is the weight of the operations of an edge other than none.
func (v *View) activity(e int) float64 {
	sum := 0.0
	for k, z := range v.Gate[e] {
		if k != v.None {
			sum += z
		}
	}
	return sum
}

// edgeCost is C_e = sum_k Z^k C^k over the operations other than none.
func (v *View) edgeCost(e int) float64 {
	sum := 0.0
	for k, z := range v.Gate[e] {
		if k != v.None {
			sum += z * v.Cost[e][k]
		}
	}
	return sum
}

// each calls f for every operation other than none that takes part in the step:
// those with weight.
func (v *View) each(f func(e, k int)) {
	for e := range v.Gate {
		for k, z := range v.Gate[e] {
			if k != v.None && z != 0 {
				f(e, k)
			}
		}
	}
}

// replaceVotes adds, to the cost of every operation with a voter, what assign
// gives in place of the local cost: C^k += mean over samples of (assign - (p-y).z)/Z^k.
func (v *View) replaceVotes(assign func(dst []float64, s cost.Voters, label int) error) error {
	if len(v.Voices) == 0 {
		return nil
	}
	local, other := make([]float64, len(v.Voices)), make([]float64, len(v.Voices))
	sum := make([]float64, len(v.Voices))
	for n, s := range v.Voters {
		if err := s.LocalCosts(local, v.Labels[n]); err != nil {
			return err
		}
		if err := assign(other, s, v.Labels[n]); err != nil {
			return err
		}
		for i := range sum {
			sum[i] += other[i] - local[i]
		}
	}
	for i, w := range v.Voices {
		v.Cost[w.Edge][w.Op] += sum[i] / float64(len(v.Voters)) / w.Gate
	}
	return nil
}
