package attack

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A suite is a set of the repository's own tests that make up one attack.
type suite struct {
	pkg, run string
}

// tests counts the named tests; each top-level test is one try. A name that no test
// has is lost: the list has gone stale.
func (e *Env) tests(ctx context.Context, suites []suite, extra ...string) (Outcome, error) {
	var o Outcome
	for _, s := range suites {
		if err := e.suite(ctx, &o, s, extra...); err != nil {
			return o, err
		}
	}
	return o, ctx.Err()
}

type testEvent struct {
	Action, Package, Test, Output string
}

// suite runs one suite and counts it in o.
func (e *Env) suite(ctx context.Context, o *Outcome, s suite, extra ...string) error {
	args := append([]string{"test", "-json", "-count=1", "-timeout", testLimit.String()}, extra...)
	if s.run != "" {
		args = append(args, "-run", s.run)
	}
	cmd := e.tool(ctx, append(args, s.pkg)...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if _, bad := err.(*exec.ExitError); err != nil && !bad {
		return fmt.Errorf("go test %s: %w", s.pkg, err)
	}
	said := map[string][]string{}
	tried := o.Tried
	var ran []string
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var ev testEvent
		if json.Unmarshal(lines.Bytes(), &ev) != nil {
			continue
		}
		name := ev.Package + "." + ev.Test
		if top, _, sub := strings.Cut(ev.Test, "/"); sub {
			said[ev.Package+"."+top] = append(said[ev.Package+"."+top], ev.Output)
			continue
		}
		if ev.Test != "" && slices.Contains([]string{"pass", "fail", "skip"}, ev.Action) {
			ran = append(ran, ev.Test)
		}
		switch ev.Action {
		case "output":
			said[name] = append(said[name], ev.Output)
		case "pass", "fail":
			if ev.Test != "" || ev.Action == "fail" && o.Tried == tried {
				err := error(nil)
				if ev.Action == "fail" {
					err = fmt.Errorf("%s fails: %s", strings.TrimSuffix(name, "."), tail([]byte(strings.Join(said[name], " "))))
				}
				o.try(err)
			}
		case "skip":
			if ev.Test != "" {
				o.skip("%s: %s", ev.Test, reason(said[name]))
			}
		}
	}
	if len(ran) == 0 && o.Tried == tried {
		o.try(fmt.Errorf("go test %s -run %q ran nothing: %s", s.pkg, s.run, tail(errs.Bytes())))
		return nil
	}
	for _, name := range strings.Split(s.run, "|") {
		pattern, err := regexp.Compile(name)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(ran, pattern.MatchString) {
			o.try(fmt.Errorf("%s: no test is called %s any more", s.pkg, name))
		}
	}
	return nil
}

// reason is what a skipped test said.
func reason(said []string) string {
	for _, line := range said {
		if _, why, ok := strings.Cut(line, ".go:"); ok {
			_, why, _ = strings.Cut(why, ": ")
			return strings.TrimSpace(why)
		}
	}
	return "no reason given"
}

// within runs f with a limit of its own and says whether it ran out.
func within(ctx context.Context, d time.Duration, f func(context.Context) error) (late bool, err error) {
	own, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	err = f(own)
	return own.Err() != nil && ctx.Err() == nil, err
}
