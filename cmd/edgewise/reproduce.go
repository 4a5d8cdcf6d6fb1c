package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"

	"edgewise/reports/reproduce"
)

type reproduceCmd struct {
	Seeds int    `help:"Seeds per arm." default:"5"`
	Seed  uint64 `help:"The first seed." default:"1"`
	Steps int    `help:"Cut every search to that many steps; 0 leaves them whole."`
	Jobs  int    `help:"Searches at a time; 0 takes all cores."`
	Out   string `help:"Folder for traces, tables, figures and report.html; finished runs in it are taken over." default:"out/reproduce" type:"path"`
	JSON  bool   `name:"json" help:"Print the tables as JSON."`
	formatFlag
}

func (reproduceCmd) Help() string {
	return "Example:\n  edgewise reproduce --seeds 3 --out out/reproduce\n\n" +
		"trains 6 arms x 3 seeds on the embedded images, prints predicted versus observed wiring biases, and writes\n" +
		"runs/, tables/ (.tex .csv .md .json), figures/, edgewise.tex with edgewise.bib, and report.html to out/reproduce."
}

func (c *reproduceCmd) Run(ctx context.Context, s streams) error {
	if c.Seeds < 1 {
		return misuse{fmt.Errorf("--seeds is %d: it must be at least 1", c.Seeds)}
	}
	if c.Steps < 0 || c.Jobs < 0 {
		return misuse{errors.New("--steps and --jobs must not be negative")}
	}
	formats, err := c.formats()
	if err != nil {
		return err
	}
	if c.Jobs == 0 {
		c.Jobs = runtime.GOMAXPROCS(0)
	}
	bar := newProgress(s.err, "reproduce")
	runs, err := reproduce.Study(ctx, reproduce.Arms(), reproduce.Options{
		Seeds: c.Seeds, First: c.Seed, Jobs: c.Jobs, Out: c.Out, Steps: c.Steps, Progress: bar.set,
	})
	bar.close()
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("%w: run it again to continue where it stopped", err)
	}
	if err != nil {
		return err
	}
	if err := reproduce.Write(c.Out, runs, formats); err != nil {
		return err
	}
	for _, t := range reproduce.Tables(runs) {
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
	if c.JSON {
		return nil
	}
	if w := reproduce.Calibrated(runs); w != "" {
		fmt.Fprintln(s.out, w)
	}
	for _, v := range reproduce.Verdicts(runs) {
		fmt.Fprintln(s.out, v)
	}
	fmt.Fprintf(s.out, "written to %s: runs, tables, figures, edgewise.tex, report.html\n", filepath.Clean(c.Out))
	return nil
}
