package search

import (
	"bytes"
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"edgewise/sim/agnn"
	"edgewise/sim/check"
	"edgewise/sim/spec"
	"edgewise/sim/supernet"
	"edgewise/sim/trace"
)

// tiny is a search that takes milliseconds: 8x8 images, few channels.
func tiny() spec.Spec {
	s := spec.Default()
	s.Name = "tiny"
	s.Precision = spec.Float64
	s.Steps, s.Batch = 6, 8
	s.Data = spec.Data{Side: 8, Train: 64, Search: 64, Test: 16}
	s.Net.Channels, s.Net.Stem = 2, 1
	s.Alpha.Rate = 0.05
	return s
}

// variants are all algorithms and levels, each on a one- or two-cell net.
func variants() []spec.Spec {
	var out []spec.Spec
	for _, algo := range []string{spec.DARTS, spec.SNAS, spec.DSNAS, spec.Random} {
		for _, level := range []string{spec.Single, spec.Bilevel} {
			s := tiny()
			s.Name = algo + " " + level
			s.Algorithm, s.Level = algo, level
			s.Net.Cells = len(out)%2 + 1
			s.Temperature = spec.Temperature{Start: 1, End: 0.3}
			s.Record.Eval = 3
			out = append(out, s)
		}
	}
	s := tiny()
	s.Name, s.Estimator = "dsnas summed-log", spec.SummedLog
	out = append(out, s)
	s = tiny()
	s.Name, s.Algorithm, s.Level, s.Order = "darts unrolled", spec.DARTS, spec.Bilevel, 2
	out = append(out, s)
	s = tiny()
	s.Name, s.Net.Cells, s.Net.Reductions = "dsnas reduction", 2, []int{1}
	out = append(out, s)
	s = tiny()
	s.Name, s.Alpha.Optimiser, s.Alpha.Beta1, s.Algorithm = "darts sgd", spec.SGD, 0.9, spec.DARTS
	out = append(out, s)
	s = tiny()
	s.Name, s.Alpha.Optimiser, s.Algorithm = "darts natural", spec.Natural, spec.DARTS
	out = append(out, s)
	for _, algo := range []string{spec.GDAS, spec.Proxyless} {
		s = tiny()
		s.Name, s.Algorithm, s.Level = algo, algo, spec.Bilevel
		s.Temperature = spec.Temperature{Start: 2, End: 0.5}
		out = append(out, s)
	}
	s = tiny()
	s.Use(spec.Latency)
	s.Name, s.Latency.Samples = "latency", 60
	out = append(out, s)
	s = tiny()
	s.Name, s.Level, s.Alpha.SearchWeight = "dsnas mixed", spec.Mixed, 0.5
	out = append(out, s)
	s = tiny()
	s.Name, s.Alpha.Statistics, s.Algorithm, s.Level = "darts at running statistics", spec.Running, spec.DARTS, spec.Bilevel
	out = append(out, s)
	s = tiny()
	s.Name, s.Net.Partial, s.Net.Cells, s.Algorithm, s.Level = "pc-darts", 2, 2, spec.DARTS, spec.Bilevel
	out = append(out, s)
	for _, norm := range []string{spec.GroupNorm, spec.LayerNorm, spec.NoNorm} {
		s = tiny()
		s.Name, s.Net.Norm, s.Net.HeadScale, s.Algorithm = "darts norm "+norm, norm, 20, spec.DARTS
		s.Net.Channels = 4
		out = append(out, s)
	}
	s = tiny()
	s.Name, s.Alpha.Gate, s.Algorithm = "darts sigmoid", "sigmoid", spec.DARTS
	out = append(out, s)
	s = tiny()
	s.Name, s.Net.Cells, s.Net.Reductions = "seminas", 2, []int{1}
	s.Use(spec.SemiNAS)
	s.SemiNAS = &spec.SemiNASRule{Rounds: 2, Evaluate: 3, Unlabelled: 5, Passes: 3, More: 2, Repeat: 2, Top: 2}
	out = append(out, s)
	s = tiny()
	s.Name, s.Net.Cells, s.Net.Reductions = "radars", 2, []int{1}
	s.Use(spec.RADARS)
	s.RADARS = &spec.RADARSRule{Prunings: 2}
	out = append(out, s)
	s.Name, s.Level, s.RADARS = "radars controller", spec.Single, &spec.RADARSRule{Controller: true}
	out = append(out, s)
	for _, change := range []func(p *spec.Prime){
		func(p *spec.Prime) { p.Every, p.Factor, p.Threshold = 1, 2, 10 },
		func(p *spec.Prime) { p.Every, p.Dynamic, p.Regulariser = 2, false, spec.ADMM },
	} {
		s = tiny()
		s.Use(spec.PRIME)
		change(s.Prime)
		s.Name, s.Alpha.Rate, s.Record.Eval, s.Record.Discrete = "prime "+s.Prime.Regulariser, 0.05, 3, true
		out = append(out, s)
	}
	return out
}

