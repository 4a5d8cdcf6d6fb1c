package claim

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"

	"edgewise/reports/stat"
	"edgewise/reports/table"
	"edgewise/sim/ablation"
	"edgewise/sim/agnn"
	"edgewise/sim/gnn"
)

// graphArms are the searches that the claims of Auto-GNN compare, each with the
// same number of offspring and epochs; the first is the paper's.
var graphArms = []struct {
	name   string
	config agnn.Config
}{
	{"one decision at a time, constrained sharing", agnn.Config{}},
	{"one decision at a time, free sharing", agnn.Config{Sharing: agnn.Free}},
	{"one decision at a time, from scratch", agnn.Config{Sharing: agnn.Scratch}},
	{"all decisions anew, constrained sharing", agnn.Config{Controller: agnn.Resample}},
	{"all decisions at random, constrained sharing", agnn.Config{Controller: agnn.Uniform}},
}

func graphStreams(seed int) agnn.Streams {
	return func(name string, number int) *rand.Rand {
		h := sha256.Sum256(fmt.Appendf(nil, "claim agnn/%d/%s/%d", seed, name, number))
		return rand.New(rand.NewPCG(binary.LittleEndian.Uint64(h[:]), binary.LittleEndian.Uint64(h[8:])))
	}
}

// Graphs tries the claims of Auto-GNN on generated graphs, one per seed: small
// steps beat full resampling, constrained beats free sharing; and the reward of a
// step as a finite difference of what the local cost estimates.
func Graphs(ctx context.Context, o Options) ([]table.Table, error) {
	steps := o.Steps
	if steps == 0 {
		steps = 200
	}
	outcomes := make([][]agnn.Outcome, len(graphArms))
	for a := range outcomes {
		outcomes[a] = make([]agnn.Outcome, o.Seeds)
	}
	lens := make([][]float64, 4)
	for i := range lens {
		lens[i] = make([]float64, o.Seeds)
	}
	parts := o.Seeds * (len(graphArms) + 1)
	errs := make([]error, parts)
	progress := counter(o, parts)
	ablation.Each(parts, o.Jobs, func(i int) {
		seed, a := i/(len(graphArms)+1), i%(len(graphArms)+1)
		if errs[i] = ctx.Err(); errs[i] == nil && a < len(graphArms) {
			outcomes[a][seed], errs[i] = agnn.Outcomes(ctx, graphArms[a].config, uint64(seed+1), graphStreams(seed+1), steps)
		} else if errs[i] == nil {
			for k, epochs := range []int{0, 100} {
				if lens[k][seed], errs[i] = exchanges(seed+1, epochs); errs[i] != nil {
					break
				}
			}
		}
		progress()
	})
	if err := first(errs); err != nil {
		return nil, err
	}
	for seed := range o.Seeds {
		x := outcomes[0][seed]
		for k, y := range [][]float64{x.Losses, x.Gains} {
			sign := 1.0
			if k == 1 {
				sign = -1 // a reward is a gain
			}
			r, err := stat.Spearman(x.Changes, y)
			if err != nil {
				return nil, err
			}
			lens[2+k][seed] = sign * r.Value
		}
	}
	found, err := graphTable(outcomes, steps, o.Seeds)
	if err != nil {
		return nil, err
	}
	return []table.Table{found, lensTable(lens, o.Seeds)}, nil
}

// exchanges is the rank correlation of C^k - C^b with the change of the loss when
// one operation is exchanged and no weight is.
func exchanges(seed, epochs int) (float64, error) {
	pairs, err := agnn.Pairs(agnn.Config{}, graphStreams(seed), gnn.Arch{Activation: 1, Hidden: 1}, epochs, 12)
	if err != nil {
		return 0, err
	}
	var local, global []float64
	for _, p := range pairs {
		local, global = append(local, p.Local), append(global, p.Global)
	}
	r, err := stat.Spearman(local, global)
	return r.Value, err
}

func graphTable(outcomes [][]agnn.Outcome, steps, seeds int) (table.Table, error) {
	t := table.Table{
		Name: "agnn-search",
		Caption: fmt.Sprintf("Auto-GNN on generated citation-like graphs, %d offspring per search: validation accuracy of the best so far (its mean over the search, and at the end), test accuracy of what was found trained from scratch, and the share of an offspring's weights that had been trained before. Mean and 95 %% interval over %d graphs.",
			steps, seeds),
		Columns: []table.Column{{Header: "Search"}, {Header: "best so far, mean", Kind: table.KindEstimate}, {Header: "best, end", Kind: table.KindEstimate},
			{Header: "test", Kind: table.KindEstimate}, {Header: "reused", Kind: table.KindEstimate}},
	}
	test, area := make([][]float64, len(outcomes)), make([][]float64, len(outcomes))
	for a, list := range outcomes {
		var end, reused []float64
		for _, x := range list {
			sum := 0.0
			for _, v := range x.Curve {
				sum += v
			}
			area[a] = append(area[a], sum/float64(len(x.Curve)))
			end, test[a], reused = append(end, x.Curve[len(x.Curve)-1]), append(test[a], x.Test), append(reused, x.Reused)
		}
		t.Add(table.Text(graphArms[a].name), mean(area[a]), mean(end), mean(test[a]), mean(reused))
	}
	for _, c := range []struct {
		claim string
		a, b  int
	}{{"small steps beat full resampling", 0, 3}, {"small steps beat random draws", 0, 4}, {"constrained beats free sharing", 0, 1}, {"sharing beats training from scratch", 0, 2}} {
		d, err := stat.PairedDifference(test[c.a], test[c.b])
		if err != nil {
			return t, err
		}
		e, err := stat.PairedDifference(area[c.a], area[c.b])
		if err != nil {
			return t, err
		}
		t.Notes = append(t.Notes, fmt.Sprintf("Claim: %s. Test accuracy differs by %s: %s; mean of the best so far by %s: %s.", c.claim, text(d), stat.Above(d, 0), text(e), stat.Above(e, 0)))
	}
	return t, nil
}

func lensTable(lens [][]float64, seeds int) table.Table {
	t := table.Table{
		Name: "agnn-local-cost",
		Caption: fmt.Sprintf("The reward of a step is a finite difference along one decision; the local cost is what one backward pass says of it: Spearman correlation of the exchange's change of local cost, C^k - C^b, with the loss it leads to (of rewards, with a minus). A positive cost means that the operation raises the loss. Mean and 95 %% interval over %d graphs.",
			seeds),
		Columns: []table.Column{{Header: "Difference"}, {Header: "Weights"}, {Header: "rank correlation", Kind: table.KindEstimate}},
	}
	for i, r := range [][2]string{
		{"loss, one operation exchanged", "of a supernet as drawn, held fixed"},
		{"loss, one operation exchanged", "of a supernet trained on drawn wirings, held fixed"},
		{"loss of the offspring", "trained on after the exchange, as the search does"},
		{"minus the reward (accuracy)", "trained on after the exchange, as the search does"},
	} {
		t.Add(table.Text(r[0]), table.Text(r[1]), mean(lens[i]))
	}
	return t
}
