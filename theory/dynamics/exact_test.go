package dynamics

import (
	"math"
	"math/rand/v2"
	"testing"

	"edgewise/theory/cost"
)

func TestPotentialInverseEverywhere(t *testing.T) {
	for _, y := range []float64{0, 1e-300, 1e-17, 1e-8, .1, 1, 3, 50, 1e3, 1e9, 1e300, math.MaxFloat64} {
		for _, s := range []float64{1, -1} {
			d := PotentialInverse(s * y)
			if math.Signbit(d) != math.Signbit(s*y) && y != 0 {
				t.Errorf("inverse of %g is %g", s*y, d)
			}
			// One ulp of D is worth D*F'(D) ulps of y.
			back := Potential(d)
			if slack := 4e-16 * (math.Abs(y) + math.Abs(d)*(1+math.Cosh(d))); y < 1e300 && !(math.Abs(back-s*y) <= slack) {
				t.Errorf("F(F^-1(%g)) = %.17g", s*y, back)
			}
		}
	}
	// From D's side, relative accuracy.
	for d := -40.0; d <= 40; d += .37 {
		approx(t, "F^-1(F(D))", PotentialInverse(Potential(d)), d, 4e-16*(1+math.Abs(d)))
	}
	if !math.IsNaN(PotentialInverse(math.NaN())) || !math.IsInf(PotentialInverse(math.Inf(-1)), -1) {
		t.Error("NaN and -Inf do not map to themselves")
	}
}

// plainRK4 integrates y' = f(t, y) with n classical Runge-Kutta steps.
func plainRK4(f func(t float64, dy, y []float64), y []float64, t0, t1 float64, n int) {
	h := (t1 - t0) / float64(n)
	k1, k2, k3, k4, w := make([]float64, len(y)), make([]float64, len(y)), make([]float64, len(y)), make([]float64, len(y)), make([]float64, len(y))
	at := func(k []float64, c float64) []float64 {
		for i := range w {
			w[i] = y[i] + c*h*k[i]
		}
		return w
	}
	for s := range n {
		t := t0 + float64(s)*h
		f(t, k1, y)
		f(t+h/2, k2, at(k1, .5))
		f(t+h/2, k3, at(k2, .5))
		f(t+h, k4, at(k3, 1))
		for i := range y {
			y[i] += h / 6 * (k1[i] + 2*k2[i] + 2*k3[i] + k4[i])
		}
	}
}

// softmaxFlow is alpha' = -eta DARTS gradient at costs c(t).
func softmaxFlow(eta float64, c func(t float64, k int) float64) func(t float64, dy, y []float64) {
	return func(t float64, dy, y []float64) {
		p, costs := make([]float64, len(y)), make([]float64, len(y))
		cost.Softmax(p, y)
		for k := range costs {
			costs[k] = c(t, k)
		}
		cost.DARTS(dy, p, costs)
		for k := range dy {
			dy[k] *= -eta
		}
	}
}

// P5.1: the K-way solution against a numerical integration of all K logits, at
// constant and at time-varying cost.
func TestEqualCostSolutionSolvesTheFlow(t *testing.T) {
	varying := func(t float64) float64 { return .4 * math.Cos(t/30) * math.Exp(-t/200) }
	a, b := -1.0/200, 1.0/30 // int e^{at} cos bt = e^{at}(a cos bt + b sin bt)/(a^2+b^2)
	integrated := func(t float64) float64 {
		g := func(t float64) float64 {
			return math.Exp(a*t) * (a*math.Cos(b*t) + b*math.Sin(b*t)) / (a*a + b*b)
		}
		return .4 * (g(t) - g(0))
	}
	for _, c := range []struct {
		name     string
		cost     func(float64) float64
		integral func(float64) float64
		until    float64
	}{
		{"constant", func(float64) float64 { return .3 }, func(t float64) float64 { return .3 * t }, 200},
		{"growing", func(float64) float64 { return -.3 }, func(t float64) float64 { return -.3 * t }, 200},
		{"varying", varying, integrated, 150},
	} {
		for _, k := range []int{2, 3, 8} {
			e, err := NewEqualCost(k, .3)
			if err != nil {
				t.Fatal(err)
			}
			y := make([]float64, k)
			for i := 1; i < k; i++ {
				y[i] = .4
			}
			d0 := y[1] - y[0] + e.Uniform()
			plainRK4(softmaxFlow(e.Eta, func(t float64, i int) float64 {
				if i == 0 {
					return 0
				}
				return c.cost(t)
			}), y, 0, c.until, 4000)
			approx(t, c.name, y[1]-y[0]+e.Uniform(), e.At(d0, c.integral(c.until)), 1e-9)
			approx(t, "Integral", e.Integral(d0, e.At(d0, 17)), 17, 1e-10)
		}
	}
}

