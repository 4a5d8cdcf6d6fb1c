package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"edgewise/reports/methods"
	"edgewise/reports/table"
	runner "edgewise/sim/ablation"
	"edgewise/sim/method"
)

type ablateMethodsCmd struct {
	Plan  string `help:"TOML file of the comparison; the default one otherwise." type:"path"`
	Seeds int    `help:"Seeds per method; 0: as the plan says."`
	Seed  uint64 `help:"The first seed; 0: as the plan says."`
	Steps int    `help:"Cut every search and training to that many steps; 0 leaves them whole."`
	Jobs  int    `help:"Runs at a time; 0 takes all cores."`
	Out   string `help:"Folder for runs and tables; finished runs in it are taken over, begun ones resumed." default:"out/methods" type:"path"`
	JSON  bool   `name:"json" help:"Print the tables as JSON."`
}

func (ablateMethodsCmd) Help() string {
	return "Example:\n  edgewise ablate methods --seeds 2 --steps 100 --out out/methods\n\n" +
		"searches with every method of the plan, trains what each derived from scratch, and prints growth, width, failure, depth, accuracy,\n" +
		"discretisation gap and cost side by side, predicted beside observed changes, and the headline claims of the methods' papers."
}

func (c *ablateMethodsCmd) Run(ctx context.Context, s streams) error {
	if c.Seeds < 0 || c.Steps < 0 || c.Jobs < 0 {
		return misuse{errors.New("--seeds, --steps and --jobs must not be negative")}
	}
	p, err := method.Default()
	if c.Plan != "" {
		p, err = method.Load(c.Plan)
	}
	if err != nil {
		return misuse{err}
	}
	if c.Seeds > 0 {
		p.Seeds = c.Seeds
	}
	if c.Seed > 0 {
		p.First = c.Seed
	}
	if c.Steps > 0 {
		p.Cut(c.Steps)
	}
	bar := newProgress(s.err, "methods")
	err = p.Run(ctx, runner.Options{Jobs: cores(c.Jobs), Out: c.Out, Progress: bar.set})
	bar.close()
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("%w: run it again to continue where it stopped", err)
	}
	if err != nil {
		return err
	}
	study := methods.New(p, p.Collect(c.Out), p.Predict(runner.Theory, cores(c.Jobs)))
	for _, t := range study.Tables() {
		if err := table.Save(filepath.Join(c.Out, "tables"), &t); err != nil {
			return err
		}
		print := func() error { return t.Terminal(s.out, 0) }
		if c.JSON {
			print = func() error { return t.JSON(s.out) }
		}
		if err := print(); err != nil {
			return err
		}
		fmt.Fprintln(s.out)
	}
	if c.JSON {
		return nil
	}
	_, err = fmt.Fprintf(s.out, "written to %s: runs, tables\n", filepath.Clean(c.Out))
	return err
}
