// Command build makes the table that package benchmark embeds. From the repository's
// root:
//
//	go run ./sim/benchmark/build --out DIR
//
// trains what is missing in DIR (one small file per run, named by its content
// address), and when all runs are there packs them into --table. It may be stopped
// at any time, with --limit by itself; the next call continues. The same version
// gives the same bytes.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"time"

	"edgewise/sim/benchmark"
	"edgewise/sim/trace"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			os.Exit(0)
		}
		fmt.Fprintln(os.Stderr, "build:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("build", flag.ContinueOnError)
	flags.SetOutput(stderr)
	out := flags.String("out", "", "folder of the runs; what it holds is not trained again")
	table := flags.String("table", filepath.Join("sim", "benchmark", "table.json.gz"), "file to pack the complete table into")
	seeds := flags.Int("seeds", len(benchmark.Seeds()), "this many of the seeds")
	jobs := flags.Int("jobs", runtime.GOMAXPROCS(0), "runs at a time")
	limit := flags.Duration("limit", 0, "stop after this time (0: when done)")
	steps := flags.Int("steps", 0, "fewer steps a run, to try it out (0: those of the shipped table)")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *out == "" || flags.NArg() > 0 || *seeds < 1 || *seeds > len(benchmark.Seeds()) {
		flags.Usage()
		return errors.New("--out DIR is needed, --seeds is 1 to 3, and there are no other arguments")
	}
	if *limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, *limit)
		defer cancel()
	}
	base := benchmark.Base()
	if *steps > 0 {
		base.Steps = *steps
		base.Record.Every, base.Record.Eval = min(base.Record.Every, *steps), *steps
	}
	begun := time.Now()
	t, err := benchmark.Complete(ctx, base, benchmark.Seeds()[:*seeds], *out, *jobs, func(done, total int) {
		if done%20 == 0 || done == total {
			fmt.Fprintf(stdout, "%d of %d runs, %v\n", done, total, time.Since(begun).Round(time.Second))
		}
	})
	if err != nil {
		return err
	}
	packed, err := t.Pack()
	if err != nil {
		return err
	}
	if err := trace.WriteFile(*table, packed); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s: %d wirings under %d seeds, %d bytes, images %s\n", *table, len(t.Entries), len(t.Seeds), len(packed), t.Data)
	return nil
}
