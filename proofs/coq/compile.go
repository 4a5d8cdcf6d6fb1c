package coq

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// ErrMissing says that coqc or Coquelicot is not installed.
var ErrMissing = errors.New("Coq is not available: install coq and libcoq-coquelicot")

// Allowed lists the axioms that a theorem may rest on, with what each is for.
// The first three construct the real numbers in Coq's standard library; its
// analysis (and Coquelicot's) reasons classically, which is the fourth.
var Allowed = map[string]string{
	"ClassicalDedekindReals.sig_forall_dec":                  "real numbers: decidability of a countable conjunction",
	"ClassicalDedekindReals.sig_not_dec":                     "real numbers: decidability of a negation",
	"FunctionalExtensionality.functional_extensionality_dep": "real numbers: Dedekind cuts are functions",
	"Classical_Prop.classic":                                 "real analysis of the standard library: excluded middle",
}

// Available returns nil if coqc runs, and an error that wraps ErrMissing if not.
func Available() error {
	if _, err := exec.LookPath("coqc"); err != nil {
		return fmt.Errorf("%w (%v)", ErrMissing, err)
	}
	out, err := exec.Command("coqc", "-where").Output()
	if err != nil {
		return fmt.Errorf("%w (coqc -where: %v)", ErrMissing, err)
	}
	contrib := filepath.Join(strings.TrimSpace(string(out)), "user-contrib", "Coquelicot")
	if _, err := os.Stat(contrib); err != nil {
		return fmt.Errorf("%w (%v)", ErrMissing, err)
	}
	return nil
}

// run compiles one file in dir and returns what it printed.
func run(ctx context.Context, dir, file string) (string, error) {
	cmd := exec.CommandContext(ctx, "coqc", "-q", "-w", "-ambiguous-paths", "-R", ".", Library, file)
	cmd.Dir = dir
	var out, msg bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &msg
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("coqc %s: %w\n%s", file, err, strings.TrimSpace(msg.String()))
	}
	return out.String(), nil
}

// Compile writes the development into dir, which must exist and be empty, and
// compiles it, as many files at a time as there are processors. The error
// names the first file that fails and carries Coq's message.
func Compile(ctx context.Context, dir string) error {
	files, err := Files()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(map[string]chan struct{}, len(files))
	for _, f := range files {
		done[strings.TrimSuffix(f, ".v")] = make(chan struct{})
	}
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	errs := make([]error, len(files))
	var wg sync.WaitGroup
	for i, f := range files {
		text, err := Source(f)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, f), []byte(text), 0o644); err != nil {
			return fmt.Errorf("writing the Coq sources: %w", err)
		}
		wg.Go(func() {
			defer close(done[strings.TrimSuffix(f, ".v")])
			for _, need := range requires(text) {
				if ready, ok := done[need]; ok {
					<-ready
				}
			}
			slots <- struct{}{}
			defer func() { <-slots }()
			if errs[i] = ctx.Err(); errs[i] != nil {
				return
			}
			if _, errs[i] = run(ctx, dir, f); errs[i] != nil {
				cancel()
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil && !errors.Is(err, context.Canceled) {
			return err
		}
	}
	return ctx.Err()
}

// axiomPattern matches the head of one entry of Print Assumptions.
var axiomPattern = regexp.MustCompile(`(?m)^([A-Za-z_][\w.']*)\s*(?::|\n\s+:)`)

// Axioms returns what the named theorems together rest on, sorted. The
// development must have been compiled in dir.
func Axioms(ctx context.Context, dir string, theorems []Theorem) ([]string, error) {
	var b strings.Builder
	b.WriteString("From Edgewise Require")
	files, err := Files()
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		b.WriteString(" " + strings.TrimSuffix(f, ".v"))
	}
	b.WriteString(".\nDefinition audited := (")
	for i, t := range theorems {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "@%s.%s", Library, t.FullName())
	}
	b.WriteString(").\nPrint Assumptions audited.\n")
	file := filepath.Join(dir, "Audit.v")
	if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
		return nil, fmt.Errorf("writing the audit: %w", err)
	}
	out, err := run(ctx, dir, "Audit.v")
	if err != nil {
		return nil, fmt.Errorf("asking Coq what the theorems assume: %w", err)
	}
	return parseAxioms(out)
}

// parseAxioms reads the output of Print Assumptions.
func parseAxioms(out string) ([]string, error) {
	if strings.Contains(out, "Closed under the global context") {
		return nil, nil
	}
	_, list, ok := strings.Cut(out, "Axioms:\n")
	if !ok {
		return nil, fmt.Errorf("no list of axioms in Coq's answer %q", out)
	}
	var axioms []string
	for _, m := range axiomPattern.FindAllStringSubmatch(list, -1) {
		axioms = append(axioms, m[1])
	}
	slices.Sort(axioms)
	return slices.Compact(axioms), nil
}
