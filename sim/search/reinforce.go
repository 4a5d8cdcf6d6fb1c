package search

import (
	"math/rand/v2"

	"edgewise/theory/cost"
)

// reinforce samples a wiring from p and moves the logits along REINFORCE,
//
//	dL/dalpha_e = −(R − b)(Z_e − p_e),
//
// one reward R, the accuracy of the batch, for all edges: the gradient of DSNAS (P1.3)
// with the global −(R − b) where the local cost C_e stands. b is the moving mean of
// rewards. A positive R − b raises what was sampled.
type reinforce struct {
	reward   func() float64
	baseline float64
	decay    float64
	begun    bool
}

func (*reinforce) sampled() bool { return true }

func (*reinforce) gates(z [][][]float64, a *arch, _ float64, rnd *rand.Rand) { drawOneHot(z, a, rnd) }

func (f *reinforce) gradient(a *arch, z, _ [][][]float64, _ float64) {
	r := f.reward()
	if !f.begun {
		f.baseline, f.begun = r, true
	}
	advantage := r - f.baseline
	f.baseline = f.decay*f.baseline + (1-f.decay)*r
	p := make([]float64, len(a.space.Ops))
	for k := range a.ops {
		for e, list := range a.ops[k] {
			sample := -1
			for i, o := range list {
				p[i] = a.prob[k][e][o]
				if z[k][e][o] == 1 {
					sample = i
				}
			}
			if sample >= 0 {
				cost.DSNAS(a.edge(a.grad, k, e), p[:len(list)], sample, -advantage)
			}
		}
	}
}
