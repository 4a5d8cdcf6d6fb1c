package proofs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"edgewise/proofs/coq"
)

func TestRegisterIsSound(t *testing.T) {
	if err := Validate(Register()); err != nil {
		t.Fatal(err)
	}
}

// TestEveryStatementIsListed: the numbered statements of the theory are P1.1 to
// P7.11; one that is false as stated may stand under its number with an x.
func TestEveryStatementIsListed(t *testing.T) {
	listed := map[string]bool{}
	for _, c := range Register() {
		listed[strings.TrimRight(c.ID, "xy")] = true
	}
	for chapter, n := range map[string]int{"P1": 9, "P2": 7, "P3": 6, "P4": 8, "P5": 12, "P7": 11} {
		for i := 1; i <= n; i++ {
			if id := fmt.Sprintf("%s.%d", chapter, i); !listed[id] {
				t.Errorf("%s is not in the register", id)
			}
		}
	}
}

// TestEveryFailureIsReproduced: the claims that the theory reports as false.
func TestEveryFailureIsReproduced(t *testing.T) {
	for _, id := range []string{"P1.5x", "P2.4x", "P3.4x", "P4.4x", "P5.3x", "P5.4x", "P5.6x", "P5.6y", "P5.10x", "P6.2x"} {
		c, err := Find(id)
		if err != nil {
			t.Error(err)
			continue
		}
		if c.Status() != Refuted || len(c.Checks) == 0 {
			t.Errorf("%s is %s with %d checks, not refuted by a counter-example", id, c.Status(), len(c.Checks))
		}
	}
}

func TestValidateRefuses(t *testing.T) {
	good := func() []Claim { return slices.Clone(Register()) }
	cases := map[string]struct {
		change func([]Claim) []Claim
		want   string
	}{
		"missing check":   {func(c []Claim) []Claim { c[0].Checks = []string{"P1.1/none-such"}; return c }, "does not exist"},
		"missing theorem": {func(c []Claim) []Claim { c[0].Coq = []string{"Softmax.none_such"}; return c }, "no theorem"},
		"missing use":     {func(c []Claim) []Claim { c[0].Uses = []string{"P9.9"}; return c }, "not in the register"},
		"cycle":           {func(c []Claim) []Claim { c[0].Uses = []string{"P1.2"}; return c }, "circle"},
		"self":            {func(c []Claim) []Claim { c[0].Uses = []string{"P1.1"}; return c }, "uses itself"},
		"twice":           {func(c []Claim) []Claim { return append(c, c[0]) }, "twice"},
		"left-over check": {func(c []Claim) []Claim { c[0].Checks = nil; return c }, "belongs to no claim"},
		"no evidence": {func(c []Claim) []Claim {
			return append(c, Claim{ID: "P9.1", Name: "n", Text: "t", LaTeX: "t", Tag: Exact})
		}, "no evidence"},
		"false without counter-example": {func(c []Claim) []Claim {
			return append(c, Claim{ID: "P9.1x", Name: "n", Text: "t", LaTeX: "t", Tag: False, Proof: "p"})
		}, "counter-example"},
		"observation without source": {func(c []Claim) []Claim {
			return append(c, Claim{ID: "P9.1", Name: "n", Text: "t", LaTeX: "t", Tag: Observation})
		}, "without a source"},
	}
	for name, k := range cases {
		err := Validate(k.change(good()))
		if err == nil || !strings.Contains(err.Error(), k.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, k.want)
		}
	}
}

func TestRunAndSummary(t *testing.T) {
	ctx := context.Background()
	a, b := Run(ctx, "P2.4", 7), Run(ctx, "P2.4", 7)
	if len(a) != 4 {
		t.Fatalf("P2.4 selects %d checks, want 4 (P2.4 and P2.4x)", len(a))
	}
	for i := range a {
		if a[i] != b[i] {
			t.Errorf("two runs differ: %v, %v", a[i], b[i])
		}
		if !a[i].Passed() {
			t.Errorf("%s does not hold: %+v", a[i].Evidence, a[i])
		}
	}
	rows := Summary("P2.4", a)
	if len(rows) != 2 || rows[0].Status != MachineChecked || rows[1].Status != Refuted {
		t.Errorf("summary %+v", rows)
	}
	a[0].Mutant = a[0].Outcome // as if the mutation had passed
	if rows := Summary("P2.4", a); rows[0].Status != Stated {
		t.Errorf("a check that no mutation breaks leaves the claim %s", rows[0].Status)
	}
	if got := Summary("P2.4", nil); got[0].Checks != 3 {
		t.Errorf("without results %d checks are counted, want 3", got[0].Checks)
	}
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	for _, r := range Run(stopped, "P2.4", 7) {
		if r.Err == nil {
			t.Errorf("%s ran although the context was cancelled", r.Evidence)
		}
	}
}

func TestRunCoqSaysWhatIsMissing(t *testing.T) {
	t.Setenv("PATH", "")
	if _, err := RunCoq(context.Background(), t.TempDir()); !errors.Is(err, coq.ErrMissing) {
		t.Errorf("without coqc: %v, want an error that wraps coq.ErrMissing", err)
	}
}

func TestDocumentCompiles(t *testing.T) {
	var b strings.Builder
	if err := LaTeX(&b, Register(), Run(context.Background(), "P2.4", 1)); err != nil {
		t.Fatal(err)
	}
	for _, c := range Register() {
		if !strings.Contains(b.String(), c.LaTeX) {
			t.Errorf("the statement of %s is missing", c.ID)
		}
	}
	if _, err := exec.LookPath("pdflatex"); err != nil {
		t.Skip("pdflatex is not installed: ", err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "proofs.tex"), []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("pdflatex", "-interaction=nonstopmode", "-halt-on-error", "proofs.tex")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("pdflatex: %v\n%s", err, out[max(0, len(out)-2000):])
	}
	for line := range strings.Lines(string(out)) {
		if strings.HasPrefix(line, "Overfull \\hbox") || strings.Contains(line, "undefined") {
			t.Error(strings.TrimSpace(line))
		}
	}
}
