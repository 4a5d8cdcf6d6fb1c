package ablation

import (
	"math"
	"math/rand/v2"
	"testing"

	"edgewise/sim/intervention"
	"edgewise/sim/spec"
	"edgewise/theory/cost"
)

// sampleStraight draws one step of gdas or proxyless on an edge, as a search does,
// and returns the place of the operation that runs and the gradient for costs c.
func sampleStraight(algorithm string, alpha, c []float64, tau float64, r *rand.Rand) (runs int, g []float64) {
	n := len(alpha)
	p, g := make([]float64, n), make([]float64, n)
	cost.Softmax(p, alpha)
	if algorithm == spec.GDAS {
		z := make([]float64, n)
		for i := range z {
			z[i] = (alpha[i] - math.Log(r.ExpFloat64())) / tau
			if z[i] > z[runs] {
				runs = i
			}
		}
		cost.Softmax(z, z)
		cost.GDAS(g, z, c, tau)
		return runs, g
	}
	draw := func(w []float64) int {
		sum := 0.0
		for _, x := range w {
			sum += x
		}
		u := r.Float64() * sum
		for i, x := range w {
			if u -= x; u < 0 {
				return i
			}
		}
		return n - 1
	}
	i := draw(p)
	w := append([]float64{}, p...)
	w[i] = 0
	j := draw(w)
	cost.TwoPath(g, p, c, i, j)
	if r.Float64()*(p[i]+p[j]) < p[i] {
		return i, g
	}
	return j, g
}

// The moments of gdas and proxyless, given which edges are active, and the
// probability that none runs are those of the sampled steps.
func TestStraightThroughMomentsAreThoseOfSamples(t *testing.T) {
	for _, algorithm := range []string{spec.GDAS, spec.Proxyless} {
		s := growth(t)
		s.Algorithm = algorithm
		f, err := Theory.field(&s)
		if err != nil {
			t.Fatal(err)
		}
		f.lambda = 0.6
		r := rand.New(rand.NewPCG(5, 5))
		for i := range f.alpha {
			f.alpha[i] = 0.5 * r.NormFloat64()
		}
		f.weigh()
		f.soften()
		v := &intervention.View{Cell: f.space.Cell, None: 0}
		for range f.ops {
			c := make([]float64, 8)
			for k := 1; k < 8; k++ {
				c[k] = r.NormFloat64()
			}
			v.Cost = append(v.Cost, c)
			v.Gate = append(v.Gate, []float64{1, 0, 0, 0, 0, 0, 0, 0}) // every edge is none
		}
		f.throughGates(v, 1)
		const draws = 200000
		first, second, count := make([]float64, 8), make([]float64, 8), 0.0
		for range draws {
			k, g := sampleStraight(algorithm, f.alpha[:8], v.Cost[0], f.lambda, r)
			if k != 0 {
				continue
			}
			count++
			for i, x := range g {
				first[i] += x
				second[i] += x * x
			}
		}
		if q := f.idle(0); math.Abs(count/draws-q) > 0.004 {
			t.Errorf("%s: none runs with %.4f, sampled %.4f", algorithm, q, count/draws)
		}
		moved := 0.0
		for i := range first {
			// a quadrature of 256 nodes has about two digits
			if d := math.Abs(first[i]/count - f.g1[i]); d > 0.02 {
				t.Errorf("%s: E g_%d is %.4f, sampled %.4f", algorithm, i, f.g1[i], first[i]/count)
			}
			if d := math.Abs(second[i]/count - f.g2[i]); d > 0.02 {
				t.Errorf("%s: E g_%d^2 is %.4f, sampled %.4f", algorithm, i, f.g2[i], second[i]/count)
			}
			moved = math.Max(moved, math.Abs(f.g1[i]))
		}
		if moved < 0.05 {
			t.Errorf("%s: no gradient: the test says nothing", algorithm)
		}
	}
}

// The theory of every method runs, over-confident birth drops edges in all searches
// by samples, and a mixed search without weight on the search split is the single one.
func TestTheoryCoversTheMethods(t *testing.T) {
	for name, edit := range map[string]func(*spec.Spec){
		"gdas":      func(s *spec.Spec) { s.Algorithm = spec.GDAS },
		"proxyless": func(s *spec.Spec) { s.Algorithm = spec.Proxyless },
		"mixed": func(s *spec.Spec) {
			s.Level, s.Alpha.SearchWeight, s.Data.Search = spec.Mixed, 1, 1000
		},
		"sigmoid": func(s *spec.Spec) { s.Algorithm, s.Alpha.Gate = spec.DARTS, "sigmoid" },
		"last":    func(s *spec.Spec) { s.Net.Multiplier = 1 },
		"group":   func(s *spec.Spec) { s.Net.Norm = spec.GroupNorm },
	} {
		s := growth(t)
		s.Steps = 60
		edit(&s)
		tr, err := Theory.Predict(s)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		o, err := Measure(tr)
		if err != nil || !o.Rise.Known {
			t.Errorf("%s: %v %v", name, o.Rise, err)
		}
		if (name == "gdas" || name == "proxyless" || name == "mixed") && o.Rise.X < 0.02 {
			t.Errorf("%s: rise %v", name, o.Rise)
		}
	}
	s := growth(t)
	s.Steps = 30
	one, err := Theory.Predict(s)
	if err != nil {
		t.Fatal(err)
	}
	s.Level, s.Alpha.SearchWeight, s.Data.Search = spec.Mixed, 1e-12, 1000
	two, err := Theory.Predict(s)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := one.Points[3].Prob[0][4][0], two.Points[3].Prob[0][4][0]; math.Abs(a-b) > 1e-6 {
		t.Errorf("a mixed search without weight: %v, single %v", b, a)
	}
}
