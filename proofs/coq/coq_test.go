package coq

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestSourcesAreHonest reads the text: every file is in _CoqProject and opens
// with its statement in words; nothing is admitted or assumed.
func TestSourcesAreHonest(t *testing.T) {
	files, err := Files()
	if err != nil {
		t.Fatal(err)
	}
	onDisk, err := filepath.Glob("*.v")
	if err != nil {
		t.Fatal(err)
	}
	sorted := slices.Sorted(slices.Values(files))
	if !slices.Equal(sorted, onDisk) {
		t.Fatalf("_CoqProject lists %v, the folder holds %v", sorted, onDisk)
	}
	banned := regexp.MustCompile(`\b(Admitted|admit|Axiom|Parameter|Conjecture|Abort)\b`)
	numbered := regexp.MustCompile(`^\(\* P\d+\.\d+`)
	for _, f := range files {
		text, err := Source(f)
		if err != nil {
			t.Fatal(err)
		}
		if m := banned.FindString(text); m != "" {
			t.Errorf("%s: %q is not allowed", f, m)
		}
		if f != "Sums.v" && !numbered.MatchString(text) {
			t.Errorf("%s does not open with a comment that names its P-numbers", f)
		}
		if got, want := len(theoremPattern.FindAllString(text, -1)), len(regexp.MustCompile(`(?m)^Theorem `).FindAllString(text, -1)); got != want {
			t.Errorf("%s: %d theorems found, %d start a line", f, got, want)
		}
	}
}

// TestFilesAreInOrder: each file comes after those it imports.
func TestFilesAreInOrder(t *testing.T) {
	files, err := Files()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, f := range files {
		text, err := Source(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, need := range requires(text) {
			if !seen[need] {
				t.Errorf("%s imports %s, which does not come before it", f, need)
			}
		}
		seen[strings.TrimSuffix(f, ".v")] = true
	}
}

func TestParseAxioms(t *testing.T) {
	out := "Axioms:\nA.b : forall P : Prop, P\nC.long\n  : forall x : nat,\n    x = x\n"
	got, err := parseAxioms(out)
	if err != nil || !slices.Equal(got, []string{"A.b", "C.long"}) {
		t.Errorf("parseAxioms = %v, %v", got, err)
	}
	if got, err := parseAxioms("Closed under the global context\n"); err != nil || got != nil {
		t.Errorf("closed: %v, %v", got, err)
	}
	if _, err := parseAxioms("something else"); err == nil {
		t.Error("an unreadable answer was accepted")
	}
}

func TestFind(t *testing.T) {
	if _, err := Find("Bound.gap_lower_bound"); err != nil {
		t.Error(err)
	}
	if _, err := Find("Bound.no_such_theorem"); err == nil {
		t.Error("a theorem that does not exist was found")
	}
}

// mutations change one statement per file into a false one; Coq must refuse it.
var mutations = []struct{ file, old, new string }{
	{"Softmax.v", "(softmax n a m * (delta m k - softmax n a k)).", "(softmax n a m * (delta m k + softmax n a k))."},
	{"Dsnas.v", "= arch_grad n prob conditional_cost k.", "= - arch_grad n prob conditional_cost k."},
	{"OutputCost.v", "= Sum n (fun k => (softmax n z k - y k) * z k).", "= Sum n (fun k => (y k - softmax n z k) * z k)."},
	{"Bound.v", "-> - w <= gap n c z.", "-> w <= gap n c z."},
	{"Convexity.v", "(fun k => z k - v k) <= voter_cost n y z v.", "(fun k => z k - v k) <= - voter_cost n y z v."},
	{"Interventions.v", "= - lam * Sum n (fun i => W i * W i) /\\", "= lam * Sum n (fun i => W i * W i) /\\"},
	{"Euler.v", "g (J x) = g (O x).", "g (J x) = 0."},
	{"Conservation.v", "Theorem cell_conservation : total_cost = over_nodes direct + total_passed_back.", "Theorem cell_conservation : total_cost = over_nodes direct."},
	{"Ordering.v", "p0 <= p2 -> C2 <= C0.", "p2 <= p0 -> C2 <= C0."},
	{"TwoWay.v", "F (D t) = F (D 0) - rate * eta * RInt C 0 t.", "F (D t) = F (D 0) + rate * eta * RInt C 0 t."},
	{"Replicator.v", "(- eta * arch_grad n (fun m => solution m t) (fun m => C m t) k).", "(eta * arch_grad n (fun m => solution m t) (fun m => C m t) k)."},
	{"NoneDominance.v", "forall s t, 0 <= s < t -> a 0%nat s < a 0%nat t.", "forall s t, 0 <= s < t -> a 0%nat t < a 0%nat s."},
}

// TestDevelopment compiles every file, audits the axioms of every theorem and
// then checks that false statements do not compile.
func TestDevelopment(t *testing.T) {
	if err := Available(); err != nil {
		t.Skip(err)
	}
	ctx := context.Background()
	dir := t.TempDir()
	if err := Compile(ctx, dir); err != nil {
		t.Fatal(err)
	}
	theorems, err := Theorems()
	if err != nil {
		t.Fatal(err)
	}
	axioms, err := Axioms(ctx, dir, theorems)
	if err != nil {
		t.Fatal(err)
	}
	if len(axioms) == 0 {
		t.Error("no axioms at all: real analysis in Coq has some, the audit is not looking")
	}
	for _, a := range axioms {
		if Allowed[a] == "" {
			t.Errorf("a theorem rests on %s, which is not an axiom of the real numbers", a)
		}
	}
	for _, m := range mutations {
		t.Run(strings.TrimSuffix(m.file, ".v"), func(t *testing.T) {
			t.Parallel()
			text, err := Source(m.file)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Count(text, m.old) != 1 {
				t.Fatalf("%q stands %d times in %s", m.old, strings.Count(text, m.old), m.file)
			}
			name := "Mutated" + m.file
			if err := os.WriteFile(filepath.Join(dir, name), []byte(strings.Replace(text, m.old, m.new, 1)), 0o644); err != nil {
				t.Fatal(err)
			}
			if _, err := run(ctx, dir, name); err == nil {
				t.Errorf("%s compiles although its statement %q is false", m.file, m.new)
			}
		})
	}
}
