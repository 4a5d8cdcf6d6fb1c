package main

import (
	"fmt"
	"path/filepath"
	"runtime"

	"edgewise/reports/foreign"
	"edgewise/reports/reproduce"
	"edgewise/reports/table"
	"edgewise/sim/trace"
)

type compareCmd struct {
	Traces     []string `arg:"" name:"trace" help:"Folders of observed traces." type:"path"`
	Regression bool     `help:"Print what the none-probability depends on instead: effects with 95 % intervals, trace as a block."`
	Inventory  bool     `help:"Print a table of the traces instead: what they hold and how well they agree with themselves."`
	Out        string   `help:"Also write the tables to that folder as .tex, .csv, .md and .json." type:"path"`
	JSON       bool     `name:"json" help:"Print the table as JSON."`
}

func (compareCmd) Help() string {
	return "Example:\n  edgewise search --steps 300 --out out/run && edgewise compare out/run\n\n" +
		"predicts each trace at every rung that its content allows, and by null predictors, and scores them;\n" +
		"says which rung that is, what the higher ones lack and which corrections of the closed form are used."
}

func (c *compareCmd) Run(s streams) error {
	if c.Regression && c.Inventory {
		return misuse{fmt.Errorf("--regression and --inventory are two tables: ask for one of them")}
	}
	dirs, traces, err := c.read()
	if err != nil {
		return err
	}
	var tables []*table.Table
	switch {
	case c.Inventory:
		tables = append(tables, foreign.Traces(traces))
	case c.Regression:
		t, err := foreign.NoneRegression(traces)
		if err != nil {
			return err
		}
		tables = append(tables, t)
	default:
		if tables, err = c.scores(s, dirs, traces); err != nil {
			return err
		}
	}
	for _, t := range tables {
		if c.Out != "" {
			if err := table.Save(c.Out, t); err != nil {
				return err
			}
		}
		show := func() error { return t.Terminal(s.out, 0) }
		if c.JSON {
			show = func() error { return t.JSON(s.out) }
		}
		if err := show(); err != nil {
			return err
		}
	}
	return nil
}

// read reads the traces. A folder that is named twice, a run that lies in two
// folders and a trace without points cannot be compared.
func (c *compareCmd) read() (dirs []string, traces []*trace.Trace, err error) {
	folder, run := map[string]string{}, map[string]string{}
	for _, dir := range c.Traces {
		real, err := filepath.EvalSymlinks(dir)
		if err != nil {
			return nil, nil, misuse{err}
		}
		if folder[real] != "" {
			return nil, nil, misuse{fmt.Errorf("%s is named twice: it would count as two independent runs", dir)}
		}
		folder[real] = dir
		t, err := trace.Read(dir)
		if err != nil {
			return nil, nil, misuse{err}
		}
		if t.Manifest.Origin != trace.Observed {
			return nil, nil, misuse{fmt.Errorf("%s holds a prediction: compare takes observed traces", dir)}
		}
		if len(t.Points) == 0 {
			return nil, nil, fmt.Errorf("%s holds no points: there is nothing to compare", dir)
		}
		if other := run[t.Manifest.Run]; other != "" {
			return nil, nil, misuse{fmt.Errorf("%s and %s hold the same run %s: it would count as two independent runs", other, dir, t.Manifest.Run)}
		}
		run[t.Manifest.Run] = dir
		dirs, traces = append(dirs, dir), append(traces, t)
	}
	return dirs, traces, nil
}

// scores is the table of scores; of imported runs kind by kind, with an explanation
// of each.
func (c *compareCmd) scores(s streams, dirs []string, traces []*trace.Trace) ([]*table.Table, error) {
	var imported, own []*trace.Trace
	var ownDirs []string
	for i, t := range traces {
		if t.Manifest.Source == "edgewise search" {
			own, ownDirs = append(own, t), append(ownDirs, dirs[i])
		} else {
			imported = append(imported, t)
		}
	}
	if !c.JSON {
		for _, t := range traces {
			for i, line := range foreign.Explain(t) {
				if i > 0 {
					line = "  " + line
				}
				if _, err := fmt.Fprintln(s.out, line); err != nil {
					return nil, err
				}
			}
		}
	}
	var tables []*table.Table
	if len(own) > 0 {
		bar := newProgress(s.err, "compare")
		runs, err := reproduce.FromTraces(ownDirs, runtime.GOMAXPROCS(0), bar.set)
		bar.close()
		if err != nil {
			return nil, misuse{err}
		}
		t := reproduce.ScoreTable(runs)
		tables = append(tables, &t)
	}
	if len(imported) > 0 {
		var rows []foreign.Row
		for _, t := range imported {
			rows = append(rows, foreign.Ladder(t)...)
		}
		tables = append(tables, foreign.LadderTable(imported, rows))
	}
	return tables, nil
}
