package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"edgewise/reports/ablation"
	"edgewise/reports/figure"
	"edgewise/reports/paper"
	"edgewise/reports/table"
	runner "edgewise/sim/ablation"
	"edgewise/sim/trace"
)

type ablateCmd struct {
	Run     ablateRunCmd     `cmd:"" default:"withargs" help:"Make the runs of a grid, or one shard of them, and print the tables (the default)."`
	Plan    ablatePlanCmd    `cmd:"" help:"List the runs of a grid and what is left of them, or write a Slurm array job."`
	Merge   ablateMergeCmd   `cmd:"" help:"Gather the runs of shards and print the tables."`
	Methods ablateMethodsCmd `cmd:"" help:"Set published search methods side by side: biases, derived cells, cost, claims."`
	Map     ablateMapCmd     `cmd:"" help:"Map thousands of closed-form searches: the none prior against alpha's learning rate."`
}

func (ablateCmd) Help() string {
	return "Example:\n  edgewise ablate --seeds 2 --out out/ablate\n\n" +
		"makes the default grid under two seeds, prints predicted and observed changes of growth, width and failure, and writes\n" +
		"runs/, tables/ (.tex .csv .md .json) and figures/ to out/ablate. On a cluster:\n" +
		"  edgewise ablate plan --slurm 8 --out /shared/ablate > array.sh && sbatch array.sh\n" +
		"  edgewise ablate merge --out /shared/ablate\n" +
		"Other methods, gates, norms, nets and data on the same bases:\n" +
		"  edgewise ablate --grid variants --out out/ablate"
}

// gridFlags choose the grid.
type gridFlags struct {
	Grid  string `help:"TOML file of a grid, or default or variants: the grids that ship with the program." default:"default"`
	Seeds int    `help:"Seeds per arm; 0: as the grid says."`
	Seed  uint64 `help:"The first seed; 0: as the grid says."`
	Steps int    `help:"Cut every search to that many steps; 0 leaves them whole."`
}

func (f gridFlags) load() (runner.Grid, error) {
	if f.Seeds < 0 || f.Steps < 0 {
		return runner.Grid{}, misuse{errors.New("--seeds and --steps must not be negative")}
	}
	g, err := runner.Load(f.Grid)
	if err != nil {
		return g, misuse{err}
	}
	if f.Seeds > 0 {
		g.Seeds = f.Seeds
	}
	if f.Seed > 0 {
		g.First = f.Seed
	}
	if f.Steps > 0 {
		g.Cut(f.Steps)
	}
	return g, nil
}

// words are the flags that change the grid, as another command must be given them.
func (f gridFlags) words() string {
	var w []string
	add := func(name string, v uint64) {
		if v > 0 {
			w = append(w, fmt.Sprintf("--%s %d", name, v))
		}
	}
	add("seeds", uint64(f.Seeds))
	add("seed", f.Seed)
	add("steps", uint64(f.Steps))
	return strings.Join(w, " ")
}

type ablateRunCmd struct {
	gridFlags
	formatFlag
	Shard string `help:"Make part i/n of the runs only, and no tables."`
	Jobs  int    `help:"Searches at a time; 0 takes all cores."`
	Out   string `help:"Folder for runs and tables; finished runs in it are taken over, begun ones resumed." default:"out/ablate" type:"path"`
	JSON  bool   `name:"json" help:"Print the tables as JSON."`
}

func (c *ablateRunCmd) Run(ctx context.Context, s streams) error {
	g, err := c.load()
	if err != nil {
		return err
	}
	formats, err := c.formats()
	if err != nil {
		return err
	}
	if c.Jobs < 0 {
		return misuse{errors.New("--jobs must not be negative")}
	}
	jobs := runner.Unique(g.Jobs())
	if c.Shard != "" {
		if jobs, err = shardOf(c.Shard, jobs); err != nil {
			return misuse{err}
		}
	}
	bar := newProgress(s.err, "ablate")
	err = runner.Run(ctx, jobs, runner.Options{Jobs: cores(c.Jobs), Out: c.Out, Progress: bar.set})
	bar.close()
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("%w: run it again to continue where it stopped", err)
	}
	if err != nil {
		return err
	}
	if c.Shard != "" {
		_, err := fmt.Fprintf(s.out, "shard %s: %d runs in %s\n", c.Shard, len(jobs), filepath.Join(c.Out, "runs"))
		return err
	}
	return writeAblation(s, g, c.Out, cores(c.Jobs), c.JSON, formats)
}

