package attack

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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
// there, or not unique, is an error: the list has gone stale.
func (m Mutation) Apply(text string) (string, error) {
	from := 0
	if m.After != "" {
		if n := strings.Count(text, m.After); n != 1 {
			return "", fmt.Errorf("mutation %q: %s holds %q %d times, not once: bring mutations.toml up to date", m.Name, m.File, m.After, n)
		}
		from = strings.Index(text, m.After) + len(m.After)
	}
	n := strings.Count(text[from:], m.Old)
	if n == 0 || n > 1 && m.After == "" {
		return "", fmt.Errorf("mutation %q: %s holds %q %d times, not once: bring mutations.toml up to date", m.Name, m.File, m.Old, n)
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
		Name: "mutations-sample", Family: "mutation",
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
	sound := map[string]error{}
	for _, m := range chosen {
		key := m.command()
		if _, ok := sound[key]; !ok {
			failed, text, err := e.goTest(ctx, "", m)
			switch {
			case err != nil:
			case failed:
				err = fmt.Errorf("the tests fail without any mutation: %s", tail(text))
			case !bytes.Contains(text, []byte("--- PASS")):
				err = fmt.Errorf("no test is called %s", m.Run)
			}
			sound[key] = err
			e.progress("sound tests, %s: %s", key, word(err == nil, "pass", "FAIL"))
		}
	}
	results := make([]error, len(chosen))
	ablation.Each(len(chosen), e.Jobs, func(i int) {
		if ctx.Err() != nil {
			return
		}
		start := time.Now()
		if results[i] = sound[chosen[i].command()]; results[i] == nil {
			results[i] = e.catch(ctx, chosen[i])
		}
		e.progress("%s: %s after %.0f s", chosen[i].Name, word(results[i] == nil, "caught", "NOT CAUGHT"), time.Since(start).Seconds())
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

func word(ok bool, yes, no string) string {
	if ok {
		return yes
	}
	return no
}

func (m Mutation) command() string { return strings.Join(m.Packages, " ") + " " + m.Run }

// catch lays the mutated file over the tree and wants a test to fail.
func (e *Env) catch(ctx context.Context, m Mutation) error {
	dir, err := os.MkdirTemp(e.Tmp, "mutant-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	source := filepath.Join(e.Root, m.File)
	text, err := os.ReadFile(source)
	if err != nil {
		return err
	}
	mutant, err := m.Apply(string(text))
	if err != nil {
		return err
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
		return err
	}
	failed, _, err := e.goTest(ctx, overlay, m)
	if err != nil {
		return err
	}
	if !failed {
		return errors.New("no test noticed")
	}
	return nil
}

// testLimit ends a test command whose mutant runs for ever, which counts as
// noticed.
const testLimit = 240 * time.Second

// goTest runs the tests that m names. failed says that a test, not the build,
// failed.
func (e *Env) goTest(ctx context.Context, overlay string, m Mutation) (failed bool, out []byte, err error) {
	args := []string{"test", "-count=1", "-vet=off", "-v", "-failfast", "-timeout", testLimit.String()}
	if overlay != "" {
		args = append(args, "-overlay", overlay)
	}
	args = append(args, "-run", m.Run)
	cmd := exec.CommandContext(ctx, "go", append(args, m.Packages...)...)
	cmd.Dir = e.Root
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
