package claim

import (
	"context"
	"fmt"
	"math"

	"edgewise/reports/stat"
	"edgewise/reports/table"
	"edgewise/sim/ablation"
	"edgewise/sim/search"
	"edgewise/sim/spec"
	"edgewise/sim/trace"
	"edgewise/theory/bias"
	"edgewise/theory/cell"
)

// BoundedBase is the setting in which RADARS is tried: one minimal cell of all eight
// operations, 4 channels, 8×8 images, so that searches take seconds.
func BoundedBase() spec.Spec {
	s := spec.Default()
	s.Name = "radars"
	s.Use(spec.RADARS)
	s.Steps = 400
	s.Data = spec.Data{Side: 8, Train: 2000, Search: 1000, Test: 1000}
	s.Net.Channels = 4
	s.Alpha.Rate = 3e-3
	s.Record = spec.Record{Every: 1, Eval: s.Steps}
	return s
}

// arm is one way to search.
type arm struct {
	name  string
	about string
	spec  spec.Spec
}

// result is what one arm found under one seed.
type result struct {
	bytes     float64 // MiB of what it ran at its largest
	accuracy  float64 // of the derived cell, trained from scratch
	failure   float64 // mean none-probability at the end
	width     float64 // none-probability of the intermediate edge minus that of its node mates
	images    float64 // through the supernet, forward and backward
	agreement float64 // Pearson of reward and minus cost by edge and operation; NaN where not measured
	reward    float64 // the same of the rewards in odd and in even steps: their reliability
	cost      float64 // of the costs
}

// Bounded tries the claims of RADARS: under one memory bound it searches a larger
// space than DARTS can, with less search than reinforcement learning alone; and
// compares the global reward with the local cost on the same supernet.
func Bounded(ctx context.Context, o Options) ([]table.Table, error) {
	base := BoundedBase()
	if o.Steps > 0 {
		base.Steps = o.Steps
		base.Record.Eval = o.Steps
	}
	full, one, err := search.Memory(base, nil)
	if err != nil {
		return nil, err
	}
	bound := one + (full-one)/4 // DARTS as published would have to leave half of the operations out
	base.RADARS = &spec.RADARSRule{Memory: float64(bound) / (1 << 20)}
	arms, fits, err := boundedArms(base, bound)
	if err != nil {
		return nil, err
	}
	results := make([][]result, len(arms))
	for i := range results {
		results[i] = make([]result, o.Seeds)
	}
	errs := make([]error, len(arms)*o.Seeds)
	progress := counter(o, len(errs))
	ablation.Each(len(errs), o.Jobs, func(i int) {
		a, seed := i%len(arms), i/len(arms)
		if errs[i] = ctx.Err(); errs[i] == nil {
			results[a][seed], errs[i] = arms[a].run(ctx, uint64(seed+1))
		}
		progress()
	})
	if err := first(errs); err != nil {
		return nil, err
	}
	return boundedTables(arms, results, bound, full, fits)
}

// boundedArms returns the ways to search and the largest number of operations per
// edge, in canonical order, that DARTS can run together within the bound.
func boundedArms(base spec.Spec, bound int64) ([]arm, int, error) {
	small := base
	small.Use(spec.DARTS)
	small.RADARS = nil
	whole, fits := small, 0
	for n := len(base.Net.Ops); n > 1 && fits == 0; n-- {
		small.Net.Ops = base.Net.Ops[:n]
		bytes, _, err := search.Memory(small, nil)
		if err != nil {
			return nil, 0, err
		}
		if bytes <= bound {
			fits = n
		}
	}
	alone := base
	alone.RADARS = &spec.RADARSRule{Controller: true}
	long := alone
	long.Steps, long.Record.Eval = base.Steps*5/2, base.Steps*5/2
	return []arm{
		{"RADARS", "controller prunes, then DARTS, within the bound", base},
		{"DARTS, space that fits", fmt.Sprintf("bi-level on the first %d operations", fits), small},
		{"DARTS, whole space", "bi-level, beyond the bound", whole},
		{"RL alone", "the same controller to the end", alone},
		{"RL alone, 2.5 times the steps", "the search time that RADARS claims to save", long},
	}, fits, nil
}

