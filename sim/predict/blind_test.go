package predict

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"edgewise/sim/spec"
	"edgewise/sim/trace"
	"edgewise/theory/bias"
	"edgewise/theory/cost"
)

var testLearning = Learning{Birth: .31, Signal: .5, Depth: 1, Seed: .3, Memory: 5, Settle: .9, Confusion: .7, Ripening: 40, Power: .2, Leak: .15}

// The slopes are the derivatives of the training loss.
func TestLearningSlopesAreDerivatives(t *testing.T) {
	for _, noise := range []float64{0, .3} {
		s := spec.Default()
		s.Data.LabelNoise = noise
		at := func(mu, m, born float64) (float64, slopes) {
			l := testLearning.start(&s)
			l.mu, l.m, l.born, l.at = mu, m, born, 7
			x, d := l.measure(true, .8)
			return x.loss, d
		}
		const h = 1e-5
		diff := func(dmu, dm, dborn float64) float64 {
			a, _ := at(1.2+dmu, .4+dm, .5+dborn)
			b, _ := at(1.2-dmu, .4-dm, .5-dborn)
			return (a - b) / (2 * h)
		}
		_, d := at(1.2, .4, .5)
		for name, x := range map[string][2]float64{"mu": {d.mu, diff(h, 0, 0)}, "m": {d.m, diff(0, h, 0)}, "born": {d.born, diff(0, 0, h)}} {
			if math.Abs(x[0]-x[1]) > 1e-8 {
				t.Errorf("label noise %v: dL/d%s = %v, difference quotient %v", noise, name, x[0], x[1])
			}
		}
	}
}

// At birth L - H is s^2 (1 - 1/K) (P2.5), and grows with the square of the
// head's scale; images that are not memorised look alike on both splits.
func TestLearningStartsAsTheNetIsBorn(t *testing.T) {
	s := spec.Default()
	for _, scale := range []float64{1, .5} {
		s.Net.HeadScale = scale
		l := testLearning.start(&s)
		train, _ := l.measure(true, 1)
		held, _ := l.measure(false, 1)
		if want := cost.InitialGap(testLearning.Birth*scale, classes); math.Abs(train.gap()-want) > .15*want {
			t.Errorf("head scale %v: L - H = %v at the start, want about %v", scale, train.gap(), want)
		}
		if train != held {
			t.Errorf("before training the splits differ: %v, %v", train, held)
		}
	}
}

// Memory lifts the training images only: held-out over-confidence (P5.7).
func TestMemoryMakesTheHeldOutSplitOverConfident(t *testing.T) {
	run := func(images int, noise float64) (train, held losses) {
		s := testSpec(spec.DARTS, spec.Bilevel, 800)
		s.Data.Train, s.Data.LabelNoise = images, noise
		l := testLearning.start(&s)
		l.advance(300, 1)
		train, _ = l.measure(true, 1)
		held, _ = l.measure(false, 1)
		return train, held
	}
	few, fewHeld := run(128, .3)
	many, manyHeld := run(50_000, .3)
	if !(fewHeld.gap() > 0 && few.gap() < 0 && fewHeld.loss > few.loss) {
		t.Errorf("128 images: training %v, held out %v", few, fewHeld)
	}
	if d := manyHeld.loss - many.loss; math.Abs(d) > .05 {
		t.Errorf("50,000 images: the splits differ by %v", d)
	}
}

func TestFrozenThetaLearnsNothing(t *testing.T) {
	s := spec.Default()
	s.Theta.Freeze = true
	l := testLearning.start(&s)
	before, _ := l.measure(true, 1)
	l.advance(100, 1)
	if after, _ := l.measure(true, 1); after != before {
		t.Errorf("frozen: %v became %v", before, after)
	}
	s.Theta.Freeze, s.Theta.Warmup = false, 100
	l = testLearning.start(&s)
	l.advance(100, 1)
	if after, _ := l.measure(true, 1); after != before {
		t.Errorf("warm-up: %v became %v", before, after)
	}
	l.advance(100, 1)
	if after, _ := l.measure(true, 1); !(after.loss < before.loss) {
		t.Errorf("training: %v became %v", before, after)
	}
}

// blindSpec is a small search on 8 x 8 images.
func blindSpec(algorithm, level string) spec.Spec {
	s := testSpec(algorithm, level, 1000)
	s.Data = spec.Data{Side: 8, Train: 2000, Test: 512}
	s.Net.Channels, s.Alpha.WeightDecay, s.Alpha.Rate = 4, 0, 5e-3
	return s
}

