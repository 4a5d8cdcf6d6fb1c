package dynamics

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"edgewise/theory/cost"
)

// stream draws correlated costs of one edge: c = mean + common*x + own*y_k,
// none (operation 0) always 0.
type stream struct {
	mean        []float64
	common, own float64
}

func (s stream) draw(r *rand.Rand, c []float64) {
	x := s.common * r.NormFloat64()
	for k := range c {
		c[k] = s.mean[k] + x + s.own*r.NormFloat64()
	}
	c[0] = 0
}

func (s stream) soft() SoftCosts {
	n := len(s.mean)
	m := SoftCosts{Mean: make([]float64, n), Second: make([]float64, n*n)}
	for k := 1; k < n; k++ {
		m.Mean[k] = s.mean[k]
		for l := 1; l < n; l++ {
			m.Second[k*n+l] = s.mean[k]*s.mean[l] + s.common*s.common
		}
		m.Second[k*n+k] += s.own * s.own
	}
	return m
}

func (s stream) sampled() SampledCosts {
	soft := s.soft()
	m := SampledCosts{Mean: soft.Mean, Second: make([]float64, len(s.mean))}
	for k := range m.Second {
		m.Second[k] = soft.Second[k*len(s.mean)+k]
	}
	return m
}

const testOps = 8

// streams are five edges of a minimal cell.
func streams() []stream {
	r := rand.New(rand.NewPCG(11, 1))
	out := make([]stream, 5)
	for e := range out {
		s := stream{mean: make([]float64, testOps), common: .3, own: .1}
		for k := 1; k < testOps; k++ {
			s.mean[k] = .06*(float64(e)-2) + .03*r.NormFloat64()
		}
		out[e] = s
	}
	return out
}

func collect[T any](ss []stream, f func(stream) T) []T {
	out := make([]T, len(ss))
	for i, s := range ss {
		out[i] = f(s)
	}
	return out
}

func pick(r *rand.Rand, p []float64) int {
	u := r.Float64()
	for k, x := range p {
		if u -= x; u < 0 {
			return k
		}
	}
	return len(p) - 1
}

// gradientDraw writes one random gradient of all edges at alpha.
type gradientDraw func(r *rand.Rand, g, alpha []float64)

func draws(ss []stream) map[string]gradientDraw {
	c, p := make([]float64, testOps), make([]float64, testOps)
	edge := func(e int, x []float64) []float64 { return x[e*testOps : (e+1)*testOps] }
	sampled := func(summed bool) gradientDraw {
		picked, prob, weight := make([]int, len(ss)), make([]float64, len(ss)), make([]float64, len(ss))
		return func(r *rand.Rand, g, alpha []float64) {
			for e := range ss {
				cost.Softmax(p, edge(e, alpha))
				picked[e] = pick(r, p)
				prob[e], weight[e] = p[picked[e]], 1
			}
			if summed {
				cost.SummedLogWeights(weight, prob)
			}
			for e, s := range ss {
				s.draw(r, c)
				cost.Softmax(p, edge(e, alpha))
				cost.DSNAS(edge(e, g), p, picked[e], weight[e]*c[picked[e]])
			}
		}
	}
	return map[string]gradientDraw{
		"darts": func(r *rand.Rand, g, alpha []float64) {
			for e, s := range ss {
				s.draw(r, c)
				cost.Softmax(p, edge(e, alpha))
				cost.DARTS(edge(e, g), p, c)
			}
		},
		"snas": func(r *rand.Rand, g, alpha []float64) {
			for e, s := range ss {
				s.draw(r, c)
				for k, a := range edge(e, alpha) {
					p[k] = (a - math.Log(r.ExpFloat64())) / .7
				}
				cost.Softmax(p, p)
				cost.SNAS(edge(e, g), p, c, .7)
			}
		},
		"textbook":   sampled(false),
		"summed log": sampled(true),
	}
}

func fields(t *testing.T, ss []stream) map[string]GradientMoments {
	t.Helper()
	soft, err := NewSoftMoments(collect(ss, stream.soft))
	if err != nil {
		t.Fatal(err)
	}
	snas, err := NewRelaxedMoments(collect(ss, stream.soft), .7, 512)
	if err != nil {
		t.Fatal(err)
	}
	text, err := NewSampledMoments(collect(ss, stream.sampled), Textbook)
	if err != nil {
		t.Fatal(err)
	}
	summed, err := NewSampledMoments(collect(ss, stream.sampled), SummedLog)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]GradientMoments{"darts": soft, "snas": snas, "textbook": text, "summed log": summed}
}

