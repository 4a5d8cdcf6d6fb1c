package dynamics

import (
	"math/rand/v2"
	"slices"
	"testing"

	"edgewise/theory/cell"
	"edgewise/theory/cost"
)

// P5.4: no violation under the conditions; without them, and with phi
// decreasing, there are some.
func TestWidthPreference(t *testing.T) {
	r := rand.New(rand.NewPCG(41, 1))
	free := [2]int{}
	stated := [2]int{}
	for range 4000 {
		p, phi := make([]float64, 5), make([]float64, 5)
		for k := range p {
			p[k], phi[k] = r.Float64(), r.NormFloat64()
		}
		slices.Sort(phi)
		costs := densityCosts(t, p, phi)
		w, err := WidthOrder(p, phi)
		if err != nil {
			t.Fatal(err)
		}
		reach := 1 - (1-p[0])*(1-p[1])
		later, lower := costs[2] <= costs[0]+1e-12, costs[4] >= reach*costs[0]-1e-12
		if w.InputsIntoLater {
			stated[0]++
			if !later {
				t.Errorf("p = %v, phi = %v: C_(0,3) = %g > C_(0,2) = %g", p, phi, costs[2], costs[0])
			}
		} else if !later {
			free[0]++
		}
		if w.Intermediate {
			stated[1]++
			if !lower {
				t.Errorf("p = %v, phi = %v: C_(2,3) = %g < %g", p, phi, costs[4], reach*costs[0])
			}
		} else if !lower {
			free[1]++
		}
	}
	if stated[0] < 1000 || stated[1] < 1000 || free[0] < 100 || free[1] < 100 {
		t.Errorf("conditions held %v times; violations without them: %v", stated, free)
	}
	// phi decreasing breaks it at equal activities.
	p, phi := []float64{.2, .2, .2, .2, .2}, []float64{1, .8, .6, .4, .2}
	costs := densityCosts(t, p, phi)
	w, _ := WidthOrder(p, phi)
	if w.Monotone || w.Intermediate || costs[4] >= (1-.64)*costs[0] {
		t.Errorf("counter-example gone: %+v, C = %v", w, costs)
	}
}

func TestWidthOrderIsAboutTheMinimalCell(t *testing.T) {
	if _, err := WidthOrder(make([]float64, 14), make([]float64, 14)); err == nil {
		t.Error("14 edges were accepted")
	}
}

// densityCosts returns E[C_e | e active] of the minimal cell (P4.3).
func densityCosts(t *testing.T, p, phi []float64) []float64 {
	t.Helper()
	x, err := cost.NewExpectation(cell.Minimal())
	if err != nil {
		t.Fatal(err)
	}
	out := make([]float64, 5)
	if err := x.Costs(out, p, append([]float64{0}, phi...)); err != nil { // from n = 0
		t.Fatal(err)
	}
	return out
}

// P5.4 with the comparison: once in order and phi negative, always in order.
func TestOrderIsKept(t *testing.T) {
	phi := []float64{-.72, -.23, -.073, -.027, -.010}
	d := []float64{-.5, .2, .1, 0, -1.5}
	ok, err := OrderKept(d, phi)
	if err != nil || !ok {
		t.Fatalf("OrderKept = %v, %v", ok, err)
	}
	p := make([]float64, 5)
	plainRK4(func(_ float64, dy, y []float64) {
		for e := range p {
			p[e] = Probability(y[e])
		}
		costs := densityCosts(t, p, phi)
		for e := range dy {
			dy[e] = -5 * p[e] * (1 - p[e]) * costs[e]
		}
		if y[4] > y[0]+1e-12 || y[0] > y[2]+1e-12 {
			t.Fatalf("the order is lost: D = %v", y)
		}
	}, d, 0, 200, 2000)
	if d[0] < 2 {
		t.Errorf("nothing grew: %v", d)
	}
	if ok, _ := OrderKept([]float64{0, 0, 0, 0, 1}, phi); ok {
		t.Error("(2,3) ahead of (0,2) is not covered")
	}
	if ok, _ := OrderKept([]float64{0, 0, 0, 0, 0}, []float64{-2, -1, 0, 1, 2}); ok {
		t.Error("a phi that turns positive is not covered")
	}
}
