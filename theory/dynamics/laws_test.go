package dynamics

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"edgewise/theory/cell"
	"edgewise/theory/cost"
)

// P5.4: no violation under the conditions; without them, and with phi
// decreasing, there are some.
func TestWidthPreference(t *testing.T) {
	r := rand.New(rand.NewPCG(41, 1))
	free := [2]int{}
	stated := [2]int{}
	for range 4000 {
		p, phi := make([]float64, 5), make([]float64, 5)
		for k := range p {
			p[k], phi[k] = r.Float64(), r.NormFloat64()
		}
		slices.Sort(phi)
		costs := densityCosts(t, p, phi)
		w, err := WidthOrder(p, phi)
		if err != nil {
			t.Fatal(err)
		}
		reach := 1 - (1-p[0])*(1-p[1])
		later, lower := costs[2] <= costs[0]+1e-12, costs[4] >= reach*costs[0]-1e-12
		if w.InputsIntoLater {
			stated[0]++
			if !later {
				t.Errorf("p = %v, phi = %v: C_(0,3) = %g > C_(0,2) = %g", p, phi, costs[2], costs[0])
			}
		} else if !later {
			free[0]++
		}
		if w.Intermediate {
			stated[1]++
			if !lower {
				t.Errorf("p = %v, phi = %v: C_(2,3) = %g < %g", p, phi, costs[4], reach*costs[0])
			}
		} else if !lower {
			free[1]++
		}
	}
	if stated[0] < 1000 || stated[1] < 1000 || free[0] < 100 || free[1] < 100 {
		t.Errorf("conditions held %v times; violations without them: %v", stated, free)
	}
	// phi decreasing breaks it at equal activities.
	p, phi := []float64{.2, .2, .2, .2, .2}, []float64{1, .8, .6, .4, .2}
	costs := densityCosts(t, p, phi)
	w, _ := WidthOrder(p, phi)
	if w.Monotone || w.Intermediate || costs[4] >= (1-.64)*costs[0] {
		t.Errorf("counter-example gone: %+v, C = %v", w, costs)
	}
}

func TestWidthOrderIsAboutTheMinimalCell(t *testing.T) {
	if _, err := WidthOrder(make([]float64, 14), make([]float64, 14)); err == nil {
		t.Error("14 edges were accepted")
	}
}

// densityCosts returns E[C_e | e active] of the minimal cell (P4.3).
func densityCosts(t *testing.T, p, phi []float64) []float64 {
	t.Helper()
	x, err := cost.NewExpectation(cell.Minimal())
	if err != nil {
		t.Fatal(err)
	}
	out := make([]float64, 5)
	if err := x.Costs(out, p, append([]float64{0}, phi...)); err != nil { // from n = 0
		t.Fatal(err)
	}
	return out
}

// P5.4 with the comparison: once in order and phi negative, always in order.
func TestOrderIsKept(t *testing.T) {
	phi := []float64{-.72, -.23, -.073, -.027, -.010}
	d := []float64{-.5, .2, .1, 0, -1.5}
	ok, err := OrderKept(d, phi)
	if err != nil || !ok {
		t.Fatalf("OrderKept = %v, %v", ok, err)
	}
	p := make([]float64, 5)
	plainRK4(func(_ float64, dy, y []float64) {
		for e := range p {
			p[e] = Probability(y[e])
		}
		costs := densityCosts(t, p, phi)
		for e := range dy {
			dy[e] = -5 * p[e] * (1 - p[e]) * costs[e]
		}
		if y[4] > y[0]+1e-12 || y[0] > y[2]+1e-12 {
			t.Fatalf("the order is lost: D = %v", y)
		}
	}, d, 0, 200, 2000)
	if d[0] < 2 {
		t.Errorf("nothing grew: %v", d)
	}
	if ok, _ := OrderKept([]float64{0, 0, 0, 0, 1}, phi); ok {
		t.Error("(2,3) ahead of (0,2) is not covered")
	}
	if ok, _ := OrderKept([]float64{0, 0, 0, 0, 0}, []float64{-2, -1, 0, 1, 2}); ok {
		t.Error("a phi that turns positive is not covered")
	}
}

