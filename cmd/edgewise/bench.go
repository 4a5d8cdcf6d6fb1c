package main

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"

	"edgewise/reports/bench"
	"edgewise/reports/table"
	"edgewise/sim/kernel"
)

type benchCmd struct {
	Repeat int    `help:"Timed repetitions; the median is printed." default:"10"`
	Short  bool   `help:"The small cases only."`
	Torch  bool   `help:"Time the same steps with PyTorch too."`
	Python string `help:"Interpreter that has PyTorch; by default the first of python3 and the system's that has it."`
	Out    string `help:"Also write the tables to that folder as .tex, .csv and .md." type:"path"`
	JSON   bool   `name:"json" help:"Print the tables as JSON."`
}

func (benchCmd) Help() string {
	return "Example:\n  edgewise bench --short\n\n" +
		"measures the ceilings of one core, then the products, the mixed operation and whole search steps against them.\n" +
		"EDGEWISE_KERNEL=portable, avx2 or avx512 forces an instruction path."
}

func (c *benchCmd) Run(ctx context.Context, s streams) error {
	if c.Repeat < 1 {
		return misuse{fmt.Errorf("--repeat is %d: it must be at least 1", c.Repeat)}
	}
	o := bench.Options{Repeat: c.Repeat, Short: c.Short, Torch: c.Torch, Threads: max(2, runtime.GOMAXPROCS(0)), Python: c.Python}
	path, err := kernel.CurrentPath()
	if err != nil {
		return misuse{err}
	}
	ceilings := kernel.MeasureCeilings()
	tables := []table.Table{bench.CeilingTable(ceilings, path.String()), bench.Products(ceilings, o)}
	mixed, err := bench.Mixed(ceilings, o)
	if err != nil {
		return err
	}
	var torch map[string]bench.Torch
	if c.Torch {
		if torch, err = bench.TimeTorch(ctx, o); err != nil {
			return err
		}
	}
	steps, err := bench.Steps(o, torch)
	if err != nil {
		return err
	}
	for _, t := range append(tables, mixed, steps) {
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