func TestUnequalOperationsFlattenWhileDropping(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 1))
	const k, c = 8, .37
	y, dy := make([]float64, k), make([]float64, k)
	for i := range y {
		y[i] = r.NormFloat64()
	}
	softmaxFlow(1, func(_ float64, i int) float64 {
		if i == 0 {
			return 0
		}
		return c
	})(0, dy, y)
	p := make([]float64, k)
	cost.Softmax(p, y)
	pi, dpi, want := make([]float64, k-1), make([]float64, k-1), make([]float64, k-1)
	mean := 0.0
	for i := range pi {
		pi[i] = p[i+1] / (1 - p[0])
		mean += pi[i] * dy[i+1]
	}
	for i := range want {
		want[i] = pi[i] * (dy[i+1] - mean)
	}
	e := EqualCost{Ops: k, Eta: 1}
	dd := e.UnequalSpeed(dpi, Logit(1-p[0]), pi, c)
	approx(t, "D'", dd, mean-dy[0], 1e-15)
	approxAll(t, "pi'", dpi, want, 1e-15)
	top := 0
	for i := range pi {
		if pi[i] > pi[top] {
			top = i
		}
	}
	if !(dpi[top] < 0 && dd < 0) {
		t.Errorf("the leading operation should lose share while the edge drops: pi' = %g, D' = %g", dpi[top], dd)
	}
	for i := range pi {
		pi[i] = 1.0 / (k - 1)
	}
	approx(t, "equal pi", e.UnequalSpeed(dpi, .3, pi, c), e.Speed(.3, c), 1e-15)
}

func TestReplicatorSolvesItsFlow(t *testing.T) {
	r := rand.New(rand.NewPCG(22, 1))
	const k, eta, until = 6, .2, 12.0
	c, p0, p, integral := make([]float64, k), make([]float64, k), make([]float64, k), make([]float64, k)
	for i := range c {
		c[i] = r.NormFloat64()
		integral[i] = eta * until * c[i]
		p0[i] = r.NormFloat64()
	}
	cost.Softmax(p0, p0)
	Replicator(p, p0, integral)
	plainRK4(func(_ float64, dy, y []float64) {
		cost.DARTS(dy, y, c)
		for i := range dy {
			dy[i] *= -eta
		}
	}, p0, 0, until, 2000)
	approxAll(t, "p", p, p0, 1e-11)
	// Far beyond the exponential's range, and with an operation that is absent.
	Replicator(p, []float64{.5, 0, .5, 0, 0, 0}, []float64{1e5, -1e9, 1e5 + 1, 0, 0, 0})
	approxAll(t, "extreme", p, []float64{1 / (1 + math.Exp(-1)), 0, math.Exp(-1) / (1 + math.Exp(-1)), 0, 0, 0}, 1e-15)
}

// P5.2's figures: 104/896/8775 and 6.5/8.9/11.2 for K = 8; P1.7's 496.
func TestDropIntegrals(t *testing.T) {
	want := []struct{ eps, vanilla, natural float64 }{{1e-2, 104, 6.5}, {1e-3, 896, 8.9}, {1e-4, 8775, 11.2}}
	for _, w := range want {
		approx(t, "vanilla", DropIntegral(8, w.eps), w.vanilla, .5)
		approx(t, "natural", NaturalDropIntegral(8, w.eps), w.natural, .06)
	}
	approx(t, "asymptote", DropIntegral(8, 1e-7)*1e-7, 7.0/8, 1e-5)
	approx(t, "ratio", SummedLogDropIntegral(.5, 1e-3)/TextbookDropIntegral(.5, 1e-3), 496, .5)
	// Against the integrals themselves.
	for _, c := range []struct {
		got   float64
		power int
	}{{TextbookDropIntegral(.5, .01), 2}, {SummedLogDropIntegral(.5, .01), 3}} {
		sum := 0.0
		const n = 200000
		for i := range n {
			p := .01 + .49*(float64(i)+.5)/n
			sum += .49 / n / (math.Pow(p, float64(c.power)) * (1 - p) * (1 - p))
		}
		approx(t, "quadrature", c.got/sum, 1, 1e-6)
	}
}

