package main

import (
	"edgewise/reports/reproduce"
)

type compareCmd struct {
	Traces []string `arg:"" name:"trace" help:"Folders of observed traces." type:"path"`
	JSON   bool     `name:"json" help:"Print the table as JSON."`
}

func (compareCmd) Help() string {
	return "Example:\n  edgewise search --steps 300 --out out/run && edgewise compare out/run\n\n" +
		"predicts each trace at every rung that its content allows, and by null predictors, and scores them."
}

func (c *compareCmd) Run(s streams) error {
	runs, err := reproduce.FromTraces(c.Traces)
	if err != nil {
		return misuse{err}
	}
	t := reproduce.ScoreTable(runs)
	if c.JSON {
		return t.JSON(s.out)
	}
	return t.Terminal(s.out, 0)
}
