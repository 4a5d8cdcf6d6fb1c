package attack

import (
	"context"
	"fmt"
	"strings"
	"time"
)

func fuzzers() []Attack {
	return []Attack{{
		Name: "fuzz", Family: "input", Long: true,
		About: "every fuzz target of the repository for a few seconds, on top of its corpus",
		Run:   fuzz,
	}}
}

// fuzzTime is how long each target runs.
const fuzzTime = 5 * time.Second

// parsers are the packages that must have a fuzz target: everything that reads what
// others wrote, and the way from a spec to a run.
var parsers = []string{
	"sim/spec", "sim/ablation", "sim/trace", "sim/search", "sim/dataset", "sim/trace/npy", "sim/trace/tensorboard", "sim/trace/torch", "sim/trace/tidy",
	"sim/trace/robust", "sim/trace/quark0", "sim/trace/official", "sim/trace/ptdarts", "sim/trace/nb201", "sim/trace/sharpdarts", "sim/trace/genotype", "sim/trace/textlog",
	"sim/tomlfile", "sim/method", "sim/latency", "sim/benchmark", "reports/paper", "theory/symbolic", "sim/kernel",
}

func fuzz(ctx context.Context, e *Env) (Outcome, error) {
	var o Outcome
	out, errs, err := e.goCommand(ctx, "test", "-list", "^Fuzz", "./...")
	if err != nil {
		return o, fmt.Errorf("listing fuzz targets: %w: %s", err, tail(errs))
	}
	targets := map[string][]string{}
	var names []string
	var order []string
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		switch {
		case len(f) == 1 && strings.HasPrefix(f[0], "Fuzz"):
			names = append(names, f[0])
		case len(f) > 1 && f[0] == "ok" && len(names) > 0:
			pkg := strings.TrimPrefix(f[1], "edgewise/")
			targets[pkg], names = names, nil
			order = append(order, pkg)
		default:
			names = nil
		}
	}
	for _, pkg := range parsers {
		if len(targets[pkg]) == 0 {
			o.try(fmt.Errorf("%s reads what others wrote and has no fuzz target", pkg))
		}
	}
	for _, pkg := range order {
		for _, name := range targets[pkg] {
			cmd := e.tool(ctx, "test", "-run", "^$", "-fuzz", "^"+name+"$", "-fuzztime", fuzzTime.String(), "-fuzzminimizetime", "20x", "-parallel", fmt.Sprint(e.Jobs), "./"+pkg)
			start := time.Now()
			text, err := cmd.CombinedOutput()
			e.progress("%s.%s: %.0f s", pkg, name, time.Since(start).Seconds())
			if ctx.Err() != nil {
				return o, ctx.Err()
			}
			if err != nil && strings.Contains(string(text), "context deadline exceeded") && !strings.Contains(string(text), "Failing input written") {
				err = nil // the engine's own race at the end of its time
			}
			if err != nil {
				err = fmt.Errorf("%s.%s: %s", pkg, name, tail(text))
			}
			o.try(err)
		}
	}
	return o, nil
}
