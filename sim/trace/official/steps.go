package official

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"

	"edgewise/sim/check"
	"edgewise/sim/spec"
	"edgewise/sim/trace"
	"edgewise/sim/trace/npy"
	"edgewise/sim/trace/runlog"
	"edgewise/theory/cell"
)

// HasSteps says whether the arrays of an npz are such a per-step record.
func HasSteps(arrays map[string]*npy.Array) bool {
	_, alpha := arrays["alpha"]
	_, grad := arrays["alpha_grad"]
	_, gate := arrays["weights"]
	return alpha && (grad || gate)
}

// ImportSteps makes a trace with one point per step of a per-step record. The
// arguments are read from the log.txt beside it.
//
// DSNAS: alpha before each step, the one-hot sample, the cost of each edge's
// sampled operation. DARTS: alpha after each step and the gradient of the step;
// costs are recovered as g_k/q_k - g_none/q_none, which fixes the gauge C_none = 0.
// SNAS: soft samples without costs.
func ImportSteps(arrays map[string]*npy.Array, file string, o runlog.Options) (*trace.Trace, []check.Finding, error) {
	s := &steps{file: file, arrays: arrays, opt: o, run: &runlog.Run{File: file, Line: 1}}
	if err := s.log(); err != nil {
		return nil, nil, err
	}
	if err := s.shapes(); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", file, err)
	}
	t := s.assemble()
	findings := append(slices.Clone(s.run.Problems), s.conv.Defects...)
	for _, f := range findings {
		if f.Severity > check.Note {
			t.Manifest.Notes = append(t.Manifest.Notes, f.Severity.String()+": "+f.What+": "+f.Means)
		}
	}
	check.Sort(findings)
	t.Manifest.Run = runlog.Digest(t)
	return t, findings, nil
}

type steps struct {
	file   string
	arrays map[string]*npy.Array
	opt    runlog.Options
	run    *runlog.Run
	conv   runlog.Convention
	cell   cell.Cell
	ops    []string
	from   []int
	spec   *spec.Spec
	blanks []string
}

// log reads the arguments beside the record.
func (s *steps) log() error {
	path := filepath.Join(filepath.Dir(s.file), "log.txt")
	f, err := os.Open(path)
	if err == nil {
		defer f.Close()
		runs, err := Read(f, path)
		if err != nil {
			return fmt.Errorf("reading the arguments of the record: %w", err)
		}
		if run, _, err := runlog.Pick(path, runs, s.opt.Run); err == nil {
			run.Problems = nil
			s.run = run
		}
	}
	s.conv = Convention(s.run)
	if len(s.run.Args) == 0 {
		s.blanks = append(s.blanks, "arguments: there is no log.txt beside the record")
		if s.arrays["alpha_grad"] == nil {
			s.conv.Algorithm, s.conv.Level, s.conv.Known = spec.DSNAS, spec.Single, [][]string{Primitives}
		}
	}
	s.conv.Notes = nil
	return nil
}

func (s *steps) shapes() error {
	a := s.arrays["alpha"]
	if len(a.Shape) != 3 || a.Shape[0] < 1 || a.Shape[2] < 2 || a.Shape[2] > 256 {
		return fmt.Errorf("alpha has shape %v: it must be steps, edges, operations", a.Shape)
	}
	var err error
	if s.cell, err = runlog.CellOf(a.Shape[1]); err != nil {
		return err
	}
	for _, k := range []string{"weights", "alpha_grad"} {
		if b := s.arrays[k]; b != nil && !slices.Equal(b.Shape, a.Shape) {
			return fmt.Errorf("%s has shape %v, alpha %v", k, b.Shape, a.Shape)
		}
	}
	if b := s.arrays["edge_cost"]; b != nil && !slices.Equal(b.Shape, a.Shape[:2]) {
		return fmt.Errorf("edge_cost has shape %v: it must be steps, edges", b.Shape)
	}
	for _, k := range []string{"train", "search"} {
		if b := s.arrays[k]; b != nil && !slices.Equal(b.Shape, []int{a.Shape[0], 8}) {
			return fmt.Errorf("%s has shape %v: it must be steps, 8", k, b.Shape)
		}
	}
	if b := s.arrays["epoch"]; b != nil && !slices.Equal(b.Shape, a.Shape[:1]) {
		return fmt.Errorf("epoch has shape %v: it must be steps", b.Shape)
	}
	names := s.opt.Ops
	if len(names) == 0 {
		names = s.conv.Known[0]
	}
	if len(names) != a.Shape[2] {
		return fmt.Errorf("it has %d columns: give their %d names with --ops", a.Shape[2], a.Shape[2])
	}
	s.ops = runlog.CanonicalOrder(slices.Clone(names))
	for _, n := range s.ops {
		s.from = append(s.from, slices.Index(names, n))
	}
	return nil
}

