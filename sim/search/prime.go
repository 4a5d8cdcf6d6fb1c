package search

import (
	"errors"
	"math"

	"edgewise/sim/spec"
	"edgewise/theory/bias"
)

// prime is what a search by DARTS-PRIME keeps beside a run: the schedule of alpha's
// steps, and the discrete cell that alpha is drawn to. Vectors are those of arch.
type prime struct {
	spec   spec.Prime
	arch   *arch
	energy float64 // E, the running information of the minibatches
	tau    float64
	steps  int       // of alpha
	z, u   []float64 // of ADMM
}

func newPrime(s spec.Spec, a *arch) *prime {
	p := &prime{spec: s.PrimeParameters(), arch: a}
	p.tau = p.spec.Threshold
	if p.spec.Regulariser == spec.ADMM {
		p.z, p.u = make([]float64, len(a.alpha)), make([]float64, len(a.alpha))
	}
	return p
}

// due says whether alpha takes part in a step.
func (p *prime) due(step int) bool {
	if !p.spec.Dynamic {
		return (step+1)%p.spec.Every == 0
	}
	return p.energy > 0 && p.energy < p.tau
}

// end closes a step in which alpha moved, or not, and the weights' gradient had that
// squared norm.
func (p *prime) end(moved bool, square float64) {
	if moved {
		p.tau *= math.Pow(p.spec.Factor, -float64(p.spec.Every))
	} else {
		p.tau *= p.spec.Factor
	}
	p.energy = p.spec.Memory*p.energy + (1-p.spec.Memory)*square
}

// discrete writes the one-hot weights D(w) of the derived cell, [alpha], from weights
// laid out as alpha is.
func (p *prime) discrete(dst, w []float64) error {
	a := p.arch
	for k := range a.ops {
		rows := newTable(len(a.ops[k]), len(a.space.Ops))
		for e, list := range a.ops[k] {
			for i, o := range list {
				rows[e][o] = a.edge(w, k, e)[i]
			}
		}
		wiring, err := bias.Derive(bias.TopTwo, a.space.Cell, rows, a.space.NoneIndex())
		if err != nil {
			return err
		}
		for e, list := range a.ops[k] {
			for i, o := range list {
				a.edge(dst, k, e)[i] = 0
				if o == wiring[e] {
					a.edge(dst, k, e)[i] = 1
				}
			}
		}
	}
	return nil
}

// weights gathers p = g(alpha) as alpha is laid out.
func (p *prime) weights() []float64 {
	a := p.arch
	w := make([]float64, len(a.alpha))
	for k := range a.ops {
		for e, list := range a.ops[k] {
			for i, o := range list {
				a.edge(w, k, e)[i] = a.weight[k][e][o]
			}
		}
	}
	return w
}

// regularise adds dR/dp to the costs, [kind][edge][op]: an operation that is no part
// of the discrete cell costs more, one that is less. t is the share of the search
// that is done.
func (p *prime) regularise(c [][][]float64, t float64) error {
	w := p.weights()
	diff, strength := make([]float64, len(w)), p.spec.Rho/2
	switch p.spec.Regulariser {
	case spec.Proximity:
		if err := p.discrete(diff, w); err != nil {
			return err
		}
		for i := range diff {
			diff[i] = w[i] - diff[i]
		}
		strength *= t
	case spec.ADMM:
		if p.steps%admmEvery == 0 {
			sum := make([]float64, len(w))
			for i := range sum {
				sum[i] = w[i] + p.u[i]
			}
			if err := p.discrete(p.z, sum); err != nil {
				return err
			}
			for i := range p.u {
				p.u[i] = admmMemory*p.u[i] + w[i] - p.z[i]
			}
		}
		p.steps++
		for i := range diff {
			diff[i] = w[i] - p.z[i] + p.u[i]
			if w[i] == 0 {
				diff[i] = 0 // masked for good
			}
		}
	default:
		return nil
	}
	a := p.arch
	for k := range a.ops {
		norm := 0.0
		for e := range a.ops[k] {
			for _, v := range a.edge(diff, k, e) {
				norm += v * v
			}
		}
		if norm == 0 {
			continue
		}
		norm = math.Sqrt(norm)
		for e, list := range a.ops[k] {
			for i, o := range list {
				c[k][e][o] += strength * a.edge(diff, k, e)[i] / norm
			}
		}
	}
	return nil
}

// Constants of the published ADMM: steps of alpha between updates of Z and U, and the
// share of U that an update keeps.
const (
	admmEvery  = 10
	admmMemory = 0.2
)

func (p *prime) state() []float64 {
	s := []float64{p.energy, p.tau, float64(p.steps)}
	return append(append(s, p.z...), p.u...)
}

func (p *prime) setState(s []float64) error {
	if len(s) != 3+len(p.z)+len(p.u) {
		return errors.New("the checkpoint's schedule has another length")
	}
	p.energy, p.tau, p.steps = s[0], s[1], int(s[2])
	copy(p.z, s[3:])
	copy(p.u, s[3+len(p.z):])
	return nil
}
