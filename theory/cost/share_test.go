package cost

import (
	"errors"
	"math"
	"math/rand"
	"slices"
	"testing"

	"edgewise/theory/cell"
)

// The shares add up to the total, and the slope v alone gives v r_e: with
// total = v E[n] there is no redundancy to subtract (P4.1 at initialisation).
func TestSharesSumToTheTotal(t *testing.T) {
	r := rand.New(rand.NewSource(9))
	for range 50 {
		c := randomCell(r, 3, 1)
		c.Concat = []int{cell.Inputs + c.Nodes - 1}
		n := len(c.Edges)
		x := mustExpect(t, c)
		p, dst := make([]float64, n), make([]float64, n)
		for e := range p {
			p[e] = 0.05 + 0.9*r.Float64()
		}
		m := ShareModel{V: r.Float64(), Energy: make([]float64, n), Overlap: make([]float64, n)}
		for e := range n {
			m.Energy[e], m.Overlap[e] = 0.5+r.Float64(), 0.5+r.Float64()
		}
		total := r.NormFloat64()
		if _, err := x.Share(dst, p, total, m); err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for e := range p {
			sum += p[e] * dst[e]
		}
		if math.Abs(sum-total) > 1e-12 {
			t.Errorf("shares sum to %v, want %v", sum, total)
		}
		re, he := make([]float64, n), make([]float64, n)
		if err := x.Shares(re, he, p); err != nil {
			t.Fatal(err)
		}
		mean := 0.0
		for e := range p {
			mean += p[e] * re[e]
		}
		u, err := x.Share(dst, p, 0.3*mean, ShareModel{V: 0.3})
		if err != nil || math.Abs(u) > 1e-12 {
			t.Errorf("u = %v at total v E[n], want 0 (%v)", u, err)
		}
		for e := range p {
			if math.Abs(dst[e]-0.3*re[e]) > 1e-12 {
				t.Errorf("edge %d: %v, want v r = %v", e, dst[e], 0.3*re[e])
			}
		}
	}
}

// A total above v E[n] is a positive u to give back: more loss, larger costs.
// This pins the sign convention of a cost.
func TestSignOfShares(t *testing.T) {
	x := mustExpect(t, cell.Minimal())
	p := []float64{.5, .5, .5, .5, .5}
	low, high := make([]float64, 5), make([]float64, 5)
	_, err1 := x.Share(low, p, -.2, ShareModel{V: .1})
	_, err2 := x.Share(high, p, .6, ShareModel{V: .1})
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	for e := range p {
		if !(low[e] < 0) || !(high[e] > 0) {
			t.Errorf("edge %d: cost %v at L-H = -.2, %v at +.6; want < 0 and > 0", e, low[e], high[e])
		}
	}
	if low[4] <= low[0] || low[2] > low[0] {
		t.Errorf("order at L-H < 0: (0,2) %v, (0,3) %v, (2,3) %v; want (0,3) <= (0,2) < (2,3)", low[0], low[2], low[4])
	}
}

func TestShareWithoutEffectiveEdges(t *testing.T) {
	x := mustExpect(t, cell.Minimal())
	dst := make([]float64, 5)
	if _, err := x.Share(dst, make([]float64, 5), 0, ShareModel{V: .1}); !errors.Is(err, ErrNoEffective) {
		t.Errorf("all none: %v, want ErrNoEffective", err)
	}
	if _, err := x.Share(dst, []float64{0, 0, 0, 0, 1}, 0, ShareModel{V: .1}); !errors.Is(err, ErrNoEffective) {
		t.Errorf("only (2,3) active: %v, want ErrNoEffective", err)
	}
	if _, err := x.Share(dst, ones(5), 0, ShareModel{Energy: ones(4)}); err == nil {
		t.Error("four energies for five edges are accepted")
	}
}

func TestPerOperation(t *testing.T) {
	pi, energy, dst := []float64{.2, .3, .5}, []float64{0, 4, 1}, make([]float64, 3)
	if err := PerOperation(dst, pi, energy, 0, 2); err != nil {
		t.Fatal(err)
	}
	if dst[0] != 0 || math.Abs(dst[1]/dst[2]-4) > 1e-14 {
		t.Errorf("costs %v: want none 0 and a ratio of 4", dst)
	}
	if mean := (pi[1]*dst[1] + pi[2]*dst[2]) / (pi[1] + pi[2]); math.Abs(mean-2) > 1e-14 {
		t.Errorf("mean over active operations %v, want the edge cost 2", mean)
	}
	if err := PerOperation(dst, pi, make([]float64, 3), 0, 2); err == nil {
		t.Error("zero energies are accepted")
	}
}

// minimalCosts returns E[phi(n) 1_e | e] of the minimal cell.
func minimalCosts(t *testing.T, x *Expectation, p, phi []float64) []float64 {
	t.Helper()
	out := make([]float64, 5)
	if err := x.Costs(out, p, phi); err != nil {
		t.Fatal(err)
	}
	return out
}

