package ablation

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"edgewise/reports/stat"
	runner "edgewise/sim/ablation"
	"edgewise/theory/bias"
)

// made returns a study of the default grid whose outcomes are given by f.
func made(t *testing.T, seeds int, f func(base, arm string, seed uint64) (runner.Outcome, error)) *Study {
	t.Helper()
	g, err := runner.Shipped(runner.Default)
	if err != nil {
		t.Fatal(err)
	}
	g.Seeds = seeds
	var results []runner.Result
	for _, j := range g.Jobs() {
		o, err := f(j.Base, j.Arm, j.Seed)
		results = append(results, runner.Result{Job: j, Outcome: o, Err: err})
	}
	p := runner.Predictions{}
	for _, b := range g.Bases {
		p[[2]string{b.Name, ""}] = runner.Prediction{Outcome: outcome(.5, .2, .6)}
	}
	for _, a := range g.Arms {
		p[[2]string{a.Base, a.Name}] = runner.Prediction{Outcome: outcome(.1, .2, .6)}
	}
	p[[2]string{"growth", "three-cells"}] = runner.Prediction{Err: runner.ErrNoTheory}
	return New(g, results, p)
}

func outcome(rise, gap, fail float64) runner.Outcome {
	v := func(x float64) bias.Value { return bias.Value{X: x, Known: true} }
	return runner.Outcome{Rise: v(rise), Gap: v(gap), Failure: v(fail), Start: v(.125)}
}

func render(t *testing.T, s *Study) string {
	t.Helper()
	var b bytes.Buffer
	for _, x := range s.Tables() {
		for name, f := range map[string]func() error{
			"terminal": func() error { return x.Terminal(&b, 0) },
			"csv":      func() error { return x.CSV(new(bytes.Buffer)) },
			"latex":    func() error { return x.Standalone(new(bytes.Buffer), 0) },
			"json":     func() error { return x.JSON(new(bytes.Buffer)) },
		} {
			if err := f(); err != nil {
				t.Fatalf("%s as %s: %v", x.Name, name, err)
			}
		}
	}
	return b.String()
}

// Effects are paired: a seed's own level cancels. A change on the predicted side
// agrees, one on the other side disagrees, noise says neither; p and d are Student's.
func TestEffectsArePaired(t *testing.T) {
	s := made(t, 5, func(_, arm string, seed uint64) (runner.Outcome, error) {
		level := float64(seed) // far more than any effect
		noise := 0.01 * float64(seed%2)
		switch arm {
		case "centred":
			return outcome(level-.3-noise, level+noise, level), nil
		case "entropy":
			return outcome(level+.3+noise, level, level), nil
		case "calibrated":
			return outcome(level+.5*float64(int(seed%3)-1), level, level), nil
		}
		return outcome(level, level, level), nil
	})
	effects, err := s.Effects()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]stat.Verdict{"centred": stat.Agrees, "entropy": stat.Disagrees, "calibrated": stat.NotEnough}
	seen := 0
	for _, e := range effects {
		if v, ok := want[e.Arm.Name]; ok && e.Measure == "growth" {
			seen++
			if e.Verdict() != v {
				t.Errorf("%s on %s: %v, %v", e.Arm.Name, e.Arm.Base, e.Observed, e.Verdict())
			}
			if !e.Tested || e.Holm < e.P {
				t.Errorf("%s: p %v, Holm %v", e.Arm.Name, e.P, e.Holm)
			}
		}
		if e.Arm.Name == "centred" && e.Measure == "growth" {
			d := []float64{-.31, -.3, -.31, -.3, -.31}
			mean, ss := 0.0, 0.0
			for _, x := range d {
				mean += x / 5
			}
			for _, x := range d {
				ss += (x - mean) * (x - mean)
			}
			if sd := math.Sqrt(ss / 4); math.Abs(e.Size-mean/sd) > 1e-6*math.Abs(mean/sd) {
				t.Errorf("effect size %v, not %v", e.Size, mean/sd)
			}
			if e.P > 1e-6 {
				t.Errorf("p %v of a change that is 55 standard deviations", e.P)
			}
		}
		if e.Arm.Name == "three-cells" && !errors.Is(e.Silent, runner.ErrNoTheory) {
			t.Errorf("three cells are predicted: %v", e.Silent)
		}
	}
	if seen != 7 {
		t.Errorf("%d effects of the arms in question", seen)
	}
	text := render(t, s)
	for _, has := range []string{"agrees", "disagrees", "not enough evidence", "P7.11", "leave-one-out"} {
		if !strings.Contains(text, has) {
			t.Errorf("the tables do not say %q", has)
		}
	}
}

// A failed arm is named with its reason; the other arms keep all their seeds.
func TestAFailedArmIsReported(t *testing.T) {
	s := made(t, 3, func(_, arm string, seed uint64) (runner.Outcome, error) {
		if arm == "centred" && seed == 2 {
			return runner.Outcome{}, errors.New("the search diverged: the train loss is NaN")
		}
		if arm == "no-none" {
			no := bias.Value{Why: "the space has no none"}
			return runner.Outcome{Rise: no, Gap: no, Failure: no}, nil
		}
		return outcome(.1*float64(seed), .2, .3), nil
	})
	effects, err := s.Effects()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range effects {
		n := 3
		switch e.Arm.Name {
		case "centred":
			n = 2
		case "no-none":
			n = 0
		}
		if e.Observed.N != n {
			t.Errorf("%s %s: n = %d, not %d", e.Arm.Name, e.Measure, e.Observed.N, n)
		}
	}
	text := render(t, s)
	for _, has := range []string{"the search diverged", "the space has no none", "Runs without an outcome"} {
		if !strings.Contains(text, has) {
			t.Errorf("the tables do not say %q", has)
		}
	}
}

func TestStudentNeedsASpread(t *testing.T) {
	for _, x := range [][]float64{{1}, {2, 2, 2}} {
		e, err := stat.Mean(x)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, ok := student(e); ok {
			t.Errorf("%v is tested", x)
		}
	}
	e, _ := stat.Mean([]float64{1, 2, 3, 4, 5})
	p, d, ok := student(e)
	// t = 3/(sqrt(2.5)/sqrt 5) = 4.2426, two-sided p on 4 degrees of freedom 0.013236
	if !ok || math.Abs(p-0.0132356) > 1e-5 || math.Abs(d-3/math.Sqrt(2.5)) > 1e-9 {
		t.Error(fmt.Sprint(p, d, ok))
	}
}
