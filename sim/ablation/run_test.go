package ablation

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"edgewise/sim/trace"
)

const small = `
name = "small"
seeds = 2
first_seed = 3
[[base]]
name = "b"
[base.spec]
steps = 8
batch = 8
data = { side = 8, train = 64, search = 0, test = 16 }
net = { channels = 2, stem = 1 }
alpha = { rate = 0.05, weight_decay = 0.0 }
[[arm]]
name = "loo"
interventions = [{ name = "leave-one-out" }]
[[arm]]
name = "same"
spec = { steps = 8 }
[[arm]]
name = "diverges"
spec = { theta = { rate = 1e3, rate_min = 1e3, clip = 0.0, weight_decay = 1e3 } }
[[arm]]
name = "both"
against = "loo"
interventions = [{ name = "centred" }, { name = "entropy", strength = 0.1 }]
`

func smallGrid(t *testing.T) Grid {
	t.Helper()
	g, err := Decode("small", []byte(small))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// contents are all files of the finished runs of a folder.
func contents(t *testing.T, jobs []Job, out string) string {
	t.Helper()
	var b strings.Builder
	for _, j := range Unique(jobs) {
		for _, name := range runFiles {
			text, err := os.ReadFile(filepath.Join(j.Folder(out), name))
			if err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Fatal(err)
			}
			b.WriteString(j.ID() + name)
			b.Write(text)
		}
	}
	return b.String()
}

