package cost

import (
	"math"
	"math/rand/v2"
	"testing"
)

// quadratic is a smooth loss of the gates with cross terms:
// L(z) = b'z + z'Az/2 + sum_k z_k^3/3; its gradient is the cost vector.
type quadratic struct {
	b []float64
	a [][]float64
}

func newQuadratic(r *rand.Rand, n int) quadratic {
	q := quadratic{b: make([]float64, n), a: make([][]float64, n)}
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

func (q quadratic) loss(z []float64) float64 {
	s := 0.0
	for i, zi := range z {
		s += q.b[i]*zi + zi*zi*zi/3
		for j, zj := range z {
			s += zi * q.a[i][j] * zj / 2
		}
	}
	return s
}

func (q quadratic) cost(z []float64) []float64 {
	c := make([]float64, len(z))
	for i := range z {
		c[i] = q.b[i] + z[i]*z[i]
		for j, zj := range z {
			c[i] += q.a[i][j] * zj
		}
	}
	return c
}

// centralDifference returns the central difference of f at x, per coordinate.
func centralDifference(f func([]float64) float64, x []float64) []float64 {
	const h = 1e-5
	g := make([]float64, len(x))
	y := append([]float64(nil), x...)
	for k := range x {
		y[k] = x[k] + h
		up := f(y)
		y[k] = x[k] - h
		g[k] = (up - f(y)) / (2 * h)
		y[k] = x[k]
	}
	return g
}

func normalVector(r *rand.Rand, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = r.NormFloat64()
	}
	return out
}

func assertGradient(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	for k := range got {
		if !(math.Abs(got[k]-want[k]) <= tol) {
			t.Errorf("%s[%d] = %.15g, want %.15g (difference %.2g)", what, k, got[k], want[k], got[k]-want[k])
		}
	}
}

func softmaxOf(a []float64) []float64 {
	p := make([]float64, len(a))
	Softmax(p, a)
	return p
}

// P1.1, P1.2: the softmax gradients against differences of the loss as a
// function of alpha, the noise held.
func TestSoftGradientsAreDifferencesOfTheLoss(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, k := range []int{2, 3, 8} {
		q := newQuadratic(r, k)
		alpha, noise := normalVector(r, k), normalVector(r, k)
		dst := make([]float64, k)
		z := softmaxOf(alpha)
		DARTS(dst, z, q.cost(z))
		assertGradient(t, "DARTS", dst, centralDifference(func(a []float64) float64 { return q.loss(softmaxOf(a)) }, alpha), 1e-8)
		sum := 0.0
		for _, g := range dst {
			sum += g
		}
		if math.Abs(sum) > 1e-15*float64(k) {
			t.Errorf("gauge: the gradient sums to %g", sum)
		}
		for _, lambda := range []float64{1, .3} {
			gates := func(a []float64) []float64 {
				y := make([]float64, k)
				for i := range y {
					y[i] = (a[i] + noise[i]) / lambda
				}
				return softmaxOf(y)
			}
			z = gates(alpha)
			SNAS(dst, z, q.cost(z), lambda)
			assertGradient(t, "SNAS", dst, centralDifference(func(a []float64) float64 { return q.loss(gates(a)) }, alpha), 2e-7)
		}
	}
}

func TestGradientsMayOverwriteTheirCosts(t *testing.T) {
	z, c := []float64{.2, .3, .5}, []float64{1, -2, 4}
	want := make([]float64, 3)
	SNAS(want, z, c, .5)
	SNAS(c, z, c, .5)
	assertGradient(t, "in place", c, want, 0)
}

func TestFairDARTSHasNoCompetition(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 1))
	q := newQuadratic(r, 5)
	gates := func(a []float64) []float64 {
		z := make([]float64, len(a))
		for i := range z {
			z[i] = Sigmoid(a[i])
		}
		return z
	}
	alpha := normalVector(r, 5)
	dst := make([]float64, 5)
	FairDARTS(dst, gates(alpha), q.cost(gates(alpha)))
	assertGradient(t, "FairDARTS", dst, centralDifference(func(a []float64) float64 { return q.loss(gates(a)) }, alpha), 1e-8)
}

func TestSigmoidAndSoftmaxAtTheExtremes(t *testing.T) {
	if Sigmoid(-800) != 0 || Sigmoid(800) != 1 || Sigmoid(0) != .5 {
		t.Errorf("Sigmoid(-800, 800, 0) = %g %g %g", Sigmoid(-800), Sigmoid(800), Sigmoid(0))
	}
	assertGradient(t, "softmax", softmaxOf([]float64{1000, 1000, -1000}), []float64{.5, .5, 0}, 0)
	for _, p := range softmaxOf([]float64{0, math.NaN(), 1}) {
		if !math.IsNaN(p) {
			t.Errorf("a NaN logit left the probability %g", p)
		}
	}
}