func blindMeasures(t *testing.T, s spec.Spec) bias.Measures {
	t.Helper()
	p, err := Blind(s, 20, CalibratedLearning(), LawFor(&s))
	if err != nil {
		t.Fatal(err)
	}
	m := p.Manifest
	tr := bias.Trajectory{Cell: m.Cell(), None: m.None()}
	for i := range p.Points {
		tr.Step, tr.Prob = append(tr.Step, p.Points[i].Step), append(tr.Prob, p.Points[i].Prob[0])
	}
	out, err := bias.Measure(tr, bias.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// From the spec alone: the conditions under which O1, O2 and O3 appear, each
// against its contrast.
func TestBlindPredictsTheBiasesFromTheSpec(t *testing.T) {
	calibrated := blindSpec(spec.DSNAS, spec.Single)
	calibrated.Theta.Rate, calibrated.Theta.RateMin, calibrated.Alpha.Rate = 2e-3, 2e-3, 1e-2
	confident := calibrated
	confident.Net.HeadScale = 6
	a, b := blindMeasures(t, confident).Growth.Rise, blindMeasures(t, calibrated).Growth.Rise
	if !(a.X > .02 && b.X < .02) {
		t.Errorf("O1: rise %v with an over-confident birth, %v without", a, b)
	}
	one := blindSpec(spec.DSNAS, spec.Single)
	three := one
	three.Net.Cells = 3
	x, y := blindMeasures(t, three).Width.Gap, blindMeasures(t, one).Width.Gap
	if !(x.X > .05 && x.X > 1.5*y.X) {
		t.Errorf("O2: width gap %v with three cells, %v with one", x, y)
	}
	bi := blindSpec(spec.DARTS, spec.Bilevel)
	bi.Steps, bi.Alpha.Rate = 800, 1e-2
	bi.Data = spec.Data{Side: 8, Train: 128, Search: 128, Test: 512, LabelNoise: .3}
	single := bi
	single.Level = spec.Single
	f, g := blindMeasures(t, bi).Failure, blindMeasures(t, single).Failure
	if !(f.None.X == 1 && g.None.X == 0 && g.Mean.X < .125) {
		t.Errorf("O3: none wins on %v of the edges bi-level, %v single-level", f, g)
	}
}

func TestBlindTraces(t *testing.T) {
	s := blindSpec(spec.SNAS, spec.Single)
	s.Steps, s.Alpha.Warmup = 105, 33
	s = restricted(s)
	make := func() *trace.Trace {
		p, err := Blind(s, 20, testLearning, LawFor(&s))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	p := make()
	var at []int
	for _, q := range p.Points {
		at = append(at, q.Step)
	}
	want := []int{0, 20, 33, 53, 73, 93, 105}
	if len(at) != len(want) {
		t.Fatalf("points at %v, want %v", at, want)
	}
	for i := range at {
		if at[i] != want[i] {
			t.Fatalf("points at %v, want %v", at, want)
		}
	}
	last := p.Points[len(p.Points)-1]
	if p.Manifest.Origin != trace.Predicted || p.Manifest.Rung != RungBlind || last.Status != trace.Complete || last.Steps != 0 {
		t.Errorf("manifest %+v, last point %+v", p.Manifest, last)
	}
	if p.Points[2].Prob[0][1][0] != p.Points[0].Prob[0][1][0] || last.Prob[0][1][0] == p.Points[0].Prob[0][1][0] {
		t.Error("alpha must rest during its warm-up and move later")
	}
	if p.Points[1].Train == nil || !(p.Points[5].Train.Loss < p.Points[0].Train.Loss) {
		t.Error("the losses of the model must be in the trace")
	}
	var a, b bytes.Buffer
	for i, q := range make().Points {
		a.Write(trace.AppendPoint(nil, &p.Points[i]))
		b.Write(trace.AppendPoint(nil, &q))
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("two predictions from one spec differ")
	}
	s.Batch = 0
	if _, err := Blind(s, 20, testLearning, LawFor(&s)); err == nil || !strings.Contains(err.Error(), "batch is 0") {
		t.Errorf("a bad spec: %v", err)
	}
	s = blindSpec(spec.DSNAS, spec.Single)
	s.Net.Ops = s.Net.Ops[1:]
	if _, err := Blind(s, 20, testLearning, LawFor(&s)); err == nil || !strings.Contains(err.Error(), "no none") {
		t.Errorf("without none: %v", err)
	}
	if _, err := Blind(blindSpec(spec.DSNAS, spec.Single), 0, testLearning, Law{}); err == nil {
		t.Error("a window of 0 steps was accepted")
	}
}

// Fit finds the constants from which curves were made.
func TestLearningFitFindsItsConstants(t *testing.T) {
	truth := testLearning
	s := blindSpec(spec.DSNAS, spec.Single)
	s.Steps = 200
	p, err := Blind(s, 1, truth, LawFor(&s))
	if err != nil {
		t.Fatal(err)
	}
	start := truth
	start.Signal, start.Confusion = .8, .5
	fit, rms, err := start.Fit([]*trace.Trace{p}, 60)
	if err != nil {
		t.Fatal(err)
	}
	_, before, err := start.Fit([]*trace.Trace{p}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if !(rms < .3*before) {
		t.Errorf("rms %v from %v; constants %+v", rms, before, fit)
	}
	if _, _, err := start.Fit(nil, 10); err == nil {
		t.Error("a fit without runs was accepted")
	}
}
