package main

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"time"

	"edgewise/reports/ablation"
	"edgewise/reports/figure"
	"edgewise/reports/table"
	runner "edgewise/sim/ablation"
)

type ablateMapCmd struct {
	Size  int    `help:"Searches along each axis." default:"100"`
	Steps int    `help:"Optimiser steps per search." default:"15000"`
	Show  int    `help:"Rows and columns of the printed table." default:"9"`
	Jobs  int    `help:"Rows at a time; 0 takes all cores."`
	Out   string `help:"Folder for the table and the heat map of all searches." default:"out/map" type:"path"`
	JSON  bool   `name:"json" help:"Print the table as JSON."`
}

func (ablateMapCmd) Help() string {
	return "Example:\n  edgewise ablate map --size 60 --out out/map\n\n" +
		"integrates 60 x 60 closed-form searches of 15,000 Adam steps: none prior .02 to .9, learning rate 1e-5 to 1e-2, both\n" +
		"geometric, and prints and stores the final none-probability of edge (2,3): map.csv, .tex, .md, .json, and map.svg, .pdf\n" +
		"as a heat map."
}

func (c *ablateMapCmd) Run(s streams) error {
	if c.Size < 2 || c.Size > 2000 || c.Steps < 1 || c.Steps > 1e7 || c.Show < 2 || c.Jobs < 0 {
		return misuse{errors.New("--size must be 2 to 2000, --steps 1 to 10000000, --show 2 or more, --jobs not negative")}
	}
	start := runner.Closed{Ops: 7, Beta1: .5, Beta2: .999, Eps: 1e-8}
	jobs := cores(c.Jobs)
	began := time.Now()
	chart, err := runner.Map(start, geometric(.02, .9, c.Size), geometric(1e-5, 1e-2, c.Size), runner.GrowthCurve(c.Steps), jobs)
	if err != nil {
		return err
	}
	took := time.Since(began)
	whole := ablation.ChartTable(chart, 4)
	if err := table.Save(c.Out, &whole); err != nil {
		return err
	}
	f, err := ablation.ChartFigure(chart)
	if err == nil {
		err = f.Save(c.Out, figure.SVG, figure.PDF)
	}
	if err != nil {
		return err
	}
	shown := ablation.ChartTable(chart.Thin(c.Show), 4)
	if c.JSON {
		return shown.JSON(s.out)
	}
	if err := shown.Terminal(s.out, 0); err != nil {
		return err
	}
	n := c.Size * c.Size
	_, err = fmt.Fprintf(s.out, "%d searches of %d steps in %.1f s on %d threads: %.0f a minute; all of them in %s, as a picture in %s\n",
		n, c.Steps, took.Seconds(), jobs, float64(n)/took.Minutes(), filepath.Join(c.Out, "map.csv"), filepath.Join(c.Out, "map.svg"))
	return err
}

// geometric is n values from lo to hi with one ratio between neighbours.
func geometric(lo, hi float64, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = lo * math.Pow(hi/lo, float64(i)/float64(n-1))
	}
	return out
}
