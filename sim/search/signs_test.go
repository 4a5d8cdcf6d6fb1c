package search

import (
	"context"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"edgewise/sim/check"
	"edgewise/sim/spec"
	"edgewise/sim/trace"
)

// What is wrong with a search whose numbers are numbers is named in its trace, at
// the step where it happens, also in windows, and check says what it means.
func TestSickSearchesAreNamed(t *testing.T) {
	for name, c := range map[string]struct {
		sick func(s *spec.Spec)
		sign string
		says string
	}{
		"a head of zeros": {func(s *spec.Spec) {
			s.Net.HeadScale, s.Theta.Freeze = 0, true
		}, trace.Dead, "every cost is exactly zero"},
		"far logits": {func(s *spec.Spec) { s.Alpha.InitStd = 1e3 }, trace.Saturated, "above 0.9999"},
		"steps below the rounding of alpha": {func(s *spec.Spec) {
			s.Alpha.InitMean, s.Alpha.Rate = 1e3, 1e-15
		}, trace.Rounding, "significance is lost"},
		"health": {func(*spec.Spec) {}, "", ""},
	} {
		for _, algo := range []string{spec.DARTS, spec.DSNAS, spec.SNAS} {
			for _, every := range []int{1, 3} {
				s := tiny()
				s.Algorithm, s.Record.Every = algo, every
				c.sick(&s)
				dir := filepath.Join(t.TempDir(), "run")
				if err := Store(context.Background(), s, dir, false, Options{}); err != nil {
					t.Fatal(err)
				}
				tr, err := trace.Read(dir)
				if err != nil {
					t.Fatal(err)
				}
				found := 0
				for _, p := range tr.Points {
					if slices.Contains(p.Signs, c.sign) {
						found++
					}
					if c.sign == "" && len(p.Signs) > 0 {
						t.Errorf("%s, %s, step %d: a healthy step has the signs %v", name, algo, p.Step, p.Signs)
					}
				}
				if c.sign == "" {
					continue
				}
				if found == 0 {
					t.Errorf("%s, %s, every %d: the trace does not say %q", name, algo, every, c.sign)
				}
				said := false
				for _, f := range check.Trace(tr).Findings {
					said = said || strings.Contains(f.What, c.says)
				}
				if !said {
					t.Errorf("%s, %s, every %d: check does not say %q", name, algo, every, c.says)
				}
			}
		}
	}
}

// The temperature is Start (End/Start)^(step/steps), and the trace says so.
func TestTemperatureIsGeometric(t *testing.T) {
	s := tiny()
	s.Algorithm, s.Temperature = spec.SNAS, spec.Temperature{Start: 2, End: 0.5}
	tr, err := Record(context.Background(), s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range tr.Points[:s.Steps] {
		want := 2 * math.Pow(0.25, float64(p.Step)/float64(s.Steps))
		if math.Abs(p.Temperature-want) > 1e-15 {
			t.Errorf("step %d: the temperature is %v, not %v", p.Step, p.Temperature, want)
		}
	}
}

// The standard Gumbel distribution has the mean 0.5772 and the variance pi^2/6, and
// argmax(log p + G) is drawn from p.
func TestGumbelNoise(t *testing.T) {
	rnd := stream(1, "test", 0)
	const n = 200_000
	sum, square := 0.0, 0.0
	for range n {
		g := gumbel(rnd)
		sum += g
		square += g * g
	}
	mean := sum / n
	variance := square/n - mean*mean
	if math.Abs(mean-0.5772156649) > 4*math.Sqrt(math.Pi*math.Pi/6/n) {
		t.Errorf("mean %v", mean)
	}
	if math.Abs(variance-math.Pi*math.Pi/6) > 0.05 {
		t.Errorf("variance %v", variance)
	}
	p := []float64{0.6, 0.3, 0.1}
	var count [3]float64
	for range n {
		best, at := math.Inf(-1), 0
		for k, x := range p {
			if v := math.Log(x) + gumbel(rnd); v > best {
				best, at = v, k
			}
		}
		count[at]++
	}
	for k, x := range p {
		if math.Abs(count[k]/n-x) > 5*math.Sqrt(x*(1-x)/n) {
			t.Errorf("operation %d: drawn %v, probability %v", k, count[k]/n, x)
		}
	}
}

// One-hot gates are drawn with the probabilities of alpha.
func TestOperationsAreDrawnWithTheirProbabilities(t *testing.T) {
	s := tiny()
	s.Alpha.InitStd = 1
	a, err := newArch(s)
	if err != nil {
		t.Fatal(err)
	}
	z := copyCube(a.prob)
	count := copyCube(a.prob)
	for k := range count {
		for e := range count[k] {
			clear(count[k][e])
		}
	}
	const n = 20_000
	rnd := stream(2, "test", 0)
	for range n {
		drawOneHot(z, a, rnd)
		for k := range z {
			for e := range z[k] {
				ones := 0.0
				for o, v := range z[k][e] {
					count[k][e][o] += v
					ones += v
				}
				if ones != 1 {
					t.Fatalf("edge %d draws %v operations", e, ones)
				}
			}
		}
	}
	for k := range count {
		for e := range count[k] {
			for o, p := range a.prob[k][e] {
				if got := count[k][e][o] / n; math.Abs(got-p) > 5*math.Sqrt(p*(1-p)/n) {
					t.Errorf("edge %d, operation %d: drawn %v, probability %v", e, o, got, p)
				}
			}
		}
	}
}
