package dynamics

import (
	"math"
	"math/rand/v2"
	"testing"

	"edgewise/theory/cost"
)

// coupled is a smooth loss of all gates, E(z) = b'z + z'Az/2, whose costs are
// b + Az: edges interact.
type coupled struct {
	b []float64
	a [][]float64
}

func newCoupled(seed uint64, n int) coupled {
	r := rand.New(rand.NewPCG(seed, 1))
	q := coupled{b: make([]float64, n), a: make([][]float64, n)}
	for i := range n {
		q.b[i] = r.NormFloat64()
		q.a[i] = make([]float64, n)
		for j := range i + 1 {
			q.a[i][j] = r.NormFloat64()
			q.a[j][i] = q.a[i][j]
		}
	}
	return q
}

func (q coupled) costs(c, z []float64) {
	for i := range c {
		c[i] = q.b[i]
		for j, zj := range z {
			c[i] += q.a[i][j] * zj
		}
	}
}

func (q coupled) loss(z []float64) float64 {
	s := 0.0
	for i, zi := range z {
		s += q.b[i] * zi
		for j, zj := range z {
			s += zi * q.a[i][j] * zj / 2
		}
	}
	return s
}

func randomLogits(seed uint64, n int) []float64 {
	r := rand.New(rand.NewPCG(seed, 2))
	a := make([]float64, n)
	for i := range a {
		a[i] = r.NormFloat64()
	}
	return a
}

const fieldEdges, fieldOps = 2, 3

// A field minus the mean of drawn gradients, in standard errors.
func fieldAgainstDraws(t *testing.T, name string, f Field, alpha []float64, samples int, allowance float64, draw func(r *rand.Rand, g []float64)) {
	t.Helper()
	n := len(alpha)
	got, g, mean, square := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	f(got, alpha)
	r := rand.New(rand.NewPCG(31, 1))
	for range samples {
		draw(r, g)
		for k, x := range g {
			mean[k] += x / float64(samples)
			square[k] += x * x / float64(samples)
		}
	}
	for k := range got {
		se := math.Sqrt((square[k] - mean[k]*mean[k]) / float64(samples))
		approx(t, name, got[k], -mean[k], 5*se+allowance)
	}
}

// gradient returns the central difference of f at x.
func gradient(f func([]float64) float64, x []float64) []float64 {
	const h = 1e-5
	g, y := make([]float64, len(x)), append([]float64{}, x...)
	for k := range x {
		y[k] = x[k] + h
		up := f(y)
		y[k] = x[k] - h
		g[k] = (up - f(y)) / (2 * h)
		y[k] = x[k]
	}
	return g
}

func TestDeterministicFieldsDescendTheLoss(t *testing.T) {
	const n = fieldEdges * fieldOps
	q := newCoupled(1, n)
	alpha := randomLogits(1, n)
	z := make([]float64, n)
	got := make([]float64, n)
	check := func(name string, f Field, state []float64, loss func([]float64) float64) {
		got := make([]float64, len(state))
		f(got, state)
		want := gradient(loss, state)
		negate(want)
		approxAll(t, name, got, want, 1e-8)
	}
	softLoss := func(a []float64) float64 { softmaxEdges(z, a, fieldOps); return q.loss(z) }
	check("DARTS", DARTSField(fieldOps, q.costs), alpha, softLoss)
	check("FairDARTS", FairDARTSField(q.costs), alpha, func(a []float64) float64 {
		for k := range z {
			z[k] = cost.Sigmoid(a[k])
		}
		return q.loss(z)
	})
	check("PC-DARTS", PartialChannelField(fieldEdges, fieldOps, [][]int{{0, 1}}, q.costs), randomLogits(2, n+fieldEdges), func(s []float64) float64 {
		beta := make([]float64, fieldEdges)
		cost.Softmax(beta, s[n:])
		softmaxEdges(z, s[:n], fieldOps)
		for k := range z {
			z[k] *= beta[k/fieldOps]
		}
		return q.loss(z)
	})
	check("decay", DARTSField(fieldOps, q.costs).WithDecay(.3), alpha, func(a []float64) float64 {
		s := softLoss(a)
		for _, x := range a {
			s += .3 * x * x / 2
		}
		return s
	})
	// Natural gradient: p times it is the field of plain descent.
	NaturalField(fieldOps, q.costs)(got, alpha)
	plain := make([]float64, n)
	DARTSField(fieldOps, q.costs)(plain, alpha)
	softmaxEdges(z, alpha, fieldOps)
	for k := range got {
		approx(t, "natural", got[k]*z[k], plain[k], 1e-15)
	}
}

