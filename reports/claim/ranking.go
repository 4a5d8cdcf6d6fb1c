package claim

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"edgewise/reports/stat"
	"edgewise/reports/table"
	"edgewise/sim/ablation"
	"edgewise/sim/benchmark"
	"edgewise/sim/intervention"
	"edgewise/sim/search"
	"edgewise/sim/spec"
	"edgewise/sim/trace"
)

// rankers are the ways to score a wiring, in the order of the table.
var rankers = []struct{ name, about string }{
	{"alpha", "sum over edges of log p of the operation, after a bi-level DARTS search"},
	{"local cost", "minus the sum over edges of the operation's mean cost, in a supernet of uniformly sampled wirings"},
	{"leave-one-out", "the same with L(A) - L(A without the edge) where the cost stands (P7.1)"},
	{"predictor", "semi-supervised, 27 labelled wirings; scored on the others"},
	{"predictor, supervised", "the same without pseudo-labels"},
}

// Ranking compares what ranks the wirings of the table: Kendall's tau of each score
// with the mean test accuracy over the table's seeds.
func Ranking(ctx context.Context, t *benchmark.Table, o Options) (table.Table, error) {
	taus := make([][]float64, len(rankers))
	for i := range taus {
		taus[i] = make([]float64, o.Seeds)
	}
	errs := make([]error, o.Seeds)
	progress := counter(o, o.Seeds)
	ablation.Each(o.Seeds, o.Jobs, func(seed int) {
		if errs[seed] = ctx.Err(); errs[seed] == nil {
			errs[seed] = rank(ctx, t, o, seed, taus)
		}
		progress()
	})
	out := table.Table{
		Name: "seminas-ranking",
		Caption: fmt.Sprintf("What ranks wirings: Kendall's tau of a score with the true test accuracy of all %d wirings of the complete table; mean and 95 %% interval over %d supernets or draws. A positive cost means that the edge raises the loss: scores take it with a minus.",
			len(t.Entries), o.Seeds),
		Columns: []table.Column{{Header: "Score"}, {Header: "What it is"}, {Header: "tau", Kind: table.KindEstimate}},
	}
	if err := first(errs); err != nil {
		return out, err
	}
	for i, r := range rankers {
		out.Add(table.Text(r.name), table.Text(r.about), mean(taus[i]))
	}
	d, err := stat.PairedDifference(taus[2], taus[1])
	if err != nil {
		return out, err
	}
	e, err := stat.PairedDifference(taus[3], taus[1])
	if err != nil {
		return out, err
	}
	ceiling, err := Noise(t)
	if err != nil {
		return out, err
	}
	out.Notes = []string{
		fmt.Sprintf("Predicted (P5.10): the local cost is too pessimistic about keeping an edge, so that leave-one-out ranks better. tau differs by %s: %s.", text(d), stat.Above(d, 0)),
		fmt.Sprintf("Predictor against local cost: tau differs by %s: %s that the predictor ranks better.", text(e), stat.Above(e, 0)),
		fmt.Sprintf("Noise ceiling between two seeds: %.3f.", ceiling.Value),
	}
	return out, nil
}

func rank(ctx context.Context, t *benchmark.Table, o Options, seed int, taus [][]float64) error {
	truth := make([]float64, len(t.Entries))
	all := make([]int, len(t.Entries))
	for i, e := range t.Entries {
		all[i] = i
		for _, r := range e.Runs {
			truth[i] += r.Test.Accuracy() / float64(len(e.Runs))
		}
	}
	base := t.Base
	base.Seed = uint64(seed + 1)
	if o.Steps > 0 {
		base.Steps = o.Steps
	}
	base.Record = spec.Record{Every: max(1, base.Steps/10)}
	darts := base
	darts.Use(spec.DARTS)
	darts.Level, darts.Alpha.Rate = spec.Bilevel, 3e-3
	loo := base
	loo.Interventions = []intervention.Use{{Name: "leave-one-out"}}
	for i, s := range []spec.Spec{darts, base, loo} {
		tr, err := search.Record(ctx, s, search.Options{Workers: 1})
		if err != nil {
			return fmt.Errorf("%s, seed %d: %w", rankers[i].name, s.Seed, err)
		}
		value := costScore(tr)
		if i == 0 {
			value = tr.Points[len(tr.Points)-1].Prob[0]
		}
		score := make([]float64, len(all))
		for k, e := range t.Entries {
			for edge, op := range e.Wiring {
				v := value[edge][op]
				if i == 0 {
					v = math.Log(v)
				}
				score[k] += v
			}
		}
		tau, err := stat.Kendall(score, truth)
		if err != nil {
			return err
		}
		taus[i][seed] = tau.Value
	}
	steps := o.Steps
	if steps == 0 {
		steps = 250
	}
	order := rand.New(rand.NewPCG(uint64(seed), 0x4a2b)).Perm(len(all))
	rest := order[27:]
	left := make([]float64, len(rest))
	for i, e := range rest {
		left[i] = truth[e]
	}
	for i, semi := range []bool{true, false} {
		y, err := teach(t, seed, order, 27, steps, semi, wirings(t, rest))
		if err != nil {
			return err
		}
		tau, err := stat.Kendall(y, left)
		if err != nil {
			return err
		}
		taus[3+i][seed] = tau.Value
	}
	return nil
}

// costScore is minus the mean cost per edge and operation over the second half of a
// trace, weighted by how often it was seen.
func costScore(t *trace.Trace) [][]float64 {
	m := t.Manifest
	sum, count := make([][]float64, len(m.Edges)), make([][]float64, len(m.Edges))
	for e := range sum {
		sum[e], count[e] = make([]float64, len(m.Ops)), make([]float64, len(m.Ops))
	}
	for _, p := range t.Points[len(t.Points)/2:] {
		if p.Cost == nil {
			continue
		}
		for e := range sum {
			for o := range sum[e] {
				if n := p.Cost.Count[0][e][o]; n > 0 {
					sum[e][o] -= n * p.Cost.Mean[0][e][o]
					count[e][o] += n
				}
			}
		}
	}
	for e := range sum {
		for o := range sum[e] {
			if count[e][o] > 0 {
				sum[e][o] /= count[e][o]
			}
		}
	}
	return sum
}
