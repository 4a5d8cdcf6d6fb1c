package agnn

import (
	"math"
	"math/rand/v2"

	"edgewise/sim/gnn"
	"edgewise/theory/cost"
	"edgewise/theory/dynamics"
)

// policy is the controller's distribution of one decision: logits linear in the
// one-hot architecture without the decision itself.
type policy struct {
	decision int
	weights  []float64 // [option][inputs + 1]
	optim    dynamics.Adam
}

// inputs is the length of a one-hot architecture.
func inputs() int {
	n := 0
	for d := range gnn.Choices {
		n += gnn.Options(d)
	}
	return n
}

func newPolicy(d int, rate float64) *policy {
	return &policy{
		decision: d, weights: make([]float64, gnn.Options(d)*(inputs()+1)),
		optim: dynamics.Adam{LR: rate, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8},
	}
}

// encode writes the one-hot architecture without the policy's decision, and a 1.
func (p *policy) encode(a gnn.Arch) []float64 {
	x := make([]float64, inputs()+1)
	at := 0
	for d := range gnn.Choices {
		if d != p.decision {
			x[at+a.At(d)] = 1
		}
		at += gnn.Options(d)
	}
	x[at] = 1
	return x
}

// logits at an architecture.
func (p *policy) logits(a gnn.Arch) []float64 {
	x := p.encode(a)
	out := make([]float64, gnn.Options(p.decision))
	for o := range out {
		for i, v := range x {
			out[o] += p.weights[o*len(x)+i] * v
		}
	}
	return out
}

// prob is softmax(logits/temperature) over the options, without banned (-1: none
// is banned).
func (p *policy) prob(a gnn.Arch, temperature float64, banned int) []float64 {
	z := p.logits(a)
	for o := range z {
		z[o] /= temperature
		if o == banned {
			z[o] = math.Inf(-1)
		}
	}
	cost.Softmax(z, z)
	return z
}

// learn makes one REINFORCE step for option o at an architecture.
func (p *policy) learn(a gnn.Arch, temperature float64, banned, o int, advantage float64) {
	q := p.prob(a, temperature, banned)
	x := p.encode(a)
	grad := make([]float64, len(p.weights))
	for k := range q {
		d := -q[k]
		if k == o {
			d++
		}
		for i, v := range x {
			grad[k*len(x)+i] = -advantage * d / temperature * v
		}
	}
	p.optim.Step(p.weights, grad)
}

// entropy of q divided by the log of its options, 1 when all n are equal.
func entropy(q []float64, n int) float64 {
	h := 0.0
	for _, v := range q {
		if v > 0 {
			h -= v * math.Log(v)
		}
	}
	if n < 2 {
		return 0
	}
	return h / math.Log(float64(n))
}

// draw draws an option.
func draw(q []float64, rnd *rand.Rand) int {
	u, sum, last := rnd.Float64(), 0.0, 0
	for o, v := range q {
		if v <= 0 {
			continue
		}
		last = o
		if sum += v; u < sum {
			return o
		}
	}
	return last
}

// mostUncertain returns the decision of the largest entropy, ties drawn.
func mostUncertain(ps []*policy, a gnn.Arch, temperature float64, rnd *rand.Rand) int {
	best, ties := 0, 0
	top := math.Inf(-1)
	for d, p := range ps {
		h := entropy(p.prob(a, temperature, a.At(d)), gnn.Options(d)-1)
		switch {
		case h > top+1e-12:
			best, top, ties = d, h, 1
		case h > top-1e-12:
			ties++
			if rnd.IntN(ties) == 0 {
				best = d
			}
		}
	}
	return best
}
