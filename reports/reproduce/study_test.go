package reproduce

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"edgewise/reports/figure"
	"edgewise/sim/predict"
)

// small is the whole study with searches of a few steps.
func small(out string, jobs int) Options {
	return Options{Seeds: 2, Steps: 12, Jobs: jobs, Out: out}
}

func render(t *testing.T, runs []Run) string {
	t.Helper()
	var b bytes.Buffer
	for _, x := range Tables(runs) {
		if err := x.Terminal(&b, 0); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// The study gives the same tables for every number of jobs and after being
// stopped in the middle, and writes what it promises.
func TestStudy(t *testing.T) {
	whole := t.TempDir()
	runs, err := Study(context.Background(), Arms(), small(whole, 2))
	if err != nil {
		t.Fatal(err)
	}
	if len(runs) != 2*len(Arms()) {
		t.Fatalf("%d runs of %d arms", len(runs), len(Arms()))
	}
	want := render(t, runs)
	for _, r := range runs {
		if r.Replay.Steps != 12 || r.Replay.Relative > 1e-10 {
			t.Errorf("%s: replayed %d steps, residual %g", r.Folder, r.Replay.Steps, r.Replay.Relative)
		}
	}
	if err := Write(whole, runs, []figure.Format{figure.SVG, figure.PDF}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"tables/biases.tex", "tables/scores.csv", "tables/settings.md", "figures/none-confident.svg",
		"runs/bilevel-s2/trace.jsonl", "runs/bilevel-s2/predicted/driven/manifest.json", "report.html"} {
		if _, err := os.Stat(filepath.Join(whole, name)); err != nil {
			t.Error(err)
		}
	}

	stopped := t.TempDir()
	o := small(stopped, 1)
	ctx, cancel := context.WithCancel(context.Background())
	var once sync.Once
	o.Progress = func(done, total int) {
		if done > total/2 {
			once.Do(cancel)
		}
	}
	if _, err := Study(ctx, Arms(), o); !errors.Is(err, context.Canceled) {
		t.Fatalf("stopped in the middle: %v", err)
	}
	o.Progress = nil
	again, err := Study(context.Background(), Arms(), o)
	if err != nil {
		t.Fatal(err)
	}
	if got := render(t, again); got != want {
		t.Errorf("one job, stopped and continued, gives other tables:\n%s\nthan two jobs in one go:\n%s", got, want)
	}
}

// Every claim speaks of an arm that exists, and each phenomenon has a claim that
// it appears and one that it does not.
func TestClaimsHaveArmsAndContrasts(t *testing.T) {
	arms := map[string]bool{}
	for _, a := range Arms() {
		arms[a.Name] = true
		if err := a.seeded(1).Check(); err != nil {
			t.Errorf("%s: %v", a.Name, err)
		}
	}
	appears, absent := map[string]bool{}, map[string]bool{}
	for _, c := range claims() {
		if !arms[c.arm] {
			t.Errorf("claim %q speaks of arm %q, which does not exist", c.measure, c.arm)
		}
		if c.judge != nil {
			appears[c.bias] = appears[c.bias] || strings.HasPrefix(c.text, ">")
			absent[c.bias] = absent[c.bias] || strings.HasPrefix(c.text, "<")
		}
	}
	for _, b := range []string{"O1", "O2", "O3"} {
		if !appears[b] || !absent[b] {
			t.Errorf("%s: appears %v, contrast %v", b, appears[b], absent[b])
		}
	}
}

// Runs that the constants were fitted on are named as such, wherever seeds start.
func TestRunsOfTheCalibrationAreNamed(t *testing.T) {
	for seed, want := range map[uint64]bool{1: false, 100: false, 101: true, 103: true, 104: false} {
		runs := []Run{{Arm: Arm{Name: "confident", Claimed: true}, Seed: seed}}
		if got := Calibrated(runs) != ""; got != want {
			t.Errorf("seed %d: warned %v", seed, got)
		}
		runs[0].Arm.Claimed = false
		if Calibrated(runs) != "" {
			t.Errorf("seed %d of another arm is warned of", seed)
		}
	}
	if !strings.Contains(predict.Calibration, fmt.Sprintf("seeds %d-%d", firstCalibrated, lastCalibrated)) {
		t.Errorf("the calibration is on other seeds: %s", predict.Calibration)
	}
}