// run searches, derives the cell and trains it from scratch.
func (a arm) run(ctx context.Context, seed uint64) (result, error) {
	var r result
	s := a.spec
	s.Seed = seed
	t, err := search.Record(ctx, s, search.Options{Workers: 1})
	if err != nil {
		return r, fmt.Errorf("%s, seed %d: %w", a.name, seed, err)
	}
	last := t.Points[len(t.Points)-1]
	together, _, err := search.Memory(s, last.Prob)
	if err != nil {
		return r, err
	}
	_, one, err := search.Memory(s, nil)
	if err != nil {
		return r, err
	}
	r.bytes = float64(max(together, one)) / (1 << 20)
	if s.RADARS != nil && s.RADARS.Controller {
		r.bytes = float64(one) / (1 << 20)
	}
	for _, p := range t.Points {
		for _, x := range []*trace.Split{p.Train, p.Search} {
			if x != nil && p.Steps > 0 {
				r.images += float64(x.N)
			}
		}
	}
	out, err := ablation.Measure(t)
	if err != nil {
		return r, err
	}
	r.failure, r.width = number(out.Failure), number(out.Gap)
	r.agreement, r.reward, r.cost = rewardAndCost(t)
	rule := s.Derivation()
	if s.RADARS != nil && s.RADARS.Controller {
		rule = bias.MostProbable // a controller's own choice: it may choose none
	}
	c := t.Manifest.Cell()
	w, err := bias.Derive(rule, c, last.Prob[0], t.Manifest.None())
	if err != nil {
		return r, err
	}
	fixed, err := s.Fixed(map[cell.Kind]cell.Wiring{cell.Normal: w})
	if err != nil {
		return r, err
	}
	fixed.Theta.Rate = 0.1
	fixed.Steps = min(300, a.spec.Steps)
	fixed.Record = spec.Record{Every: fixed.Steps, Eval: fixed.Steps}
	trained, err := search.Record(ctx, fixed, search.Options{Workers: 1})
	if err != nil {
		return r, fmt.Errorf("%s, seed %d, derived cell: %w", a.name, seed, err)
	}
	r.accuracy = trained.Points[len(trained.Points)-1].Test.Accuracy()
	return r, nil
}

// number is a measure, NaN where the trace does not determine it.
func number(v bias.Value) float64 {
	if !v.Known {
		return math.NaN()
	}
	return v.X
}

// rewardAndCost correlates, over edges and operations that were sampled at least ten
// times while the controller searched, the mean reward above the running mean with
// minus the mean local cost of the same passes, and each with itself between odd and
// even steps.
func rewardAndCost(t *trace.Trace) (agree, reward, cost float64) {
	agree, reward, cost = math.NaN(), math.NaN(), math.NaN()
	if t.Manifest.Spec == nil || t.Manifest.Spec.Algorithm != spec.RADARS {
		return
	}
	m := t.Manifest
	type sums struct{ r, c, n float64 }
	cells := make([][2]sums, len(m.Edges)*len(m.Ops))
	baseline, begun := 0.0, false
	for i, p := range t.Points {
		if p.Gate == nil || p.Steps != 1 || p.Search == nil || i >= m.Spec.ControllerSteps() {
			continue
		}
		r := p.Search.Accuracy()
		if !begun {
			baseline, begun = r, true
		}
		for e := range m.Edges {
			for o := range m.Ops {
				if p.Gate[0][e][o] == 1 {
					x := &cells[e*len(m.Ops)+o][i%2]
					x.r += r - baseline
					x.c -= p.Cost.Mean[0][e][o]
					x.n++
				}
			}
		}
		baseline = 0.95*baseline + 0.05*r
	}
	var rs, cs, r0, r1, c0, c1 []float64
	for _, x := range cells {
		if x[0].n < 5 || x[1].n < 5 {
			continue
		}
		n := x[0].n + x[1].n
		rs, cs = append(rs, (x[0].r+x[1].r)/n), append(cs, (x[0].c+x[1].c)/n)
		r0, r1 = append(r0, x[0].r/x[0].n), append(r1, x[1].r/x[1].n)
		c0, c1 = append(c0, x[0].c/x[0].n), append(c1, x[1].c/x[1].n)
	}
	pearson := func(a, b []float64) float64 {
		if len(a) < 4 {
			return math.NaN()
		}
		c, err := stat.Pearson(a, b)
		if err != nil || !c.Defined {
			return math.NaN()
		}
		return c.Value
	}
	return pearson(rs, cs), pearson(r0, r1), pearson(c0, c1)
}
