package predict

import (
	"fmt"
	"math"
	"slices"

	"edgewise/sim/spec"
	"edgewise/sim/trace"

	"gonum.org/v1/gonum/stat/distuv"
)

// measureWindow is the number of steps over which mean costs, gates and losses are
// taken for constant.
const measureWindow = 50

// MeasureStack reads the constants of the law of soft stacks off recorded costs;
// nothing is fitted to alpha. Over windows of 50 steps, with f = scale(L, H)/V the
// amplitude and q^2 the mean square of a batch's share,
//
//	Noise    = median of the variance of an edge's cost common to its operations / (cells of the kind q^2)
//	OpNoise  = median of the variance of an operation's cost about that       / (cells of the kind q^2)
//	Hops     = least-squares slope of an edge's mean cost per unit of gate, about its node's mean,
//	           on f (u_e - ubar_j) at Hops = 1, over all cells: the mean over runs
//	Spread   = root of the mean product of what operations differ by in the first and in the second
//	           half of the run, in units of f sqrt(cells of the kind) and of the normal scores:
//	           the mean over runs
//
// law gives what is not measured. It needs runs of single steps with costs per cell.
// slopes are the Hops of each run.
func MeasureStack(law Law, runs []*trace.Trace) (out Law, slopes []float64, err error) {
	var noise, op, spreads []float64
	for _, t := range runs {
		m, err := measureRun(t, law)
		if err != nil {
			return law, nil, fmt.Errorf("measuring run %q: %w", t.Manifest.Name, err)
		}
		noise, op = append(noise, m.noise...), append(op, m.op...)
		slopes, spreads = append(slopes, m.hops), append(spreads, m.spread)
	}
	if len(slopes) == 0 {
		return law, nil, fmt.Errorf("measuring a law needs at least one run")
	}
	out = law
	out.Noise, out.OpNoise, out.Hops, out.Spread = math.Max(0, median(noise)), median(op), mean(slopes), mean(spreads)
	return out, slopes, nil
}

type stackMeasures struct {
	noise, op    []float64 // per window and kind
	hops, spread float64
}

func measureRun(t *trace.Trace, law Law) (stackMeasures, error) {
	var m stackMeasures
	f, err := newFrame(t, RungLaw)
	if err != nil {
		return m, err
	}
	stack, err := kindStack(&t.Manifest)
	if err != nil {
		return m, err
	}
	if f.spec.Relaxation() != spec.DARTS || f.none < 0 {
		return m, fmt.Errorf("it is not a soft search with none")
	}
	x, err := f.newExpected(stack, Law{Flat: law.Flat})
	if err != nil {
		return m, err
	}
	count := make([]int, f.kinds)
	for _, k := range stack {
		count[k]++
	}
	unit := Law{Hops: 1}
	xy, xx := 0.0, 0.0
	var halves [2][]float64 // sums per flat entry
	prob := make([]float64, f.size)
	windows := len(t.Points) / measureWindow
	if windows < 2 {
		return m, fmt.Errorf("it has %d points, fewer than two windows of %d", len(t.Points), measureWindow)
	}
	for h := range halves {
		halves[h] = make([]float64, f.size)
	}
	for w := range windows {
		points := t.Points[w*measureWindow : (w+1)*measureWindow]
		l := losses{classes: classesOf(&t.Manifest)}
		for i := range points {
			p := &points[i]
			s, err := f.alphaSplit(p, RungLaw)
			if err != nil {
				return m, err
			}
			if p.Steps != 1 || p.Cost == nil || p.EdgeCost == nil {
				return m, fmt.Errorf("step %d: it is not one step with costs per cell", p.Step)
			}
			l.loss, l.entropy = l.loss+s.Loss/measureWindow, l.entropy+s.Entropy/measureWindow
		}
		f.gather(prob, points[0].Prob)
		voters, err := x.voters(prob)
		if err != nil || voters == 0 {
			return m, err
		}
		amplitude := l.scale() / voters
		square := (l.gap()*l.gap() + x.spread(l)) / (voters * voters)
		active := f.actives(prob)
		for k := range f.kinds {
			if count[k] > 0 {
				common, own := f.costNoise(points, k)
				m.noise, m.op = append(m.noise, common/(float64(count[k])*square)), append(m.op, own/(float64(count[k])*square))
			}
		}
		for i, u := range unit.meanRoutes(stack, f.cell, active) {
			a, b := f.slope(points, i, u, active[stack[i]])
			xy, xx = xy+a*amplitude, xx+b*amplitude*amplitude
		}
		half := 2 * w / windows
		for _, s := range f.slots {
			d := f.differences(points, s)
			for i := range d {
				halves[half][s.lo+i] += d[i] / (amplitude * math.Sqrt(float64(count[s.kind])))
			}
		}
	}
	m.hops = xy / xx
	product, scores, n := 0.0, 0.0, 0
	for i := range halves[0] {
		product += halves[0][i] * halves[1][i]
	}
	for _, s := range f.slots {
		votes := len(s.op) - 1
		for i := range votes {
			z := distuv.UnitNormal.Quantile((float64(i) + 0.5) / float64(votes))
			scores += z * z
		}
		n++
	}
	first := float64((windows + 1) / 2)
	if product > 0 && n > 0 {
		m.spread = math.Sqrt(product / (first * (float64(windows) - first)) / scores)
	}
	return m, nil
}

