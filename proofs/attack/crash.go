package attack

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"
)

// crashes kill the program by SIGKILL at random moments, several times in a row,
// let it run to its end, and compare every byte of its folder with that of a run
// that was never disturbed.
func crashes() []Attack {
	kill := func(verb, about string, brief, short, full int, long bool, args func(e *Env, out string) ([]string, error)) Attack {
		return Attack{
			Name: "kill-" + verb, Family: "crash", About: about, Long: long,
			Run: func(ctx context.Context, e *Env) (Outcome, error) {
				return e.killAtRandom(ctx, verb, e.pick(brief, short, full), args)
			},
		}
	}
	return []Attack{
		kill("search", "SIGKILL during search, resumed: the bytes of a run that was not", 4, 12, 300, false, func(e *Env, out string) ([]string, error) {
			spec, err := e.file("tiny.toml", tinySpec(400))
			return []string{"search", "--spec", spec, "--out", out, "--checkpoint", "20", "--resume"}, err
		}),
		kill("ablate", "SIGKILL during ablate, started again", 2, 6, 150, false, func(e *Env, out string) ([]string, error) {
			grid, err := e.file("grid.toml", tinyGrid(250))
			return []string{"ablate", "--grid", grid, "--out", out, "--jobs", "2"}, err
		}),
		kill("import", "SIGKILL during import, made again", 4, 8, 300, false, func(e *Env, out string) ([]string, error) {
			log, err := e.file("log.txt", tinyLog(400))
			return []string{"import", log, "--out", out, "--export", "csv,parquet,genotype",
				"--ops", "none,max_pool_3x3,avg_pool_3x3,skip_connect,sep_conv_3x3,sep_conv_5x5,dil_conv_3x3,dil_conv_5x5"}, err
		}),
		kill("reproduce", "SIGKILL during reproduce, started again", 1, 3, 100, true, func(e *Env, out string) ([]string, error) {
			return []string{"reproduce", "--steps", "12", "--seeds", "1", "--jobs", "2", "--out", out}, nil
		}),
		kill("report", "SIGKILL during report, made again over what it left", 1, 3, 100, true, func(e *Env, out string) ([]string, error) {
			trace := filepath.Join(e.Tmp, "trace")
			if _, err := os.Stat(trace); err != nil {
				spec, err := e.file("tiny.toml", tinySpec(200))
				if err != nil {
					return nil, err
				}
				if r := e.run(context.Background(), e.Tmp, 0, "search", "--spec", spec, "--out", trace); r.code != 0 {
					return nil, fmt.Errorf("making a trace: %s", r.errs)
				}
			}
			return []string{"report", trace, "--out", out}, nil
		}),
	}
}

// killAtRandom makes one undisturbed run, then kills others until there were that
// many kills: up to five in one folder, the next ones early enough that they hit.
func (e *Env) killAtRandom(ctx context.Context, verb string, kills int, args func(e *Env, out string) ([]string, error)) (Outcome, error) {
	var o Outcome
	rnd := rand.New(rand.NewPCG(e.Seed, uint64(len(verb))+uint64(verb[0])<<8))
	calm := filepath.Join(e.Tmp, "calm")
	line, err := args(e, calm)
	if err != nil {
		return o, err
	}
	start := time.Now()
	if r := e.run(ctx, e.Tmp, 0, line...); r.code != 0 {
		return o, fmt.Errorf("the undisturbed run failed: %s", r.errs)
	}
	whole := time.Since(start)
	want, err := tree(calm)
	if err != nil {
		return o, err
	}
	for round := 0; o.Tried < kills && ctx.Err() == nil; round++ {
		out := filepath.Join(e.Tmp, fmt.Sprintf("round%d", round))
		if line, err = args(e, out); err != nil {
			return o, err
		}
		hits := 0
		for range 1 + rnd.IntN(5) {
			r := e.run(ctx, e.Tmp, time.Duration(float64(whole)*(0.02+0.98*rnd.Float64()))+time.Millisecond, line...)
			if r.interrupted != nil {
				return o, r.interrupted
			}
			if r.killed {
				hits++
				continue
			}
			if r.code != 0 {
				o.try(fmt.Errorf("%s refused to go on after %d kills: %s", verb, hits, r.errs))
				return o, nil
			}
			break
		}
		r := e.run(ctx, e.Tmp, 0, line...)
		if r.code == 0 {
			err = differ(want, out)
		} else {
			err = fmt.Errorf("exit %d: %s", r.code, r.errs)
		}
		if err != nil {
			err = fmt.Errorf("%s after %d kills: %w", verb, hits, err)
		}
		if hits == 0 && err == nil {
			continue // every kill came too late: nothing was tried
		}
		for range max(hits, 1) {
			o.try(err)
		}
		if err == nil {
			os.RemoveAll(out)
		}
	}
	return o, ctx.Err()
}
