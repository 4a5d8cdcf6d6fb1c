package bias

// Growth is O1: edges are dropped first, then some regrow. Over the n free
// edges, with the margin m of the options,
//
//	Start   = (1/n) sum_e q_e(0)
//	Peak    = max_t (1/n) sum_e q_e(t),  reached first at step PeakStep
//	Final   = (1/n) sum_e q_e(T)
//	Rise    = Peak - Start
//	Dropped = share of edges with max_t q_e(t) >= q_e(0) + m
//	Regrown = share of edges that were dropped and later returned:
//	          q_e(t) <= q_e(0) at some t after the time of the maximum
//	DroppedHalf, RegrownHalf: the same with the threshold 1/2 in both places,
//	          max_t q_e(t) > 1/2 and q_e(T) < 1/2; edges that start at or
//	          above 1/2 count as dropped only after they were below
//	DropStep   = mean over dropped edges of the step of their maximum
//	RegrowStep = mean over regrown edges of the step of their return
type Growth struct {
	Margin                   float64
	Start, Peak, Final, Rise Value
	PeakStep                 Value
	Dropped, Regrown         Value
	DroppedHalf, RegrownHalf Value
	DropStep, RegrowStep     Value
	Edges                    []EdgeGrowth // of the free edges
}

// EdgeGrowth is what one free edge did.
type EdgeGrowth struct {
	Edge               int // index in the cell
	Start, Peak, Final float64
	PeakStep           int
	Dropped, Regrown   bool
	RegrowStep         int // where Regrown
}

func growth(t Trajectory, margin float64) Growth {
	g := Growth{Margin: margin}
	free, why := t.free()
	if why != "" {
		a := absent(why)
		g.Start, g.Peak, g.Final, g.Rise, g.PeakStep = a, a, a, a, a
		g.Dropped, g.Regrown, g.DroppedHalf, g.RegrownHalf, g.DropStep, g.RegrowStep = a, a, a, a, a, a
		return g
	}
	peak, peakAt := -1.0, 0
	for i := range t.Prob {
		if m := t.meanNone(i, free); m > peak {
			peak, peakAt = m, i
		}
	}
	start := t.meanNone(0, free)
	g.Start, g.Peak, g.Final = known(start), known(peak), known(t.meanNone(t.final(), free))
	g.Rise, g.PeakStep = known(peak-start), knownInt(t.Step[peakAt])
	half, halfBack := 0, 0
	var dropAt, regrowAt []float64
	for _, e := range free {
		x := t.edgeGrowth(e, margin)
		g.Edges = append(g.Edges, x)
		if x.Dropped {
			dropAt = append(dropAt, float64(x.PeakStep))
		}
		if x.Regrown {
			regrowAt = append(regrowAt, float64(x.RegrowStep))
		}
		if t.crossedHalf(e) {
			half++
			if t.q(t.final(), e) < .5 {
				halfBack++
			}
		}
	}
	n := len(free)
	g.Dropped, g.Regrown = known(share(len(dropAt), n)), known(share(len(regrowAt), n))
	g.DroppedHalf, g.RegrownHalf = known(share(half, n)), known(share(halfBack, n))
	g.DropStep, g.RegrowStep = absent("no edge was dropped"), absent("no edge regrew")
	if len(dropAt) > 0 {
		g.DropStep = known(mean(dropAt))
	}
	if len(regrowAt) > 0 {
		g.RegrowStep = known(mean(regrowAt))
	}
	return g
}

func (t *Trajectory) meanNone(i int, edges []int) float64 {
	s := 0.0
	for _, e := range edges {
		s += t.q(i, e)
	}
	return s / float64(len(edges))
}

func (t *Trajectory) edgeGrowth(e int, margin float64) EdgeGrowth {
	x := EdgeGrowth{Edge: e, Start: t.q(0, e), Final: t.q(t.final(), e), Peak: -1}
	at := 0
	for i := range t.Prob {
		if q := t.q(i, e); q > x.Peak {
			x.Peak, at = q, i
		}
	}
	x.PeakStep = t.Step[at]
	x.Dropped = x.Peak >= x.Start+margin
	if !x.Dropped {
		return x
	}
	for i := at + 1; i < len(t.Prob); i++ {
		if t.q(i, e) <= x.Start {
			x.Regrown, x.RegrowStep = true, t.Step[i]
			break
		}
	}
	return x
}

// crossedHalf says whether q_e was below 1/2 and above it later.
func (t *Trajectory) crossedHalf(e int) bool {
	below := false
	for i := range t.Prob {
		switch q := t.q(i, e); {
		case q < .5:
			below = true
		case q > .5 && below:
			return true
		}
	}
	return false
}