// costNoise is the mean over edges of the variance, over the steps of a window, of
// an edge's mean cost over its operations, corrected for what is their own, and of
// an operation's cost about it.
func (f *frame) costNoise(points []trace.Point, kind int) (common, own float64) {
	edges := 0.0
	for _, s := range f.kindSlots(kind) {
		n := 0
		var sums, squares []float64
		for _, o := range s.op {
			if o != f.none {
				n++
			}
		}
		if n < 2 {
			continue
		}
		sums, squares = make([]float64, n), make([]float64, n)
		mean, mean2 := 0.0, 0.0
		c := make([]float64, n)
		for i := range points {
			all, j := 0.0, 0
			for _, o := range s.op {
				if o != f.none {
					c[j] = points[i].Cost.Mean[kind][s.edge][o]
					all += c[j] / float64(n)
					j++
				}
			}
			mean, mean2 = mean+all, mean2+all*all
			for j := range c {
				sums[j], squares[j] = sums[j]+c[j]-all, squares[j]+(c[j]-all)*(c[j]-all)
			}
		}
		t := float64(len(points))
		variance := func(sum, square float64) float64 { return (square - sum*sum/t) / (t - 1) }
		ops := 0.0
		for j := range sums {
			ops += variance(sums[j], squares[j]) / float64(n-1)
		}
		common, own, edges = common+variance(mean, mean2)-ops/float64(n), own+ops, edges+1
	}
	if edges == 0 {
		return 0, 0
	}
	return common / edges, own / edges
}

// slope gives the sums of xy and xx over the edges of one cell: y the mean cost per
// unit of gate, x the lack of the source, both about their mean into the node.
func (f *frame) slope(points []trace.Point, at int, u, active []float64) (xy, xx float64) {
	for j := 2; j < 2+f.cell.Nodes; j++ {
		into := f.cell.Into(j)
		weight, my, mu := 0.0, 0.0, 0.0
		y := make([]float64, len(into))
		for i, e := range into {
			if active[e] == 0 {
				continue
			}
			for k := range points {
				y[i] += points[k].EdgeCost[at][e] / active[e] / float64(len(points))
			}
			weight, my, mu = weight+active[e], my+active[e]*y[i], mu+active[e]*u[f.cell.Edges[e].From]
		}
		if weight == 0 {
			continue
		}
		for i, e := range into {
			dx := u[f.cell.Edges[e].From] - mu/weight
			xy, xx = xy+dx*(y[i]-my/weight), xx+dx*dx
		}
	}
	return xy, xx
}

// differences are the mean costs of a slot's operations about their mean; none's is
// 0.
func (f *frame) differences(points []trace.Point, s slot) []float64 {
	out := make([]float64, len(s.op))
	mean, n := 0.0, 0.0
	for i, o := range s.op {
		if o == f.none {
			continue
		}
		for k := range points {
			out[i] += points[k].Cost.Mean[s.kind][s.edge][o] / float64(len(points))
		}
		mean, n = mean+out[i], n+1
	}
	for i, o := range s.op {
		if o != f.none {
			out[i] -= mean / n
		}
	}
	return out
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

func median(x []float64) float64 {
	s := slices.Clone(x)
	slices.Sort(s)
	if len(s) == 0 {
		return math.NaN()
	}
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}
