package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"

	"edgewise/proofs"
	"edgewise/reports/paper"
	"edgewise/sim/trace"
)

type proveCmd struct {
	Filter string `arg:"" optional:"" help:"A P-number such as P2 or P5.4, or part of a name; all claims without it."`
	Seed   uint64 `help:"Seed of the random points." default:"1"`
	Coq    bool   `help:"Also compile the Coq proofs and check their axioms (about a minute)."`
	LaTeX  string `name:"latex" help:"Write statements and proofs as a LaTeX document to that file." placeholder:"FILE" type:"path"`
	JSON   bool   `name:"json" help:"Print every piece of evidence as JSON."`
}

func (proveCmd) Help() string {
	return "Example:\n  edgewise prove P2\n\n" +
		"runs every check of the register, as stated and with a mutation that must break it, and prints the status table.\n" +
		"Exit 1 when a check fails or a mutation goes unnoticed."
}

func (c *proveCmd) Run(ctx context.Context, s streams) error {
	results := proofs.Run(ctx, c.Filter, c.Seed)
	if err := ctx.Err(); err != nil {
		return err
	}
	var claims []proofs.Claim
	for _, x := range proofs.Register() {
		if x.Matches(c.Filter) {
			claims = append(claims, x)
		}
	}
	rows := proofs.Summary(c.Filter, results)
	if len(rows) == 0 {
		return misuse{fmt.Errorf("no claim matches %q", c.Filter)}
	}
	if c.Coq {
		if err := compileCoq(ctx, s); err != nil {
			return err
		}
	}
	if c.LaTeX != "" {
		var b bytes.Buffer
		if err := proofs.LaTeX(&b, claims, results); err != nil {
			return err
		}
		if err := trace.WriteFile(c.LaTeX, b.Bytes()); err != nil {
			return err
		}
	}
	t, _ := paper.ClaimTable(rows, c.Seed)
	var err error
	if c.JSON {
		err = t.JSON(s.out)
	} else {
		err = t.Terminal(s.out, 0)
	}
	if err != nil {
		return err
	}
	failed := 0
	for _, r := range results {
		if !r.Passed() {
			failed++
			fmt.Fprintf(s.err, "%s: %s: residual %.2g (limit %.2g), mutated %.2g: %v\n", r.Claim, r.Evidence, r.Outcome.Residual, r.Outcome.Tolerance, r.Mutant.Residual, r.Err)
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d checks do not hold", failed, len(results))
	}
	return nil
}

// compileCoq compiles the machine-checked proofs in a folder of their own and
// names the axioms that they rest on.
func compileCoq(ctx context.Context, s streams) error {
	dir, err := os.MkdirTemp("", "edgewise-coq-")
	if err != nil {
		return fmt.Errorf("compiling the Coq proofs: %w", err)
	}
	defer os.RemoveAll(dir)
	axioms, err := proofs.RunCoq(ctx, dir)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "Coq: every theorem compiles; axioms: %s\n", strings.Join(axioms, ", "))
	return err
}
