package attack

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"edgewise/sim/ablation"
	"edgewise/sim/kernel"

	"github.com/BurntSushi/toml"
)

//go:embed mutations.toml
var mutationList []byte

// Mutation is one change of one place of the sources that some test must notice.
type Mutation struct {
	Name     string   `toml:"name"`
	File     string   `toml:"file"`
	After    string   `toml:"after"` // the place is the first behind this text
	Old      string   `toml:"old"`
	New      string   `toml:"new"`
	Breaks   string   `toml:"breaks"`
	Packages []string `toml:"packages"`
	Run      string   `toml:"run"`
	Needs    string   `toml:"needs"` // kernel path that must be there for the code to be reached
}

// Mutations returns the committed list.
func Mutations() ([]Mutation, error) {
	var list struct {
		Mutation []Mutation `toml:"mutation"`
	}
	md, err := toml.NewDecoder(bytes.NewReader(mutationList)).Decode(&list)
	if err == nil && len(md.Undecoded()) > 0 {
		err = fmt.Errorf("unknown key %s", md.Undecoded()[0])
	}
	if err != nil {
		return nil, fmt.Errorf("mutations.toml: %s", strings.Join(strings.Fields(err.Error()), " "))
	}
	return list.Mutation, nil
}

// Apply returns the text of the file with the mutation in it. A place that is not
// there, or not unique, is an error: the list has gone stale. Behind "after" the
// place must lie within the same function.
func (m Mutation) Apply(text string) (string, error) {
	from, to := 0, len(text)
	if m.After != "" {
		if n := strings.Count(text, m.After); n != 1 {
			return "", fmt.Errorf("mutation %q: %s holds %q %d times, not once: bring mutations.toml up to date", m.Name, m.File, m.After, n)
		}
		from = strings.Index(text, m.After) + len(m.After)
		for _, next := range []string{"\nfunc ", "\nTEXT "} {
			if n := strings.Index(text[from:to], next); n >= 0 {
				to = from + n
			}
		}
	}
	n := strings.Count(text[from:to], m.Old)
	if n == 0 || n > 1 && m.After == "" {
		return "", fmt.Errorf("mutation %q: %s holds %q %d times behind %q, not once: bring mutations.toml up to date", m.Name, m.File, m.Old, n, m.After)
	}
	at := from + strings.Index(text[from:], m.Old)
	return text[:at] + m.New + text[at+len(m.Old):], nil
}

// available says whether this machine reaches the mutated code.
func (m Mutation) available() bool {
	for _, p := range kernel.Paths() {
		if p.String() == m.Needs {
			return true
		}
	}
	return m.Needs == ""
}

func mutations() []Attack {
	return []Attack{{
		Name: "mutations", Family: "mutation", Long: true,
		About: "one line of science or kernel changed at a time: some test must fail",
		Run:   func(ctx context.Context, e *Env) (Outcome, error) { return e.mutate(ctx, 1) },
	}, {
		Name: "mutations-sample", Family: "mutation", Sample: true,
		About: "every mutation still fits its source; a sample of the pure ones must be caught",
		Run:   func(ctx context.Context, e *Env) (Outcome, error) { return e.mutate(ctx, 9) },
	}}
}

// mutate tries every stride-th mutation; all of them must fit. What a test
// command says of the sources as they are is found out first: tests that fail
// anyway catch nothing.
func (e *Env) mutate(ctx context.Context, stride int) (Outcome, error) {
	var o Outcome
	list, err := Mutations()
	if err != nil {
		return o, err
	}
	var chosen []Mutation
	for i, m := range list {
		text, err := os.ReadFile(filepath.Join(e.Root, m.File))
		if err == nil {
			_, err = m.Apply(string(text))
		}
		if err != nil {
			o.try(err)
			continue
		}
		if !m.available() {
			o.skip("%s: this machine has no %s", m.Name, m.Needs)
			continue
		}
		if i%stride == 0 {
			chosen = append(chosen, m)
		}
	}
	sound := e.sound(ctx, chosen)
	results := make([]error, len(chosen))
	ablation.Each(len(chosen), e.Jobs, func(i int) {
		if ctx.Err() != nil {
			return
		}
		start := time.Now()
		m, by := chosen[i], ""
		if results[i] = sound(m); results[i] == nil {
			by, results[i] = e.catch(ctx, m)
		}
		if results[i] == nil {
			e.progress("%s: caught by %s after %.0f s", m.Name, by, time.Since(start).Seconds())
		} else {
			e.progress("%s: not caught: %v", m.Name, results[i])
		}
		if results[i] != nil {
			results[i] = fmt.Errorf("%s (%s: %q for %q): %w", chosen[i].Name, chosen[i].File, chosen[i].New, chosen[i].Old, results[i])
		}
	})
	caught := 0
	for _, err := range results {
		o.try(err)
		if err == nil {
			caught++
		}
	}
	if len(chosen) > 0 {
		o.note("%d of %d mutations caught: score %.0f %%", caught, len(chosen), 100*float64(caught)/float64(len(chosen)))
	}
	return o, ctx.Err()
}