func TestSampledFieldsAreMeansOfTheirSteps(t *testing.T) {
	const n = fieldEdges * fieldOps
	q := newCoupled(3, n)
	alpha := randomLogits(3, n)
	p, z, c := make([]float64, n), make([]float64, n), make([]float64, n)
	softmaxEdges(p, alpha, fieldOps)
	edge := func(x []float64, e int) []float64 { return x[e*fieldOps : (e+1)*fieldOps] }
	draw := func(r *rand.Rand) []int {
		clear(z)
		picked := make([]int, fieldEdges)
		for e := range picked {
			picked[e] = pick(r, edge(p, e))
			z[e*fieldOps+picked[e]] = 1
		}
		q.costs(c, z)
		return picked
	}
	// Conditional mean costs by enumeration: E[c_k | edge samples k].
	conditional := func(cbar, p []float64) {
		for e := range fieldEdges {
			for k := range fieldOps {
				i := e*fieldOps + k
				cbar[i] = q.b[i] + q.a[i][i]
				for j, pj := range p {
					if j/fieldOps != e {
						cbar[i] += q.a[i][j] * pj
					}
				}
			}
		}
	}
	fieldAgainstDraws(t, "DSNAS", DSNASField(fieldOps, Textbook, conditional), alpha, 200000, 0, func(r *rand.Rand, g []float64) {
		for e, k := range draw(r) {
			cost.DSNAS(edge(g, e), edge(p, e), k, edge(c, e)[k])
		}
	})
	proxyless, err := ProxylessField(fieldEdges, fieldOps, q.costs)
	if err != nil {
		t.Fatal(err)
	}
	fieldAgainstDraws(t, "ProxylessNAS", proxyless, alpha, 200000, 0, func(r *rand.Rand, g []float64) {
		draw(r)
		for e := range fieldEdges {
			cost.ProxylessNAS(edge(g, e), edge(p, e), edge(c, e))
		}
	})
	// The summed log, with costs that do not depend on the other edge, as its
	// field assumes; 1 per cent for the expanded denominator.
	own := func(cbar, _ []float64) { copy(cbar, q.b) }
	sampled, w := make([]float64, fieldEdges), make([]float64, fieldEdges)
	fieldAgainstDraws(t, "summed log", DSNASField(fieldOps, SummedLog, own), alpha, 200000, .01, func(r *rand.Rand, g []float64) {
		picked := draw(r)
		for e, k := range picked {
			sampled[e] = edge(p, e)[k]
		}
		cost.SummedLogWeights(w, sampled)
		for e, k := range picked {
			cost.DSNAS(edge(g, e), edge(p, e), k, w[e]*edge(q.b, e)[k])
		}
	})
}

func TestNoisyFieldsAreMeansOfTheirSteps(t *testing.T) {
	const n, lambda = fieldEdges * fieldOps, .8
	q := newCoupled(4, n)
	alpha := randomLogits(4, n)
	z, hard, c := make([]float64, n), make([]float64, n), make([]float64, n)
	sample := func(r *rand.Rand) {
		for k := range z {
			z[k] = (alpha[k] - math.Log(r.ExpFloat64())) / lambda
		}
		softmaxEdges(z, z, fieldOps)
	}
	step := func(g []float64) {
		for lo := 0; lo < n; lo += fieldOps {
			cost.SNAS(g[lo:lo+fieldOps], z[lo:lo+fieldOps], c[lo:lo+fieldOps], lambda)
		}
	}
	snas, err := SNASField(fieldEdges, fieldOps, lambda, q.costs, 6000)
	if err != nil {
		t.Fatal(err)
	}
	fieldAgainstDraws(t, "SNAS", snas, alpha, 100000, 1e-3, func(r *rand.Rand, g []float64) {
		sample(r)
		q.costs(c, z)
		step(g)
	})
	gdas, err := GDASField(fieldEdges, fieldOps, lambda, q.costs, 6000)
	if err != nil {
		t.Fatal(err)
	}
	fieldAgainstDraws(t, "GDAS", gdas, alpha, 100000, 2e-3, func(r *rand.Rand, g []float64) {
		sample(r)
		clear(hard)
		for e := range fieldEdges {
			top := e * fieldOps
			for k := top; k < (e+1)*fieldOps; k++ {
				if z[k] > z[top] {
					top = k
				}
			}
			hard[top] = 1
		}
		q.costs(c, hard)
		step(g)
	})
}

// P1.4: as lambda falls SNAS tends to the path-integrated cost, which differs
// from the end-point cost of DSNAS when the cost depends on the gate.
func TestSNASLimitIsNotDSNAS(t *testing.T) {
	const d = .4
	diff := func(z float64) float64 { return -.02 + .015*z*z + .01*math.Sin(3*z) }
	p := Probability(d)
	path, end := PathIntegrated(p, diff), EndPoint(p, diff)
	approx(t, "L(1)-L(0)", path/(p*(1-p)), -.02+.005+.01*(1-math.Cos(3))/3, 1e-15)
	last := math.Inf(1)
	for _, lambda := range []float64{1, .1, .01, .001} {
		gap := math.Abs(SNASTwoWay(d, lambda, diff) - path)
		if gap > last/5 {
			t.Errorf("lambda = %g: distance %g from the limit, %g before", lambda, gap, last)
		}
		last = gap
	}
	if last > 1e-6 || math.Abs(path-end) < 1e-4 {
		t.Errorf("limit %g (distance %g), end point %g", path, last, end)
	}
	approx(t, "constant cost", PathIntegrated(p, func(float64) float64 { return .3 }), EndPoint(p, func(float64) float64 { return .3 }), 1e-15)
	dsnas := DSNASField(2, Textbook, func(c, _ []float64) { c[0], c[1] = 0, diff(1) })
	step := make([]float64, 2)
	dsnas(step, []float64{0, d})
	approx(t, "DSNAS", -step[1], end, 1e-16)
	// The quadrature over nodes of the general field agrees with it.
	costs := func(c, z []float64) { c[0], c[1] = 0, diff(z[1]) }
	f, err := SNASField(1, 2, 1, costs, 20000)
	if err != nil {
		t.Fatal(err)
	}
	got := make([]float64, 2)
	f(got, []float64{0, d})
	approx(t, "field", -got[1], SNASTwoWay(d, 1, diff), 2e-6)
}