func encode(t *testing.T, s spec.Spec, o Options) []byte {
	t.Helper()
	var b []byte
	if _, err := Run(context.Background(), s, o, func(p *trace.Point) error {
		b = trace.AppendPoint(b, p)
		return nil
	}); err != nil {
		t.Fatalf("%s: %v", s.Name, err)
	}
	return b
}

// Every algorithm and level runs, its trace passes every check, and the laws of
// conservation hold to the eps of batch norm.
func TestEverySearchKeepsTheLaws(t *testing.T) {
	for _, s := range variants() {
		s.Net.Eps = 1e-12
		if s.Order == 2 {
			s.Net.Eps = 1e-5 // second differences of a net with tiny variances are noise
		}
		tr, err := Record(context.Background(), s, Options{})
		if err != nil {
			t.Fatalf("%s: %v", s.Name, err)
		}
		if len(tr.Points) != s.Steps+1 || !tr.Complete() {
			t.Fatalf("%s: %d points, complete %v", s.Name, len(tr.Points), tr.Complete())
		}
		r := check.Trace(tr)
		if w := r.Worst(); w >= check.Warning {
			t.Errorf("%s: %+v", s.Name, r.Findings)
		}
		laws := 0
		for _, v := range r.Residuals {
			if v.Source != "P3.4" {
				continue
			}
			laws++
			limit := 1e-9
			if s.Order == 2 {
				limit = 1e-3
			}
			if s.BrokenLaw() != "" {
				if v.Max < 1e-3 {
					t.Errorf("%s: %s: residual %.3g although %s", s.Name, v.Law, v.Max, s.BrokenLaw())
				}
				continue
			}
			if v.Max > limit {
				t.Errorf("%s: %s: residual %.3g", s.Name, v.Law, v.Max)
			}
		}
		if laws < min(s.Net.Cells, 2) {
			t.Errorf("%s: conservation was computed for %d kinds of cells", s.Name, laws)
		}
	}
}

// The same seed gives the same bytes for every number of processors and workers.
func TestSameSeedSameBytes(t *testing.T) {
	for _, s := range variants() {
		s.Precision = spec.Float32
		procs := runtime.GOMAXPROCS(1)
		one := encode(t, s, Options{})
		runtime.GOMAXPROCS(2)
		two := encode(t, s, Options{})
		three := encode(t, s, Options{Workers: 3})
		runtime.GOMAXPROCS(procs)
		if !bytes.Equal(one, two) || !bytes.Equal(one, three) {
			t.Errorf("%s: the trace depends on the number of processors", s.Name)
		}
		s.Seed++
		if bytes.Equal(one, encode(t, s, Options{})) {
			t.Errorf("%s: another seed gives the same trace", s.Name)
		}
	}
}

// A run that is stopped after every possible step and resumed stores the bytes
// of a run that was not.
// graphs are searches on a graph, which have no supernet of images.
func graphs() (out []spec.Spec) {
	for _, sharing := range []string{agnn.Constrained, agnn.Free, agnn.Scratch} {
		s := spec.Default()
		s.Name, s.Algorithm, s.Steps = "agnn "+sharing, spec.AGNN, 7
		s.AGNN = &agnn.Config{Sharing: sharing, Nodes: 40, Classes: 3, Dim: 6, In: 0.4, Out: 0.05, Train: 4, Search: 4, Epochs: 3}
		out = append(out, s)
	}
	return out
}

