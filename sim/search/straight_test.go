package search

import (
	"math"
	"math/rand/v2"
	"testing"

	"edgewise/sim/spec"
	"edgewise/sim/supernet"
	"edgewise/theory/cost"
)

// The gradient of alpha is the derivative of the loss along the soft gates: of
// L(Z + Z~(alpha) - Z~(alpha_0)) by central differences, on the net itself. For darts,
// with either gate, Z is Z~; for gdas and proxyless Z is one-hot and Z~ the soft
// sample at the same noise, or the softmax of the pair.
func TestGradientsGoStraightThrough(t *testing.T) {
	for _, c := range []struct {
		algorithm, gate string
		partial         int
	}{{spec.DARTS, "", 0}, {spec.DARTS, "sigmoid", 0}, {spec.DARTS, "", 2}, {spec.GDAS, "", 0}, {spec.Proxyless, "", 0}} {
		s := tiny()
		s.Algorithm, s.Alpha.Gate = c.algorithm, c.gate
		s.Alpha.InitStd, s.Net.Partial, s.Net.Channels = 0.5, c.partial, 4
		s.Net.HeadScale = 5
		s.Temperature = spec.Temperature{Start: 0.7, End: 0.7}
		data, err := openSplits(s)
		if err != nil {
			t.Fatal(err)
		}
		r, err := newRun[float64](s, data, 1)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(r.close)
		if err := r.batch("train", r.splits.train, 0); err != nil {
			t.Fatal(err)
		}
		noise := func() *rand.Rand { return stream(s.Seed, "noise", 1) }
		r.algo.gates(r.z, r.arch, r.lambda(), noise())
		hard := copyCube(r.z)
		soft := func() [][][]float64 {
			switch a := r.algo.(type) {
			case *gdas:
				z := copyCube(hard)
				a.snas.gates(z, r.arch, r.lambda(), noise())
				return z
			case *proxyless:
				z := copyCube(hard)
				for e, list := range r.arch.ops[0] {
					clear(z[0][e])
					ij := a.pair[0][e]
					two := []float64{r.arch.edge(r.arch.alpha, 0, e)[ij[0]], r.arch.edge(r.arch.alpha, 0, e)[ij[1]]}
					cost.Softmax(two, two)
					z[0][e][list[ij[0]]], z[0][e][list[ij[1]]] = two[0], two[1]
				}
				return z
			}
			return copyCube(r.arch.weight)
		}
		start := soft()
		loss := func() float64 {
			now := soft()
			for e := range r.z[0] {
				for o := range r.z[0][e] {
					r.z[0][e][o] = hard[0][e][o] + now[0][e][o] - start[0][e][o]
				}
			}
			split, err := r.forward(supernet.Train)
			if err != nil {
				t.Fatal(err)
			}
			return split.Loss
		}
		loss()
		if err := r.net.Backward(r.dlogits, supernet.Want{Cost: true}); err != nil {
			t.Fatal(err)
		}
		r.costs()
		r.algo.gradient(r.arch, hard, r.c, r.lambda())
		worst, largest := 0.0, 0.0
		for i := range r.arch.alpha {
			const h = 1e-5
			at := r.arch.alpha[i]
			r.arch.alpha[i] = at + h
			r.arch.updateProb()
			up := loss()
			r.arch.alpha[i] = at - h
			r.arch.updateProb()
			want := (up - loss()) / (2 * h)
			r.arch.alpha[i] = at
			r.arch.updateProb()
			worst = math.Max(worst, math.Abs(want-r.arch.grad[i]))
			largest = math.Max(largest, math.Abs(want))
		}
		if worst > 1e-6*math.Max(1, largest) || largest < 1e-4 {
			t.Errorf("%s %s %d: gradients up to %.3g differ from differences by %.3g", c.algorithm, c.gate, c.partial, largest, worst)
		}
	}
}

// A two-path step leaves the probabilities of the operations that it did not sample
// where they were, apart from what momentum moves.
func TestTwoPathStepsKeepTheOthers(t *testing.T) {
	s := tiny()
	s.Algorithm, s.Alpha.Optimiser, s.Alpha.Beta1, s.Alpha.WeightDecay, s.Alpha.Rate = spec.Proxyless, spec.SGD, 0, 0, 5
	data, err := openSplits(s)
	if err != nil {
		t.Fatal(err)
	}
	r, err := newRun[float64](s, data, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.close)
	for range 3 {
		before := copyCube(r.arch.prob)
		if _, err := r.advance(); err != nil {
			t.Fatal(err)
		}
		x := r.algo.(*proxyless)
		moved := 0.0
		for e := range before[0] {
			for o, p := range before[0][e] {
				d := math.Abs(r.arch.prob[0][e][o] - p)
				if x.counted(0, e, o) {
					moved = math.Max(moved, d)
				} else if d > 1e-12 {
					t.Errorf("edge %d, operation %d was not sampled and moved by %.3g", e, o, d)
				}
			}
		}
		if moved < 1e-4 {
			t.Errorf("no sampled operation moved")
		}
	}
}
