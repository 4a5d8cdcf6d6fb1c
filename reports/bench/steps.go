package bench

import (
	"context"
	"fmt"
	"os"
	"strings"

	"edgewise/reports/table"
	"edgewise/sim/spec"
)

// A step is one step of a search of a given size, in float32: for darts the alpha
// step and the theta step of a first-order bi-level search, for dsnas one pass at a
// sampled wiring that moves both.
type step struct {
	Algorithm                           string
	Cells, Nodes, Channels, Side, Batch int
	slow                                bool // left out of the short tables
	most                                int  // repetitions at most, 0 for as many as asked for
}

var steps = []step{
	{"darts", 1, 2, 8, 16, 64, false, 0},
	{"dsnas", 1, 2, 8, 16, 64, false, 0},
	{"darts", 1, 2, 16, 32, 64, true, 0},
	{"dsnas", 1, 2, 16, 32, 96, true, 0},
	{"darts", 1, 4, 16, 32, 64, true, 5},
	{"darts", 8, 2, 16, 32, 64, true, 3},
}

func (s step) String() string {
	return fmt.Sprintf("%s, %d cells of %d nodes, C=%d, B=%d, %dx%d", s.Algorithm, s.Cells, s.Nodes, s.Channels, s.Batch, s.Side, s.Side)
}

func (s step) repeat(asked int) int {
	if s.most > 0 {
		return min(s.most, asked)
	}
	return asked
}

// spec is the search whose steps are timed, on the images of a folder.
func (s step) spec(dir string) spec.Spec {
	c := spec.Default()
	c.Name, c.Algorithm, c.Batch, c.Data.Side = "bench", s.Algorithm, s.Batch, s.Side
	c.Net.Cells, c.Net.Nodes, c.Net.Multiplier, c.Net.Channels = s.Cells, s.Nodes, s.Nodes, s.Channels
	c.Data.Dir, c.Data.Train, c.Data.Search, c.Data.Test = dir, noiseImages/2, 0, 0
	if s.Algorithm == spec.DARTS {
		c.Level, c.Data.Search = spec.Bilevel, noiseImages/2
	}
	c.Steps = 1 << 20
	return c
}

// selected are the steps that o asks for.
func selected(o Options) []step {
	var out []step
	for _, s := range steps {
		if !(s.slow && o.Short) && strings.Contains(s.String(), o.Only) {
			out = append(out, s)
		}
	}
	return out
}

// Steps times whole search steps, optimisers, images and record included, with one
// worker and with o.Threads, and where asked PyTorch's beside them: the runs take
// turns, so that all see the same machine.
func Steps(ctx context.Context, o Options) (table.Table, error) {
	t := table.Table{
		Name:    "steps",
		Caption: "One search step, float32, median; ratios are times of one run over ours with one worker.",
		Columns: []table.Column{
			{Header: "Step"},
			{Header: "1 worker", Unit: "ms", Kind: table.KindNumber, Precision: 1},
			{Header: fmt.Sprintf("%d workers", o.Threads), Unit: "ms", Kind: table.KindNumber, Precision: 1},
			{Header: "speed-up", Kind: table.KindNumber, Precision: 2},
		},
		Notes: []string{"speed-up: the median over rounds of the ratio of the rounds' medians, taken in turns."},
	}
	dir, err := os.MkdirTemp("", "edgewise-bench-")
	if err != nil {
		return t, err
	}
	defer os.RemoveAll(dir)
	if err := writeNoise(dir); err != nil {
		return t, err
	}
	var python *torch
	if o.Torch {
		if python, err = startTorch(ctx, o.Python); err != nil {
			return t, err
		}
		defer python.close()
		for _, h := range []string{"published", "tuned", "tuned, channels last"} {
			t.Columns = append(t.Columns, table.Column{Header: h, Group: "PyTorch, 1 thread", Unit: "ms", Kind: table.KindNumber, Precision: 0})
		}
		for _, h := range []string{"published", "best tuned"} {
			t.Columns = append(t.Columns, table.Column{Header: h, Group: "Times ours", Kind: table.KindNumber, Precision: 1})
		}
		t.Notes = append(t.Notes, torchNote)
	}
	list := selected(o)
	if len(list) == 0 {
		return t, fmt.Errorf("no step matches %q: one is %q", o.Only, steps[0])
	}
	for _, s := range list {
		row, err := timeStep(ctx, s, dir, o, python)
		if err != nil {
			return t, fmt.Errorf("%s: %w", s, err)
		}
		t.Add(row...)
	}
	return t, nil
}

// rounds is how often the runs of a step take turns.
const rounds = 5

func timeStep(ctx context.Context, s step, dir string, o Options, python *torch) ([]table.Item, error) {
	var runs [2]*search
	for i, workers := range []int{1, o.Threads} {
		runs[i] = startSearch(ctx, s.spec(dir), workers)
		defer runs[i].close()
	}
	repeat := s.repeat(o.Repeat)
	each := (repeat + rounds - 1) / rounds
	var torchTimes [len(variants)][]float64
	var all [2][]float64
	var ratios []float64
	for round := range min(rounds, repeat) {
		var now [2]float64
		for i, r := range runs {
			if round == 0 {
				if _, err := r.steps(2); err != nil { // memory is taken at first use
					return nil, err
				}
			}
			ms, err := r.steps(each)
			if err != nil {
				return nil, err
			}
			all[i], now[i] = append(all[i], ms...), middle(ms)
		}
		ratios = append(ratios, now[0]/now[1])
		if python != nil && round < len(variants) {
			var err error
			if torchTimes[round], err = python.time(s, repeat, variants[round]); err != nil {
				return nil, err
			}
		}
	}
	ours := middle(all[0])
	row := []table.Item{table.Text(s.String()), table.Number(ours), table.Number(middle(all[1])), table.Number(middle(ratios))}
	if python == nil {
		return row, nil
	}
	var ms [len(variants)]float64
	for i, v := range torchTimes {
		if ms[i] = middle(v); len(v) == 0 {
			return nil, fmt.Errorf("%d repetitions are too few to take turns with PyTorch: give at least %d", repeat, len(variants))
		}
		row = append(row, table.Number(ms[i]))
	}
	return append(row, table.Number(ms[0]/ours), table.Number(min(ms[1], ms[2])/ours)), nil
}
