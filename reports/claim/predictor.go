// Package claim tries the headline claims of published search methods at the scale of
// this repository: one study per method, each a table with figures, intervals over
// seeds and a verdict. A claim that does not hold here is printed as such.
package claim

import (
	"context"
	"fmt"
	"math/rand/v2"

	"edgewise/reports/stat"
	"edgewise/reports/table"
	"edgewise/sim/ablation"
	"edgewise/sim/benchmark"
	"edgewise/sim/surrogate"
	"edgewise/theory/cell"
)

// Options sizes a study. The same options give the same figures for any Jobs.
type Options struct {
	Seeds int // independent repetitions
	Steps int // of each search, and of each phase of the predictor's training; 0: the study's own
	Jobs  int
	Done  func(done, total int) // called after each part; calls do not overlap
}

// margin is how much worse than a claimed equal a rank correlation may be.
const margin = 0.02

// held is the number of wirings that are kept out of training altogether.
const held = 54

// curve is what the predictor reaches, [number of pairs][seed]: Kendall's tau with the
// true accuracies of the held-out wirings, and the mean absolute error.
type curve struct {
	pairs            []int
	supervised, semi [][]float64
	errSup, errSemi  [][]float64
}

// labels splits the runs of an entry: the validation accuracy under one seed is what
// a search would see, the mean test accuracy under the others is the truth.
func labels(e benchmark.Entry, seed int) (seen, truth float64) {
	k := seed % len(e.Runs)
	n := 0
	for i, r := range e.Runs {
		if i != k || len(e.Runs) == 1 {
			truth += r.Test.Accuracy()
			n++
		}
	}
	return e.Runs[k].Valid.Accuracy(), truth / float64(n)
}

// Predictor tries the claim of SemiNAS, the accuracy of the supervised predictor with
// 1/7 of the pairs, on the complete table: per number of labelled pairs the rank
// correlation of held-out wirings, supervised and semi-supervised, with equal numbers
// of gradient steps.
func Predictor(ctx context.Context, t *benchmark.Table, o Options) (table.Table, error) {
	c, err := learn(ctx, t, o)
	if err != nil {
		return table.Table{}, err
	}
	out := table.Table{
		Name: "seminas-pairs",
		Caption: fmt.Sprintf("SemiNAS on the complete table of %d wirings: Kendall's tau between predicted and true accuracy of %d held-out wirings, by number of labelled pairs; mean and 95 %% interval over %d draws.",
			len(t.Entries), held, o.Seeds),
		Columns: []table.Column{{Header: "Pairs", Kind: table.KindInteger},
			{Header: "supervised", Group: "tau", Kind: table.KindEstimate}, {Header: "semi-supervised", Group: "tau", Kind: table.KindEstimate},
			{Header: "gain", Group: "tau", Kind: table.KindEstimate},
			{Header: "supervised", Group: "mean absolute error", Kind: table.KindEstimate}, {Header: "semi-supervised", Group: "mean absolute error", Kind: table.KindEstimate}},
	}
	for i, n := range c.pairs {
		row := []table.Item{table.Integer(n)}
		for _, x := range [][]float64{c.supervised[i], c.semi[i]} {
			row = append(row, mean(x))
		}
		row = append(row, paired(c.semi[i], c.supervised[i]), mean(c.errSup[i]), mean(c.errSemi[i]))
		out.Add(row...)
	}
	few, all := 0, len(c.pairs)-1
	for i, n := range c.pairs {
		if n*7 == c.pairs[all] {
			few = i
		}
	}
	d, err := stat.PairedDifference(c.semi[few], c.supervised[all])
	if err != nil {
		return out, err
	}
	ceiling, err := Noise(t)
	if err != nil {
		return out, err
	}
	out.Notes = []string{
		fmt.Sprintf("Claim: semi-supervised with %d pairs is as good as supervised with %d (1/7). tau differs by %s: %s (at most %g worse).", c.pairs[few], c.pairs[all], text(d), stat.Above(d, -margin), margin),
		fmt.Sprintf("Noise ceiling: tau between the test accuracies of two seeds is %.3f (%.3f to %.3f). Labels are validation accuracies under one seed, the truth is the mean test accuracy under the others.", ceiling.Value, ceiling.Low, ceiling.High),
	}
	return out, nil
}

