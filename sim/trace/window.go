package trace

import "math"

// Accumulator gathers steps, or windows of steps, into one point: costs are
// averaged with their counts as weights, losses with the number of images.
type Accumulator struct {
	p     Point
	train splitSum
	srch  splitSum
	test  splitSum
	cells int // steps that carry EdgeCost
}

type splitSum struct {
	n, correct                int
	loss, ent, lossOK, entOK  float64
	lossWrong, entropyOfWrong float64
}

func (s *splitSum) add(x *Split) {
	if x == nil {
		return
	}
	s.n += x.N
	s.correct += x.Correct
	s.loss += x.Loss * float64(x.N)
	s.ent += x.Entropy * float64(x.N)
	if x.Correct > 0 {
		s.lossOK += x.LossCorrect * float64(x.Correct)
		s.entOK += x.EntropyCorrect * float64(x.Correct)
	}
	if w := x.N - x.Correct; w > 0 {
		s.lossWrong += x.LossWrong * float64(w)
		s.entropyOfWrong += x.EntropyWrong * float64(w)
	}
}

func (s *splitSum) split() *Split {
	if s.n == 0 {
		return nil
	}
	ratio := func(sum float64, n int) float64 {
		if n == 0 {
			return math.NaN()
		}
		return sum / float64(n)
	}
	return &Split{
		N: s.n, Correct: s.correct,
		Loss: ratio(s.loss, s.n), Entropy: ratio(s.ent, s.n),
		LossCorrect: ratio(s.lossOK, s.correct), EntropyCorrect: ratio(s.entOK, s.correct),
		LossWrong: ratio(s.lossWrong, s.n-s.correct), EntropyWrong: ratio(s.entropyOfWrong, s.n-s.correct),
	}
}

// Add gathers one more point. The first point added gives Step, Alpha, Prob and
// the rates.
func (a *Accumulator) Add(p *Point) {
	if a.p.Steps == 0 {
		a.p = *p
		a.p.Steps, a.p.Gate, a.p.Cost, a.p.EdgeCost, a.p.SkipCost, a.p.Train, a.p.Search, a.p.Test = 0, nil, nil, nil, nil, nil, nil, nil
	}
	a.p.Steps += p.Steps
	if len(p.Signs) > 0 {
		a.p.Signs = merged(a.p.Signs, p.Signs)
	}
	a.train.add(p.Train)
	a.srch.add(p.Search)
	a.test.add(p.Test)
	if p.Status != "" {
		a.p.Status = p.Status
	}
	if p.CostToDate != nil {
		a.p.CostToDate = p.CostToDate
	}
	if p.EdgeCost != nil {
		if a.p.EdgeCost == nil {
			a.p.EdgeCost = zeros2(p.EdgeCost)
		}
		if a.p.SkipCost == nil && p.SkipCost != nil {
			a.p.SkipCost = make([]float64, len(p.SkipCost))
		}
		for c, v := range p.SkipCost {
			a.p.SkipCost[c] += v * float64(p.Steps)
		}
		for c := range p.EdgeCost {
			for e, v := range p.EdgeCost[c] {
				a.p.EdgeCost[c][e] += v * float64(p.Steps)
			}
		}
		a.cells += p.Steps
	}
	if p.Cost != nil {
		a.addCost(p)
	}
}

