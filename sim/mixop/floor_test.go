package mixop

import (
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"edgewise/theory/cell"
)

// The arithmetic of the doc comment, counted once more by hand.
func TestFloor(t *testing.T) {
	n := 64.0 * 16 * 32 * 32
	flops, bytes, err := Floor(cell.Canonical(), 1, 64, 16, 32, 32, 4)
	if err != nil {
		t.Fatal(err)
	}
	// multiply-adds per value: sep 3×3 and 5×5 twice each, dil 3×3 and 5×5 once, six 1×1
	if want := 3 * 2 * float64(2*9+2*25+9+25+6*16) * n; flops != want {
		t.Errorf("%g flops, want %g", flops, want)
	}
	// forward 10 reads and 9 writes, backward 23 reads and 3 writes
	if want := 4 * (10 + 9 + 23 + 3) * n; bytes != want {
		t.Errorf("%g bytes, want %g", bytes, want)
	}
	if _, _, err := Floor([]cell.Operation{{Name: "other"}}, 1, 1, 1, 1, 1, 4); err == nil {
		t.Error("an unknown operation has a floor")
	}
}

// A team runs every image exactly once, in chunks that do not depend on its size.
func TestTeamVisitsEveryImageOnce(t *testing.T) {
	for _, workers := range []int{1, 2, 5, 40} {
		team := NewTeam(workers)
		for _, batch := range []int{1, 2, 15, 16, 17, 64, 100} {
			seen, of := make([]int, batch), make([]int, batch)
			team.Run(batch, func(_, chunk, lo, hi int) {
				for b := lo; b < hi; b++ {
					seen[b]++
					of[b] = chunk
				}
			})
			for b, n := range seen {
				if n != 1 {
					t.Fatalf("%d workers: image %d of %d was visited %d times", workers, b, batch, n)
				}
				if lo, hi := Span(of[b], batch); b < lo || b >= hi {
					t.Fatalf("image %d of %d is not in chunk %d", b, batch, of[b])
				}
			}
		}
		team.Close()
	}
}

// A team that nobody holds ends its goroutines.
func TestForgottenTeamsEnd(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 20 {
		NewTeam(3).Run(4, func(_, _, _, _ int) {})
	}
	for range 200 {
		runtime.GC()
		if runtime.NumGoroutine() <= before+2 {
			return
		}
	}
	t.Errorf("%d goroutines before, %d after", before, runtime.NumGoroutine())
}

// Two halves of the weight give the sum of the outputs: the mixed operation is
// linear in Z, and operations with weight 0 add nothing.
func TestMixedIsLinearInItsWeights(t *testing.T) {
	m, err := NewMixed[float64](cell.Canonical(), 1, 3, 4, 6, 6, 1e-5, false, 2, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	rnd := rand.New(rand.NewPCG(2, 2))
	for i := range m.X.Data {
		m.X.Data[i] = rnd.NormFloat64()
	}
	a := []float64{0.5, 0, 0.3, -1, 0, 2, 0.1, 0}
	b := []float64{0, 1, 0, 0.4, -0.2, 0, 0.1, 3}
	sum := make([]float64, len(m.Y.Data))
	for _, z := range [][]float64{a, b} {
		if err := m.Forward(z, true); err != nil {
			t.Fatal(err)
		}
		for i, v := range m.Y.Data {
			sum[i] += v
		}
	}
	both := make([]float64, len(a))
	for k := range a {
		both[k] = a[k] + b[k]
	}
	if err := m.Forward(both, true); err != nil {
		t.Fatal(err)
	}
	for i, v := range m.Y.Data {
		if math.Abs(v-sum[i]) > 1e-12 {
			t.Fatalf("value %d: %g, and %g in two parts", i, v, sum[i])
		}
	}
	if err := m.Forward(a[1:], true); err == nil {
		t.Error("seven weights for eight operations were accepted")
	}
}