// P5.6, and its counter-example.
func TestNoneDominance(t *testing.T) {
	r := rand.New(rand.NewPCG(42, 1))
	guaranteed := 0
	for range 50000 {
		k := 2 + r.IntN(7)
		p, c, g, dp := make([]float64, k), make([]float64, k), make([]float64, k), make([]float64, k)
		sum := 0.0
		for i := range p {
			x := r.NormFloat64() // gamma(1/2): a flat-tailed point of the simplex
			p[i] = x*x + 1e-12
			sum += p[i]
			c[i] = .01 + .99*r.Float64()
		}
		for i := range p {
			p[i] /= sum
		}
		c[0] = 0
		d := NoneDominance(p, c, 0)
		if !d.Positive || !d.LogitRises {
			t.Fatalf("positive costs not recognised: %+v", d)
		}
		cost.DARTS(g, p, c)
		if !(-g[0] > 0) {
			t.Fatalf("alpha_none falls at p = %v, c = %v", p, c)
		}
		if !d.ProbabilityRises {
			continue
		}
		guaranteed++
		ProbabilitySpeed(dp, p, c)
		for m := 1; m < k; m++ {
			if !(g[m]-g[0] > -1e-16) {
				t.Fatalf("p_none/p_%d falls at p = %v, c = %v", m, p, c)
			}
		}
		if !(dp[0] > 0) {
			t.Fatalf("p_none falls at p = %v, c = %v", p, c)
		}
	}
	if guaranteed < 1000 {
		t.Errorf("the condition held only %d times", guaranteed)
	}
	p, c, dp := []float64{.01, .9, .09}, []float64{0, .1, 10}, make([]float64, 3)
	ProbabilitySpeed(dp, p, c)
	approx(t, "p_none'", dp[0], -.0064, 5e-5)
	if d := NoneDominance(p, c, 0); !d.LogitRises || d.ProbabilityRises {
		t.Errorf("counter-example: %+v", d)
	}
	if d := NoneDominance(p, []float64{0, -.1, 10}, 0); d.Positive || d.LogitRises {
		t.Errorf("a negative cost: %+v", d)
	}
}

// P5.6: E[L-H] > 0 does not make every edge's cost positive.
func TestPositiveTotalIsNotEnough(t *testing.T) {
	phi := []float64{-2, -.2, .1, .2, .3} // under-confident when thin
	p := []float64{.5, .5, 1, .5, .5}
	costs := densityCosts(t, p, phi)
	total := 0.0 // E[L-H] = E[n phi(n)]
	for e, c := range costs {
		total += p[e] * c
	}
	if !(total > 0 && costs[2] < 0) || AllCostsPositive(phi) {
		t.Errorf("the counter-example is gone: E[L-H] = %g, costs %v", total, costs)
	}
	if !AllCostsPositive([]float64{0, 0, .1, .2, .3}) || AllCostsPositive([]float64{0, 0, 0, 0, 0}) || AllCostsPositive(nil) {
		t.Error("AllCostsPositive")
	}
}

// P5.8's table: L2 1e-3, K = 8, op cost .001 to .3.
func TestDecayEquilibriumTable(t *testing.T) {
	for _, w := range []struct{ cost, none float64 }{{.001, .141}, {.003, .197}, {.01, .654}, {.05, .917}, {.3, .982}} {
		c := make([]float64, 8)
		for k := 1; k < 8; k++ {
			c[k] = w.cost
		}
		alpha, err := DecayEquilibrium(c, 1e-3)
		if err != nil {
			t.Fatal(err)
		}
		p, f := make([]float64, 8), make([]float64, 8)
		cost.Softmax(p, alpha)
		approx(t, "p_none", p[0], w.none, 6e-4)
		DARTSField(8, func(out, _ []float64) { copy(out, c) }).WithDecay(1e-3)(f, alpha)
		approxAll(t, "rest", f, make([]float64, 8), 1e-15)
		sum := 0.0
		for _, a := range alpha {
			sum += a
		}
		approx(t, "sum of logits", sum, 0, 1e-10)
	}
	// Adam with L2 in the gradient rests at the same point.
	c := []float64{0, .01, .01, .01, .01, .01, .01, .01}
	opt := &Adam{LR: 3e-4, Beta1: .5, Beta2: .999, Eps: 1e-8, WeightDecay: 1e-3}
	a, g, p := []float64{1, 1, 1, 1, 1, 1, 1, 1}, make([]float64, 8), make([]float64, 8)
	for range 60000 {
		cost.Softmax(p, a)
		cost.DARTS(g, p, c)
		opt.Step(a, g)
	}
	eq, _ := DecayEquilibrium(c, 1e-3)
	cost.Softmax(p, a)
	q := make([]float64, 8)
	cost.Softmax(q, eq)
	approx(t, "Adam's p_none", p[0], q[0], 5e-5)
	for _, bad := range []float64{0, -1, math.NaN()} {
		if _, err := DecayEquilibrium(c, bad); err == nil {
			t.Errorf("decay %v was accepted", bad)
		}
	}
	if _, err := DecayEquilibrium([]float64{0, math.MaxFloat64, -math.MaxFloat64}, 1e-3); err == nil {
		t.Error("costs that overflow were accepted")
	}
	// Costs of mixed signs and sizes.
	if s, err := DecayEquilibrium([]float64{0, 50, -3, 1e3, 7}, 1e-3); err != nil || s[2] <= s[0] {
		t.Errorf("mixed costs: %v, %v", s, err)
	}
}