// E[g] and E[g^2] against the mean of many drawn gradients, within 5 standard
// errors and an allowance, relative to the largest moment, for what is not
// exact: the quadrature of snas and the expansion of the summed log's
// denominator.
func TestGradientMomentsAgainstMonteCarlo(t *testing.T) {
	ss := streams()
	r := rand.New(rand.NewPCG(12, 1))
	n := len(ss) * testOps
	alpha := make([]float64, n)
	for k := range alpha {
		alpha[k] = .5 * r.NormFloat64()
	}
	allowance := map[string]float64{"darts": 1e-12, "textbook": 1e-12, "snas": .01, "summed log": .01}
	fs := fields(t, ss)
	for name, draw := range draws(ss) {
		const samples = 40000
		g, g1, g2 := make([]float64, n), make([]float64, n), make([]float64, n)
		m1, m2, m4 := make([]float64, n), make([]float64, n), make([]float64, n)
		for range samples {
			draw(r, g, alpha)
			for k, x := range g {
				m1[k] += x / samples
				m2[k] += x * x / samples
				m4[k] += x * x * x * x / samples
			}
		}
		fs[name].Moments(g1, g2, alpha)
		top1, top2 := 0.0, 0.0
		for k := range g1 {
			top1, top2 = max(top1, math.Abs(g1[k])), max(top2, g2[k])
		}
		for k := range g1 {
			e1 := math.Sqrt(m2[k]/samples)*5 + allowance[name]*top1
			e2 := math.Sqrt(m4[k]/samples)*5 + allowance[name]*top2
			if math.Abs(g1[k]-m1[k]) > e1 {
				t.Errorf("%s: E[g_%d] = %.6g, Monte Carlo %.6g +- %.2g", name, k, g1[k], m1[k], e1)
			}
			if math.Abs(g2[k]-m2[k]) > e2 {
				t.Errorf("%s: E[g_%d^2] = %.6g, Monte Carlo %.6g +- %.2g", name, k, g2[k], m2[k], e2)
			}
		}
	}
}

// The moment-closed trajectory against the mean of real Adam runs on the same
// stream; the mean-only closure must fail (P5.11).
func TestMeanAdamFollowsTheRealOptimiser(t *testing.T) {
	ss := streams()
	n := len(ss) * testOps
	cfg := Config{Name: NameAdam, LR: 3e-3, Beta1: .5, Beta2: .999, Eps: 1e-8, WeightDecay: 1e-3}
	fs := fields(t, ss)
	const steps, runs = 1500, 6
	for name, draw := range draws(ss) {
		mean := make([]float64, n)
		for run := range runs {
			r := rand.New(rand.NewPCG(13, uint64(run)))
			opt, _ := New(cfg)
			alpha, g, p := make([]float64, n), make([]float64, n), make([]float64, testOps)
			for range steps {
				draw(r, g, alpha)
				opt.Step(alpha, g)
			}
			for e := range ss {
				cost.Softmax(p, alpha[e*testOps:(e+1)*testOps])
				for k := range p {
					mean[e*testOps+k] += p[k] / runs
				}
			}
		}
		closed := func(f GradientMoments) float64 {
			m, err := NewMeanField(cfg)
			if err != nil {
				t.Fatal(err)
			}
			alpha, p, worst := make([]float64, n), make([]float64, testOps), 0.0
			m.Advance(alpha, f, steps)
			for e := range ss {
				cost.Softmax(p, alpha[e*testOps:(e+1)*testOps])
				worst = max(worst, math.Abs(p[0]-mean[e*testOps]))
			}
			return worst
		}
		full, meanOnly := closed(fs[name]), closed(firstOnly{fs[name]})
		t.Logf("%s: largest error of none's probability %.4f, with means only %.4f", name, full, meanOnly)
		if full > .02 {
			t.Errorf("%s: the closure misses none's probability by %.4f", name, full)
		}
		if meanOnly < 3*full {
			t.Errorf("%s: means alone do as well (%.4f): the second moments are not used", name, meanOnly)
		}
	}
}

type firstOnly struct{ GradientMoments }

func (f firstOnly) Moments(g1, g2, alpha []float64) {
	f.GradientMoments.Moments(g1, g2, alpha)
	for k, g := range g1 {
		g2[k] = g * g
	}
}