// P1.5: the expected DSNAS update is no gradient; that of REINFORCE on the loss
// (conditional mean losses in place of costs) is.
func TestDSNASIsNotAGradient(t *testing.T) {
	const n = fieldEdges * fieldOps
	q := newCoupled(5, n)
	alpha := randomLogits(5, n)
	conditional := func(pick func(z []float64, i int) float64) Costs {
		return func(out, p []float64) {
			clear(out)
			z := make([]float64, n)
			for a := range fieldOps {
				for b := range fieldOps {
					clear(z)
					z[a], z[fieldOps+b] = 1, 1
					out[a] += p[fieldOps+b] * pick(z, a)
					out[fieldOps+b] += p[a] * pick(z, fieldOps+b)
				}
			}
		}
	}
	// A quadratic loss would not do: its conditional mean costs are affine in p
	// with a symmetric matrix. Add (w'z)^3/3.
	c, w := make([]float64, n), randomLogits(6, n)
	wz := func(z []float64) float64 {
		u := 0.0
		for k, x := range z {
			u += w[k] * x
		}
		return u
	}
	costs := func(c, z []float64) {
		q.costs(c, z)
		u := wz(z)
		for k := range c {
			c[k] += w[k] * u * u
		}
	}
	dsnas := DSNASField(fieldOps, Textbook, conditional(func(z []float64, i int) float64 { costs(c, z); return c[i] }))
	reinforce := DSNASField(fieldOps, Textbook, conditional(func(z []float64, _ int) float64 { u := wz(z); return q.loss(z) + u*u*u/3 }))
	if a := Asymmetry(Jacobian(reinforce, alpha)); a > 1e-7 {
		t.Errorf("REINFORCE on the loss has asymmetry %g", a)
	}
	if a := Asymmetry(Jacobian(dsnas, alpha)); a < .05 {
		t.Errorf("DSNAS has asymmetry %g: it looks like a gradient", a)
	}
	if a := Asymmetry(Jacobian(DARTSField(fieldOps, costs), alpha)); a > 1e-7 {
		t.Errorf("DARTS has asymmetry %g", a)
	}
}

func TestLinearisation(t *testing.T) {
	p, c := []float64{.1, .2, .3, .4}, []float64{0, .5, -1, 2}
	alpha := make([]float64, 4)
	for k := range p {
		alpha[k] = math.Log(p[k])
	}
	f := DARTSField(4, func(out, _ []float64) { copy(out, c) })
	numeric, analytic := Jacobian(f, alpha), ConstantCostJacobian(p, c)
	for i := range 4 {
		for j := range 4 {
			approx(t, "Jacobian", numeric.At(i, j), analytic.At(i, j), 1e-9)
		}
	}
	// Plain descent at constant costs never rests at finite logits; with decay
	// the equilibrium is a stable one, and ascent from it is not.
	eq, err := DecayEquilibrium(c, .2)
	if err != nil {
		t.Fatal(err)
	}
	down := f.WithDecay(.2)
	s, err := Linearise(down, eq, 4)
	if err != nil {
		t.Fatal(err)
	}
	if !s.Stable || len(s.Eigenvalues) != 3 {
		t.Errorf("at the equilibrium: %+v", s)
	}
	up := Field(func(d, a []float64) { down(d, a); negate(d) })
	if s, _ = Linearise(up, eq, 4); s.Stable {
		t.Error("the reversed flow counts as stable too")
	}
	// Without the gauge left out, plain descent has eigenvalue 0 along it.
	s, _ = Linearise(f, alpha, 0)
	found := false
	for _, v := range s.Eigenvalues {
		found = found || math.Hypot(real(v), imag(v)) < 1e-8
	}
	if !found || s.Stable {
		t.Errorf("the gauge direction is missing: %v", s.Eigenvalues)
	}
	if _, err := Linearise(f, alpha, 3); err == nil {
		t.Error("4 logits split into edges of 3")
	}
}

func TestFieldsRefuseBadShapes(t *testing.T) {
	if _, err := ProxylessField(14, 8, nil); err == nil {
		t.Error("8^14 wirings were accepted")
	}
	if _, err := SNASField(1, 2, -1, nil, 4); err == nil {
		t.Error("a negative temperature was accepted")
	}
	if _, err := GDASField(0, 2, 1, nil, 4); err == nil {
		t.Error("no edge was accepted")
	}
}
