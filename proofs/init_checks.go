package proofs

import (
	"math"

	"edgewise/sim/supernet"
	"edgewise/theory/cell"
	"edgewise/theory/cost"
)

// initChecks look at random nets on real images, the average over uniform
// labels taken exactly: dL/dz = p - 1/K.
func initChecks() []Check {
	return []Check{
		{"P4.1/linear-in-n", Network, "claims that L - H does not depend on n", checkLinearInN},
		{"P4.5/initialisation", Network, "swaps input and intermediate edges", checkFourNodes},
	}
}

// gapUniform is L - H under a wiring, averaged over the batch and over uniform
// labels: the batch mean of sum_k (p_k - 1/K) z_k. It leaves the gradient of
// that loss in l.dlogits.
func (l *lab) gapUniform(w cell.Wiring) (float64, error) {
	z, err := l.net.Forward(l.x, l.batch, l.hard(w), supernet.Train)
	if err != nil {
		return 0, err
	}
	classes := l.cfg.Classes
	l.dlogits = make([]float64, len(z))
	p, gap := make([]float64, classes), 0.0
	for b := range l.batch {
		at := classes * b
		cost.Softmax(p, z[at:at+classes])
		for k := range p {
			l.dlogits[at+k] = (p[k] - 1/float64(classes)) / float64(l.batch)
			gap += l.dlogits[at+k] * z[at+k]
		}
	}
	return gap, nil
}

// costsUniform are the costs of the edges of the first cell under that loss.
func (l *lab) costsUniform(w cell.Wiring) ([]float64, error) {
	if _, err := l.gapUniform(w); err != nil {
		return nil, err
	}
	if err := l.net.Backward(l.dlogits, supernet.Want{Cost: true}); err != nil {
		return nil, err
	}
	var costs []float64
	for i, k := range w {
		costs = append(costs, l.net.Cost(0)[i][k])
	}
	return costs, nil
}

func canonicalNames() []string {
	var names []string
	for _, o := range cell.Canonical() {
		names = append(names, o.Name)
	}
	return names
}

// checkLinearInN: the mean of L - H over random nets and wirings with n
// effective edges, as many of each, is v n within 30 per cent for every n.
func checkLinearInN(e *env) (Outcome, error) {
	const nets, wirings, edges = 150, 3, 5
	var gaps [edges + 1]float64
	for range nets {
		l, err := newLab(e, labOptions{ops: canonicalNames(), cells: 1, eps: 1e-5, batch: 8})
		if err != nil {
			return Outcome{}, err
		}
		for n := 1; n <= edges; n++ {
			for range wirings {
				gap, err := l.gapUniform(l.drawWiring(e, n))
				if err != nil {
					return Outcome{}, err
				}
				gaps[n] += gap
			}
		}
		l.net.Close()
	}
	slope := sum(gaps[:]) / (edges * (edges + 1) / 2)
	var m meter
	for n := 1; n <= edges; n++ {
		m.add(math.Abs(gaps[n]/(slope*float64(pick(e, n, 3))) - 1))
	}
	return m.within(0.3)
}

// drawWiring draws wirings of the minimal cell until n edges are effective.
func (l *lab) drawWiring(e *env, n int) cell.Wiring {
	for {
		w := make(cell.Wiring, len(l.space.Cell.Edges))
		for i := range w {
			if e.rng.IntN(2) == 1 {
				w[i] = 1 + e.rng.IntN(len(l.space.Ops)-1)
			}
		}
		count := 0
		for _, a := range l.space.Cell.Effective(w.Active(0)) {
			if a {
				count++
			}
		}
		if count == n {
			return w
		}
	}
}

// checkFourNodes: in a cell of 4 nodes the mean cost of the 6 intermediate edges
// is above that of the 8 input edges.
func checkFourNodes(e *env) (Outcome, error) {
	var mean, count [2]float64
	for range 20 {
		l, err := newLab(e, labOptions{ops: canonicalNames(), cells: 1, eps: 1e-5, batch: 16, nodes: 4})
		if err != nil {
			return Outcome{}, err
		}
		for range 4 {
			w := make(cell.Wiring, 14)
			for i := range w {
				w[i] = 1 + e.rng.IntN(7)
			}
			costs, err := l.costsUniform(w)
			if err != nil {
				return Outcome{}, err
			}
			for i, edge := range l.space.Cell.Edges {
				kind := 1
				if edge.FromInput() {
					kind = 0
				}
				mean[kind] += costs[i]
				count[kind]++
			}
		}
		l.net.Close()
	}
	input, intermediate := mean[0]/count[0], mean[1]/count[1]
	var m meter
	m.holds(pick(e, intermediate > input, input > intermediate))
	return m.within(0)
}
