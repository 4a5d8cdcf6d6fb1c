package predict

import (
	"math"
	"math/rand/v2"
	"testing"

	"edgewise/sim/spec"
	"edgewise/sim/trace"
	"edgewise/theory/cell"
)

// simulated is a search without a supernet: costs are drawn from a seeded
// stream, alpha follows them, and every step is recorded as a search records
// it. The optimisers and gradients are written out here once more, by their
// textbook formulas.
type simulated struct {
	spec  spec.Spec
	costs func(r *rand.Rand, step int, gate [][]float64) [][]float64 // [edge][op], of one kind
	gaps  func(step int) (loss, entropy float64)
}

// testSpec is a search of one float64 cell.
func testSpec(algorithm, level string, steps int) spec.Spec {
	s := spec.Default()
	s.Name, s.Algorithm, s.Level, s.Steps, s.Precision = "simulated", algorithm, level, steps, spec.Float64
	s.Alpha.Rate = 3e-3
	s.Temperature = spec.Temperature{Start: 1, End: .3}
	return s
}

// noisyCosts are means per edge and operation that drift with time, a shared
// and an own noise, and nothing for none.
func noisyCosts(edges, ops int, noise float64) func(*rand.Rand, int, [][]float64) [][]float64 {
	return func(r *rand.Rand, step int, _ [][]float64) [][]float64 {
		out := make([][]float64, edges)
		for e := range out {
			out[e] = make([]float64, ops)
			common := noise * r.NormFloat64()
			for o := 1; o < ops; o++ {
				mean := .02*math.Cos(float64(step)/400+float64(e)) + .004*float64(o-3)
				out[e][o] = mean + common + noise*r.NormFloat64()
			}
		}
		return out
	}
}

func (s simulated) record(t testing.TB) *trace.Trace {
	t.Helper()
	space, err := s.spec.Space()
	if err != nil {
		t.Fatal(err)
	}
	allowed, err := s.spec.Allowed()
	if err != nil {
		t.Fatal(err)
	}
	sp := s.spec
	tr := &trace.Trace{Manifest: trace.Manifest{Format: trace.Format, Version: "test", Run: sp.ID(), Name: sp.Name, Origin: trace.Observed, Source: "simulated", Spec: &sp}}
	tr.Manifest.SetCell(space)
	r := rand.New(rand.NewPCG(s.spec.Seed, 99))
	kinds := space.Kinds()
	var alpha, m, v [][][]float64
	for range kinds {
		a := make([][]float64, len(space.Cell.Edges))
		for e := range a {
			a[e] = make([]float64, len(space.Ops))
		}
		alpha, m, v = append(alpha, a), append(m, clone(a)), append(v, clone(a))
	}
	for k, kind := range kinds {
		for e := range alpha[k] {
			for o := range alpha[k][e] {
				alpha[k][e][o] = s.spec.Alpha.InitMean + s.spec.Alpha.InitStd*r.NormFloat64()
				if !allowed[kind][e][o] {
					alpha[k][e][o] = math.NaN()
				}
			}
		}
	}
	taken := 0
	for step := range s.spec.Steps {
		p := blank(&trace.Point{Step: step, Steps: 1, Epoch: float64(step) / 10, Temperature: math.NaN(), AlphaRate: s.spec.Alpha.Rate})
		moving := step >= s.spec.Alpha.Warmup && s.spec.Algorithm != spec.Random
		if !moving {
			p.AlphaRate = 0
		}
		lambda := s.spec.Temperature.Start * math.Pow(s.spec.Temperature.End/s.spec.Temperature.Start, float64(step)/float64(s.spec.Steps))
		if s.spec.Algorithm == spec.SNAS {
			p.Temperature = lambda
		}
		if s.gaps != nil {
			l, h := s.gaps(step)
			split := &trace.Split{N: 64, Correct: 32, Loss: l, Entropy: h, LossCorrect: l, EntropyCorrect: h, LossWrong: l, EntropyWrong: h}
			if p.Train = split; s.spec.Level == spec.Bilevel {
				p.Search = split
				p.Train = &trace.Split{N: 64, Correct: 64, Loss: .1, Entropy: .4, LossWrong: math.NaN(), EntropyWrong: math.NaN()}
			}
		}
		p.Cost = &trace.Cost{}
		if moving {
			taken++
		}
		for k := range kinds {
			prob := make([][]float64, len(alpha[k]))
			gate := make([][]float64, len(alpha[k]))
			for e := range prob {
				prob[e] = soft(alpha[k][e], nil, 1)
				switch s.spec.Algorithm {
				case spec.DARTS:
					gate[e] = prob[e]
				case spec.SNAS:
					g := make([]float64, len(prob[e]))
					for o := range g {
						g[o] = -math.Log(r.ExpFloat64())
					}
					gate[e] = soft(alpha[k][e], g, lambda)
				default:
					gate[e] = oneHot(prob[e], r.Float64())
				}
			}
			c := s.costs(r, step, gate)
			count := clone(gate)
			for e := range count {
				for o := range count[e] {
					count[e][o] = 0
					if !math.IsNaN(alpha[k][e][o]) && (gate[e][o] == 1 || !s.spec.OneHot()) {
						count[e][o] = 1
					}
				}
			}
			p.Alpha, p.Prob = append(p.Alpha, clone(alpha[k])), append(p.Prob, prob)
			p.Cost.Count, p.Cost.Mean = append(p.Cost.Count, count), append(p.Cost.Mean, c)
			if s.spec.Algorithm != spec.DARTS {
				p.Gate = append(p.Gate, gate)
			}
			if !moving {
				continue
			}
			s.move(alpha[k], m[k], v[k], prob, gate, c, lambda, taken)
		}
		tr.Points = append(tr.Points, p)
	}
	last := blank(&trace.Point{Step: s.spec.Steps, Temperature: math.NaN(), Status: trace.Complete})
	for k := range kinds {
		prob := make([][]float64, len(alpha[k]))
		for e := range prob {
			prob[e] = soft(alpha[k][e], nil, 1)
		}
		last.Alpha, last.Prob = append(last.Alpha, clone(alpha[k])), append(last.Prob, prob)
	}
	tr.Points = append(tr.Points, last)
	return tr
}