// P5.8: L2 alone regrows a dropped edge, .886 -> .184 in 10,000 Adam steps.
func TestDecayAloneRegrows(t *testing.T) {
	opt := &Adam{LR: 3e-4, Beta1: .5, Beta2: .999, Eps: 1e-8, WeightDecay: 1e-3}
	a, g, p := []float64{3, -1, -1, -1, -1, -1, -1, -1}, make([]float64, 8), make([]float64, 8)
	cost.Softmax(p, a)
	approx(t, "start", p[0], .886, 5e-4)
	for range 10000 {
		opt.Step(a, g)
	}
	cost.Softmax(p, a)
	approx(t, "end", p[0], .184, 5e-4)
}

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

// P5.9: mean and variance of D after 1500 one-sample steps.
func TestLinearNoiseOfTheSampledEdge(t *testing.T) {
	s, err := NewSampledEdge(.05, .2, .2*.2+.5*.5, 0)
	if err != nil {
		t.Fatal(err)
	}
	mean, variance := s.LinearNoise(0, 0, 1500)
	approx(t, "mean", mean, -3.1666, 5e-5)
	approx(t, "variance", variance, .0776, 5e-5)
	r := rand.New(rand.NewPCG(44, 1))
	const runs = 2000
	var m1, m2 float64
	for range runs {
		d := sampleSteps(r, s, 0, 1500)
		m1 += d / runs
		m2 += d * d / runs
	}
	approx(t, "simulated mean", m1, mean, .04)
	approx(t, "simulated variance", m2-m1*m1, variance, .008)
	approx(t, "slope", s.Slope(.7), (s.Drift(.7+1e-5)-s.Drift(.7-1e-5))/2e-5, 1e-9)
}

func sampleSteps(r *rand.Rand, s SampledEdge, d float64, n int) float64 {
	spread := math.Sqrt(s.Square - s.Mean*s.Mean)
	for range n {
		step := s.Eta * s.Decay * d
		if r.Float64() < Probability(d) {
			step += 2 * s.Eta * (s.Mean + spread*r.NormFloat64()) * Probability(-d)
		}
		d -= step
	}
	return d
}

// P5.9: with zero mean cost the noise drops more edges than it keeps: samples
// of none move nothing.
func TestZeroMeanNoiseDropsMoreThanItKeeps(t *testing.T) {
	s, _ := NewSampledEdge(.05, 0, .25, 0)
	r := rand.New(rand.NewPCG(45, 1))
	low, high := 0, 0
	for range 400 {
		switch p := Probability(sampleSteps(r, s, 0, 20000)); {
		case p < .1:
			low++
		case p > .9:
			high++
		}
	}
	approx(t, "share below .1", float64(low)/400, .20, .06)
	approx(t, "share above .9", float64(high)/400, .10, .045)
	if low <= high {
		t.Errorf("%d dropped, %d kept", low, high)
	}
}

