package supernet

import (
	"math/rand/v2"
	"testing"

	"edgewise/sim/kernel"
	"edgewise/theory/cell"
)

// trial is a small float64 (or float32) net with data, for checks of identities.
type trial[T kernel.Float] struct {
	t      testing.TB
	net    *Net[T]
	cfg    Config
	rnd    *rand.Rand
	x, dl  []T
	labels []uint8
	logits []T
	out    []Sample
}

// newTrial builds a net of the given stack ("n" and "r" cells) on 8×8 images.
func newTrial[T kernel.Float](t testing.TB, stack string, nodes, multiplier int, edit func(*Config)) *trial[T] {
	t.Helper()
	d, err := cell.DARTS(nodes, multiplier)
	if err != nil {
		t.Fatal(err)
	}
	s := cell.Space{Ops: cell.Canonical(), Cell: d}
	for _, k := range stack {
		s.Stack = append(s.Stack, map[rune]cell.Kind{'n': cell.Normal, 'r': cell.Reduction}[k])
	}
	cfg := Config{Space: s, Channels: 4, StemMultiplier: 3, InChannels: 3, Classes: 5, Height: 8, Width: 8, Batch: 6, Eps: 1e-5, Workers: 1}
	if edit != nil {
		edit(&cfg)
	}
	tr := &trial[T]{t: t, cfg: cfg, rnd: rand.New(rand.NewPCG(7, 8))}
	if tr.net, err = New[T](cfg, tr.rnd); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tr.net.Close)
	b := cfg.Batch
	tr.x = make([]T, b*cfg.InChannels*cfg.Height*cfg.Width)
	tr.labels, tr.dl, tr.out = make([]uint8, b), make([]T, b*cfg.Classes), make([]Sample, b)
	for i := range tr.x {
		tr.x[i] = T(tr.rnd.NormFloat64())
	}
	for i := range tr.labels {
		tr.labels[i] = uint8(tr.rnd.IntN(cfg.Classes))
	}
	return tr
}

// soft draws positive gates that sum to 1 on every edge.
func (r *trial[T]) soft() Gates {
	g := NewGates(r.cfg.Space)
	for _, zc := range g {
		for _, ze := range zc {
			sum := 0.0
			for k := range ze {
				ze[k] = 0.2 + r.rnd.Float64()
				sum += ze[k]
			}
			for k := range ze {
				ze[k] /= sum
			}
		}
	}
	return g
}

// onehot draws one operation per edge.
func (r *trial[T]) onehot() Gates {
	g := NewGates(r.cfg.Space)
	for _, zc := range g {
		for _, ze := range zc {
			ze[r.rnd.IntN(len(ze))] = 1
		}
	}
	return g
}

// loss is the mean cross entropy of a training-mode forward pass.
func (r *trial[T]) loss(g Gates, mode Mode) float64 {
	r.t.Helper()
	var err error
	if r.logits, err = r.net.Forward(r.x, r.cfg.Batch, g, mode); err != nil {
		r.t.Fatal(err)
	}
	if err = CrossEntropy(r.logits, r.labels, r.cfg.Classes, r.dl, r.out); err != nil {
		r.t.Fatal(err)
	}
	l := 0.0
	for _, s := range r.out {
		l += s.Loss
	}
	return l / float64(len(r.out))
}

// backward runs a forward and a backward pass and returns the loss.
func (r *trial[T]) backward(g Gates, mode Mode, w Want) float64 {
	r.t.Helper()
	l := r.loss(g, mode)
	if err := r.net.Backward(r.dl, w); err != nil {
		r.t.Fatal(err)
	}
	return l
}

// train takes a few gradient steps on all weights.
func (r *trial[T]) train(steps int, rate float64) {
	r.t.Helper()
	for range steps {
		r.net.ZeroGrad()
		r.backward(r.soft(), Train, Want{Theta: true})
		for _, p := range r.net.Params() {
			for i, g := range p.Grad {
				p.Value[i] -= T(rate) * g
			}
		}
	}
}

// untrainedAndTrained runs f on the fresh net and again after some training.
func (r *trial[T]) untrainedAndTrained(t *testing.T, f func(t *testing.T)) {
	t.Run("untrained", f)
	r.train(25, 0.3)
	t.Run("trained", f)
}
