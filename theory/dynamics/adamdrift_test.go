package dynamics

import (
	"math"
	"math/rand/v2"
	"testing"

	"edgewise/theory/cost"
)

// P5.8: Adam at the exact gradient drifts linearly; the late rate r.
func TestAdamDriftOfTheExactGradient(t *testing.T) {
	for _, w := range []struct{ lr, r float64 }{{3e-4, .5662}, {1e-3, .2361}, {1e-4, .8198}} {
		approx(t, "r", AdamLateDrift(w.lr, .999)/(2*w.lr), w.r, 5e-5)
		opt := &Adam{LR: w.lr, Beta1: .5, Beta2: .999, Eps: 1e-30}
		a, g, p, c := make([]float64, 2), make([]float64, 2), make([]float64, 2), []float64{0, .05}
		at := func(steps int) float64 {
			for range steps {
				cost.Softmax(p, a)
				cost.DARTS(g, p, c)
				opt.Step(a, g)
			}
			return a[0] - a[1]
		}
		early := at(20) / 20
		approx(t, "early/(2 lr)", early/AdamEarlyDrift(w.lr), 1, .02)
		before := at(19980)
		late := (at(10000) - before) / 10000
		approx(t, "late/(2 lr)", late/(2*w.lr), AdamLateDrift(w.lr, .999)/(2*w.lr), .008)
	}
}

// P5.8: one-sample Adam at frozen p, from p >> 1-beta2 to p << 1-beta2, against
// a simulation of the optimiser's own recursion.
func TestAdamSampledDrift(t *testing.T) {
	r := rand.New(rand.NewPCG(43, 1))
	for _, p := range []float64{.5, .1, .01, .001, .0003} {
		const chains, warm, steps = 150, 5000, 4000
		sum, square := 0.0, 0.0
		for range chains {
			m, v, x := 0.0, 0.0, 0.0
			for s := range warm + steps {
				g := 0.0
				if r.Float64() < p {
					g = .1 * (1 - p)
				}
				m = .5*m + .5*g
				v = .999*v + .001*g*g
				if s >= warm && v > 0 {
					x += m / math.Sqrt(v) / steps
				}
			}
			sum += x / chains
			square += x * x / chains
		}
		want := AdamSampledDrift(p, .999, .1, .1)
		se := math.Sqrt((square - sum*sum) / chains)
		approx(t, "drift/lr", sum, want, 4*se+.01*want)
	}
	approx(t, "frequent", AdamSampledDrift(.5, .999, .1, math.Sqrt(.01+.09)), math.Sqrt(.5/10), 1e-3)
	approx(t, "rare", AdamSampledDrift(1e-7, .999, 1, 1)/(1e-7/math.Sqrt(1e-3)), 1, 1e-3)
	// The values quoted in P5.8.
	approx(t, "p = .0003", AdamSampledDrift(.0003, .999, .1, .1), .0085, 5e-4)
	approx(t, "p = .001", AdamSampledDrift(.001, .999, .1, .1), .0233, 8e-4)
	if AdamSampledDrift(.1, .999, -.1, .1) >= 0 {
		t.Error("a negative mean cost must give a negative value")
	}
}

func TestEin(t *testing.T) {
	// Ein(s) = gamma + ln s + E1(s); values from Abramowitz & Stegun, table 5.1
	// (E1(1) = .2193839343955, E1(5) = .001148295591275).
	const gamma = .5772156649015329
	approx(t, "Ein(1)", ein(1), gamma+.2193839343955203, 1e-13)
	approx(t, "Ein(5)", ein(5), gamma+math.Log(5)+.0011482955912753257, 1e-12)
	approx(t, "Ein(0)", ein(0), 0, 0)
}
