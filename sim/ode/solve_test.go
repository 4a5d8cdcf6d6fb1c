package ode

import (
	"errors"
	"math"
	"strings"
	"testing"
)

// SciPy's pattern: scaled error below 5 at the steps and between them, forwards
// and backwards, few evaluations.
func TestToleranceIsMetAtAndBetweenSteps(t *testing.T) {
	const rtol, atol = 1e-3, 1e-6
	for _, m := range []Method{DormandPrince(), BogackiShampine(), Rodas4()} {
		for _, c := range []Controller{PI(rtol, atol), Integral(rtol, atol)} {
			for _, end := range []float64{9, 1} {
				s, err := Solve(rationalTerm(), []float64{1. / 3, 2. / 9}, 5, end, Options{Method: m, Controller: c, Dense: true})
				if err != nil {
					t.Fatalf("%s to %g: %v", m.Name(), end, err)
				}
				if s.T[0] != 5 || s.T[len(s.T)-1] != end || s.EndT != end || s.Outcome != Reached {
					t.Errorf("%s: span %g..%g, outcome %v", m.Name(), s.T[0], s.EndT, s.Outcome)
				}
				if s.Work.Evaluations >= 60 {
					t.Errorf("%s to %g: %d evaluations", m.Name(), end, s.Work.Evaluations)
				}
				y := make([]float64, 2)
				for i, at := range s.T {
					if e := scaledError(s.Y[i], rationalExact(at), rtol, atol); e > 5 {
						t.Errorf("%s at step %d: scaled error %g", m.Name(), i, e)
					}
					s.Curve.At(y, at)
					if d := distance(y, s.Y[i]); d > 1e-15 {
						t.Errorf("%s: the dense output misses step %d by %g", m.Name(), i, d)
					}
				}
				for i := range 50 {
					at := 5 + (end-5)*float64(i)/49
					s.Curve.At(y, at)
					if e := scaledError(y, rationalExact(at), rtol, atol); e > 5 {
						t.Errorf("%s at t = %g: scaled error %g", m.Name(), at, e)
					}
				}
			}
		}
	}
}

// Output times are read off the dense output and change no step.
func TestOutputTimes(t *testing.T) {
	free, err := Solve(rationalTerm(), []float64{1. / 3, 2. / 9}, 5, 9, Options{Dense: true})
	if err != nil {
		t.Fatal(err)
	}
	at := []float64{5, 5, 6.1, 6.2, 8, 9}
	s, err := Solve(rationalTerm(), []float64{1. / 3, 2. / 9}, 5, 9, Options{At: at})
	if err != nil {
		t.Fatal(err)
	}
	if s.Work != free.Work || len(s.T) != len(at) {
		t.Errorf("work %+v, free %+v, %d outputs", s.Work, free.Work, len(s.T))
	}
	y := make([]float64, 2)
	for i, x := range at {
		free.Curve.At(y, x)
		if s.T[i] != x || distance(s.Y[i], y) > 1e-16 {
			t.Errorf("output %d at %g: %v, want %v", i, s.T[i], s.Y[i], y)
		}
	}
	if _, err := Solve(rationalTerm(), []float64{1, 1}, 5, 9, Options{At: []float64{10}}); err == nil {
		t.Error("an output time outside the span was accepted")
	}
	if _, err := Solve(rationalTerm(), []float64{1, 1}, 5, 9, Options{At: []float64{7, 6}}); err == nil {
		t.Error("output times out of order were accepted")
	}
}

