package main

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"

	"edgewise/reports/bench"
	"edgewise/reports/table"
	"edgewise/sim/kernel"
	"edgewise/sim/latency"
	"edgewise/sim/trace"
)

type benchCmd struct {
	Parts   []string `help:"Tables to make, of ceilings, products, mixed, steps, scaling and memory; by default all." enum:"ceilings,products,mixed,steps,scaling,memory" default:"ceilings,products,mixed,steps,scaling,memory"`
	Repeat  int      `help:"Timed repetitions; the median is printed." default:"10"`
	Short   bool     `help:"The small cases only."`
	Only    string   `help:"Only the search steps whose name contains this text." placeholder:"TEXT"`
	Torch   bool     `help:"Time the same steps with PyTorch too."`
	Python  string   `help:"Interpreter that has PyTorch; by default the first of python3 and the system's that has it."`
	Latency int      `help:"Time that many randomly drawn cells instead, for search --algorithm latency; --out gets latency.csv."`
	Machine string   `help:"What the table of latencies says of this machine." default:"this machine"`
	Table   string   `help:"Score the latencies of that table instead of timing cells." type:"path"`
	Out     string   `help:"Also write the tables to that folder as .tex, .csv and .md." type:"path"`
	JSON    bool     `name:"json" help:"Print the tables as JSON."`
}

func (benchCmd) Help() string {
	return "Example:\n  edgewise bench --short\n  edgewise bench --parts steps --torch --only C=8\n\n" +
		"measures the ceilings of one core, then the products, the mixed operation, whole search steps, their cost as nets grow, and their memory.\n" +
		"EDGEWISE_KERNEL=portable, avx2 or avx512 forces an instruction path."
}

func (c *benchCmd) Run(ctx context.Context, s streams) error {
	if c.Repeat < 1 {
		return misuse{fmt.Errorf("--repeat is %d: it must be at least 1", c.Repeat)}
	}
	if c.Latency != 0 || c.Table != "" {
		return c.latencies(ctx, s)
	}
	if c.Torch && c.Repeat < 3 {
		return misuse{fmt.Errorf("--repeat is %d: with --torch it must be at least 3, for ours and PyTorch's variants take turns", c.Repeat)}
	}
	o := bench.Options{Repeat: c.Repeat, Short: c.Short, Only: c.Only, Torch: c.Torch, Threads: max(2, runtime.GOMAXPROCS(0)), Python: c.Python}
	path, err := kernel.CurrentPath()
	if err != nil {
		return misuse{err}
	}
	wants := func(name string) bool { return slices.Contains(c.Parts, name) }
	var ceilings kernel.Ceilings
	if wants("ceilings") || wants("products") || wants("mixed") {
		ceilings = kernel.MeasureCeilings()
	}
	for _, x := range []struct {
		name string
		make func() (table.Table, error)
	}{
		{"ceilings", func() (table.Table, error) { return bench.CeilingTable(ceilings, path.String()), nil }},
		{"products", func() (table.Table, error) { return bench.Products(ceilings, o), nil }},
		{"mixed", func() (table.Table, error) { return bench.Mixed(ceilings, o) }},
		{"steps", func() (table.Table, error) { return bench.Steps(ctx, o) }},
		{"scaling", func() (table.Table, error) { return bench.Scaling(o) }},
		{"memory", func() (table.Table, error) { return bench.Memory(o) }},
	} {
		if !wants(x.name) {
			continue
		}
		t, err := x.make()
		if err != nil {
			return err
		}
		if c.Out != "" {
			if err := table.Save(filepath.Clean(c.Out), &t); err != nil {
				return err
			}
		}
		if c.JSON {
			err = t.JSON(s.out)
		} else {
			err = t.Terminal(s.out, 0)
		}
		if err != nil {
			return err
		}
		fmt.Fprintln(s.out)
	}
	return nil
}

// latencies times cells, or reads a table of them, and says how well a regressor
// predicts them.
func (c *benchCmd) latencies(ctx context.Context, s streams) error {
	var t *latency.Table
	var err error
	if c.Table != "" {
		t, err = latency.Load(c.Table)
		if err != nil {
			return misuse{err}
		}
	} else {
		bar := newProgress(s.err, "latency")
		t, err = latency.Measure(ctx, latency.Setting{Nodes: 2, Channels: 8, Side: 16, Batch: 64, Samples: c.Latency, Repeats: c.Repeat, Seed: 1, Machine: c.Machine}, bar.set)
		bar.close()
		if err != nil {
			return misuse{err}
		}
	}
	out := bench.Latencies(t)
	if c.Out != "" {
		if err := table.Save(filepath.Clean(c.Out), &out); err != nil {
			return err
		}
		if c.Table == "" {
			if err := trace.WriteFile(filepath.Join(c.Out, "latency.csv"), t.Encode()); err != nil {
				return err
			}
		}
	}
	if c.JSON {
		return out.JSON(s.out)
	}
	return out.Terminal(s.out, 0)
}
