package search

import (
	"context"
	"math"
	"testing"

	"edgewise/sim/kernel"
	"edgewise/sim/spec"
	"edgewise/sim/trace"
)

// How far a search may drift between the kernels' vector paths and the portable loops
// (which the purego build has alone). Both round each value to within a few units of
// its type, in other orders; training carries the difference on. After driftSteps steps
// of a DARTS search by Adam, no alpha and no loss differs by more than
//
//	float64   1e-13
//	float32   1e-5
//
// in absolute terms, alphas having moved by 1.5: some hundred units in the last place.
const driftSteps = 40

var driftBounds = map[string]float64{spec.Float64: 1e-13, spec.Float32: 1e-5}

func driftRun(t *testing.T, precision string, path kernel.Path) []*trace.Point {
	t.Helper()
	before, _ := kernel.CurrentPath()
	if err := kernel.UsePath(path); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := kernel.UsePath(before); err != nil {
			t.Fatal(err)
		}
	}()
	s := tiny()
	s.Precision, s.Steps, s.Net.Channels = precision, driftSteps, 4
	s.Algorithm, s.Level = spec.DARTS, spec.Bilevel
	var points []*trace.Point
	if _, err := Run(context.Background(), s, Options{}, func(p *trace.Point) error {
		points = append(points, p)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return points
}

func TestPathsAgreeOverASearch(t *testing.T) {
	paths := kernel.Paths()
	if len(paths) == 1 {
		t.Skip("this machine or build has the portable path only: there is nothing to compare")
	}
	for precision, bound := range driftBounds {
		want := driftRun(t, precision, kernel.Portable)
		var vector []*trace.Point
		for _, path := range paths[1:] {
			got := driftRun(t, precision, path)
			if len(got) != len(want) {
				t.Fatalf("%s %v: %d points, portable %d", precision, path, len(got), len(want))
			}
			far, moved, losses := 0.0, 0.0, 0
			for i, p := range got {
				far = max(far, apart(p.Alpha, want[i].Alpha), lossesApart(p, want[i]))
				moved = max(moved, apart(p.Alpha, want[0].Alpha))
				if p.Train != nil || p.Search != nil {
					losses++
				}
				if vector != nil {
					if d := max(apart(p.Alpha, vector[i].Alpha), lossesApart(p, vector[i])); d != 0 {
						t.Fatalf("%s, point %d: the vector paths differ by %g", precision, i, d)
					}
				}
			}
			t.Logf("%s, %v and portable, %d steps: %.2g apart, alphas moved by %.2g", precision, path, driftSteps, far, moved)
			if !(far <= bound) {
				t.Errorf("%s, %v and portable: %g apart after %d steps, more than %g", precision, path, far, driftSteps, bound)
			}
			if far == 0 || moved < 0.1 || losses == 0 {
				t.Errorf("%s, %v: %g apart, alphas moved by %g: the runs do not test the paths", precision, path, far, moved)
			}
			vector = got
		}
	}
}

// apart is the largest difference of two arrays; NaN for both is no difference.
func apart(a, b [][][]float64) float64 {
	most := 0.0
	for i := range a {
		for j := range a[i] {
			for k, v := range a[i][j] {
				if w := b[i][j][k]; v == v || w == w {
					d := math.Abs(v - w)
					if d != d {
						return math.Inf(1)
					}
					most = max(most, d)
				}
			}
		}
	}
	return most
}

// lossesApart is the largest difference of the losses that two points hold.
func lossesApart(a, b *trace.Point) float64 {
	most := 0.0
	for _, s := range [][2]*trace.Split{{a.Train, b.Train}, {a.Search, b.Search}, {a.Test, b.Test}} {
		if (s[0] == nil) != (s[1] == nil) {
			return math.Inf(1)
		}
		if s[0] != nil {
			most = max(most, math.Abs(s[0].Loss-s[1].Loss))
		}
	}
	return most
}