// A ball thrown up: apex (velocity falls through 0) and landing (terminal),
// located to rounding; directions are obeyed; backwards too.
func TestEvents(t *testing.T) {
	const g = 9.81
	ball := Term{Dim: 2, Autonomous: true, F: func(d []float64, _ float64, y []float64) { d[0], d[1] = y[1], -g }}
	apex := Event{Name: "apex", G: func(_ float64, y []float64) float64 { return y[1] }}
	rising := apex
	rising.Direction = 1
	falling := apex
	falling.Direction = -1
	land := Event{Name: "landing", G: func(_ float64, y []float64) float64 { return y[0] }, Direction: -1, Terminal: true}
	s, err := Solve(ball, []float64{0, 20}, 0, 100, Options{Events: []Event{apex, rising, falling, land}, Dense: true})
	if err != nil {
		t.Fatal(err)
	}
	if s.Outcome != StoppedByEvent || s.Outcome.Failed() {
		t.Errorf("outcome %v", s.Outcome)
	}
	if len(s.Crossings) != 3 || s.Crossings[0].Event != 0 || s.Crossings[1].Event != 2 || s.Crossings[2].Event != 3 {
		t.Fatalf("crossings %+v", s.Crossings)
	}
	if math.Abs(s.Crossings[0].T-20/g) > 1e-13 || math.Abs(s.EndT-40/g) > 1e-12 {
		t.Errorf("apex at %.16g, landing at %.16g; want %.16g, %.16g", s.Crossings[0].T, s.EndT, 20/g, 40/g)
	}
	if math.Abs(s.EndY[0]) > 1e-11 || math.Abs(s.EndY[1]+20) > 1e-11 {
		t.Errorf("state at landing %v", s.EndY)
	}
	if s.T[len(s.T)-1] != s.EndT {
		t.Errorf("the solution goes on to %g", s.T[len(s.T)-1])
	}
	back, err := Solve(ball, s.EndY, s.EndT, 0, Options{Events: []Event{rising, falling}})
	if err != nil {
		t.Fatal(err)
	}
	// Backwards in time the velocity rises through 0.
	if len(back.Crossings) != 1 || back.Crossings[0].Event != 0 || math.Abs(back.Crossings[0].T-20/g) > 1e-12 {
		t.Errorf("backwards: %+v", back.Crossings)
	}
}

// Many zeros of an oscillation, at multiples of pi; none at the start.
func TestEventsOfAnOscillation(t *testing.T) {
	osc := Term{Dim: 2, Autonomous: true, F: func(d []float64, _ float64, y []float64) { d[0], d[1] = y[1], -y[0] }}
	for _, m := range []Method{DormandPrince(), BogackiShampine(), Rodas4()} {
		s, err := Solve(osc, []float64{0, 1}, 0, 32, Options{Method: m, Controller: PI(1e-10, 1e-12),
			Events: []Event{{G: func(_ float64, y []float64) float64 { return y[0] }}}})
		if err != nil {
			t.Fatal(err)
		}
		if len(s.Crossings) != 10 {
			t.Fatalf("%s: %d crossings, want 10", m.Name(), len(s.Crossings))
		}
		for i, c := range s.Crossings {
			if math.Abs(c.T-float64(i+1)*math.Pi) > 2e-8 {
				t.Errorf("%s: crossing %d at %.12g", m.Name(), i, c.T)
			}
		}
	}
}

// A term that jumps: with the jump named as a stop the steps end on it, and the
// solution is that of the two pieces.
func TestStopsResolveJumps(t *testing.T) {
	// y' = -y + [t >= 1]: y = e^-t, then 1 + (e^-1 - 1) e^(1-t).
	jump := Term{Dim: 1, F: func(d []float64, at float64, y []float64) {
		d[0] = -y[0]
		if at >= 1 {
			d[0]++
		}
	}}
	want := 1 + (math.Exp(-1)-1)*math.Exp(-2)
	for _, m := range []Method{DormandPrince(), BogackiShampine(), Rodas4()} {
		with, err := Solve(jump, []float64{1}, 0, 3, Options{Method: m, Controller: PI(1e-9, 1e-12), Stops: []float64{1, 7}})
		if err != nil {
			t.Fatal(err)
		}
		without, err := Solve(jump, []float64{1}, 0, 3, Options{Method: m, Controller: PI(1e-9, 1e-12)})
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(with.EndY[0]-want) > 1e-8 {
			t.Errorf("%s: y(3) = %.12g, want %.12g", m.Name(), with.EndY[0], want)
		}
		landed := false
		for i, at := range with.T {
			landed = landed || at == 1
			if at < 1 && with.Y[i][0] < math.Exp(-at)-1e-8 {
				t.Errorf("%s: off the first piece at %g", m.Name(), at)
			}
		}
		if !landed {
			t.Errorf("%s: no step ends on the jump", m.Name())
		}
		if with.Work.Rejected >= without.Work.Rejected {
			t.Errorf("%s: %d refusals with the stop, %d without", m.Name(), with.Work.Rejected, without.Work.Rejected)
		}
		// Fixed steps have no error control to hide behind: every stage must see
		// its own side of the jump.
		fixed, err := Solve(jump, []float64{1}, 0, 3, Options{Method: m, Controller: Fixed{1. / 16}, Stops: []float64{1}})
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(fixed.EndY[0]-want) > 1e-5 {
			t.Errorf("%s, fixed steps: error %g", m.Name(), fixed.EndY[0]-want)
		}
		back, err := Solve(jump, []float64{want}, 3, 0, Options{Method: m, Controller: PI(1e-9, 1e-12), Stops: []float64{1}})
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(back.EndY[0]-1) > 1e-7 {
			t.Errorf("%s backwards: y(0) = %.12g", m.Name(), back.EndY[0])
		}
	}
}