func (a *Accumulator) addCost(p *Point) {
	soft := p.Cost.Cross != nil || p.Steps == 1 && softCounts(p.Cost.Count)
	if a.p.Cost == nil {
		a.p.Cost = &Cost{Count: zeros3(p.Cost.Mean), Mean: zeros3(p.Cost.Mean), Square: zeros3(p.Cost.Mean)}
		if soft {
			for _, k := range p.Cost.Mean {
				var kind [][][]float64
				for _, e := range k {
					m := make([][]float64, len(e))
					for o := range m {
						m[o] = make([]float64, len(e))
					}
					kind = append(kind, m)
				}
				a.p.Cost.Cross = append(a.p.Cost.Cross, kind)
			}
		}
	}
	sum := a.p.Cost
	for k := range p.Cost.Mean {
		for e := range p.Cost.Mean[k] {
			for o, m := range p.Cost.Mean[k][e] {
				n := p.Cost.Count[k][e][o]
				if n == 0 {
					continue
				}
				sum.Count[k][e][o] += n
				sum.Mean[k][e][o] += n * m
				sum.Square[k][e][o] += n * p.Cost.square(k, e, o)
				if sum.Cross == nil {
					continue
				}
				for l, m2 := range p.Cost.Mean[k][e] {
					if p.Cost.Cross != nil {
						sum.Cross[k][e][o][l] += n * p.Cost.Cross[k][e][o][l]
					} else if p.Cost.Count[k][e][l] > 0 {
						sum.Cross[k][e][o][l] += n * m * m2
					}
				}
			}
		}
	}
}

// square is the mean square of a cost; one-step points leave it out, as it is
// the square of their mean.
func (c *Cost) square(k, e, o int) float64 {
	if c.Square != nil {
		return c.Square[k][e][o]
	}
	return c.Mean[k][e][o] * c.Mean[k][e][o]
}

// softCounts says whether more than one operation of some edge was run in one
// step, which only soft gates do.
func softCounts(count [][][]float64) bool {
	for _, k := range count {
		for _, e := range k {
			n := 0
			for _, v := range e {
				if v > 0 {
					n++
				}
			}
			if n > 1 {
				return true
			}
		}
	}
	return false
}

// Point returns what was gathered and empties the accumulator. It panics when
// nothing was.
func (a *Accumulator) Point() Point {
	if a.p.Steps == 0 {
		panic("trace: a window of no steps")
	}
	p := a.p
	if p.Cost != nil {
		for k := range p.Cost.Count {
			for e := range p.Cost.Count[k] {
				for o, n := range p.Cost.Count[k][e] {
					if n == 0 {
						continue
					}
					p.Cost.Mean[k][e][o] /= n
					p.Cost.Square[k][e][o] /= n
					if p.Cost.Cross != nil {
						for l := range p.Cost.Cross[k][e][o] {
							p.Cost.Cross[k][e][o][l] /= n
						}
					}
				}
			}
		}
	}
	for c := range p.EdgeCost {
		for e := range p.EdgeCost[c] {
			p.EdgeCost[c][e] /= float64(a.cells)
		}
	}
	for c := range p.SkipCost {
		p.SkipCost[c] /= float64(a.cells)
	}
	p.Train, p.Search, p.Test = a.train.split(), a.srch.split(), a.test.split()
	*a = Accumulator{}
	return p
}

// Len is the number of steps gathered so far.
func (a *Accumulator) Len() int { return a.p.Steps }

// Coarsen returns the trace with its points merged into windows of at least
// steps steps; points that are longer already are kept. Final points (Steps 0)
// are kept as they are. It is how the driven rung gets its windows from a trace
// of single steps.
func (t *Trace) Coarsen(steps int) *Trace {
	out := &Trace{Manifest: t.Manifest}
	var a Accumulator
	for i := range t.Points {
		p := &t.Points[i]
		if p.Steps == 0 {
			if a.Len() > 0 {
				out.Points = append(out.Points, a.Point())
			}
			out.Points = append(out.Points, *p)
			continue
		}
		a.Add(p)
		if a.Len() >= steps {
			out.Points = append(out.Points, a.Point())
		}
	}
	if a.Len() > 0 {
		out.Points = append(out.Points, a.Point())
	}
	return out
}

func zeros2(v [][]float64) [][]float64 {
	out := make([][]float64, len(v))
	for i := range v {
		out[i] = make([]float64, len(v[i]))
	}
	return out
}

func zeros3(v [][][]float64) [][][]float64 {
	out := make([][][]float64, len(v))
	for i := range v {
		out[i] = zeros2(v[i])
	}
	return out
}
