package ablation

import (
	"math"

	"edgewise/sim/intervention"
	"edgewise/sim/spec"
	"edgewise/theory/cost"
	"edgewise/theory/dynamics"
)

// Searches that run a one-hot wiring and train alpha through a soft one (P1.6) have
// costs of operations that the wiring leaves out, and a gradient that depends on more
// of the sample than the wiring.

// gumbelNodes is the size of the quadrature over the noise of gdas, per operation
// that wins.
const gumbelNodes = 256

// straight says whether the search trains alpha through gates that it does not run.
func (f *field) straight() bool {
	return f.spec.Relaxation() == spec.GDAS || f.spec.Relaxation() == spec.Proxyless
}

// leftOut fills in the costs (p - y).z_e of the operations that the wiring leaves
// out, on edges whose source is reached. (On the others a net's costs are those of an
// all-zero input, which mean nothing: P1.9.)
func (f *field) leftOut(v *intervention.View, batch []image, training bool) {
	active := make([]bool, len(v.Gate))
	for e, row := range v.Gate {
		for k, z := range row {
			active[e] = active[e] || k != v.None && z != 0
		}
	}
	reached := v.Cell.Reachable(active)
	p, unit, zero := make([]float64, classes), make([]float64, classes), make([]float64, classes)
	for e, ed := range v.Cell.Edges {
		if active[e] || !reached[ed.From] || !v.Cell.InConcat(ed.To) {
			continue
		}
		sum := 0.0
		for n := range batch {
			z := v.Voters[n].Logits()
			if z == nil {
				z = zero
			}
			cost.Softmax(p, z)
			p[v.Labels[n]]--
			f.w.voter(unit, &f.st, e, &batch[n], training)
			for k, x := range unit {
				sum += p[k] * x / float64(len(batch))
			}
		}
		for _, o := range f.ops[e] {
			if o != v.None {
				v.Cost[e][o] = sum
			}
		}
	}
}

// soften prepares, per edge and operation that wins, the soft gates of gdas at the
// nodes of the quadrature. Given that i has the largest a + G, that is Gumbel about
// m = log sum exp a, and the others are truncated there:
//
//	x_i = m + g_i,   x_j = -log(exp(-x_i) + exp(-a_j - g_j)).
func (f *field) soften() {
	if f.spec.Relaxation() != spec.GDAS {
		return
	}
	f.soft = f.soft[:0]
	for e, list := range f.ops {
		nodes := f.nodes[len(list)]
		if nodes == nil {
			nodes = dynamics.GumbelNodes(len(list), gumbelNodes)
			f.nodes[len(list)] = nodes
		}
		alpha := f.alpha[f.at[e]:][:len(list)]
		total := 0.0
		for _, a := range alpha {
			total += math.Exp(a)
		}
		m := math.Log(total)
		var wins [][][]float64
		for i := range list {
			var samples [][]float64
			for _, g := range nodes {
				z := make([]float64, len(list))
				top := m + g[i]
				for j := range z {
					z[j] = top
					if j != i {
						z[j] = -math.Log(math.Exp(-top) + math.Exp(-alpha[j]-g[j]))
					}
					z[j] /= f.lambda
				}
				cost.Softmax(z, z)
				samples = append(samples, z)
			}
			wins = append(wins, samples)
		}
		f.soft = append(f.soft, wins)
	}
}

// idle is the probability that the wiring of a step has none on edge e.
func (f *field) idle(e int) float64 {
	none := f.space.NoneIndex()
	if none < 0 {
		return 0
	}
	if f.spec.Relaxation() != spec.Proxyless {
		return f.prob[e][none]
	}
	sum := 0.0
	f.pairs(e, func(i, j int, weight, first float64) {
		switch none {
		case f.ops[e][i]:
			sum += weight * first
		case f.ops[e][j]:
			sum += weight * (1 - first)
		}
	})
	return sum
}

// pairs calls do with every pair i < j of places in the edge's list, the probability
// that a two-path search draws it, and that it then runs i.
func (f *field) pairs(e int, do func(i, j int, weight, first float64)) {
	list, p := f.ops[e], f.prob[e]
	for i, a := range list {
		for j := i + 1; j < len(list); j++ {
			b := list[j]
			if p[a] > 0 && p[b] > 0 && p[a] < 1 && p[b] < 1 {
				do(i, j, p[a]*p[b]*(1/(1-p[a])+1/(1-p[b])), p[a]/(p[a]+p[b]))
			}
		}
	}
}

// throughGates adds the moments of the straight-through gradient, given which edges
// of the wiring are active.
func (f *field) throughGates(v *intervention.View, weight float64) {
	none := f.space.NoneIndex()
	for e, list := range f.ops {
		active := none < 0 || v.Gate[e][none] == 0
		c, g := make([]float64, len(list)), make([]float64, len(list))
		stands := 0.0 // cost of the operation that stands for all active ones: they are alike
		for o, z := range v.Gate[e] {
			if o != none && z != 0 {
				stands = v.Cost[e][o]
			}
		}
		for i, o := range list {
			if c[i] = v.Cost[e][o]; active && o != none {
				c[i] = stands
			}
		}
		first, second, total := make([]float64, len(list)), make([]float64, len(list)), 0.0
		add := func(w float64) {
			for i, x := range g {
				first[i] += w * x
				second[i] += w * x * x
			}
			total += w
		}
		if f.spec.Relaxation() == spec.GDAS {
			for i, samples := range f.soft[e] {
				if (list[i] != none) != active {
					continue
				}
				for _, z := range samples {
					cost.GDAS(g, z, c, f.lambda)
					add(f.prob[e][list[i]])
				}
			}
		} else {
			p := make([]float64, len(list))
			for i, o := range list {
				p[i] = f.prob[e][o]
			}
			f.pairs(e, func(i, j int, w, runs float64) {
				for k, share := range [2]float64{runs, 1 - runs} {
					if (list[[2]int{i, j}[k]] != none) == active {
						cost.TwoPath(g, p, c, i, j)
						add(w * share)
					}
				}
			})
		}
		if total == 0 {
			continue
		}
		for i := range g {
			f.g1[f.at[e]+i] += weight * first[i] / total
			f.g2[f.at[e]+i] += weight * second[i] / total
		}
	}
}

// temperature is that of step, as the search anneals it.
func temperature(t spec.Temperature, step, steps int) float64 {
	return t.Start * math.Pow(t.End/t.Start, float64(step)/float64(steps))
}