func TestFailuresSayWhereAndWhatToDo(t *testing.T) {
	blowup := Term{Dim: 2, Autonomous: true, F: func(d []float64, _ float64, y []float64) { d[0], d[1] = 0, y[1]*y[1] }}
	fail := func(term Term, y0 []float64, o Options) *Failure {
		t.Helper()
		s, err := Solve(term, y0, 0, 2, o)
		var f *Failure
		if !errors.As(err, &f) || s == nil || s.Outcome != f.Outcome || !s.Outcome.Failed() {
			t.Fatalf("solution %+v, error %v", s, err)
		}
		if f.Outcome.Remedy() == "" || !strings.Contains(err.Error(), f.Outcome.Remedy()) {
			t.Errorf("no remedy in %q", err)
		}
		return f
	}
	if f := fail(blowup, []float64{1, 1}, Options{}); f.Outcome != StepTooSmall && f.Outcome != NotFinite || math.Abs(f.T-1) > 1e-6 || f.Component != 1 {
		t.Errorf("blow-up at 1: %v", f)
	}
	if f := fail(blowup, []float64{1, 1e-9}, Options{MaxSteps: 3, MaxStep: .01}); f.Outcome != TooManySteps {
		t.Errorf("3 steps: %v", f)
	}
	stiff := Term{Dim: 1, F: func(d []float64, t float64, y []float64) { d[0] = -1e6 * (y[0] - math.Cos(t)) }}
	if f := fail(stiff, []float64{1}, Options{MaxSteps: 2000, Controller: PI(1e-3, 1e-3)}); !f.Stiff || !strings.Contains(f.Error(), "Rodas4") {
		t.Errorf("stiffness not seen: %v", f)
	}
	if s, err := Solve(stiff, []float64{1}, 0, 2, Options{Method: Rodas4(), MaxSteps: 2000, Controller: PI(1e-3, 1e-3)}); err != nil || math.Abs(s.EndY[0]-math.Cos(2)) > 1e-3 {
		t.Errorf("the remedy does not help: %v", err)
	}
	nan := Term{Dim: 1, F: func(d []float64, t float64, y []float64) { d[0] = math.Sqrt(1 - t) }}
	for _, m := range []Method{DormandPrince(), Rodas4()} {
		if f := fail(nan, []float64{0}, Options{Method: m}); math.Abs(f.T-1) > 1e-3 || f.Outcome != NotFinite {
			t.Errorf("NaN beyond 1: %v", f)
		}
	}
	if f := fail(Term{Dim: 1, F: func(d []float64, _ float64, _ []float64) { d[0] = math.Inf(1) }}, []float64{0}, Options{}); f.T != 0 || f.Outcome != NotFinite {
		t.Errorf("infinite slope at the start: %v", f)
	}
	singular := Term{Dim: 1, Autonomous: true, F: func(d []float64, _ float64, y []float64) { d[0] = 4 * y[0] }}
	if f := fail(singular, []float64{1}, Options{Method: Rodas4(), Controller: Fixed{1}}); f.Outcome != SingularMatrix && f.Outcome != NotFinite {
		t.Errorf("I/(gamma h) - J = 0: %v", f)
	}
	if Outcome(99).String() == "" || Outcome(99).Remedy() != "" || Reached.Failed() {
		t.Error("outcome texts")
	}
}