// row takes one row of an array at a step, in the order of the trace.
func (s *steps) table(key string, i int) [][]float64 {
	a := s.arrays[key]
	if a == nil {
		return nil
	}
	m := a.At(i).Matrix()
	out := make([][]float64, len(m))
	for e := range m {
		out[e] = make([]float64, len(s.ops))
		for o, c := range s.from {
			out[e][o] = m[e][c]
		}
	}
	return out
}

func (s *steps) assemble() *trace.Trace {
	n := s.arrays["alpha"].Shape[0]
	sp, blanks := s.run.Spec(s.conv, s.ops, s.cell.Nodes, 1)
	s.spec, s.blanks = sp, append(s.blanks, blanks...)
	m := trace.Manifest{Format: trace.Format, Version: "import", Name: s.opt.Name, Origin: trace.Observed, Source: "import official steps",
		Kinds: []string{"normal"}, Nodes: s.cell.Nodes, Concat: s.cell.Concat, Ops: s.ops, Blanks: s.blanks,
		Notes: []string{"file: " + filepath.Base(s.file), "columns: the order of the script that wrote the record"}}
	if m.Name == "" {
		m.Name = filepath.Base(filepath.Dir(s.file)) + "/" + filepath.Base(s.file)
	}
	for _, e := range s.cell.Edges {
		m.Edges = append(m.Edges, [2]int{e.From, e.To})
	}
	if s.spec != nil {
		s.spec.Alpha.Freeze = s.still()
		s.spec.Steps, s.spec.Record.Every = n, 1
		if space, err := s.spec.Space(); err == nil {
			for _, k := range space.Stack {
				m.Stack = append(m.Stack, k.String())
			}
		}
		m.Data.Train, m.Data.Search = s.spec.Data.Train, s.spec.Data.Search
	}
	m.Spec = s.spec
	t := &trace.Trace{Manifest: m}
	if s.arrays["alpha_grad"] != nil {
		s.soft(t, n)
	} else {
		s.sampled(t, n)
	}
	return t
}

// point is the bare point of a step.
func (s *steps) point(i int, alpha [][]float64) trace.Point {
	p := trace.Point{Step: i, Steps: 1, Epoch: math.NaN(), Rate: math.NaN(), AlphaRate: s.run.Number("arch_learning_rate", "alpha_lr"), Temperature: math.NaN(), HeadNorm: math.NaN(),
		Alpha: [][][]float64{alpha}, Prob: runlog.Softmax([][][]float64{alpha})}
	if s.spec != nil {
		p.Temperature = s.spec.Temperature.Start
		if s.spec.Algorithm == spec.Random || s.spec.Alpha.Freeze {
			p.AlphaRate = 0
		}
	}
	if e := s.arrays["epoch"]; e != nil && i < len(e.Data) {
		p.Epoch = e.Data[i]
		for k := range s.run.Snapshots {
			if r := &s.run.Snapshots[k]; float64(r.Epoch) == p.Epoch {
				p.Rate = r.Rate
				if !math.IsNaN(r.Temperature) {
					p.Temperature = r.Temperature
				}
				break
			}
		}
	}
	p.Train = s.split("train", i)
	p.Search = s.split("search", i)
	return p
}

// split reads [n, correct, sum L, sum H, sum L-H, and the last three over the
// correctly classified].
func (s *steps) split(key string, i int) *trace.Split {
	a := s.arrays[key]
	if a == nil || i >= a.Shape[0] {
		return nil
	}
	v := a.Data[i*8 : i*8+8]
	n, ok := v[0], v[1]
	if !(n >= 1 && n < 1e9 && ok >= 0 && ok <= n) {
		return nil
	}
	return &trace.Split{N: int(n), Correct: int(ok), Loss: v[2] / n, Entropy: v[3] / n,
		LossCorrect: v[5] / ok, EntropyCorrect: v[6] / ok, LossWrong: (v[2] - v[5]) / (n - ok), EntropyWrong: (v[3] - v[6]) / (n - ok)}
}

