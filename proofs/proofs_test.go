package proofs

import (
	"testing"
)

// TestEvidence: every check passes as stated and fails with its mutation.
func TestEvidence(t *testing.T) {
	for _, k := range Checks() {
		t.Run(k.Name, func(t *testing.T) {
			t.Parallel()
			if k.Mutation == "" {
				t.Fatal("the check has no mutation")
			}
			o, err := k.Measure(1, false)
			if err != nil {
				t.Fatal(err)
			}
			if !o.Passed() {
				t.Errorf("fails as stated: residual %.3g, tolerance %.3g, %d cases", o.Residual, o.Tolerance, o.Cases)
			}
			m, err := k.Measure(1, true)
			if err != nil {
				t.Fatal(err)
			}
			if m.Passed() {
				t.Errorf("passes although the mutation %s: residual %.3g, tolerance %.3g", k.Mutation, m.Residual, m.Tolerance)
			}
		})
	}
}