func TestBadArgumentsAreRefused(t *testing.T) {
	ok := Term{Dim: 1, F: func(d []float64, _ float64, y []float64) { d[0] = y[0] }}
	y0 := []float64{1}
	for name, call := range map[string]func() (*Solution, error){
		"no function":    func() (*Solution, error) { return Solve(Term{Dim: 1}, y0, 0, 1, Options{}) },
		"dimension":      func() (*Solution, error) { return Solve(ok, []float64{1, 2}, 0, 1, Options{}) },
		"NaN start":      func() (*Solution, error) { return Solve(ok, []float64{math.NaN()}, 0, 1, Options{}) },
		"infinite span":  func() (*Solution, error) { return Solve(ok, y0, 0, math.Inf(1), Options{}) },
		"tolerance":      func() (*Solution, error) { return Solve(ok, y0, 0, 1, Options{Controller: PI(-1, 0)}) },
		"tiny tolerance": func() (*Solution, error) { return Solve(ok, y0, 0, 1, Options{Controller: PI(1e-18, 1e-9)}) },
		"fixed step":     func() (*Solution, error) { return Solve(ok, y0, 0, 1, Options{Controller: Fixed{0}}) },
		"event":          func() (*Solution, error) { return Solve(ok, y0, 0, 1, Options{Events: []Event{{}}}) },
		"steps":          func() (*Solution, error) { return Solve(ok, y0, 0, 1, Options{MaxSteps: -1}) },
		"stop":           func() (*Solution, error) { return Solve(ok, y0, 0, 1, Options{Stops: []float64{math.NaN()}}) },
		"safety":         func() (*Solution, error) { return Solve(ok, y0, 0, 1, Options{Controller: Adaptive{RTol: 1e-3}}) },
	} {
		if s, err := call(); err == nil || s != nil || !strings.HasPrefix(err.Error(), "ode: ") {
			t.Errorf("%s: %v, %v", name, s, err)
		}
	}
	s, err := Solve(ok, y0, 1, 1, Options{})
	if err != nil || len(s.T) != 1 || s.EndY[0] != 1 {
		t.Errorf("an empty span: %+v, %v", s, err)
	}
	if y0[0] != 1 {
		t.Error("y0 was changed")
	}
}

// Invariants of a softmax flow: probabilities sum to one, logits keep their sum
// (the gauge), permuting operations permutes the solution.
func TestSoftmaxFlowKeepsItsInvariants(t *testing.T) {
	c := []float64{0, .7, -.4, 1.3, .2}
	flow := func(order []int) Term {
		return Term{Dim: 5, Autonomous: true, F: func(d []float64, _ float64, y []float64) {
			sum, mean := 0.0, 0.0
			for k := range y {
				d[k] = math.Exp(y[k])
				sum += d[k]
			}
			for k := range d {
				d[k] /= sum
				mean += d[k] * c[order[k]]
			}
			for k := range d {
				d[k] *= mean - c[order[k]]
			}
		}}
	}
	identity, order := []int{0, 1, 2, 3, 4}, []int{3, 1, 4, 0, 2}
	a0 := []float64{.1, -.2, .3, 0, .5}
	b0 := make([]float64, 5)
	sum0 := 0.0
	for k, o := range order {
		b0[k] = a0[o]
		sum0 += a0[k]
	}
	for _, m := range []Method{DormandPrince(), BogackiShampine(), Rodas4()} {
		o := Options{Method: m, Controller: PI(1e-8, 1e-10)}
		a, err := Solve(flow(identity), a0, 0, 10, o)
		if err != nil {
			t.Fatal(err)
		}
		b, err := Solve(flow(order), b0, 0, 10, o)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for k, o := range order {
			sum += a.EndY[k]
			if math.Abs(b.EndY[k]-a.EndY[o]) > 1e-7 {
				t.Errorf("%s: permuted operation %d ends at %g, not %g", m.Name(), k, b.EndY[k], a.EndY[o])
			}
		}
		if math.Abs(sum-sum0) > 1e-9 {
			t.Errorf("%s: the gauge sum moved by %g", m.Name(), sum-sum0)
		}
	}
}
