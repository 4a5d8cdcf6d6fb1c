package intervention

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"edgewise/theory/cell"
	"edgewise/theory/cost"
)

// shown is a view of random voters on the minimal cell, none and two operations, at
// one-hot gates: edges 0, 2 and 3 are active. Costs are the voters' own.
func shown(seed uint64) *View {
	r := rand.New(rand.NewPCG(seed, 1))
	v := &View{Cell: cell.Minimal(), None: 0, Past: NewPast(5)}
	for e := range 5 {
		p := []float64{.2, .3, .5}
		g := []float64{1, 0, 0}
		if e == 0 || e == 2 || e == 3 {
			g = []float64{0, 1, 0}
			v.Voices = append(v.Voices, Voice{e, 1, 1})
		}
		v.Prob, v.Gate, v.Cost = append(v.Prob, p), append(v.Gate, g), append(v.Cost, make([]float64, 3))
	}
	const n, classes = 6, 4
	one := make([]float64, len(v.Voices))
	for b := range n {
		var s cost.Voters
		for range v.Voices {
			z := make([]float64, classes)
			for k := range z {
				z[k] = r.NormFloat64()
			}
			s = append(s, z)
		}
		v.Voters, v.Labels = append(v.Voters, s), append(v.Labels, b%classes)
		if err := s.LocalCosts(one, b%classes); err != nil {
			panic(err)
		}
		for i, w := range v.Voices {
			v.Cost[w.Edge][w.Op] += one[i] / n
		}
	}
	return v
}

func apply(t *testing.T, v *View, uses ...Use) *View {
	t.Helper()
	if err := Apply(uses, v); err != nil {
		t.Fatal(err)
	}
	return v
}

func total(v *View) float64 {
	sum := 0.0
	for e := range v.Gate {
		sum += v.edgeCost(e)
	}
	return sum
}

// meanLoss is the mean loss of the voters.
func meanLoss(v *View, scale float64) float64 {
	sum := 0.0
	for n, s := range v.Voters {
		z := s.Logits()
		for k := range z {
			z[k] *= scale
		}
		l, _, _, _ := cost.Output(z, v.Labels[n])
		sum += l / float64(len(v.Voters))
	}
	return sum
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-9*(1+math.Abs(want))) {
		t.Errorf("%s: %v, not %v", what, got, want)
	}
}

// What each assignment must sum to: zero for centred (P7.4) and calibrated costs
// (P7.11), L - log K for Shapley values and integrated gradients (P7.5, P7.6).
func TestSumsOfTheAssignments(t *testing.T) {
	for seed := range uint64(20) {
		gap := total(shown(seed))
		if math.Abs(gap) < 1e-6 {
			t.Fatal("L - H is 0: the test says nothing")
		}
		near(t, "centred", total(apply(t, shown(seed), Use{Name: "centred"})), 0)
		near(t, "calibrated", total(apply(t, shown(seed), Use{Name: "calibrated"})), 0)
		v := shown(seed)
		want := meanLoss(v, 1) - math.Log(4)
		near(t, "shapley", total(apply(t, v, Use{Name: "shapley"})), want)
		near(t, "integrated gradients", total(apply(t, shown(seed), Use{Name: "integrated-gradients"})), want)
	}
}

// Leave-one-out is at most the local cost (P5.10); second order lies within a cubic
// remainder of it.
func TestLeaveOneOutIsBelowTheLocalCost(t *testing.T) {
	for seed := range uint64(20) {
		local, loo := shown(seed), apply(t, shown(seed), Use{Name: "leave-one-out"})
		for _, e := range []int{0, 2, 3} {
			if loo.Cost[e][1] > local.Cost[e][1]+1e-12 {
				t.Errorf("edge %d: leave-one-out %v, local %v", e, loo.Cost[e][1], local.Cost[e][1])
			}
		}
	}
	small := func() *View {
		v := shown(3)
		for e := range v.Cost {
			clear(v.Cost[e])
		}
		one := make([]float64, len(v.Voices))
		for n, s := range v.Voters {
			for _, row := range s {
				for k := range row {
					row[k] *= 1e-2
				}
			}
			if err := s.LocalCosts(one, v.Labels[n]); err != nil {
				t.Fatal(err)
			}
			for i, w := range v.Voices {
				v.Cost[w.Edge][w.Op] += one[i] / float64(len(v.Voters))
			}
		}
		return v
	}
	local, loo, second := small(), apply(t, small(), Use{Name: "leave-one-out"}), apply(t, small(), Use{Name: "second-order"})
	for _, e := range []int{0, 2, 3} {
		d, r := math.Abs(local.Cost[e][1]-loo.Cost[e][1]), math.Abs(second.Cost[e][1]-loo.Cost[e][1])
		if d < 1e-6 || r > d/50 {
			t.Errorf("edge %d: off by %v at first, %v at second order", e, d, r)
		}
	}
}