func learn(ctx context.Context, t *benchmark.Table, o Options) (curve, error) {
	c := curve{pairs: []int{9, 27, 63, len(t.Entries) - held}}
	steps := o.Steps
	if steps == 0 {
		steps = 250
	}
	errs := make([]error, o.Seeds)
	for range c.pairs {
		for _, x := range []*[][]float64{&c.supervised, &c.semi, &c.errSup, &c.errSemi} {
			*x = append(*x, make([]float64, o.Seeds))
		}
	}
	progress := counter(o, o.Seeds*len(c.pairs))
	ablation.Each(o.Seeds, o.Jobs, func(seed int) {
		rnd := rand.New(rand.NewPCG(uint64(seed), 0x5e31))
		order := rnd.Perm(len(t.Entries))
		test, pool := order[:held], order[held:]
		for i, n := range c.pairs {
			if errs[seed] = ctx.Err(); errs[seed] != nil {
				return
			}
			for semi := range 2 {
				y, err := teach(t, seed, pool, n, steps, semi == 1, wirings(t, test))
				if err != nil {
					errs[seed] = err
					return
				}
				truth := make([]float64, len(test))
				abs := 0.0
				for k, e := range test {
					_, truth[k] = labels(t.Entries[e], seed)
					abs += max(y[k]-truth[k], truth[k]-y[k]) / float64(len(test))
				}
				tau, err := stat.Kendall(y, truth)
				if err != nil {
					errs[seed] = err
					return
				}
				if semi == 1 {
					c.semi[i][seed], c.errSemi[i][seed] = tau.Value, abs
				} else {
					c.supervised[i][seed], c.errSup[i][seed] = tau.Value, abs
				}
			}
			progress()
		}
	})
	return c, first(errs)
}

// teach trains a predictor on the first n of pool under a seed's labels and returns
// what it says of the wirings. Both kinds of training take 2·steps gradient steps.
func teach(t *benchmark.Table, seed int, pool []int, n, steps int, semi bool, of []cell.Wiring) ([]float64, error) {
	rnd := rand.New(rand.NewPCG(uint64(seed), 0x7ea0))
	m, err := surrogate.New(surrogate.Config{Tokens: len(t.Entries[0].Wiring), Ops: len(t.Base.Net.Ops)}, rnd)
	if err != nil {
		return nil, err
	}
	var pairs []surrogate.Pair
	for _, e := range pool[:n] {
		y, _ := labels(t.Entries[e], seed)
		pairs = append(pairs, surrogate.Pair{Wiring: t.Entries[e].Wiring, Accuracy: y})
	}
	const batch, repeat = 50, 10
	passes := func(size, steps int) int { return max(1, steps/((size+batch-1)/batch)) }
	if !semi {
		err = m.Teach(pairs, nil, passes(n, 2*steps), 0, 0, rnd)
	} else {
		un := wirings(t, pool[n:])
		err = m.Teach(pairs, un, passes(n, steps), passes(len(un)+repeat*n, steps), repeat, rnd)
	}
	if err != nil {
		return nil, err
	}
	return m.Predict(of), nil
}

func wirings(t *benchmark.Table, idx []int) []cell.Wiring {
	out := make([]cell.Wiring, len(idx))
	for i, e := range idx {
		out[i] = t.Entries[e].Wiring
	}
	return out
}

// Noise is the ceiling of a ranking: Kendall's tau between the test accuracies of all
// wirings under the first two seeds of the table.
func Noise(t *benchmark.Table) (stat.Correlation, error) {
	if len(t.Seeds) < 2 {
		return stat.Correlation{}, fmt.Errorf("the table has one seed: its noise is not known")
	}
	var a, b []float64
	for _, e := range t.Entries {
		a, b = append(a, e.Runs[0].Test.Accuracy()), append(b, e.Runs[1].Test.Accuracy())
	}
	return stat.Kendall(a, b)
}
