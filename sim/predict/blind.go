package predict

import (
	"fmt"
	"math"

	"edgewise/sim/spec"
	"edgewise/sim/trace"
)

// Blind predicts a whole search from its spec alone (rung 3): the learning model
// gives loss and entropy of the split that alpha is trained on, the law the
// costs, P5.11 alpha. Every alpha starts at alpha.init_mean: its random part is
// not in the spec. The predicted trace has one point per window of steps and the
// final point, with the losses of both splits.
func Blind(s spec.Spec, window int, c Learning, law Law) (*trace.Trace, error) {
	if err := s.Check(); err != nil {
		return nil, fmt.Errorf("blind: the spec %q: %w", s.Name, err)
	}
	if window < 1 {
		return nil, fmt.Errorf("blind: a window of %d steps; it must be at least 1", window)
	}
	t, err := blankSearch(s, window)
	if err != nil {
		return nil, fmt.Errorf("blind: %w", err)
	}
	f, err := newFrame(t, RungBlind)
	if err != nil {
		return nil, err
	}
	if f.none < 0 {
		return nil, &MissingError{RungBlind, "its space has no none, about which the laws speak", "choose a space with none"}
	}
	if err := f.needAssignment(RungBlind); err != nil {
		return nil, err
	}
	out := prediction(t, RungBlind, fmt.Sprintf("blind: the spec alone; law: %s", law.Name))
	l := c.start(&s)
	first := 0.0
	at := -1
	curve := func(p *trace.Point, steps int, voters float64) (losses, error) {
		if first == 0 {
			first = voters
		}
		g := voters / first
		train, _ := l.measure(true, g)
		held, _ := l.measure(false, g)
		if last := &out.Points[len(out.Points)-1]; last.Step != at { // the window's first part
			at = last.Step
			last.Train, last.Search = train.split(s.Batch), held.split(s.Batch)
		}
		l.advance(steps, g)
		if s.AlphaSplit() == "search" {
			return held, nil
		}
		return train, nil
	}
	return f.meanField(out, t, t.Points, law, curve)
}

// split is a split of which only the mean losses are known.
func (l losses) split(n int) *trace.Split {
	nan := math.NaN()
	return &trace.Split{N: n, Loss: l.loss, Entropy: l.entropy, LossCorrect: nan, EntropyCorrect: nan, LossWrong: nan, EntropyWrong: nan}
}

// blankSearch is the trace of a search of which nothing but the spec is known.
func blankSearch(s spec.Spec, window int) (*trace.Trace, error) {
	space, err := s.Space()
	if err != nil {
		return nil, err
	}
	allowed, err := s.Allowed()
	if err != nil {
		return nil, err
	}
	t := &trace.Trace{Manifest: trace.Manifest{Format: trace.Format, Version: "edgewise", Run: s.ID(), Name: s.Name, Spec: &s}}
	t.Manifest.SetCell(space)
	var alpha [][][]float64
	for _, k := range space.Kinds() {
		var rows [][]float64
		for e := range space.Cell.Edges {
			row := make([]float64, len(space.Ops))
			for o := range row {
				row[o] = s.Alpha.InitMean
				if !allowed[k][e][o] {
					row[o] = math.NaN()
				}
			}
			rows = append(rows, row)
		}
		alpha = append(alpha, rows)
	}
	for step := 0; step < s.Steps; {
		end := min(step+window, s.Steps)
		rate := s.Alpha.Rate
		if step < s.Alpha.Warmup {
			rate, end = 0, min(end, s.Alpha.Warmup)
		}
		if s.Alpha.Freeze {
			rate = 0
		}
		p := trace.Point{Step: step, Steps: end - step, AlphaRate: rate, Temperature: math.NaN(), Alpha: alpha, Prob: alpha}
		p.Epoch = float64(step) / float64(max(1, s.Data.Train/s.Batch))
		if s.Algorithm == spec.SNAS {
			p.Temperature = s.Temperature.Start * math.Pow(s.Temperature.End/s.Temperature.Start, float64(step)/float64(s.Steps))
		}
		t.Points = append(t.Points, p)
		step = end
	}
	t.Points = append(t.Points, trace.Point{Step: s.Steps, AlphaRate: 0, Temperature: math.NaN(), Status: trace.Complete})
	return t, nil
}