// Stationary spread with weight decay: linear noise, exact density and
// simulation.
func TestStationarySpread(t *testing.T) {
	s, err := NewSampledEdge(.02, .02, .0104, .05)
	if err != nil {
		t.Fatal(err)
	}
	rest, err := s.Rest()
	if err != nil {
		t.Fatal(err)
	}
	approx(t, "drift at rest", s.Drift(rest), 0, 1e-16)
	if !(rest < 0) {
		t.Errorf("a positive cost rests at D = %g", rest)
	}
	spread, err := s.StationarySpread()
	if err != nil {
		t.Fatal(err)
	}
	const n = 2001
	d, rho := make([]float64, n), make([]float64, n)
	for i := range d {
		d[i] = rest + 12*spread*(float64(i)/(n-1)-.5)
	}
	if err := s.StationaryDensity(rho, d); err != nil {
		t.Fatal(err)
	}
	h := d[1] - d[0]
	var mean, square float64
	for i, x := range d {
		mean += h * rho[i] * x
		square += h * rho[i] * x * x
	}
	sd := math.Sqrt(square - mean*mean)
	approx(t, "spread of the density", sd/spread, 1, .03)
	r := rand.New(rand.NewPCG(46, 1))
	x := sampleSteps(r, s, rest, 5000)
	var m1, m2 float64
	const samples, gap = 4000, 250
	for range samples {
		x = sampleSteps(r, s, x, gap)
		m1 += x / samples
		m2 += x * x / samples
	}
	approx(t, "simulated spread", math.Sqrt(m2-m1*m1)/sd, 1, .1)
	free, _ := NewSampledEdge(.02, .02, .0104, 0)
	if _, err := free.StationarySpread(); err == nil {
		t.Error("no decay, but a stationary spread")
	}
	if free.StationaryDensity(rho, d) == nil {
		t.Error("no decay, but a stationary density")
	}
	if _, err := NewSampledEdge(.1, 1, .5, 0); err == nil {
		t.Error("a second moment below the squared mean was accepted")
	}
}

// P5.7 on synthetic logits: train separates better than validation.
func TestTemperatureGame(t *testing.T) {
	sample := func(seed uint64, margin, noise float64, flipped int) [][]float64 {
		r := rand.New(rand.NewPCG(seed, 3))
		z := make([][]float64, 300)
		for i := range z {
			z[i] = make([]float64, 5)
			for k := range z[i] {
				z[i][k] = noise * r.NormFloat64()
			}
			z[i][0] += margin
			if i < flipped {
				for k := range z[i] {
					z[i][k] = -z[i][k]
				}
			}
		}
		return z
	}
	lossLessEntropy := func(z [][]float64) func(float64) float64 {
		return func(s float64) float64 {
			sum := 0.0
			p := make([]float64, 5)
			for _, row := range z {
				for k, x := range row {
					p[k] = s * x
				}
				cost.Softmax(p, p)
				for k, x := range row {
					sum += p[k] * s * x / float64(len(z))
				}
				sum -= s * row[0] / float64(len(z))
			}
			return sum
		}
	}
	train, val := lossLessEntropy(sample(1, 1.2, .5, 9)), lossLessEntropy(sample(2, .8, .6, 0))
	play := func(decay float64, validation func(float64) float64, steps int) (gate, scale float64) {
		a, w := 0.0, 2.0
		for range steps {
			g := Probability(a)
			s := g * w
			lt, lv := train(s), validation(s)
			a -= .5 * lv * (1 - g)
			w -= .5 * (lt/w + decay*w)
		}
		return Probability(a), Probability(a) * w
	}
	game := TemperatureGame{Train: train, Validation: val}
	tauVal, err := BestScale(val, .05, 60)
	if err != nil {
		t.Fatal(err)
	}
	tauTrain, err := BestScale(train, .05, 60)
	if err != nil {
		t.Fatal(err)
	}
	if !(tauVal < tauTrain) {
		t.Fatalf("no held-out over-confidence: tau %g and %g", tauVal, tauTrain)
	}
	game.Decay = 1e-2
	eq, err := game.Solve(.05, 60)
	if err != nil {
		t.Fatal(err)
	}
	if !eq.Interior {
		t.Fatalf("equilibrium %+v", eq)
	}
	gate, scale := play(game.Decay, val, 4000)
	approx(t, "gate", gate, eq.Gate, 1e-3)
	approx(t, "scale", scale, eq.Scale, 1e-2)
	game.Decay = 0
	if eq, err = game.Solve(.05, 60); err != nil || eq.Gate != 0 || eq.Interior {
		t.Errorf("no weight decay: %+v, %v", eq, err)
	}
	if gate, _ = play(0, val, 4000); gate > .3 {
		t.Errorf("without weight decay the gate stays at %g", gate)
	}
	game.Decay, game.Validation = 1e-3, train // single level
	if eq, err = game.Solve(.05, 60); err != nil || eq.Gate != 1 {
		t.Errorf("single level: %+v, %v", eq, err)
	}
	if gate, _ = play(1e-3, train, 4000); gate < .9 {
		t.Errorf("single level closes the gate to %g", gate)
	}
	if _, err := BestScale(val, 50, 60); err == nil {
		t.Error("an interval without a crossing was accepted")
	}
}
