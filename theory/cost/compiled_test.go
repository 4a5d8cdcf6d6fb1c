package cost

import (
	"errors"
	"math/rand"
	"testing"

	"edgewise/theory/cell"
)

// The compiled shares and derivatives are those of the exact algorithm.
func TestCompiledSharesAndDerivatives(t *testing.T) {
	r := rand.New(rand.NewSource(8))
	for _, c := range []cell.Cell{cell.Minimal(), mustCell(t, 2, 1), mustCell(t, 3, 3)} {
		s, err := CompileShares(c)
		if err != nil {
			t.Fatal(err)
		}
		n := len(c.Edges)
		x := mustExpect(t, c)
		q, p := make([]float64, n), make([]float64, n)
		for e := range q {
			q[e] = r.Float64()
			p[e] = 1 - q[e]
		}
		gotR, gotH, dr, dh, err := s.At(q)
		if err != nil {
			t.Fatal(err)
		}
		wantR, wantH := make([]float64, n), make([]float64, n)
		if err := x.Shares(wantR, wantH, p); err != nil {
			t.Fatal(err)
		}
		if d := max(largestDifference(gotR, wantR), largestDifference(gotH, wantH)); !(d < 1e-14) {
			t.Errorf("shares differ by %g", d)
		}
		jr, jh := square(n), square(n)
		if err := errors.Join(x.Jacobian(jr, p, ones(n+1)), x.Jacobian(jh, p, inverse(n))); err != nil {
			t.Fatal(err)
		}
		for e := range n {
			for f := range n { // d/dq = -d/dp
				if a, b := dr[e*n+f], -jr[e][f]; a-b > 1e-13 || b-a > 1e-13 {
					t.Errorf("dr_%d/dq_%d: compiled %v, exact difference %v", e, f, a, b)
				}
				if a, b := dh[e*n+f], -jh[e][f]; a-b > 1e-13 || b-a > 1e-13 {
					t.Errorf("dh_%d/dq_%d: compiled %v, exact difference %v", e, f, a, b)
				}
			}
		}
	}
	if _, err := CompileShares(mustCell(t, 4, 4)); err == nil {
		t.Error("14 edges compile")
	}
}

func square(n int) [][]float64 {
	out := make([][]float64, n)
	for k := range out {
		out[k] = make([]float64, n)
	}
	return out
}

func BenchmarkCompiledMinimal(b *testing.B) {
	s, err := CompileShares(cell.Minimal())
	if err != nil {
		b.Fatal(err)
	}
	q := []float64{.1, .2, .3, .4, .5}
	for b.Loop() {
		if _, _, _, _, err := s.At(q); err != nil {
			b.Fatal(err)
		}
	}
}
