package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"edgewise/sim/check"
	"edgewise/sim/predict"
	"edgewise/sim/trace"
)

const recordedSpec = `algorithm = "darts"
level = "single"
steps = 25
batch = 32
[net]
cells = 1
nodes = 2
multiplier = 2
channels = 4
ops = ["none", "skip_connect", "avg_pool_3x3", "sep_conv_3x3"]
[alpha]
optimiser = "sgd"
beta1 = 0.0
rate = 0.5
weight_decay = 0.0
[record]
every = 1
eval = 0
`

// said runs a command line and returns what it prints.
func said(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := run(context.Background(), args, &out, &errs); code != exitDone {
		t.Fatalf("edgewise %s: exit %d: %s%s", strings.Join(args, " "), code, out.String(), errs.String())
	}
	return out.String()
}

// The recorder as import prints it, in a search of PyTorch's own: the trace imports,
// its costs obey conservation and the gauge of the softmax, replay gives every step of
// alpha, and compare says so.
func TestRecorderToComparison(t *testing.T) {
	python := ""
	for _, p := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(p, "-c", "import importlib.util, sys; sys.exit(importlib.util.find_spec('torch') is None)").Run() == nil {
			python = p
			break
		}
	}
	if python == "" {
		t.Skip("no Python with torch (Debian: python3-torch)")
	}
	script, err := filepath.Abs(filepath.Join("..", "..", "sim", "trace", "recorder", "testdata", "search.py"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	t.Chdir(dir)
	for name, text := range map[string]string{"edgewise_recorder.py": said(t, "import", "--recorder"), "spec.toml": recordedSpec} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(python, script, dir, "25")
	cmd.Env = append(os.Environ(), "PYTHONPATH="+dir, "PYTHONDONTWRITEBYTECODE=1")
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if text := said(t, "import", "soft", "--spec", "spec.toml", "--out", "theirs"); !strings.Contains(text, "predictions that it allows: replay, driven") {
		t.Errorf("import says:\n%s", text)
	}
	var report []struct{ check.Report }
	if err := json.Unmarshal([]byte("["+said(t, "check", "theirs", "--json")+"]"), &report); err != nil {
		t.Fatal(err)
	}
	conserved := false
	for _, r := range report[0].Residuals {
		t.Logf("%s: median %.1e, largest %.1e of %d", r.Law, r.Median, r.Max, r.Points)
		conserved = conserved || r.Source == "P3.4" && r.Points == 25 && r.Max < 1e-4
	}
	if !conserved || report[0].Worst() > check.Note {
		t.Errorf("check says: %+v", report[0])
	}
	tr, err := trace.Read("theirs")
	if err != nil {
		t.Fatal(err)
	}
	_, replay, err := predict.Replay(tr)
	if err != nil || replay.Steps != 25 || replay.Absolute > 1e-5 {
		t.Errorf("replay: %+v %v", replay, err)
	}
	text := said(t, "compare", "theirs")
	if !strings.Contains(text, "theirs: rung replay") && !strings.Contains(text, "rung replay") || !strings.Contains(text, "null: depth") {
		t.Errorf("compare says:\n%s", text)
	}
	t.Logf("replay is off by %.1e\n%s", replay.Absolute, text)
}
