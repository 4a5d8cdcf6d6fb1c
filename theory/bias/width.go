package bias

import (
	"math"
	"slices"

	"edgewise/theory/cell"
)

// Width is O2: edges that start at the cell's inputs win over edges that start
// at intermediate nodes. At the end, over the free edges,
//
//	InputNone, IntermediateNone         = mean q_e(T) over edges from inputs, from intermediate nodes
//	InputSelected, IntermediateSelected = share of those edges that none does not win
//	Gap   = mean over the target nodes j that both kinds of edges enter of
//	        (mean q_e(T) of j's intermediate edges) - (mean q_e(T) of j's input edges);
//	        positive: the cell is wide
//	GapPeak = the same with max_t q_e(t) for q_e(T): who is dropped deeper on the way
//	SlopeDepth    = least-squares slope of q_e(T) on the depth of e's source
//	SpearmanDepth = rank correlation of the two (mean ranks on ties)
//	SpearmanSource = rank correlation of q_e(T) with the number of e's source
//	        node, which tells input 0 from input 1 as P4.7 does
//
// with SourceDepth of a node as defined there.
type Width struct {
	InputNone, IntermediateNone         Value
	InputSelected, IntermediateSelected Value
	Gap, GapPeak                        Value
	SlopeDepth                          Value
	SpearmanDepth, SpearmanSource       Value
}

// SourceDepth is the length of the longest path from an input to node i in a
// full cell: 0 for the inputs, i-1 for the intermediate nodes 2, 3, ...
func SourceDepth(i int) int {
	if i < cell.Inputs {
		return 0
	}
	return i - cell.Inputs + 1
}

func width(t Trajectory) Width {
	var w Width
	free, why := t.free()
	if why != "" {
		a := absent(why)
		return Width{a, a, a, a, a, a, a, a, a}
	}
	last := t.Prob[t.final()]
	var in, mid, inWins, midWins, all, depth, source []float64
	for _, e := range free {
		q, ed := t.q(t.final(), e), t.Cell.Edges[e]
		wins := 1.0
		if noneWins(last[e], t.None) {
			wins = 0
		}
		if ed.FromInput() {
			in, inWins = append(in, q), append(inWins, wins)
		} else {
			mid, midWins = append(mid, q), append(midWins, wins)
		}
		all, depth, source = append(all, q), append(depth, float64(SourceDepth(ed.From))), append(source, float64(ed.From))
	}
	const noInput, noMid = "no free edge starts at an input", "no free edge starts at an intermediate node"
	w.InputNone, w.InputSelected = absent(noInput), absent(noInput)
	w.IntermediateNone, w.IntermediateSelected = absent(noMid), absent(noMid)
	if len(in) > 0 {
		w.InputNone, w.InputSelected = known(mean(in)), known(mean(inWins))
	}
	if len(mid) > 0 {
		w.IntermediateNone, w.IntermediateSelected = known(mean(mid)), known(mean(midWins))
	}
	w.Gap = gap(t.Cell, free, func(e int) float64 { return t.q(t.final(), e) })
	w.GapPeak = gap(t.Cell, free, func(e int) float64 {
		peak := 0.0
		for i := range t.Prob {
			peak = math.Max(peak, t.q(i, e))
		}
		return peak
	})
	w.SlopeDepth, w.SpearmanDepth = slope(depth, all), Spearman(depth, all)
	w.SpearmanSource = Spearman(source, all)
	return w
}

// gap is the mean over target nodes of the difference between intermediate and
// input edges.
func gap(c cell.Cell, free []int, at func(e int) float64) Value {
	var in, mid = map[int][]float64{}, map[int][]float64{}
	for _, e := range free {
		if ed := c.Edges[e]; ed.FromInput() {
			in[ed.To] = append(in[ed.To], at(e))
		} else {
			mid[ed.To] = append(mid[ed.To], at(e))
		}
	}
	var diffs []float64
	for j := cell.Inputs; j < cell.Inputs+c.Nodes; j++ {
		if len(in[j]) > 0 && len(mid[j]) > 0 {
			diffs = append(diffs, mean(mid[j])-mean(in[j]))
		}
	}
	if len(diffs) == 0 {
		return absent("no node is entered by free edges of both kinds")
	}
	return known(mean(diffs))
}

// slope is the least-squares slope of y on x.
func slope(x, y []float64) Value {
	mx, my := mean(x), mean(y)
	sxx, sxy := 0.0, 0.0
	for i := range x {
		sxx += (x[i] - mx) * (x[i] - mx)
		sxy += (x[i] - mx) * (y[i] - my)
	}
	if sxx == 0 {
		return absent("all free edges have sources of the same depth")
	}
	return known(sxy / sxx)
}

// Spearman is the rank correlation of x and y with mean ranks on ties; absent
// where either does not vary or fewer than three pairs are given.
func Spearman(x, y []float64) Value {
	if len(x) < 3 || len(x) != len(y) {
		return absent("a rank correlation needs at least three pairs")
	}
	a, b := ranks(x), ranks(y)
	ma, mb := mean(a), mean(b)
	saa, sbb, sab := 0.0, 0.0, 0.0
	for i := range a {
		saa += (a[i] - ma) * (a[i] - ma)
		sbb += (b[i] - mb) * (b[i] - mb)
		sab += (a[i] - ma) * (b[i] - mb)
	}
	if saa == 0 || sbb == 0 {
		return absent("all values are tied")
	}
	return known(sab / math.Sqrt(saa*sbb))
}

// ranks are 1, 2, ... with the mean rank on ties.
func ranks(x []float64) []float64 {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case x[a] < x[b]:
			return -1
		case x[a] > x[b]:
			return 1
		}
		return a - b
	})
	out := make([]float64, len(x))
	for lo := 0; lo < len(x); {
		hi := lo + 1
		for hi < len(x) && x[order[hi]] == x[order[lo]] {
			hi++
		}
		for _, i := range order[lo:hi] {
			out[i] = float64(lo+hi+1) / 2
		}
		lo = hi
	}
	return out
}