// Baseline, reward norm, none at the mean and entropy, from their formulas.
func TestFormulas(t *testing.T) {
	with := func(name string, strength float64) (before, after *View) {
		before, after = shown(5), shown(5)
		for e := range 5 {
			after.Past.Learn(e, 0.1*float64(e+1), 0.04*float64(e+1), 1)
		}
		return before, apply(t, after, Use{name, strength})
	}
	a, b := with("baseline", 0)
	near(t, "baseline of an active edge", b.Cost[2][1], a.Cost[2][1]-.3)
	near(t, "baseline of none", b.Cost[4][0], -.5)
	a, b = with("reward-norm", 0)
	near(t, "reward norm", b.Cost[2][1], a.Cost[2][1]/math.Sqrt(.04*3))
	a, b = with("none-at-mean", 0)
	near(t, "none at the mean", b.Cost[4][0], .5)
	near(t, "an active edge", b.Cost[2][1], a.Cost[2][1])
	a, b = with("entropy", .1)
	near(t, "entropy of an operation", b.Cost[2][1], a.Cost[2][1]+.1*math.Log(.3))
	near(t, "entropy of none", b.Cost[4][0], .1*math.Log(.2))
	a, b = with("importance", 0)
	near(t, "importance of an input edge", b.Cost[0][1], a.Cost[0][1])
}

// Uses are applied in order, and compose.
func TestUsesCompose(t *testing.T) {
	v := apply(t, shown(7), Use{Name: "integrated-gradients"}, Use{Name: "centred"})
	near(t, "centred integrated gradients", total(v), 0)
	w := apply(t, shown(7), Use{Name: "centred"}, Use{Name: "integrated-gradients"})
	if math.Abs(total(w)) < 1e-6 {
		t.Error("the order of uses does not matter: one of them was not applied")
	}
}

func TestCheckNamesTheFault(t *testing.T) {
	for text, uses := range map[string][]Use{
		"interventions[1]": {{Name: "centred"}, {Name: "centered"}},
		"it has none":      {{Name: "centred", Strength: 1}},
		"must be positive": {{Name: "entropy"}},
	} {
		if err := Check(uses); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%v: %v", uses, err)
		}
	}
	names := map[string]bool{}
	for _, i := range Registered() {
		if names[i.Name] || i.Name == "" || i.Formula == "" || i.Claim == "" || i.Expects == "" || i.apply == nil {
			t.Errorf("%+v is not complete, or its name is taken", i)
		}
		names[i.Name] = true
	}
}

func TestPastKeepsItsState(t *testing.T) {
	p := NewPast(2)
	p.LearnStep([]float64{2, 3}, []bool{true, false})
	near(t, "mean after one step", p.Mean(0), 2)
	near(t, "mean of an edge that was never active", p.Mean(1), 0)
	for range 2000 {
		p.LearnStep([]float64{-1, 3}, []bool{true, true})
	}
	if math.Abs(p.Mean(0)+1) > 1e-6 || math.Abs(p.Square(1)-9) > 1e-6 {
		t.Errorf("moments %v %v", p.Mean(0), p.Square(1))
	}
	q := NewPast(2)
	if err := q.SetState(p.State()); err != nil || q.Mean(0) != p.Mean(0) || q.Square(1) != p.Square(1) {
		t.Error("the state is not taken back")
	}
	if q.SetState([]float64{1}) == nil {
		t.Error("a state of another length is accepted")
	}
}
