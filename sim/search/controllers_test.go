package search

import (
	"bytes"
	"context"
	"math"
	"strings"
	"testing"

	"edgewise/sim/spec"
	"edgewise/sim/surrogate"
	"edgewise/sim/trace"
	"edgewise/theory/cell"
)

// The space that RADARS ends with, run together, takes at most the bound, and really
// takes what was planned; the whole space takes more, and DARTS on it takes that.
func TestRADARSKeepsToItsBytes(t *testing.T) {
	s := tiny()
	s.Use(spec.RADARS)
	s.Steps, s.RADARS = 8, &spec.RADARSRule{Prunings: 2}
	var m trace.Manifest
	d, err := newRADARS[float64](s, &m, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer d.close()
	r := d.(*radars[float64])
	for r.step < s.Steps {
		before := r.arch.allowed()
		if _, err := r.advance(); err != nil {
			t.Fatal(err)
		}
		took := held(r.net.Bytes())
		if took > r.bound {
			t.Errorf("after step %d the net holds %d bytes, more than %d", r.step, took, r.bound)
		}
		if r.step > r.last {
			if plan := held(r.net.Planned(r.arch.perCell(before), false)); took != plan {
				t.Errorf("step %d: the net holds %d bytes, planned %d", r.step, took, plan)
			}
		}
	}
	for k, e := range r.arch.ops {
		for i, list := range e {
			if len(list) == 0 {
				t.Errorf("kind %d edge %d has no operation left", k, i)
			}
		}
	}
	plain := s
	plain.Algorithm, plain.RADARS = spec.DARTS, nil
	data, err := openSplits(plain)
	if err != nil {
		t.Fatal(err)
	}
	q, err := newRun[float64](plain, data, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer q.close()
	if _, err := q.advance(); err != nil {
		t.Fatal(err)
	}
	if took := held(q.net.Bytes()); took != r.full || took <= r.bound {
		t.Errorf("DARTS on the whole space holds %d bytes; planned %d, bound %d", took, r.full, r.bound)
	}
}

func TestRADARSRefusesWhatCannotFit(t *testing.T) {
	s := tiny()
	s.Use(spec.RADARS)
	s.RADARS = &spec.RADARSRule{Memory: 0.01, Prunings: 1}
	if _, err := Record(context.Background(), s, Options{}); err == nil || !strings.Contains(err.Error(), "radars.memory is 0.010 MiB: sampling one operation per edge already takes") {
		t.Errorf("a bound below the weights: %v", err)
	}
}

// The gradient of the controller is −(R − b)(Z − p): reward above the mean raises the
// sampled operations and lowers the others, on all edges alike.
func TestReinforceRaisesWhatWasRewarded(t *testing.T) {
	s := tiny()
	a, err := newArch(s)
	if err != nil {
		t.Fatal(err)
	}
	rewards := []float64{0.4, 0.7}
	f := &reinforce{decay: 0.9, reward: func() float64 { r := rewards[0]; rewards = rewards[1:]; return r }}
	z := [][][]float64{newTable(5, 8)}
	f.gates(z, a, 1, stream(1, "test", 0))
	f.gradient(a, z, nil, 1)
	for _, g := range a.grad {
		if g != 0 {
			t.Fatalf("the first reward is its own baseline, but a gradient is %v", g)
		}
	}
	f.gradient(a, z, nil, 1) // advantage 0.3
	for e := range z[0] {
		for o, v := range z[0][e] {
			want := -0.3 * (v - a.prob[0][e][o])
			if g := a.edge(a.grad, 0, e)[o]; math.Abs(g-want) > 1e-12 {
				t.Errorf("edge %d operation %d: gradient %v, want %v", e, o, g, want)
			}
		}
	}
	if want := 0.9*0.4 + 0.1*0.7; math.Abs(f.baseline-want) > 1e-12 {
		t.Errorf("baseline %v, want %v", f.baseline, want)
	}
}

// restrict keeps the others' alpha and memory, and their proportions.
func TestRestrictKeepsTheRest(t *testing.T) {
	s := tiny()
	a, err := newArch(s)
	if err != nil {
		t.Fatal(err)
	}
	for i := range a.grad {
		a.grad[i] = math.Sin(float64(i))
	}
	a.step()
	b, err := newArch(s)
	if err != nil {
		t.Fatal(err)
	}
	copy(b.grad, a.grad)
	b.step()
	keep := a.allowed()
	keep[0][1][3], keep[0][4][0], keep[0][4][7] = false, false, false
	ratio := a.prob[0][4][2] / a.prob[0][4][5]
	b.restrict(keep)
	if r := b.prob[0][4][2] / b.prob[0][4][5]; math.Abs(r-ratio) > 1e-12 || b.prob[0][4][7] != 0 || len(b.alpha) != len(a.alpha)-3 {
		t.Errorf("ratio %v for %v, probability of a pruned operation %v", r, ratio, b.prob[0][4][7])
	}
	a.step() // same gradients, moments as before
	copy(b.edge(b.grad, 0, 2), a.edge(a.grad, 0, 2))
	b.step()
	for i, v := range b.edge(b.alpha, 0, 2) {
		if v != a.edge(a.alpha, 0, 2)[i] {
			t.Errorf("alpha %d of an edge that lost nothing: %v, not %v", i, v, a.edge(a.alpha, 0, 2)[i])
		}
	}
}

// After the last round the most probable operations are the best wiring, and the
// rounds before gather it from the best few.
func TestSemiNASSettlesOnTheBest(t *testing.T) {
	s := tiny()
	s.Use(spec.SemiNAS)
	s.SemiNAS = &spec.SemiNASRule{Rounds: 1, Evaluate: 4, Unlabelled: 5, Passes: 2, More: 1, Repeat: 1, Top: 4}
	var m trace.Manifest
	d, err := newSemiNAS[float64](s, &m, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer d.close()
	q := d.(*seminas[float64])
	for q.step < s.Steps {
		if _, err := q.advance(); err != nil {
			t.Fatal(err)
		}
	}
	pairs, err := q.accuracies(q.pool)
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range q.pool {
		if contains(q.pool[:i], w) {
			t.Errorf("wiring %v was evaluated twice", w)
		}
	}
	top := best(pairs, 1)[0]
	for e, o := range top {
		if p, want := q.arch.prob[0][e][o], 0.9+0.1/8; math.Abs(p-want) > 1e-12 {
			t.Errorf("edge %d: the best wiring's operation has probability %v, want %v", e, p, want)
		}
	}
	q.settle([]cell.Wiring{top, top, q.pool[0]})
	for e := range top {
		sum := 0.0
		for _, v := range q.arch.prob[0][e] {
			sum += v
		}
		if math.Abs(sum-1) > 1e-12 {
			t.Errorf("edge %d: probabilities sum to %v", e, sum)
		}
	}
}

func TestBestIsStable(t *testing.T) {
	p := []surrogate.Pair{{Wiring: cell.Wiring{0}, Accuracy: .1}, {Wiring: cell.Wiring{1}, Accuracy: .3}, {Wiring: cell.Wiring{2}, Accuracy: .3}}
	if w := best(p, 2); w[0][0] != 1 || w[1][0] != 2 {
		t.Errorf("best two of %v are %v", p, w)
	}
}

// A table of a method under another algorithm is refused, and absent tables leave the
// content address as it was.
func TestRulesBelongToTheirMethods(t *testing.T) {
	s := tiny()
	s.RADARS = &spec.RADARSRule{}
	if err := s.Check(); err == nil || !strings.Contains(err.Error(), "radars") {
		t.Errorf("radars under dsnas: %v", err)
	}
	s = tiny()
	text, err := s.Encode()
	if err != nil || bytes.Contains(text, []byte("seminas")) || bytes.Contains(text, []byte("radars")) {
		t.Errorf("a spec without rules names them: %v\n%s", err, text)
	}
	for _, bad := range []spec.SemiNASRule{{Rounds: 100}, {Evaluate: 1}, {Smooth: -1}, {Top: -1}} {
		s := tiny()
		s.Use(spec.SemiNAS)
		s.SemiNAS = &bad
		if err := s.Check(); err == nil || !strings.Contains(err.Error(), "seminas.") {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}
