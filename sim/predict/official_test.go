package predict

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"edgewise/sim/spec"
	"edgewise/sim/trace"

	"codeberg.org/sbinet/npyio/npz"
)

// official loads the per-step record of one run of the published analysis code
// (see its SOURCE.md for the command and the columns). The costs of soft gates
// are recovered from the gradient as g_k/q_k - g_none/q_none, which fixes the
// gauge C_none = 0.
func official(t testing.TB, name string) *trace.Trace {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "traces", "official-"+name, "steps.npz")
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the published run %s is not beside the repository: %v", name, err)
	}
	z, err := npz.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	r := reader{t, z}
	s := spec.Default()
	s.Name, s.Alpha.Rate = name, map[string]float64{
		"A-dsnas-s6": 1e-3, "A8-dsnas-8cells-s6": 3e-3, "D-darts-s2": 3e-3, "D2-darts-overfit-s2": 1e-2,
	}[name]
	if name == "A8-dsnas-8cells-s6" {
		s.Net.Cells = 8
	}
	s.Estimator, s.Alpha.InitMean, s.Alpha.InitStd = spec.SummedLog, 1, .01
	s.Net.Ops = []string{"none", "skip_connect", "max_pool_3x3", "avg_pool_3x3", "sep_conv_3x3", "dil_conv_3x3", "dil_conv_5x5", "sep_conv_5x5"}
	darts := name[0] == 'D'
	if darts {
		s.Algorithm, s.Level, s.Estimator, s.Alpha.InitMean, s.Alpha.InitStd = spec.DARTS, spec.Bilevel, spec.PerEdge, 0, 1e-3
		s.Net.Ops = []string{"none", "max_pool_3x3", "avg_pool_3x3", "skip_connect", "sep_conv_3x3", "sep_conv_5x5", "dil_conv_3x3", "dil_conv_5x5"}
	}
	tr := &trace.Trace{Manifest: trace.Manifest{Format: trace.Format, Version: "test", Run: name, Name: name, Origin: trace.Observed, Source: "test loader", Spec: &s}}
	space, err := s.Space()
	if err != nil {
		t.Fatal(err)
	}
	tr.Manifest.SetCell(space)
	alpha := r.cubes("alpha.npy")
	if darts {
		r.soft(tr, alpha)
	} else {
		r.oneHot(tr, alpha)
	}
	s.Steps = len(tr.Points)
	r.splits(tr, "train.npy", func(p *trace.Point, s *trace.Split) { p.Train = s })
	if darts {
		r.splits(tr, "search.npy", func(p *trace.Point, s *trace.Split) { p.Search = s })
	}
	return tr
}

type reader struct {
	t testing.TB
	z *npz.Reader
}

// cubes reads an array of [step][5][8].
func (r reader) cubes(key string) [][][]float64 {
	var raw []float32
	if err := r.z.Read(key, &raw); err != nil {
		r.t.Fatalf("%s: %v", key, err)
	}
	out := make([][][]float64, len(raw)/40)
	for i := range out {
		out[i] = make([][]float64, 5)
		for e := range out[i] {
			for o := range 8 {
				out[i][e] = append(out[i][e], float64(raw[i*40+e*8+o]))
			}
		}
	}
	return out
}

func point(s *spec.Spec, step int, alpha [][]float64) trace.Point {
	nan := math.NaN()
	prob := make([][]float64, len(alpha))
	for e := range prob {
		prob[e] = softmaxOf(alpha[e])
	}
	return trace.Point{Step: step, Steps: 1, Epoch: nan, Rate: nan, AlphaRate: s.Alpha.Rate, Temperature: 1, HeadNorm: nan,
		Alpha: [][][]float64{alpha}, Prob: [][][]float64{prob}}
}

// soft: the record holds alpha after each step and the gradient of the step, so
// the start is recovered from the first Adam step, which is rate*sign(g).
func (r reader) soft(tr *trace.Trace, after [][][]float64) {
	s := tr.Manifest.Spec
	grad := r.cubes("alpha_grad.npy")
	start := make([][]float64, 5)
	for e := range start {
		start[e] = make([]float64, 8)
		for o := range start[e] {
			start[e][o] = after[0][e][o] + math.Copysign(s.Alpha.Rate, grad[0][e][o]+s.Alpha.WeightDecay*after[0][e][o])
		}
	}
	alpha := append([][][]float64{start}, after...)
	for i := range grad {
		p := point(s, i, alpha[i])
		c := &trace.Cost{Count: [][][]float64{make([][]float64, 5)}, Mean: [][][]float64{make([][]float64, 5)}}
		for e := range 5 {
			q := p.Prob[0][e]
			for o := range 8 {
				c.Count[0][e] = append(c.Count[0][e], 1)
				c.Mean[0][e] = append(c.Mean[0][e], grad[i][e][o]/q[o]-grad[i][e][0]/q[0])
			}
		}
		p.Cost = c
		tr.Points = append(tr.Points, p)
	}
	last := point(s, len(grad), alpha[len(grad)])
	last.Steps, last.Status = 0, trace.Complete
	tr.Points = append(tr.Points, last)
}

// oneHot: the record holds alpha before each step, the sample and the cost of
// the sampled operations, summed over the cells. The state after the last step
// is not recorded; the trace ends with the step before it.
func (r reader) oneHot(tr *trace.Trace, alpha [][][]float64) {
	s := tr.Manifest.Spec
	gate := r.cubes("weights.npy")
	var cost []float32
	if err := r.z.Read("edge_cost.npy", &cost); err != nil {
		r.t.Fatal(err)
	}
	for i := range alpha {
		p := point(s, i, alpha[i])
		p.Gate = [][][]float64{gate[i]}
		c := &trace.Cost{Count: [][][]float64{make([][]float64, 5)}, Mean: [][][]float64{make([][]float64, 5)}}
		for e := range 5 {
			for o := range 8 {
				c.Count[0][e] = append(c.Count[0][e], gate[i][e][o])
				c.Mean[0][e] = append(c.Mean[0][e], gate[i][e][o]*float64(cost[i*5+e]))
			}
		}
		p.Cost = c
		tr.Points = append(tr.Points, p)
	}
	last := &tr.Points[len(tr.Points)-1]
	last.Steps, last.Cost, last.Gate, last.Status = 0, nil, nil, trace.Complete
}

// splits reads [step][n, correct, sum L, sum H, sum L-H, and the last three
// over the correctly classified].
func (r reader) splits(tr *trace.Trace, key string, put func(*trace.Point, *trace.Split)) {
	var raw []float64
	if err := r.z.Read(key, &raw); err != nil {
		r.t.Fatalf("%s: %v", key, err)
	}
	for i := range tr.Points {
		if tr.Points[i].Steps == 0 {
			continue
		}
		v := raw[i*8 : i*8+8]
		n, ok := v[0], v[1]
		put(&tr.Points[i], &trace.Split{N: int(n), Correct: int(ok), Loss: v[2] / n, Entropy: v[3] / n,
			LossCorrect: v[5] / ok, EntropyCorrect: v[6] / ok, LossWrong: (v[2] - v[5]) / (n - ok), EntropyWrong: (v[3] - v[6]) / (n - ok)})
	}
}
