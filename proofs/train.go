package proofs

import (
	"edgewise/sim/dataset"
	"edgewise/sim/supernet"
	"edgewise/theory/cell"
	"edgewise/theory/cost"
	"edgewise/theory/dynamics"
)

// search is a small single-level search on real images: plain SGD with momentum
// on the weights, Adam on alpha, soft gates (DARTS) or one-hot ones (DSNAS).
type search struct {
	sampled   bool
	steps     int
	rate      float64 // of the weights
	alphaRate float64
}

// record is what a step of a search showed.
type record struct {
	gap       float64
	effective int
	active    []bool
	cost      [][]float64 // [cell][edge], gates included
}

// run searches and returns the final probabilities [edge][op] and the record of
// every step.
func (s search) run(e *env, l *lab) ([][]float64, []record, error) {
	set, err := realSet()
	if err != nil {
		return nil, nil, err
	}
	norm, err := dataset.Measure(set)
	if err != nil {
		return nil, nil, err
	}
	edges, ops := len(l.space.Cell.Edges), len(l.space.Ops)
	alpha, grad := make([]float64, edges*ops), make([]float64, edges*ops)
	adam, err := dynamics.New(dynamics.Config{Name: dynamics.NameAdam, LR: s.alphaRate, Beta1: 0.5, Beta2: 0.999, Eps: 1e-8})
	if err != nil {
		return nil, nil, err
	}
	params := l.net.Params()
	velocity := make([][]float64, len(params))
	for i, p := range params {
		velocity[i] = make([]float64, len(p.Value))
	}
	prob := make([][]float64, edges)
	for i := range prob {
		prob[i] = make([]float64, ops)
	}
	var out []record
	for range s.steps {
		idx := make([]int, l.batch)
		for i := range idx {
			idx[i] = e.rng.IntN(set.Len())
			l.labels[i] = set.Labels[idx[i]]
		}
		if err := dataset.Fill(l.x, set, idx, norm); err != nil {
			return nil, nil, err
		}
		g := supernet.NewGates(l.space)
		wiring := make(cell.Wiring, edges)
		for i := range prob {
			cost.Softmax(prob[i], alpha[i*ops:(i+1)*ops])
			u := e.rng.Float64()
			for wiring[i] = 0; wiring[i] < ops-1 && u >= prob[i][wiring[i]]; wiring[i]++ {
				u -= prob[i][wiring[i]]
			}
			for c := range g {
				if s.sampled {
					g[c][i][wiring[i]] = 1
				} else {
					copy(g[c][i], prob[i])
				}
			}
		}
		r, err := l.read(g, supernet.Train)
		if err != nil {
			return nil, nil, err
		}
		rec := record{gap: r.gap, active: l.space.Cell.Effective(wiring.Active(0))}
		for _, a := range rec.active {
			if a {
				rec.effective++
			}
		}
		for c := range g {
			row := make([]float64, edges)
			cost.EdgeCosts(row, g[c], r.cost[c])
			rec.cost = append(rec.cost, row)
		}
		out = append(out, rec)
		for i := range prob {
			shared := make([]float64, ops)
			total := 0.0
			for c := range g {
				total += rec.cost[c][i]
				for k := range shared {
					shared[k] += r.cost[c][i][k]
				}
			}
			if s.sampled {
				cost.DSNAS(grad[i*ops:(i+1)*ops], prob[i], wiring[i], total)
			} else {
				cost.DARTS(grad[i*ops:(i+1)*ops], prob[i], shared)
			}
		}
		adam.Step(alpha, grad)
		for i, p := range params {
			for j := range p.Value {
				velocity[i][j] = 0.9*velocity[i][j] + p.Grad[j]
				p.Value[j] -= s.rate * velocity[i][j]
			}
		}
	}
	for i := range prob {
		cost.Softmax(prob[i], alpha[i*ops:(i+1)*ops])
	}
	return prob, out, nil
}
