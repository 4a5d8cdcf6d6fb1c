package search

import "edgewise/theory/dynamics"

// allowed returns which operations the edges may take, [kind][edge][op].
func (a *arch) allowed() [][][]bool {
	out := make([][][]bool, len(a.ops))
	for k := range a.ops {
		out[k] = make([][]bool, len(a.ops[k]))
		for e, list := range a.ops[k] {
			out[k][e] = make([]bool, len(a.space.Ops))
			for _, o := range list {
				out[k][e][o] = true
			}
		}
	}
	return out
}

// perCell spreads a table per kind to one per cell.
func (a *arch) perCell(keep [][][]bool) [][][]bool {
	var out [][][]bool
	for _, kind := range a.space.Stack {
		for k, have := range a.kinds {
			if have == kind {
				out = append(out, keep[k])
			}
		}
	}
	return out
}

// restrict takes from every edge the operations that keep does not name, with their
// alpha and what Adam remembers of them; the others stay as they are, so that their
// probabilities grow in proportion.
func (a *arch) restrict(keep [][][]bool) {
	var stay []int
	n := 0
	for k := range a.ops {
		for e, list := range a.ops[k] {
			var left []int
			for i, o := range list {
				if keep[k][e][o] {
					left, stay = append(left, o), append(stay, a.at[k][e]+i)
				}
			}
			for o := range a.prob[k][e] {
				a.prob[k][e][o], a.weight[k][e][o] = 0, 0
			}
			a.ops[k][e], a.at[k][e] = left, n
			n += len(left)
		}
	}
	pick := func(v []float64) []float64 {
		out := make([]float64, n)
		for i, j := range stay {
			out[i] = v[j]
		}
		return out
	}
	old := len(a.alpha)
	a.alpha, a.grad = pick(a.alpha), make([]float64, n)
	state := a.optim.State()
	if _, adam := a.optim.(*dynamics.Adam); adam && len(state) == 1+2*old {
		state = append(append(state[:1:1], pick(state[1:1+old])...), pick(state[1+old:])...)
		if err := a.optim.SetState(state); err != nil {
			panic("search: a part of Adam's own state: " + err.Error())
		}
	} else {
		a.optim.Reset()
	}
	a.updateProb()
}