// A local run, one with more jobs, one that was stopped again and again, and the merge
// of shards hold the same bytes.
func TestEveryWayToRunGivesTheSameBytes(t *testing.T) {
	g := smallGrid(t)
	jobs := g.Jobs()
	local := t.TempDir()
	if err := Run(context.Background(), jobs, Options{Jobs: 1, Out: local}); err != nil {
		t.Fatal(err)
	}
	want := contents(t, jobs, local)
	if left := Missing(jobs, local); len(left) != 0 {
		t.Errorf("%d runs are left", len(left))
	}

	stopped := t.TempDir()
	for stops := 0; ; stops++ {
		ctx, cancel := context.WithCancel(context.Background())
		calls := 0
		err := Run(ctx, jobs, Options{Jobs: 2, Out: stopped, Progress: func(_, _ int) {
			if calls++; calls == 13 {
				cancel()
			}
		}})
		cancel()
		if err == nil {
			if stops < 3 {
				t.Errorf("only %d stops: the test says little", stops)
			}
			break
		}
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
	if contents(t, jobs, stopped) != want {
		t.Error("stopped and resumed, the runs differ")
	}

	out := t.TempDir()
	var shards []string
	n := 0
	for i := 1; i <= 3; i++ {
		part, err := Shard(Unique(jobs), i, 3)
		if err != nil {
			t.Fatal(err)
		}
		n += len(part)
		shards = append(shards, t.TempDir())
		if err := Run(context.Background(), part, Options{Jobs: 1, Out: shards[i-1]}); err != nil {
			t.Fatal(err)
		}
	}
	if n != len(Unique(jobs)) {
		t.Errorf("3 shards have %d runs of %d", n, len(Unique(jobs)))
	}
	if copied, err := Merge(jobs, shards, out); err != nil || copied != n {
		t.Errorf("merged %d of %d: %v", copied, n, err)
	}
	if contents(t, jobs, out) != want {
		t.Error("merged from shards, the runs differ")
	}
	if copied, err := Merge(jobs, shards, out); err != nil || copied != 0 {
		t.Errorf("merged again: %d copied, %v", copied, err)
	}
	path := filepath.Join(jobs[0].Folder(shards[0]), trace.ManifestFile)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, bytes.Replace(text, []byte(`"source"`), []byte(`"sourcf"`), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Merge(jobs, shards, out); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("a damaged manifest is merged: %v", err)
	}
	body, _, ok := bytes.Cut(text, []byte(",\n  \"crc\""))
	if !ok {
		t.Fatal("the manifest carries no checksum")
	}
	if err := os.WriteFile(path, append(body, "\n}\n"...), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Merge(jobs, shards, out); err == nil || !strings.Contains(err.Error(), "differ") {
		t.Errorf("machines that disagree are merged: %v", err)
	}
}

// What a kill left in the middle of a replacement is gone once the runs are finished.
func TestNothingOfAKillIsLeftBehind(t *testing.T) {
	g := smallGrid(t)
	g.Seeds = 1
	jobs, out := g.Jobs(), t.TempDir()
	for range 2 { // for runs that are to be made, and for finished ones
		for _, j := range Unique(jobs) {
			if err := os.MkdirAll(j.Folder(out), 0o755); err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{".seconds.txt.tmp", ".failed.txt.tmp", ".checkpoint.bin.tmp"} {
				if err := os.WriteFile(filepath.Join(j.Folder(out), name), []byte("0.1"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := Run(context.Background(), jobs, Options{Jobs: 1, Out: out}); err != nil {
			t.Fatal(err)
		}
		left, err := filepath.Glob(filepath.Join(out, "*", "*", ".*"))
		if err != nil || len(left) > 0 {
			t.Errorf("left behind: %v %v", left, err)
		}
	}
}

// A run that diverges says so and leaves the others alone; runs with one spec are one.
func TestFailedArmsSpoilNothing(t *testing.T) {
	g := smallGrid(t)
	jobs := g.Jobs()
	if len(jobs) != 10 || len(Unique(jobs)) != 8 {
		t.Errorf("%d jobs, %d runs: expected 10 and, two being their base, 8", len(jobs), len(Unique(jobs)))
	}
	out := t.TempDir()
	for _, r := range Collect(jobs, out) {
		if !errors.Is(r.Err, ErrNotRun) {
			t.Fatalf("nothing was run: %v", r.Err)
		}
	}
	if err := Run(context.Background(), jobs, Options{Jobs: 2, Out: out}); err != nil {
		t.Fatal(err)
	}
	for _, r := range Collect(jobs, out) {
		switch {
		case r.Arm == "diverges":
			if r.Err == nil || !strings.Contains(r.Err.Error(), "diverged") {
				t.Errorf("%s: %v", r.Spec.Name, r.Err)
			}
		case r.Err != nil || !r.Outcome.Failure.Known:
			t.Errorf("%s: %v %v", r.Spec.Name, r.Err, r.Outcome)
		}
	}
}

func TestGridsThatMakeNoSense(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"unknown key":          {"seeds = 2", "seeds = 2\nsedes = 3", "small:4: unknown key sedes"},
		"unknown key of spec":  {"batch = 8", "batch = 8\nbacth = 9", "small:10: base[0] b: spec: unknown keys bacth"},
		"no seeds":             {"seeds = 2", "seeds = 0", "small:3: seeds is 0"},
		"unknown intervention": {"leave-one-out", "leave-two-out", "leave-two-out"},
		"unknown of an arm":    {"leave-one-out", "leave-two-out", "small:15: arm[0] loo: spec: interventions[0]"},
		"field of a table":     {"channels = 2", "channels = 0", "small:11: base[0] b: spec: net.channels is 0"},
		"field of an arm":      {"rate = 1e3,", "rate = 1e4,", "small:21: arm[2] diverges: spec: theta.rate is 10000"},
		"no strength":          {", strength = 0.1", "", "strength"},
		"seed in an arm":       {"spec = { steps = 8 }", "spec = { seed = 8 }", "paired"},
		"changes nothing":      {"spec = { steps = 8 }", "", "changes nothing"},
		"unknown base":         {`name = "loo"`, "name = \"loo\"\nbases = [\"c\"]", `"c"`},
		"unknown comparison":   {`against = "loo"`, `against = "lol"`, "lol"},
		"name twice":           {`name = "same"`, `name = "loo"`, "twice"},
		"name with a slash":    {`name = "same"`, `name = "a/b"`, "letters"},
		"spec out of range":    {"batch = 8", "batch = 1", "small:9: base[0] b: spec: batch is 1"},
		"not TOML":             {"[[base]]", "[[base", "line 6"},
	} {
		text := strings.Replace(small, c.old, c.new, 1)
		if text == small {
			t.Fatalf("%s: the text did not change", name)
		}
		if _, err := Decode("small", []byte(text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Arms keep to themselves: what one changes, no other and no base sees.
func TestArmsDoNotShareMemory(t *testing.T) {
	g, err := Shipped(Default)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range g.Arms {
		if a.Name != "no-none" && len(a.Spec.Net.Ops) != 8 {
			t.Errorf("%s has %d operations", a.Name, len(a.Spec.Net.Ops))
		}
		if a.Name != "no-skip-between" && len(a.Spec.Edges) != 0 {
			t.Errorf("%s restricts edges", a.Name)
		}
	}
	names := map[string]bool{}
	for _, a := range g.Arms {
		names[a.Name] = true
		if a.Formula == "" || a.Claim == "" {
			t.Errorf("%s has no formula or source", a.Name)
		}
	}
	if len(names) < 12 {
		t.Errorf("the default grid has %d interventions", len(names))
	}
}

// The variants keep to the bases of the default grid, so that their runs are shared,
// and every arm is one that the theory covers or names the reason why not.
func TestVariantsShareTheirBases(t *testing.T) {
	d, err := Shipped(Default)
	if err != nil {
		t.Fatal(err)
	}
	v, err := Shipped(Variants)
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, j := range d.Jobs() {
		ids[j.ID()] = true
	}
	v.Seeds = 1
	shared := 0
	for _, j := range v.Jobs() {
		if j.Arm == "" && !ids[j.ID()] {
			t.Errorf("base %s is another run than in the default grid", j.Base)
		}
		if ids[j.ID()] {
			shared++
		}
	}
	if shared != len(v.Bases) {
		t.Errorf("%d runs are shared: arms of the default grid are repeated", shared)
	}
	if _, err := Shipped("none"); err == nil {
		t.Error("an unknown grid is shipped")
	}
	v.Cut(5)
	for at, p := range v.Predict(Theory, 2) {
		if p.Err != nil && !errors.Is(p.Err, ErrNoTheory) {
			t.Errorf("%v: %v", at, p.Err)
		}
	}
}

func TestSlurmScript(t *testing.T) {
	text, err := Cluster{Program: "/opt/it's/edgewise", Out: "/shared/out", Grid: "/shared/g.toml", Shards: 4, Minutes: 30}.Slurm(smallGrid(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"#!/bin/sh\n", "--array=1-4\n", "--requeue\n", "--time=30\n", `'/opt/it'\''s/edgewise'`, `--shard "$SLURM_ARRAY_TASK_ID/4"`, "--grid '/shared/g.toml'"} {
		if !strings.Contains(text, want) {
			t.Errorf("the script has no %q:\n%s", want, text)
		}
	}
	if _, err := (Cluster{Program: "x", Out: "y"}).Slurm(smallGrid(t)); err == nil {
		t.Error("an array without tasks is accepted")
	}
	if _, err := Shard(nil, 4, 3); err == nil {
		t.Error("shard 4/3 is accepted")
	}
}
