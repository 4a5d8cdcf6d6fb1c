package search

import (
	"math/rand/v2"

	"edgewise/theory/cost"
)

// Two searches run a one-hot wiring but train alpha through a soft one: the costs
// of operations that the wiring leaves out are those of its derivative at 0.

// wider is an algorithm whose gradient needs costs of operations with gate 0.
type wider interface {
	// counted says whether the cost of the i-th allowed operation enters the gradient.
	counted(kind, edge, i int) bool
	// recorded is what the trace keeps as the step's gates.
	recorded(z [][][]float64) [][][]float64
}

// settler is an algorithm that corrects alpha after a step of its optimiser.
type settler interface {
	settle(a *arch, before []float64)
}

// gdas draws Z~ = softmax((alpha + G)/tau) and runs Z = onehot(argmax Z~); the
// gradient goes straight through, z~_k (C_k - sum z~ C)/tau with all costs taken at
// the hard Z (P1.6).
type gdas struct {
	snas
	soft [][][]float64
}

func (g *gdas) gates(z [][][]float64, a *arch, tau float64, rnd *rand.Rand) {
	if g.soft == nil {
		g.soft = copyCube(z)
	}
	g.snas.gates(g.soft, a, tau, rnd)
	for k := range z {
		for e, list := range a.ops[k] {
			clear(z[k][e])
			if len(list) == 0 {
				continue
			}
			best := list[0]
			for _, o := range list {
				if g.soft[k][e][o] > g.soft[k][e][best] {
					best = o
				}
			}
			z[k][e][best] = 1
		}
	}
}

func (g *gdas) gradient(a *arch, _, c [][][]float64, tau float64) {
	a.eachEdge(g.soft, c, func(g, _, z, c []float64) { cost.GDAS(g, z, c, tau) })
}

func (g *gdas) counted(int, int, int) bool { return true }

func (g *gdas) recorded([][][]float64) [][][]float64 { return copyCube(g.soft) }

// proxyless draws two different operations of each edge by p, then one of the two
// by their softmax: Z. The gradient is that of the two gates (P1.6); afterwards the
// two logits are shifted so that the probabilities of the others stay.
type proxyless struct{ pair [][][2]int } // [kind][edge]: places in the edge's list

func (proxyless) sampled() bool { return true }

func (x *proxyless) gates(z [][][]float64, a *arch, _ float64, rnd *rand.Rand) {
	if x.pair == nil {
		for _, list := range a.ops {
			x.pair = append(x.pair, make([][2]int, len(list)))
		}
	}
	for k := range z {
		for e, list := range a.ops[k] {
			clear(z[k][e])
			if len(list) == 0 {
				continue
			}
			p := a.scratch[:len(list)]
			for i, o := range list {
				p[i] = a.prob[k][e][o]
			}
			i := draw(p, rnd)
			j := i
			if len(list) > 1 {
				left := p[i]
				p[i] = 0
				j = draw(p, rnd)
				p[i] = left
			}
			x.pair[k][e] = [2]int{i, j}
			on := i
			if rnd.Float64()*(p[i]+p[j]) >= p[i] {
				on = j
			}
			z[k][e][list[on]] = 1
		}
	}
}

// draw returns a place with the probability in proportion to p.
func draw(p []float64, rnd *rand.Rand) int {
	sum := 0.0
	for _, x := range p {
		sum += x
	}
	u, last := rnd.Float64()*sum, 0
	for i, x := range p {
		if x == 0 {
			continue
		}
		last = i
		if u -= x; u < 0 {
			break
		}
	}
	return last
}

func (x *proxyless) gradient(a *arch, _, c [][][]float64, _ float64) {
	p := make([]float64, len(a.space.Ops))
	for k := range a.ops {
		for e, list := range a.ops[k] {
			if len(list) < 2 {
				clear(a.edge(a.grad, k, e))
				continue
			}
			costs := a.scratch[:len(list)]
			for i, o := range list {
				p[i], costs[i] = a.prob[k][e][o], c[k][e][o]
			}
			cost.TwoPath(a.edge(a.grad, k, e), p[:len(list)], costs, x.pair[k][e][0], x.pair[k][e][1])
		}
	}
}

func (x *proxyless) settle(a *arch, before []float64) {
	for k := range a.ops {
		for e, list := range a.ops[k] {
			if len(list) > 1 {
				cost.KeepOthers(a.edge(a.alpha, k, e), a.edge(before, k, e), x.pair[k][e][0], x.pair[k][e][1])
			}
		}
	}
}

func (x *proxyless) counted(kind, edge, i int) bool {
	return i == x.pair[kind][edge][0] || i == x.pair[kind][edge][1]
}

func (x *proxyless) recorded(z [][][]float64) [][][]float64 { return copyCube(z) }