// P5.4 as a theorem: phi non-decreasing with any sign, p0 <= p2 gives
// C_2 <= C_0, p4 <= p0 gives C_4 >= (1-q0q1) C_0. Without the conditions on p,
// or with phi decreasing, both fail: the counter-examples.
func TestWidthPreferenceAndItsConditions(t *testing.T) {
	r := rand.New(rand.NewSource(10))
	x := mustExpect(t, cell.Minimal())
	var broken2, broken4, broken2WithoutP, broken4WithoutP, decreasing2, decreasing4 int
	for range 4000 {
		phi := make([]float64, 6)
		for n := 1; n < 6; n++ {
			phi[n] = r.NormFloat64()
		}
		slices.Sort(phi[1:])
		p := make([]float64, 5)
		for e := range p {
			p[e] = r.Float64()
		}
		violations := func(phi []float64) (two, four bool) {
			c := minimalCosts(t, x, p, phi)
			q0q1 := (1 - p[0]) * (1 - p[1])
			return c[2] > c[0]+1e-12, c[4] < (1-q0q1)*c[0]-1e-12
		}
		two, four := violations(phi)
		count := func(n *int, yes bool) {
			if yes {
				*n++
			}
		}
		count(&broken2, two && p[0] <= p[2])
		count(&broken4, four && p[4] <= p[0])
		count(&broken2WithoutP, two && p[0] > p[2])
		count(&broken4WithoutP, four && p[4] > p[0])
		slices.Reverse(phi[1:])
		two, four = violations(phi)
		count(&decreasing2, two && p[0] <= p[2])
		count(&decreasing4, four && p[4] <= p[0])
	}
	if broken2+broken4 > 0 {
		t.Errorf("theorem violated %d and %d times under its conditions", broken2, broken4)
	}
	for name, n := range map[string]int{"C_2 without p0<=p2": broken2WithoutP, "C_4 without p4<=p0": broken4WithoutP,
		"C_2 with phi decreasing": decreasing2, "C_4 with phi decreasing": decreasing4} {
		if n < 100 {
			t.Errorf("%s fails only %d times in 4000 draws: the condition should matter", name, n)
		}
	}
}

// P5.6, condition: phi >= 0 makes every cost positive; E[L-H] > 0 alone does
// not, and in the equal-share model it is (2,3) that turns positive first.
func TestPositiveTotalDoesNotMakeEveryCostPositive(t *testing.T) {
	r := rand.New(rand.NewSource(15))
	x := mustExpect(t, cell.Minimal())
	negative, intermediateFirst := 0, 0
	for range 2000 {
		p, costs := make([]float64, 5), make([]float64, 5)
		for e := range p {
			p[e] = 0.05 + 0.9*r.Float64()
		}
		u, err := x.Share(costs, p, 1e-3, ShareModel{V: 0.2})
		if err != nil {
			t.Fatal(err)
		}
		if lowest := slices.Min(costs); lowest < 0 {
			negative++
			if costs[4] > 0 {
				intermediateFirst++
			}
		}
		phi := make([]float64, 6)
		for n := 1; n < 6; n++ {
			phi[n] = math.Max(0, 0.2-u/float64(n))
		}
		for e, c := range minimalCosts(t, x, p, phi) {
			if c < 0 {
				t.Fatalf("phi >= 0 and edge %d costs %v", e, c)
			}
		}
	}
	if negative < 1000 || float64(intermediateFirst) < 0.9*float64(negative) {
		t.Errorf("of 2000 draws with E[L-H] > 0, %d have a negative cost, in %d of them (2,3) is positive", negative, intermediateFirst)
	}
}

// P4.4: C_4/C_0 = 1-q0q1 holds for constant phi and is false otherwise: with
// the measured phi of a trained net the ratio is far below.
func TestReachabilityFactorAloneIsFalse(t *testing.T) {
	x := mustExpect(t, cell.Minimal())
	trained := []float64{0, -.72, -.23, -.073, -.027, -.010} // P4.2, one trained run
	for _, q := range []float64{.5, .8, .95} {
		p := []float64{1 - q, 1 - q, 1 - q, 1 - q, 1 - q}
		factor := 1 - q*q
		c := minimalCosts(t, x, p, ones(6))
		if math.Abs(c[4]/c[0]-factor) > 1e-14 {
			t.Errorf("constant phi at q=%v: ratio %v, want 1-q0q1 = %v", q, c[4]/c[0], factor)
		}
		c = minimalCosts(t, x, p, trained)
		if ratio := c[4] / c[0]; !(ratio < 0.75*factor) {
			t.Errorf("trained phi at q=%v: ratio %v, want well below 1-q0q1 = %v", q, ratio, factor)
		}
	}
}