// sound runs the tests that the mutations name on the sources as they are, once a
// package, and says of a mutation why its tests would prove nothing: there are
// none, or they fail anyway.
func (e *Env) sound(ctx context.Context, list []Mutation) func(Mutation) error {
	patterns := map[string][]string{}
	for _, m := range list {
		for _, pkg := range m.Packages {
			if !slices.Contains(patterns[pkg], m.Run) {
				patterns[pkg] = append(patterns[pkg], m.Run)
			}
		}
	}
	pkgs := slices.Sorted(maps.Keys(patterns))
	said, errs := make([]verdicts, len(pkgs)), make([]error, len(pkgs))
	ablation.Each(len(pkgs), e.Jobs, func(i int) {
		if ctx.Err() != nil {
			return
		}
		_, text, err := e.goTest(ctx, "", []string{pkgs[i]}, strings.Join(patterns[pkgs[i]], "|"))
		said[i], errs[i] = readVerdicts(text), err
		e.progress("%s without a mutation: %d tests pass, %d fail", pkgs[i], len(said[i].pass), len(said[i].fail))
	})
	return func(m Mutation) error {
		run, err := regexp.Compile(m.Run)
		if err != nil {
			return err
		}
		passed := 0
		for _, pkg := range m.Packages {
			i := slices.Index(pkgs, pkg)
			if errs[i] != nil {
				return errs[i]
			}
			for _, name := range said[i].fail {
				if run.MatchString(name) {
					return fmt.Errorf("%s of %s fails without any mutation", name, pkg)
				}
			}
			for _, name := range said[i].pass {
				if run.MatchString(name) {
					passed++
				}
			}
		}
		if passed == 0 {
			return fmt.Errorf("no test of %v that is called %s passes without a mutation", m.Packages, m.Run)
		}
		return nil
	}
}

// verdicts are the names of the tests that passed and that failed.
type verdicts struct{ pass, fail []string }

func readVerdicts(text []byte) verdicts {
	var v verdicts
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		switch {
		case strings.HasPrefix(line, "--- PASS: ") && len(f) > 2:
			v.pass = append(v.pass, f[2])
		case strings.HasPrefix(line, "--- FAIL: ") && len(f) > 2:
			v.fail = append(v.fail, f[2])
		}
	}
	return v
}

// catch lays the mutated file over the tree and wants a test to fail; it says which.
func (e *Env) catch(ctx context.Context, m Mutation) (by string, err error) {
	dir, err := os.MkdirTemp(e.Tmp, "mutant-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	source := filepath.Join(e.Root, m.File)
	text, err := os.ReadFile(source)
	if err != nil {
		return "", err
	}
	mutant, err := m.Apply(string(text))
	if err != nil {
		return "", err
	}
	copied, overlay := filepath.Join(dir, filepath.Base(m.File)), filepath.Join(dir, "overlay.json")
	replace, err := json.Marshal(map[string]map[string]string{"Replace": {source: copied}})
	if err == nil {
		err = os.WriteFile(copied, []byte(mutant), 0o644)
	}
	if err == nil {
		err = os.WriteFile(overlay, replace, 0o644)
	}
	if err != nil {
		return "", err
	}
	failed, out, err := e.goTest(ctx, overlay, m.Packages, m.Run)
	switch {
	case err != nil:
		return "", err
	case !failed:
		return "", errors.New("no test noticed")
	}
	if v := readVerdicts(out); len(v.fail) > 0 {
		return v.fail[0], nil
	}
	for _, s := range []string{"panic: ", "fatal error: ", "SIGILL", "SIGSEGV"} {
		if bytes.Contains(out, []byte(s)) {
			return "a crash", nil
		}
	}
	return "", fmt.Errorf("the tests ended in neither a failure nor a crash: %s", tail(out))
}

// testLimit ends a test command whose mutant runs for ever, which counts as
// noticed.
const testLimit = 240 * time.Second

// goTest runs the tests of some packages. failed says that the tests, not their
// build, failed.
func (e *Env) goTest(ctx context.Context, overlay string, pkgs []string, run string) (failed bool, out []byte, err error) {
	args := []string{"test", "-vet=off", "-v", "-failfast", "-timeout", testLimit.String()}
	if overlay != "" {
		args = append(args, "-count=1", "-overlay", overlay)
	}
	args = append(args, "-run", run)
	cmd := e.tool(ctx, append(args, pkgs...)...)
	if cmd.Env == nil {
		cmd.Env = os.Environ()
	}
	cmd.Env = append(cmd.Env, "RAPID_NOFAILFILE=1") // a mutant's failures are none of the sources'
	out, err = cmd.CombinedOutput()
	if err == nil {
		return false, out, nil
	}
	for _, s := range []string{"[build failed]", "[setup failed]", "no required module", "no Go files"} {
		if bytes.Contains(out, []byte(s)) {
			return false, out, fmt.Errorf("it does not build: %s", tail(out))
		}
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return false, out, err
	}
	return true, out, nil
}