// PC-DARTS: two edges enter one node, gates beta_e softmax(alpha_e)_k.
func TestPartialChannelAndEdgeNormalisation(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	const k, edges = 4, 3
	q := newQuadratic(r, k*edges)
	alpha, logits := normalVector(r, k*edges), normalVector(r, edges)
	gates := func(a, b []float64) []float64 {
		z := make([]float64, 0, k*edges)
		beta := softmaxOf(b)
		for e := range edges {
			for _, p := range softmaxOf(a[e*k : (e+1)*k]) {
				z = append(z, beta[e]*p)
			}
		}
		return z
	}
	c := q.cost(gates(alpha, logits))
	beta := softmaxOf(logits)
	ga, gb, edgeCost := make([]float64, k*edges), make([]float64, edges), make([]float64, edges)
	for e := range edges {
		s := span{e * k, (e + 1) * k}
		edgeCost[e] = PartialChannel(s.of(ga), softmaxOf(s.of(alpha)), s.of(c), beta[e])
	}
	EdgeNormalisation(gb, beta, edgeCost)
	assertGradient(t, "alpha", ga, centralDifference(func(a []float64) float64 { return q.loss(gates(a, logits)) }, alpha), 1e-7)
	assertGradient(t, "beta", gb, centralDifference(func(b []float64) float64 { return q.loss(gates(alpha, b)) }, logits), 1e-7)
}

type span struct{ lo, hi int }

func (s span) of(x []float64) []float64 { return x[s.lo:s.hi] }

// GDAS and ProxylessNAS differentiate a surrogate: the loss linearised at the
// hard gates, sum_k c_k(hard) z_k(alpha).
func TestStraightThroughGradients(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 1))
	const k, tau = 6, .5
	q := newQuadratic(r, k)
	alpha, noise := normalVector(r, k), normalVector(r, k)
	soft := func(a []float64) []float64 {
		y := make([]float64, k)
		for i := range y {
			y[i] = (a[i] + noise[i]) / tau
		}
		return softmaxOf(y)
	}
	hard := make([]float64, k)
	best := 0
	for i, z := range soft(alpha) {
		if z > soft(alpha)[best] {
			best = i
		}
	}
	hard[best] = 1
	c := q.cost(hard)
	dst := make([]float64, k)
	GDAS(dst, soft(alpha), c, tau)
	assertGradient(t, "GDAS", dst, centralDifference(func(a []float64) float64 { return meanCost(c, soft(a)) }, alpha), 1e-8)
	ProxylessNAS(dst, softmaxOf(alpha), c)
	assertGradient(t, "ProxylessNAS", dst, centralDifference(func(a []float64) float64 { return meanCost(c, softmaxOf(a)) }, alpha), 1e-8)
}

// P1.3 by enumeration of all 4^3 wirings of three edges: the expected update
// is p(Cbar - <Cbar>) with Cbar_k = E[C | edge samples k].
func TestDSNASExpectationByEnumeration(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 1))
	const k, edges = 4, 3
	q := newQuadratic(r, k*edges)
	p := make([][]float64, edges)
	for e := range p {
		p[e] = softmaxOf(normalVector(r, k))
	}
	update, cbar := make([][]float64, edges), make([][]float64, edges)
	for e := range edges {
		update[e], cbar[e] = make([]float64, k), make([]float64, k)
	}
	g := make([]float64, k)
	for w := range k * k * k {
		pick := []int{w % k, w / k % k, w / k / k}
		z := make([]float64, k*edges)
		prob := 1.0
		for e, op := range pick {
			z[e*k+op] = 1
			prob *= p[e][op]
		}
		c := q.cost(z)
		for e, op := range pick {
			cost := c[e*k+op]
			DSNAS(g, p[e], op, cost)
			for m := range g {
				update[e][m] += prob * g[m]
			}
			cbar[e][op] += prob * cost / p[e][op]
		}
	}
	want := make([]float64, k)
	for e := range edges {
		DARTS(want, p[e], cbar[e])
		assertGradient(t, "E[DSNAS]", update[e], want, 1e-14)
	}
}

// P1.7: the gradient of sum_e c_e log(sum_e' p_e'(Z_e')), the broadcast of the
// published code, is w_e c_e (onehot - p_e) with the mean cost kept per edge:
// the derivative of log(sum p) with respect to alpha_e is p_e(onehot-p_e)/sum,
// and the code multiplies row e by k c_e.
func TestSummedLogWeights(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 1))
	const k, edges = 4, 5
	alpha := normalVector(r, k*edges)
	pick := []int{0, 3, 1, 1, 2}
	c := normalVector(r, edges)
	logSum := func(a []float64) float64 {
		s := 0.0
		for e, op := range pick {
			s += softmaxOf(a[e*k : (e+1)*k])[op]
		}
		return math.Log(s)
	}
	d := centralDifference(logSum, alpha)
	sampled, w := make([]float64, edges), make([]float64, edges)
	for e, op := range pick {
		sampled[e] = softmaxOf(alpha[e*k : (e+1)*k])[op]
	}
	SummedLogWeights(w, sampled)
	total := 0.0
	for e, op := range pick {
		g := make([]float64, k)
		DSNAS(g, softmaxOf(alpha[e*k:(e+1)*k]), op, w[e]*c[e])
		want := make([]float64, k)
		for m := range want {
			want[m] = edges * c[e] * d[e*k+m]
		}
		assertGradient(t, "summed log", g, want, 1e-8)
		total += w[e]
	}
	if math.Abs(total-edges) > 1e-14 {
		t.Errorf("the weights sum to %g, want %d", total, edges)
	}
	SummedLogWeights(w, []float64{.125, .125, .125, .125, .125})
	assertGradient(t, "uniform", w, []float64{1, 1, 1, 1, 1}, 1e-15)
}
