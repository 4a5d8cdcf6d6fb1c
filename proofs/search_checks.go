package proofs

import (
	"math"

	"edgewise/theory/cell"
)

// searchChecks are the observations, made again by small searches on real
// images: 300 steps of 32 images of 8x8 pixels, 4 channels, minimal cells.
func searchChecks() []Check {
	return []Check{
		{"P4.6/earlier-cells", Network, "looks at the input edge (0,3)", checkEarlierCells},
		{"P4.7/depth", Network, "puts input 1 before input 0", checkTournament},
		{"P4.7/published", Data, "reverses the order of the sources", checkPublishedDepth},
		{"P4.8/regression", Network, "does not divide by the number of effective edges", checkStepShares},
		{"P6.2x/soft-gates", CounterExample, "samples the gates", checkSoftOrder},
		{"P6.2x/input-edge", CounterExample, "takes a single cell", checkInputEdgeLoses},
	}
}

// searches runs the same small search from several seeds.
func searches(e *env, cells int, sampled bool, seeds int) (prob [][][]float64, records [][]record, err error) {
	for range seeds {
		l, err := newLab(e, labOptions{ops: canonicalNames(), cells: cells, eps: 1e-5, batch: 32})
		if err != nil {
			return nil, nil, err
		}
		p, r, err := smallSearch(sampled).run(e, l)
		l.net.Close()
		if err != nil {
			return nil, nil, err
		}
		prob, records = append(prob, p), append(records, r)
	}
	return prob, records, nil
}

func smallSearch(sampled bool) search {
	return search{sampled: sampled, steps: 300, rate: 0.05, alphaRate: 3e-3}
}

// checkEarlierCells: the mean cost of (2,3) in the first two of three cells is
// positive by two standard errors.
func checkEarlierCells(e *env) (Outcome, error) {
	_, records, err := searches(e, 3, true, 3)
	if err != nil {
		return Outcome{}, err
	}
	var m meter
	edge := pick(e, 4, 2)
	for c := range 2 {
		mean, square, n := 0.0, 0.0, 0.0
		for _, run := range records {
			for _, r := range run[len(run)/3:] {
				if r.active[edge] {
					mean += r.cost[c][edge]
					square += r.cost[c][edge] * r.cost[c][edge]
					n++
				}
			}
		}
		mean /= n
		se := math.Sqrt((square/n - mean*mean) / n)
		m.holds(mean > 2*se)
	}
	return m.within(0)
}

// meanNone is the final none-probability per edge, averaged over the runs.
func meanNone(prob [][][]float64) []float64 {
	out := make([]float64, len(prob[0]))
	for _, p := range prob {
		for i := range out {
			out[i] += p[i][0] / float64(len(prob))
		}
	}
	return out
}

func checkTournament(e *env) (Outcome, error) {
	prob, _, err := searches(e, 3, true, 3)
	if err != nil {
		return Outcome{}, err
	}
	mean := bySource(cell.Minimal(), meanNone(prob))
	if e.mutated {
		mean[0], mean[1] = mean[1], mean[0]
	}
	var m meter
	for j := 1; j < len(mean); j++ {
		m.holds(mean[j] > mean[j-1])
	}
	return m.within(0)
}

// checkStepShares regresses the cost of sampled effective edges on
// (L - H)/n_eff: slope 1 within .35, correlation at least .6.
func checkStepShares(e *env) (Outcome, error) {
	_, records, err := searches(e, 1, true, 2)
	if err != nil {
		return Outcome{}, err
	}
	var x, y []float64
	for _, run := range records {
		for _, r := range run[len(run)/5:] {
			for i, a := range r.active {
				if a {
					x = append(x, r.gap/pick(e, float64(r.effective), 1))
					y = append(y, r.cost[0][i])
				}
			}
		}
	}
	mx, my := sum(x)/float64(len(x)), sum(y)/float64(len(y))
	xx, xy, yy := 0.0, 0.0, 0.0
	for i := range x {
		xx += (x[i] - mx) * (x[i] - mx)
		xy += (x[i] - mx) * (y[i] - my)
		yy += (y[i] - my) * (y[i] - my)
	}
	var m meter
	m.holds(math.Abs(xy/xx-1) < 0.35)
	m.holds(xy/math.Sqrt(xx*yy) > 0.6)
	return m.within(0)
}

// checkSoftOrder: in soft one-cell DARTS the edge from the intermediate node has
// the largest mean absolute cost and grows most, in every run.
func checkSoftOrder(e *env) (Outcome, error) {
	prob, records, err := searches(e, 1, e.mutated, 2)
	if err != nil {
		return Outcome{}, err
	}
	var m meter
	for s, run := range records {
		mean := make([]float64, 5)
		for _, r := range run[len(run)/3:] {
			for i := range mean {
				mean[i] += r.cost[0][i]
			}
		}
		for i := range 4 {
			m.holds(math.Abs(mean[4]) > math.Abs(mean[i]) && prob[s][4][0] < prob[s][i][0])
		}
	}
	return m.within(0)
}

// checkInputEdgeLoses: with three cells, none gains on the input edge (1,2).
func checkInputEdgeLoses(e *env) (Outcome, error) {
	prob, _, err := searches(e, pick(e, 3, 1), true, 3)
	if err != nil {
		return Outcome{}, err
	}
	var m meter
	m.holds(meanNone(prob)[1] > 1.0/8)
	return m.within(0)
}
