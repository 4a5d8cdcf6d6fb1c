package search

import (
	"context"
	"math"
	"testing"

	"edgewise/sim/predict"
	"edgewise/sim/spec"
	"edgewise/sim/trace"
)

func primed(t *testing.T, change func(p *spec.Prime)) (*prime, *arch) {
	t.Helper()
	s := tiny()
	s.Use(spec.PRIME)
	change(s.Prime)
	a, err := newArch(s)
	if err != nil {
		t.Fatal(err)
	}
	return newPrime(s, a), a
}

// Alpha is due where 0 < E < tau, E and tau as published, by hand.
func TestScheduleFollowsInformation(t *testing.T) {
	p, _ := primed(t, func(p *spec.Prime) { p.Every, p.Factor, p.Threshold = 2, 2, 1 })
	for n, x := range []struct {
		square, energy, tau float64
		due                 bool
	}{
		{12, 0, 1, false}, // no information yet
		{0, 2.4, 2, false},
		{10, 1.92, 4, true},
		{0, 3.536, 1, false},
		{0, 2.8288, 2, false},
		{0, 2.26304, 4, true},
	} {
		if math.Abs(p.energy-x.energy) > 1e-12 || math.Abs(p.tau-x.tau) > 1e-12 || p.due(n) != x.due {
			t.Fatalf("step %d: E = %v, tau = %v, due %v; want %v, %v, %v", n, p.energy, p.tau, p.due(n), x.energy, x.tau, x.due)
		}
		p.end(x.due, x.square)
	}
	p, _ = primed(t, func(p *spec.Prime) { p.Every, p.Dynamic = 3, false })
	for n, want := range []bool{false, false, true, false, false, true} {
		if p.due(n) != want {
			t.Errorf("step %d: due %v", n, !want)
		}
	}
}

// What regularise adds is the gradient of (t/T)(rho/2)|p - D(p)| by differences, and
// moves p towards its own discrete cell.
func TestProximityIsItsGradient(t *testing.T) {
	p, a := primed(t, func(p *spec.Prime) { p.Rho = 0.3 })
	for i := range a.alpha {
		a.alpha[i] = 0.1 + 0.7*math.Abs(math.Sin(float64(i+1)))
	}
	a.updateProb()
	value := func() float64 {
		w := p.weights()
		d := make([]float64, len(w))
		if err := p.discrete(d, w); err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for i := range d {
			sum += (w[i] - d[i]) * (w[i] - d[i])
		}
		return 0.25 * 0.3 / 2 * math.Sqrt(sum)
	}
	c := [][][]float64{newTable(len(a.ops[0]), len(a.space.Ops))}
	if err := p.regularise(c, 0.25); err != nil {
		t.Fatal(err)
	}
	i := 0
	for e, list := range a.ops[0] {
		for _, o := range list {
			const h = 1e-6
			at := a.alpha[i]
			a.alpha[i] = at + h
			a.updateProb()
			up := value()
			a.alpha[i] = at - h
			a.updateProb()
			down := value()
			a.alpha[i] = at
			if want := (up - down) / (2 * h); math.Abs(c[0][e][o]-want) > 1e-8 {
				t.Errorf("edge %d, operation %d: %v, by differences %v", e, o, c[0][e][o], want)
			}
			i++
		}
	}
}

// A replay of the recorded costs, regulariser included, gives alpha back, steps at
// which it rests left out; an operation that fell to 0 stays there.
func TestPrimeReplays(t *testing.T) {
	s := tiny()
	s.Use(spec.PRIME)
	s.Prime.Every, s.Prime.Factor, s.Prime.Threshold = 1, 2, 1e-2
	s.Steps, s.Alpha.Rate = 24, 0.1
	tr, err := Record(context.Background(), s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, r, err := predict.Replay(tr)
	if err != nil || r.Absolute > 1e-12 {
		t.Errorf("replay: %+v, %v", r, err)
	}
	moved, rested := 0, 0
	for i := range tr.Points[:s.Steps] {
		p := &tr.Points[i]
		if p.AlphaRate > 0 {
			moved++
			if p.Cost == nil || p.Search == nil {
				t.Errorf("step %d moves alpha without costs", p.Step)
			}
			continue
		}
		rested++
		if p.Cost != nil || p.Search != nil || differs(p, &tr.Points[i+1]) {
			t.Errorf("step %d: alpha rests, but has costs or moves", p.Step)
		}
	}
	if moved == 0 || rested == 0 {
		t.Errorf("%d steps move alpha, %d do not: the schedule was not tried", moved, rested)
	}
	gone := 0
	for i := 1; i < len(tr.Points); i++ {
		for e, row := range tr.Points[i-1].Alpha[0] {
			for o, v := range row {
				if v == 0 {
					gone++
					if tr.Points[i].Alpha[0][e][o] != 0 {
						t.Fatalf("point %d: an operation that was gone is back", i)
					}
				}
			}
		}
	}
	if gone == 0 {
		t.Error("no operation fell to 0: the mask was not tried")
	}
	if last := tr.Points[s.Steps]; last.Discrete != nil {
		t.Error("a discretised loss that nobody asked for")
	}
}

func differs(a, b *trace.Point) bool {
	for e, row := range a.Alpha[0] {
		for o, v := range row {
			if v != b.Alpha[0][e][o] {
				return true
			}
		}
	}
	return false
}