// Without spread the closure is Adam itself.
func TestMeanAdamWithoutSpreadIsAdam(t *testing.T) {
	c := []float64{0, .1, -.2, .3}
	s := SoftCosts{Mean: c, Second: make([]float64, 16)}
	for k := range c {
		for l := range c {
			s.Second[k*4+l] = c[k] * c[l]
		}
	}
	f, err := NewSoftMoments([]SoftCosts{s})
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{Name: NameAdam, LR: 1e-2, Beta1: .5, Beta2: .999, Eps: 1e-8, WeightDecay: 1e-3}
	opt, _ := New(cfg)
	closed, _ := NewMeanField(cfg)
	a, b, g, p := make([]float64, 4), make([]float64, 4), make([]float64, 4), make([]float64, 4)
	for range 500 {
		cost.Softmax(p, a)
		cost.DARTS(g, p, c)
		opt.Step(a, g)
	}
	closed.Advance(b, f, 500)
	approxAll(t, "alpha", b, a, 1e-11)
}

// SGD's mean field is the map at the mean gradient: no second moment enters.
func TestMeanSGDUsesTheFirstMoment(t *testing.T) {
	ss := streams()
	f, _ := NewSoftMoments(collect(ss, stream.soft))
	cfg := Config{Name: NameSGD, LR: .1, Momentum: .9}
	m, _ := NewMeanField(cfg)
	opt, _ := New(cfg)
	n := len(ss) * testOps
	a, b, g, g2 := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	m.Advance(a, f, 20)
	for range 20 {
		f.Moments(g, g2, b)
		opt.Step(b, g)
	}
	approxAll(t, "alpha", a, b, 0)
}

func TestBadMomentsNameTheEdge(t *testing.T) {
	good := SoftCosts{Mean: []float64{0, 1}, Second: []float64{0, 0, 0, 1}}
	for _, c := range []struct {
		edges []SoftCosts
		says  string
	}{
		{nil, "no edge"},
		{[]SoftCosts{{Mean: []float64{1}}}, "at least 2"},
		{[]SoftCosts{good, {Mean: []float64{1, 2, 3}}}, "edge 1"},
		{[]SoftCosts{good, {Mean: []float64{0, 1}, Second: []float64{1}}}, "edge 1"},
		{[]SoftCosts{{Mean: []float64{0, math.NaN()}, Second: good.Second}}, "diverged"},
		{[]SoftCosts{{Mean: []float64{0, 2}, Second: good.Second}}, "variances"},
	} {
		if _, err := NewSoftMoments(c.edges); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("NewSoftMoments(%v) = %v, want an error that says %q", c.edges, err, c.says)
		}
	}
	if _, err := NewSampledMoments([]SampledCosts{{Mean: []float64{0, 1}, Second: []float64{0, 1}}}, 7); err == nil {
		t.Error("an unknown estimator was accepted")
	}
	if _, err := NewRelaxedMoments([]SoftCosts{good}, 0, 8); err == nil {
		t.Error("temperature 0 was accepted")
	}
}

func TestDivergedNamesTheParameter(t *testing.T) {
	if err := Diverged([]float64{0, 1}); err != nil {
		t.Error(err)
	}
	if err := Diverged([]float64{0, math.Inf(-1)}); err == nil || !strings.Contains(err.Error(), "parameter 1") {
		t.Errorf("Diverged = %v", err)
	}
}

func TestGumbelNodesAreGumbel(t *testing.T) {
	nodes := GumbelNodes(3, 9000)
	mean, square := 0.0, 0.0
	for _, n := range nodes {
		mean += n[1] / float64(len(nodes))
		square += n[1] * n[1] / float64(len(nodes))
	}
	approx(t, "mean", mean, .5772156649, 2e-3)
	approx(t, "variance", square-mean*mean, math.Pi*math.Pi/6, 2e-2)
}

// A 15,000-step Adam trajectory of a minimal cell (5 edges x 8 operations)
// must take at most 20 ms.
func BenchmarkMinimalCellTrajectory(b *testing.B) {
	ss := streams()
	soft, _ := NewSoftMoments(collect(ss, stream.soft))
	text, _ := NewSampledMoments(collect(ss, stream.sampled), Textbook)
	cfg := Config{Name: NameAdam, LR: 3e-4, Beta1: .5, Beta2: .999, Eps: 1e-8, WeightDecay: 1e-3}
	for name, f := range map[string]GradientMoments{"soft": soft, "sampled": text} {
		b.Run(name, func(b *testing.B) {
			alpha := make([]float64, len(ss)*testOps)
			b.ReportAllocs()
			for b.Loop() {
				m, _ := NewMeanField(cfg)
				clear(alpha)
				m.Advance(alpha, f, 15000)
			}
		})
	}
}