// move is one step: dL/dalpha_k = sum_m C_m dZ_m/dalpha_k for soft gates, the
// score function for one-hot ones, then Adam or SGD in their textbook forms.
func (s simulated) move(alpha, m, v, prob, gate, c [][]float64, lambda float64, t int) {
	sum, n := 0.0, 0.0
	for e := range gate {
		for o, z := range gate[e] {
			if z == 1 {
				sum += prob[e][o]
				n++
			}
		}
	}
	a := s.spec.Alpha
	for e := range alpha {
		for k := range alpha[e] {
			if math.IsNaN(alpha[e][k]) {
				continue
			}
			g := 0.0
			for o, z := range gate[e] {
				if math.IsNaN(alpha[e][o]) {
					continue
				}
				delta := 0.0
				if o == k {
					delta = 1
				}
				switch s.spec.Algorithm {
				case spec.DARTS:
					g += c[e][o] * z * (delta - gate[e][k])
				case spec.SNAS:
					g += c[e][o] * z * (delta - gate[e][k]) / lambda
				case spec.DSNAS:
					w := 1.0
					if s.spec.Estimator == spec.SummedLog {
						w = n * prob[e][o] / sum
					}
					g += w * z * c[e][o] * (delta - prob[e][k])
				}
			}
			g += a.WeightDecay * alpha[e][k]
			if a.Optimiser == spec.SGD {
				m[e][k] = a.Beta1*m[e][k] + g
				alpha[e][k] -= a.Rate * m[e][k]
				continue
			}
			m[e][k] = a.Beta1*m[e][k] + (1-a.Beta1)*g
			v[e][k] = a.Beta2*v[e][k] + (1-a.Beta2)*g*g
			mhat := m[e][k] / (1 - math.Pow(a.Beta1, float64(t)))
			vhat := v[e][k] / (1 - math.Pow(a.Beta2, float64(t)))
			alpha[e][k] -= a.Rate * mhat / (math.Sqrt(vhat) + a.Eps)
		}
	}
}

// soft is softmax((a+g)/lambda) over the entries that are numbers.
func soft(a, g []float64, lambda float64) []float64 {
	out := make([]float64, len(a))
	sum := 0.0
	for k, x := range a {
		if math.IsNaN(x) {
			continue
		}
		if g != nil {
			x += g[k]
		}
		out[k] = math.Exp(x / lambda)
		sum += out[k]
	}
	for k := range out {
		if sum > 0 {
			out[k] /= sum
		}
	}
	return out
}

func oneHot(p []float64, u float64) []float64 {
	out := make([]float64, len(p))
	last := -1
	for k, x := range p {
		if x > 0 {
			last = k
			if u -= x; u < 0 {
				break
			}
		}
	}
	if last >= 0 {
		out[last] = 1
	}
	return out
}

func clone(a [][]float64) [][]float64 {
	out := make([][]float64, len(a))
	for i := range a {
		out[i] = append([]float64{}, a[i]...)
	}
	return out
}

// restricted deletes edge (0,2), fixes (1,3) and narrows (2,3).
func restricted(s spec.Spec) spec.Spec {
	s.Edges = []spec.EdgeRule{
		{Edge: "(0,2)", Delete: true},
		{Edge: "(1,3)", Fix: cell.SepConv3x3},
		{Edge: "(2,3)", Ops: []string{cell.None, cell.Skip, cell.MaxPool}},
	}
	return s
}

// twoKinds stacks a reduction cell between normal ones.
func twoKinds(s spec.Spec) spec.Spec {
	s.Net.Cells, s.Net.Reductions = 3, []int{1}
	return s
}
