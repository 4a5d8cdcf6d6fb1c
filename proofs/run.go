package proofs

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"

	"edgewise/proofs/coq"
)

// Result is what became of one piece of evidence of one claim.
type Result struct {
	Claim    string
	Evidence string // name of the check, or "coq: File.theorem"
	Kind     Kind
	Outcome  Outcome // as stated
	Mutant   Outcome // with the mutation
	Mutation string
	Err      error // why it could not be run
}

// Passed says whether the evidence holds: it passes as stated and fails mutated.
func (r Result) Passed() bool {
	return r.Err == nil && r.Outcome.Passed() && !r.Mutant.Passed()
}

// Matches says whether a claim is selected by a filter: the empty filter selects
// all; otherwise the number must equal it or start with it before a dot or an
// x ("P2" selects P2.1, "P2.4" selects P2.4 and P2.4x), or the name contain it.
func (c Claim) Matches(filter string) bool {
	if filter == "" || c.ID == filter || strings.HasPrefix(c.ID, filter+".") || strings.HasPrefix(c.ID, filter+"x") {
		return true
	}
	return strings.Contains(strings.ToLower(c.Name), strings.ToLower(filter))
}

// Run runs the checks of the selected claims, each as stated and mutated, on
// all processors. The results are in the order of the register and, for the
// same seed, the same on every run. A cancelled context leaves its error in
// the results that were not reached. Coq is not run: see RunCoq.
func Run(ctx context.Context, filter string, seed uint64) []Result {
	var out []Result
	for _, c := range Register() {
		if !c.Matches(filter) {
			continue
		}
		for _, name := range c.Checks {
			r := Result{Claim: c.ID, Evidence: name}
			if k, ok := Lookup(name); ok {
				r.Kind, r.Mutation = k.Kind, k.Mutation
			} else {
				r.Err = fmt.Errorf("claim %s names the check %q, which does not exist", c.ID, name)
			}
			out = append(out, r)
		}
	}
	jobs := make(chan int)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range jobs {
				r := &out[i]
				if r.Err = ctx.Err(); r.Err != nil {
					continue
				}
				k, _ := Lookup(r.Evidence)
				if r.Outcome, r.Err = k.Measure(seed, false); r.Err == nil {
					r.Mutant, r.Err = k.Measure(seed, true)
				}
			}
		})
	}
	for i := range out {
		if out[i].Err == nil {
			jobs <- i
		}
	}
	close(jobs)
	wg.Wait()
	return out
}

// RunCoq compiles the Coq development in dir, an empty folder, and audits the
// theorems that the register cites. It returns what they assume. The error
// wraps coq.ErrMissing where Coq is not installed.
func RunCoq(ctx context.Context, dir string) ([]string, error) {
	if err := coq.Available(); err != nil {
		return nil, err
	}
	var cited []coq.Theorem
	seen := map[string]bool{}
	for _, c := range Register() {
		for _, name := range c.Coq {
			t, err := coq.Find(name)
			if err != nil {
				return nil, fmt.Errorf("claim %s: %w", c.ID, err)
			}
			if !seen[name] {
				seen[name] = true
				cited = append(cited, t)
			}
		}
	}
	if err := coq.Compile(ctx, dir); err != nil {
		return nil, err
	}
	axioms, err := coq.Axioms(ctx, dir, cited)
	if err != nil {
		return nil, err
	}
	for _, a := range axioms {
		if coq.Allowed[a] == "" {
			return axioms, fmt.Errorf("the theorems rest on the axiom %s, which is not one of the real numbers", a)
		}
	}
	return axioms, nil
}

// Row is one line of the status table.
type Row struct {
	ID, Name string
	Tag      Tag
	Status   Status
	Checks   int // checks that were run
	Passed   int // of those, passed as stated and failed mutated
	Theorems int // Coq theorems cited
}

// Summary condenses results into the status table, one row per selected claim.
// A claim with evidence that was run and did not pass is only "stated".
func Summary(filter string, results []Result) []Row {
	var claims []Claim
	for _, c := range Register() {
		if c.Matches(filter) {
			claims = append(claims, c)
		}
	}
	return summarise(claims, results)
}

// summarise is Summary for given claims; without results it counts the checks.
func summarise(claims []Claim, results []Result) []Row {
	var rows []Row
	for _, c := range claims {
		row := Row{ID: c.ID, Name: c.Name, Tag: c.Tag, Status: c.Status(), Theorems: len(c.Coq)}
		for _, r := range results {
			if r.Claim != c.ID {
				continue
			}
			row.Checks++
			if r.Passed() {
				row.Passed++
			}
		}
		if row.Passed < row.Checks {
			row.Status = Stated
		}
		if results == nil {
			row.Checks = len(c.Checks)
		}
		rows = append(rows, row)
	}
	return rows
}
