package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"edgewise/sim/search"
	"edgewise/sim/spec"
	"edgewise/sim/trace"
)

type searchCmd struct {
	Preset     string   `help:"Start from a named preset; 'help' lists them."`
	Spec       string   `help:"Read a TOML spec on top of the default." type:"path"`
	Algorithm  string   `help:"darts, snas, dsnas, random, or a published method: its defaults are set with it."`
	Level      string   `help:"single, bilevel or mixed."`
	Order      *int     `help:"1, or 2 for the unrolled gradient of bi-level darts."`
	Estimator  string   `help:"edge or summed-log (dsnas)."`
	Cells      *int     `help:"Cells in the stack."`
	Nodes      *int     `help:"Intermediate nodes per cell; all of them are concatenated."`
	Ops        []string `help:"Candidate operations, comma-separated."`
	Channels   *int     `help:"Channels of the first cell."`
	Side       *int     `help:"Image side: 8, 16 or 32."`
	Steps      *int     `help:"Steps of the whole search."`
	Every      *int     `help:"Steps per recorded point."`
	Eval       *int     `help:"Steps between evaluations of the held-out splits."`
	Precision  string   `help:"float32 or float64."`
	Data       string   `help:"Folder of IDX or CIFAR-10 files; the embedded images otherwise." type:"path"`
	Seed       *uint64  `help:"Seed of the whole run."`
	Out        string   `help:"Folder for the trace." default:"out/search" type:"path"`
	Resume     bool     `help:"Continue the run in --out, or start it."`
	Checkpoint int      `help:"Steps between checkpoints." default:"500"`
	Workers    int      `help:"Goroutines over the images of a batch; 0 takes all cores."`
	JSON       bool     `name:"json" help:"Print the summary as JSON."`
	DryRun     bool     `help:"Print the spec as TOML and stop."`
}

func (searchCmd) Help() string {
	return "Example:\n  edgewise search --preset dsnas-1cell --steps 200 --seed 3 --out out/dsnas\n\n" +
		"writes out/dsnas/manifest.json and out/dsnas/trace.jsonl, one JSON line per point."
}

func (c *searchCmd) Run(ctx context.Context, s streams) error {
	if c.Preset == "help" {
		for _, p := range spec.Presets() {
			fmt.Fprintf(s.out, "%-22s %s\n", p.Spec.Name, p.About)
		}
		return nil
	}
	if c.Workers < 0 {
		return misuse{fmt.Errorf("--workers is %d: it must not be negative; 0 takes all cores", c.Workers)}
	}
	if c.Checkpoint < 1 {
		return misuse{fmt.Errorf("--checkpoint is %d: it must be at least 1", c.Checkpoint)}
	}
	sp, err := c.spec()
	if err != nil {
		return misuse{err}
	}
	if c.DryRun {
		text, err := sp.Encode()
		if err == nil {
			_, err = s.out.Write(text)
		}
		return err
	}
	bar := newProgress(s.err, sp.Name)
	err = search.Store(ctx, sp, c.Out, c.Resume, search.Options{
		Workers: c.Workers, Checkpoint: c.Checkpoint,
		Progress: func(done, total int, _ *trace.Point) { bar.set(done, total) },
	})
	bar.close()
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("%w: continue with --resume", err)
	}
	if err != nil {
		return err
	}
	t, err := trace.Read(c.Out)
	if err != nil {
		return err
	}
	return printSummary(s.out, filepath.Clean(c.Out), t, c.JSON)
}

// spec builds the spec from preset, file and flags, in that order.
func (c *searchCmd) spec() (spec.Spec, error) {
	sp := spec.Default()
	var err error
	if c.Preset != "" {
		if sp, err = spec.Preset(c.Preset); err != nil {
			return sp, err
		}
	}
	if c.Spec != "" {
		if sp, err = spec.LoadOnto(c.Spec, sp); err != nil {
			return sp, err
		}
	}
	text := func(dst *string, v string) {
		if v != "" {
			*dst = v
		}
	}
	number := func(dst, v *int) {
		if v != nil { // given, be it 0
			*dst = *v
		}
	}
	if c.Algorithm != "" && c.Algorithm != sp.Algorithm {
		sp.Use(c.Algorithm)
		if sp.Name == spec.Default().Name {
			sp.Name = c.Algorithm
		}
	}
	text(&sp.Level, c.Level)
	text(&sp.Estimator, c.Estimator)
	text(&sp.Precision, c.Precision)
	text(&sp.Data.Dir, c.Data)
	number(&sp.Order, c.Order)
	number(&sp.Net.Cells, c.Cells)
	number(&sp.Net.Nodes, c.Nodes)
	number(&sp.Net.Multiplier, c.Nodes)
	number(&sp.Net.Channels, c.Channels)
	number(&sp.Data.Side, c.Side)
	number(&sp.Steps, c.Steps)
	number(&sp.Record.Eval, c.Eval)
	number(&sp.Record.Every, c.Every)
	sp.Record.Every = min(sp.Record.Every, sp.Steps)
	sp.Record.Eval = min(sp.Record.Eval, sp.Steps)
	if c.Seed != nil {
		sp.Seed = *c.Seed
	}
	if len(c.Ops) > 0 {
		sp.Net.Ops = c.Ops
	}
	return sp, sp.Check()
}