// still says whether alpha is the same at every step.
func (s *steps) still() bool {
	a := s.arrays["alpha"]
	n := len(a.Data) / a.Shape[0]
	for i, v := range a.Data {
		if v != a.Data[i%n] {
			return false
		}
	}
	return a.Shape[0] > 2
}

// soft: alpha stands after each step, so the start is recovered from the first
// Adam step, which is rate * sign(g).
func (s *steps) soft(t *trace.Trace, n int) {
	rate, decay := s.run.Number("arch_learning_rate", "alpha_lr"), s.run.Number("arch_weight_decay", "alpha_weight_decay")
	none := rowOf(t, cell.None)
	first, grad := s.table("alpha", 0), s.table("alpha_grad", 0)
	alpha := make([][]float64, len(first))
	for e := range alpha {
		alpha[e] = make([]float64, len(s.ops))
		for o := range alpha[e] {
			alpha[e][o] = first[e][o]
			if rate > 0 && decay >= 0 {
				alpha[e][o] += math.Copysign(rate, grad[e][o]+decay*first[e][o])
			}
		}
	}
	if s.spec != nil {
		t.Manifest.Notes = append(t.Manifest.Notes, "the record holds alpha after each step; the start was recovered from the first step of Adam", "costs are g/q - g_none/q_none: the gauge is C_none = 0")
	}
	for i := range n {
		p := s.point(i, alpha)
		g := s.table("alpha_grad", i)
		p.Grad = [][][]float64{g}
		if none >= 0 {
			c := &trace.Cost{Count: [][][]float64{make([][]float64, len(g))}, Mean: [][][]float64{make([][]float64, len(g))}}
			edge := make([]float64, len(g))
			for e := range g {
				q := p.Prob[0][e]
				for o := range g[e] {
					v := g[e][o]/q[o] - g[e][none]/q[none]
					c.Count[0][e], c.Mean[0][e] = append(c.Count[0][e], 1), append(c.Mean[0][e], v)
					edge[e] += q[o] * v
				}
			}
			p.Cost = c
			s.totals(t, &p, edge, p.Prob[0])
		}
		t.Points = append(t.Points, p)
		alpha = s.table("alpha", i)
	}
	last := s.point(n, alpha)
	last.Steps, last.Status = 0, trace.Complete
	t.Points = append(t.Points, last)
}

// totals sets the edge costs of a one-cell net, and the skip costs that its
// conservation law counts twice.
func (s *steps) totals(t *trace.Trace, p *trace.Point, edge []float64, gate [][]float64) {
	if len(t.Manifest.Stack) != 1 {
		return
	}
	skip, sum := rowOf(t, cell.Skip), 0.0
	for e, ed := range s.cell.Edges {
		if !ed.FromInput() && skip >= 0 {
			sum += gate[e][skip] * p.Cost.Mean[0][e][skip]
		}
	}
	p.EdgeCost, p.SkipCost = [][]float64{edge}, []float64{sum}
}

// sampled: alpha stands before each step; the state after the last step is not
// recorded, so the trace ends with the step before it.
func (s *steps) sampled(t *trace.Trace, n int) {
	cost := s.arrays["edge_cost"]
	oneHot := s.spec == nil || s.spec.OneHot()
	for i := range n {
		p := s.point(i, s.table("alpha", i))
		gate := s.table("weights", i)
		p.Gate = [][][]float64{gate}
		if oneHot && cost != nil {
			c := &trace.Cost{Count: [][][]float64{gate}, Mean: [][][]float64{make([][]float64, len(gate))}}
			edge := cost.At(i).Data
			for e := range gate {
				for o := range gate[e] {
					c.Mean[0][e] = append(c.Mean[0][e], gate[e][o]*edge[e])
				}
			}
			p.Cost = c
			s.totals(t, &p, slices.Clone(edge), gate)
		}
		t.Points = append(t.Points, p)
	}
	last := &t.Points[n-1]
	last.Steps, last.Status = 0, trace.Complete
	last.Cost, last.Gate, last.EdgeCost, last.SkipCost, last.Train, last.Search = nil, nil, nil, nil, nil, nil
	if !oneHot {
		t.Manifest.Blanks = append(t.Manifest.Blanks, "costs: the record of SNAS holds samples only")
	}
	t.Manifest.Notes = append(t.Manifest.Notes, "the state after the last step is not recorded: the trace ends one step before")
}