// The trace of a controller holds its distribution as probabilities, the
// incumbent as gates, and local costs of every operation once there is an
// incumbent; the incumbent changes only to the offspring before.
func TestControllersLeaveATrace(t *testing.T) {
	for _, s := range graphs() {
		s.Steps = 25
		tr, err := Record(context.Background(), s, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if !tr.Complete() || len(tr.Points) != s.Steps+1 || tr.Manifest.None() != 0 || tr.Points[s.Steps].Test == nil {
			t.Fatalf("%s: %d points, complete %v", s.Name, len(tr.Points), tr.Complete())
		}
		changes := 0
		for i := 1; i < s.Steps; i++ {
			p := &tr.Points[i]
			if p.Cost == nil || p.Search == nil || p.Genotype == "" {
				t.Fatalf("%s: point %d lacks costs, loss or offspring", s.Name, i)
			}
			for e := range p.Gate[0] {
				o := slices.Index(p.Gate[0][e], 1)
				was := slices.Index(tr.Points[i-1].Gate[0][e], 1)
				if o == was {
					continue
				}
				changes++
				if !strings.Contains(tr.Points[i-1].Genotype, tr.Manifest.Cell().Edges[e].String()+" "+tr.Manifest.Ops[o]+",") {
					t.Errorf("%s: point %d: the incumbent takes %s on edge %d, the offspring before was %s", s.Name, i, tr.Manifest.Ops[o], e, tr.Points[i-1].Genotype)
				}
			}
		}
		if changes == 0 {
			t.Errorf("%s: the incumbent never changed", s.Name)
		}
	}
}

func TestResumedRunsAreTheSame(t *testing.T) {
	for _, s := range append(variants(), graphs()...) {
		s.Record.Every = 2
		whole := t.TempDir()
		if err := Store(context.Background(), s, whole, false, Options{}); err != nil {
			t.Fatalf("%s: %v", s.Name, err)
		}
		want, err := os.ReadFile(filepath.Join(whole, trace.PointsFile))
		if err != nil {
			t.Fatal(err)
		}
		for stop := 1; stop < s.Steps; stop++ {
			dir := t.TempDir()
			ctx, cancel := context.WithCancel(context.Background())
			err := Store(ctx, s, dir, false, Options{Checkpoint: 2, Progress: func(done, _ int, _ *trace.Point) {
				if done == stop {
					cancel()
				}
			}})
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("%s: stopping at %d: %v", s.Name, stop, err)
			}
			for range 2 { // the second finds it finished
				if err := Store(context.Background(), s, dir, true, Options{Checkpoint: 2}); err != nil {
					t.Fatalf("%s: resuming after %d: %v", s.Name, stop, err)
				}
			}
			got, err := os.ReadFile(filepath.Join(dir, trace.PointsFile))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s: resumed after step %d, the trace differs", s.Name, stop)
			}
			if _, err := os.Stat(filepath.Join(dir, checkpointFile)); err == nil {
				t.Errorf("%s: a finished run keeps its checkpoint", s.Name)
			}
		}
	}
}

