package main

import (
	"context"
	"fmt"
	"runtime"

	"edgewise/reports/claim"
	"edgewise/reports/table"
	"edgewise/sim/benchmark"
)

type claimCmd struct {
	Method string `arg:"" enum:"seminas,radars,agnn" help:"seminas, radars or agnn."`
	Seeds  int    `help:"Independent repetitions." default:"5"`
	Steps  int    `help:"Steps of each search, and of each phase of the predictor's training; 0 takes the study's own."`
	Jobs   int    `help:"Searches at a time; 0 takes one per core. It does not change the figures."`
	Out    string `help:"Folder for the tables." default:"out/claim" type:"path"`
	JSON   bool   `name:"json" help:"Print the tables as JSON."`
}

func (claimCmd) Help() string {
	return "Example:\n  edgewise claim seminas --seeds 5 --out out/claim\n\n" +
		"tries the headline claim of a published method at the scale of this program, prints\n" +
		"the figures with their intervals and verdicts, and writes .tex .csv .md .json to --out."
}

func (c *claimCmd) Run(ctx context.Context, s streams) error {
	if c.Seeds < 2 || c.Seeds > 1000 {
		return misuse{fmt.Errorf("--seeds is %d: an interval needs 2 to 1000", c.Seeds)}
	}
	if c.Steps < 0 || c.Steps > 0 && c.Steps < 10 || c.Steps > 1_000_000 {
		return misuse{fmt.Errorf("--steps is %d: it must be 10 to 1000000, or 0", c.Steps)}
	}
	jobs := c.Jobs
	if jobs <= 0 {
		jobs = runtime.GOMAXPROCS(0)
	}
	bar := newProgress(s.err, c.Method)
	o := claim.Options{Seeds: c.Seeds, Steps: c.Steps, Jobs: jobs, Done: bar.set}
	tables, err := c.tables(ctx, o)
	bar.close()
	if err != nil {
		return err
	}
	for i := range tables {
		if err := table.Save(c.Out, &tables[i]); err != nil {
			return err
		}
		if c.JSON {
			err = tables[i].JSON(s.out)
		} else {
			err = tables[i].Terminal(s.out, 0)
		}
		if err != nil {
			return err
		}
	}
	if !c.JSON {
		fmt.Fprintf(s.out, "written to %s\n", c.Out)
	}
	return nil
}

func (c *claimCmd) tables(ctx context.Context, o claim.Options) ([]table.Table, error) {
	if c.Method == "radars" {
		return claim.Bounded(ctx, o)
	}
	if c.Method == "agnn" {
		return claim.Graphs(ctx, o)
	}
	t, err := benchmark.Open()
	if err != nil {
		return nil, err
	}
	pairs, err := claim.Predictor(ctx, t, o)
	if err != nil {
		return nil, err
	}
	ranking, err := claim.Ranking(ctx, t, o)
	return []table.Table{pairs, ranking}, err
}