// int p dt along the exact drop.
func TestExpectedSamples(t *testing.T) {
	e := EqualCost{Ops: 8, Eta: .1}
	const c, until, n = .4, 3000.0, 300000
	d0 := e.Uniform()
	sum := 0.0
	for i := range n {
		at := until * (float64(i) + .5) / n
		sum += until / n * Probability(e.At(d0, c*at))
	}
	approx(t, "int p dt", e.ExpectedSamples(d0, e.At(d0, c*until), c)/sum, 1, 1e-6)
	approx(t, "unseen", Unseen(.01, 100), math.Pow(.99, 100), 1e-15)
	if Unseen(1, 3) != 0 || Unseen(0, 3) != 1 {
		t.Error("Unseen at the ends")
	}
}

// P5.3: drop then regrow, back at the start exactly when the integral is 0,
// final side by its sign.
func TestRegrowthFollowsTheSignOfTheIntegral(t *testing.T) {
	e := EqualCost{Ops: 8, Eta: 6}
	d0 := e.Uniform()
	integral := make([]float64, 101) // rises to 25, back to 0 at 50, then negative
	for i := range integral {
		s := float64(i)
		integral[i] = s * (50 - s) / 25
	}
	r, err := e.Follow(d0, 0, integral)
	if err != nil {
		t.Fatal(err)
	}
	back := 26
	for integral[back] > e.Integral(d0, 0) {
		back++
	}
	if !r.Dropped || r.PeakAt != 25 || !r.FinalWon || r.Back != back || back > 50 {
		t.Errorf("drop and regrowth: %+v", r)
	}
	approx(t, "start", e.At(d0, integral[50]), d0, 1e-14)
	for i := range integral {
		integral[i] = -integral[i]
	}
	if r, _ = e.Follow(d0, 0, integral); r.Dropped && r.FinalWon || r.Final > 0 || r.Back != -1 {
		t.Errorf("growth first, then drop: %+v", r)
	}
	if !e.Recoverable(-3, d0, -e.Integral(d0, -3)*1.0001) || e.Recoverable(-3, d0, -e.Integral(d0, -3)*.9999) {
		t.Error("Recoverable does not switch at the integral of the way back")
	}
	if _, err := e.Follow(0, 0, nil); err == nil {
		t.Error("an empty path was accepted")
	}
}

// P5.3, reversibility: with C_e(t,p) = l(t) phi_e(p) the state depends on int l
// alone: a loop in int l returns every edge, though the edges are coupled. A
// phi whose shape changes in time does not.
func TestCommonFactorIsReversible(t *testing.T) {
	run := func(skew float64) float64 {
		flow := func(t float64, dy, y []float64) {
			l := math.Cos(t)
			p0, p1 := Probability(y[0]), Probability(y[1])
			dy[0] = -3 * l * p0 * (1 - p0) * (1 + p1*p1)
			dy[1] = -3 * l * p1 * (1 - p1) * (1.5 - p0 + skew*math.Cos(t))
		}
		y := []float64{1, .4}
		plainRK4(flow, y, 0, 2*math.Pi, 20000)
		return math.Hypot(y[0]-1, y[1]-.4)
	}
	if d := run(0); d > 1e-11 {
		t.Errorf("a loop of the common factor left a difference of %g", d)
	}
	if d := run(1); d < .05 {
		t.Errorf("with a changing shape the loop closes to %g: the counter-example is gone", d)
	}
}

func TestEqualCostRefusesBadArguments(t *testing.T) {
	if _, err := NewEqualCost(1, .1); err == nil {
		t.Error("one operation was accepted")
	}
	if _, err := NewEqualCost(8, math.NaN()); err == nil {
		t.Error("eta = NaN was accepted")
	}
}
