package main

import (
	"runtime"

	"edgewise/reports/reproduce"
	"edgewise/reports/table"
)

type compareCmd struct {
	Traces []string `arg:"" name:"trace" help:"Folders of observed traces." type:"path"`
	Out    string   `help:"Also write the table to that folder as .tex, .csv, .md and .json." type:"path"`
	JSON   bool     `name:"json" help:"Print the table as JSON."`
}

func (compareCmd) Help() string {
	return "Example:\n  edgewise search --steps 300 --out out/run && edgewise compare out/run\n\n" +
		"predicts each trace at every rung that its content allows, and by null predictors, and scores them."
}

func (c *compareCmd) Run(s streams) error {
	bar := newProgress(s.err, "compare")
	runs, err := reproduce.FromTraces(c.Traces, runtime.GOMAXPROCS(0), bar.set)
	bar.close()
	if err != nil {
		return misuse{err}
	}
	t := reproduce.ScoreTable(runs)
	if c.Out != "" {
		if err := table.Save(c.Out, &t); err != nil {
			return err
		}
	}
	if c.JSON {
		return t.JSON(s.out)
	}
	return t.Terminal(s.out, 0)
}
