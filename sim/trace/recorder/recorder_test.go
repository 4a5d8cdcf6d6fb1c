package recorder

import (
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"edgewise/sim/check"
	"edgewise/sim/trace"
)

func TestRecorderIsShort(t *testing.T) {
	if n := strings.Count(Python, "\n"); n > 30 {
		t.Errorf("the recorder has %d lines, more than 30", n)
	}
}

// python returns an interpreter that has torch.
func python(t *testing.T) string {
	for _, p := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(p, "-c", "import importlib.util, sys; sys.exit(importlib.util.find_spec('torch') is None)").Run() == nil {
			return p
		}
	}
	t.Skip("no Python with torch (Debian: python3-torch)")
	return ""
}

// A small PyTorch search, recorded: the trace is sound, its costs obey the
// conservation law of the cell (P3.4) and drive alpha as P1.1 says.
func TestRecordedSearchObeysTheLaws(t *testing.T) {
	py := python(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "edgewise_recorder.py"), []byte(Python), 0o644); err != nil {
		t.Fatal(err)
	}
	script, err := filepath.Abs(filepath.Join("testdata", "search.py"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(py, script, dir, "25")
	cmd.Env = append(os.Environ(), "PYTHONPATH="+dir, "PYTHONDONTWRITEBYTECODE=1")
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for _, kind := range []string{"soft", "onehot"} {
		out := filepath.Join(dir, kind)
		tr, err := trace.Read(out)
		if err != nil {
			t.Fatal(err)
		}
		if len(tr.Points) != 26 || !tr.Complete() {
			t.Fatalf("%s: %d points, complete %v", kind, len(tr.Points), tr.Complete())
		}
		for _, f := range check.Trace(tr).Findings {
			if f.Severity == check.Error && !(kind == "onehot" && strings.Contains(f.What, "never moves")) {
				t.Errorf("%s: %+v", kind, f)
			}
		}
		worst, drift := 0.0, 0.0
		for i := range 25 {
			p, next := &tr.Points[i], &tr.Points[i+1]
			gate := p.Prob[0]
			if kind == "onehot" {
				gate = p.Gate[0]
			} else if p.Gate != nil {
				t.Fatal("soft gates were recorded as samples")
			}
			total, scale := -p.Train.Gap(), math.Abs(p.Train.Gap())
			for e, row := range p.Cost.Mean[0] {
				mean := 0.0
				for o, c := range row {
					mean += gate[e][o] * c
				}
				total += mean
				scale += math.Abs(mean)
				if tr.Manifest.Edges[e][0] > 1 {
					total -= gate[e][1] * row[1]
				}
				for o, c := range row {
					if kind == "soft" {
						want := p.Alpha[0][e][o] - p.AlphaRate*gate[e][o]*(c-mean)
						drift = math.Max(drift, math.Abs(next.Alpha[0][e][o]-want))
					}
				}
			}
			worst = math.Max(worst, math.Abs(total)/math.Max(scale, 1e-3)) // a sample of none alone costs nothing
		}
		t.Logf("%s: conservation %.1e, alpha %.1e", kind, worst, drift)
		if worst > 1e-3 || drift > 1e-6 {
			t.Errorf("%s: conservation residual %g, alpha is off by %g", kind, worst, drift)
		}
	}
}