func TestResumeRefusesWhatDoesNotFit(t *testing.T) {
	s := tiny()
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	_ = Store(ctx, s, dir, false, Options{Checkpoint: 1, Progress: func(done, _ int, _ *trace.Point) {
		if done == 3 {
			cancel()
		}
	}})
	other := s
	other.Seed++
	if err := Store(context.Background(), other, dir, true, Options{}); err == nil || !strings.Contains(err.Error(), "choose another folder") {
		t.Errorf("another spec: %v", err)
	}
	if err := Store(context.Background(), s, dir, false, Options{}); err == nil || !strings.Contains(err.Error(), "already holds one") {
		t.Errorf("without resume: %v", err)
	}
	was := Version
	Version = "edgewise 0.1"
	if err := Store(context.Background(), s, dir, true, Options{}); err == nil || !strings.Contains(err.Error(), "of "+was+", not run") {
		t.Errorf("another version: %v", err)
	}
	Version = was
	path := filepath.Join(dir, checkpointFile)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for at := 0; at < len(text); at += 1 + len(text)/200 {
		bad := bytes.Clone(text)
		bad[at] ^= 4
		if err := os.WriteFile(path, bad, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := Store(context.Background(), s, dir, true, Options{}); err == nil || !strings.Contains(err.Error(), checkpointFile) {
			t.Fatalf("a flipped bit in byte %d of the checkpoint: %v", at, err)
		}
	}
}

func TestDivergenceIsNamed(t *testing.T) {
	s := tiny()
	s.Theta.Rate, s.Theta.RateMin, s.Theta.Clip = 1e3, 1e3, 0
	s.Precision = spec.Float32
	s.Steps = 400
	s.Net.Affine = true
	dir := t.TempDir()
	err := Store(context.Background(), s, dir, false, Options{})
	if !errors.Is(err, ErrDiverged) {
		t.Fatalf("a learning rate of 1000: %v", err)
	}
	tr, err := trace.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	last := tr.Points[len(tr.Points)-1]
	if tr.Complete() || !strings.Contains(last.Status, "diverged") {
		t.Fatalf("the trace ends with %q", last.Status)
	}
	if check.Trace(tr).Worst() != check.Error {
		t.Error("check finds nothing wrong with a diverged trace")
	}
}

// Divergence inside a window keeps the steps before it, and divergence in an
// evaluation ends the trace with its name too.
func TestDivergenceKeepsWhatCameBefore(t *testing.T) {
	s := tiny()
	s.Precision, s.Steps = spec.Float32, 60
	s.Net.Channels = 1
	s.Theta = spec.Theta{Rate: 1e3, RateMin: 1e3, WeightDecay: 1e3}
	for _, r := range []spec.Record{{Every: 7}, {Every: 1, Eval: 1}, {Every: 60}} {
		s.Record = r
		tr, err := Record(context.Background(), s, Options{})
		if !errors.Is(err, ErrDiverged) {
			t.Fatalf("%+v: %v", r, err)
		}
		last := tr.Points[len(tr.Points)-1]
		if !strings.Contains(last.Status, "diverged") {
			t.Errorf("%+v: the trace ends with %q", r, last.Status)
		}
		for i, step := 0, 0; i < len(tr.Points); i++ {
			if tr.Points[i].Step != step {
				t.Errorf("%+v: step %d stands where step %d was due", r, tr.Points[i].Step, step)
				break
			}
			step += tr.Points[i].Steps
		}
	}
}

func TestEdgeRules(t *testing.T) {
	s := tiny()
	s.Edges = []spec.EdgeRule{
		{Edge: "(0,2)", Delete: true},
		{Edge: "(1,2)", Fix: "sep_conv_3x3"},
		{Edge: "(2,3)", Ops: []string{"none", "skip_connect"}},
	}
	tr, err := Record(context.Background(), s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range tr.Points {
		for o, v := range p.Prob[0][0] {
			if v != 0 || !math.IsNaN(p.Alpha[0][0][o]) || p.Gate != nil && p.Gate[0][0][o] != 0 {
				t.Fatalf("step %d: the deleted edge has op %d", p.Step, o)
			}
		}
		if p.Prob[0][1][4] != 1 {
			t.Fatalf("step %d: the fixed edge has probability %v", p.Step, p.Prob[0][1][4])
		}
		if got := p.Prob[0][4][0] + p.Prob[0][4][1]; math.Abs(got-1) > 1e-12 {
			t.Fatalf("step %d: the restricted edge sums to %v over its two ops", p.Step, got)
		}
	}
}

// The unrolled gradient equals the derivative of L_val(w - xi dL_train/dw) with
// respect to alpha, taken by differences of the whole expression.
func TestUnrolledGradientAgainstDifferences(t *testing.T) {
	s := tiny()
	s.Algorithm, s.Level, s.Order = spec.DARTS, spec.Bilevel, 2
	s.Theta.Momentum, s.Theta.Clip = 0, 0
	s.Net.Ops = []string{"none", "skip_connect", "sep_conv_3x3"}
	s.Net.Eps = 1e-3
	data, err := openSplits(s)
	if err != nil {
		t.Fatal(err)
	}
	r, err := newRun[float64](s, data, 1)
	if err != nil {
		t.Fatal(err)
	}
	r.unroll.reach = 1e-6 // the published 0.01 is itself off by half on a net this small
	objective := func() float64 {
		u := r.unroll
		u.keep()
		defer u.restore()
		r.arch.updateProb()
		r.algo.gates(r.z, r.arch, 1, nil)
		if err := u.trainPass(); err != nil {
			t.Fatal(err)
		}
		xi := r.theta.rate(0)
		for _, p := range r.net.Params() {
			for j := range p.Value {
				p.Value[j] -= xi * (p.Grad[j] + s.Theta.WeightDecay*p.Value[j])
			}
		}
		if err := r.batch("search", r.splits.search, 0); err != nil {
			t.Fatal(err)
		}
		split, err := r.forward(supernet.Train)
		if err != nil {
			t.Fatal(err)
		}
		return split.Loss
	}
	var p trace.Point
	r.algo.gates(r.z, r.arch, 1, nil)
	if _, err := r.unroll.costs(&p); err != nil {
		t.Fatal(err)
	}
	r.algo.gradient(r.arch, r.z, r.c, 1)
	second := append([]float64(nil), r.arch.grad...)
	if _, err := r.searchCosts(); err != nil {
		t.Fatal(err)
	}
	r.algo.gradient(r.arch, r.z, r.c, 1)
	first := r.arch.grad
	var worst, scale, gain float64
	for i := range r.arch.alpha {
		const h = 1e-6
		old := r.arch.alpha[i]
		r.arch.alpha[i] = old + h
		up := objective()
		r.arch.alpha[i] = old - h
		down := objective()
		r.arch.alpha[i] = old
		d := (up - down) / (2 * h)
		worst = max(worst, math.Abs(d-second[i]))
		scale = max(scale, math.Abs(d))
		gain = max(gain, math.Abs(d-first[i]))
	}
	t.Logf("unrolled gradient: error %.2g of %.2g; first-order error %.2g", worst, scale, gain)
	if worst > 1e-5*scale || worst > gain/5 {
		t.Errorf("unrolled gradient is off by %.3g of %.3g (first order: %.3g)", worst, scale, gain)
	}
}