// writeAblation makes the tables and forest plots from the runs under out.
func writeAblation(s streams, g runner.Grid, out string, jobs int, asJSON bool, formats []figure.Format) error {
	study := ablation.New(g, runner.Collect(g.Jobs(), out), g.Predict(runner.Theory, jobs))
	for _, ext := range []string{".tex", ".csv", ".md", ".json"} { // of an earlier try whose failures are mended
		if err := trace.RemoveFile(filepath.Join(out, "tables", "failures"+ext)); err != nil {
			return err
		}
	}
	for _, t := range study.Tables() {
		if err := table.Save(filepath.Join(out, "tables"), &t); err != nil {
			return err
		}
		print := func() error { return t.Terminal(s.out, 0) }
		if asJSON {
			print = func() error { return t.JSON(s.out) }
		}
		if err := print(); err != nil {
			return err
		}
		fmt.Fprintln(s.out)
	}
	forests, err := study.Forests()
	if err != nil {
		return err
	}
	if err := paper.SaveFigures(filepath.Join(out, paper.FigureFolder), forests, formats); err != nil {
		return err
	}
	if asJSON {
		return nil
	}
	_, err = fmt.Fprintf(s.out, "written to %s: runs, tables, figures\n", filepath.Clean(out))
	return err
}

func cores(jobs int) int {
	if jobs == 0 {
		return runtime.GOMAXPROCS(0)
	}
	return jobs
}

// shardOf reads "i/n".
func shardOf(text string, jobs []runner.Job) ([]runner.Job, error) {
	a, b, ok := strings.Cut(text, "/")
	i, err1 := strconv.Atoi(a)
	n, err2 := strconv.Atoi(b)
	if !ok || err1 != nil || err2 != nil {
		return nil, fmt.Errorf("--shard is %q: write it as i/n, such as 2/8", text)
	}
	return runner.Shard(jobs, i, n)
}

type ablatePlanCmd struct {
	gridFlags
	Slurm   int    `help:"Write a Slurm array job of that many tasks instead of the list."`
	Minutes int    `help:"Time limit of a Slurm task in minutes; 0: the partition's."`
	Program string `help:"Path of edgewise on the nodes; this program otherwise." type:"path"`
	Out     string `help:"Folder for the runs, which all nodes must see." default:"out/ablate" type:"path"`
}

func (c *ablatePlanCmd) Run(s streams) error {
	g, err := c.load()
	if err != nil {
		return err
	}
	if c.Slurm != 0 {
		if c.Program == "" {
			if c.Program, err = os.Executable(); err != nil {
				return fmt.Errorf("finding this program: %w; name it with --program", err)
			}
		}
		if c.Grid == runner.Default {
			c.Grid = ""
		} else if c.Grid != runner.Variants {
			if c.Grid, err = filepath.Abs(c.Grid); err != nil {
				return fmt.Errorf("finding the grid: %w", err)
			}
		}
		text, err := runner.Cluster{Program: c.Program, Grid: c.Grid, Out: c.Out, Shards: c.Slurm, Minutes: c.Minutes, Flags: c.words()}.Slurm(g)
		if err != nil {
			return misuse{err}
		}
		_, err = fmt.Fprint(s.out, text)
		return err
	}
	all := runner.Unique(g.Jobs())
	missing := map[string]bool{}
	for _, j := range runner.Missing(all, c.Out) {
		missing[j.ID()] = true
	}
	for _, j := range all {
		state := "finished"
		if missing[j.ID()] {
			state = "to do"
		}
		if _, err := fmt.Fprintf(s.out, "%s  %-9s %s\n", j.ID(), state, j.Spec.Name); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(s.out, "%d runs, %d to do: %d bases, %d arms, %d seeds\n", len(all), len(missing), len(g.Bases), len(g.Arms), g.Seeds)
	return err
}

type ablateMergeCmd struct {
	gridFlags
	formatFlag
	From []string `help:"Folders of shards whose runs are copied to --out." type:"path"`
	Out  string   `help:"Folder of the runs and tables." default:"out/ablate" type:"path"`
	JSON bool     `name:"json" help:"Print the tables as JSON."`
}

func (c *ablateMergeCmd) Run(s streams) error {
	g, err := c.load()
	if err != nil {
		return err
	}
	formats, err := c.formats()
	if err != nil {
		return err
	}
	if _, err := runner.Merge(g.Jobs(), c.From, c.Out); err != nil {
		return err
	}
	if left := runner.Missing(g.Jobs(), c.Out); len(left) > 0 {
		return fmt.Errorf("%d of %d runs are not in %s yet, the first %s (%s): run their shards again, or name their folder with --from",
			len(left), len(runner.Unique(g.Jobs())), c.Out, left[0].ID(), left[0].Spec.Name)
	}
	return writeAblation(s, g, c.Out, cores(0), c.JSON, formats)
}
