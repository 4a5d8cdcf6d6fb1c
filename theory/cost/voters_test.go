package cost

import (
	"errors"
	"math"
	"math/rand"
	"testing"
)

func randomVoters(r *rand.Rand, n, classes int, scale float64) Voters {
	return Voters(randomMatrixScaled(r, n, classes, scale))
}

func randomMatrixScaled(r *rand.Rand, rows, cols int, scale float64) [][]float64 {
	m := make([][]float64, rows)
	for i := range m {
		m[i] = randomLogits(r, cols, scale)
	}
	return m
}

func total(x []float64) float64 {
	s := 0.0
	for _, v := range x {
		s += v
	}
	return s
}

// The sums of the assignments: local costs to L - H; Shapley values and
// integrated gradients to L(z) - log K. C_e >= leave-one-out (P5.10), to which
// the second order comes closer than the local cost.
func TestAssignmentsOfVoters(t *testing.T) {
	r := rand.New(rand.NewSource(51))
	closer, all := 0, 0
	for range 100 {
		v := randomVoters(r, 5, 4, 0.7)
		y := r.Intn(4)
		loss, _, gap := mustOutput(t, v.Logits(), y)
		local, loo, second, shapley, faded := make([]float64, 5), make([]float64, 5), make([]float64, 5), make([]float64, 5), make([]float64, 5)
		if err := errors.Join(v.LocalCosts(local, y), v.LeaveOneOut(loo, y), v.SecondOrder(second, y),
			v.Shapley(shapley, y), v.IntegratedGradients(faded, y)); err != nil {
			t.Fatal(err)
		}
		if math.Abs(total(local)-gap) > 1e-13 {
			t.Fatalf("local costs sum to %v, want L - H = %v", total(local), gap)
		}
		if want := loss - math.Log(4); math.Abs(total(shapley)-want) > 1e-13 || math.Abs(total(faded)-want) > 1e-13 {
			t.Fatalf("Shapley %v, integrated gradients %v, want %v", total(shapley), total(faded), want)
		}
		for e := range v {
			if local[e] < loo[e]-1e-14 {
				t.Fatalf("C = %v < leave-one-out %v", local[e], loo[e])
			}
			all++
			if math.Abs(second[e]-loo[e]) < math.Abs(local[e]-loo[e]) {
				closer++
			}
		}
	}
	if float64(closer) < 0.95*float64(all) {
		t.Errorf("the second order is closer in only %d of %d", closer, all)
	}
}

// A Shapley value of two voters by its definition.
func TestShapleyOfTwo(t *testing.T) {
	v := Voters{{1, 0, -1}, {.5, 2, 0}}
	worth := func(rows ...int) float64 {
		z := make([]float64, 3)
		for _, e := range rows {
			for k := range z {
				z[k] += v[e][k]
			}
		}
		l, _, _ := mustOutput(t, z, 1)
		return l
	}
	got := make([]float64, 2)
	if err := v.Shapley(got, 1); err != nil {
		t.Fatal(err)
	}
	want := (worth(0) - worth() + worth(0, 1) - worth(1)) / 2
	if math.Abs(got[0]-want) > 1e-14 {
		t.Errorf("%v, want %v", got[0], want)
	}
}

// P4.2: the redundancy identity, with steps large enough to need panels.
func TestRedundancyIdentity(t *testing.T) {
	r := rand.New(rand.NewSource(52))
	for range 100 {
		scale := math.Exp(2 * r.NormFloat64())
		v := randomVoters(r, 3, 5, scale)
		y := r.Intn(5)
		with, without := make([]float64, 3), make([]float64, 2)
		if err := errors.Join(v.LocalCosts(with, y), v[:2].LocalCosts(without, y)); err != nil {
			t.Fatal(err)
		}
		got, err := Redundancy(v[:2].Logits(), v[0], v[2])
		if err != nil {
			t.Fatal(err)
		}
		if want := with[0] - without[0]; math.Abs(got-want) > 1e-12*(1+scale) {
			t.Fatalf("scale %v: integral %v, difference of costs %v", scale, got, want)
		}
	}
}

// Interventions do what their formulas promise.
func TestInterventions(t *testing.T) {
	r := rand.New(rand.NewSource(53))
	p, c, dst := []float64{.2, .9, .4}, []float64{.3, -.1, .7}, make([]float64, 3)
	if err := Centred(dst, p, c); err != nil {
		t.Fatal(err)
	}
	if s := p[0]*dst[0] + p[1]*dst[1] + p[2]*dst[2]; math.Abs(s) > 1e-15 || math.Abs(dst[2]-dst[0]-.4) > 1e-15 {
		t.Errorf("centred costs %v: weighted sum %v", dst, s)
	}
	if err := Importance(dst, []float64{1, .5, 0}, []float64{.3, -.1, 0}); err != nil || dst[1] != -.2 || dst[2] != 0 {
		t.Errorf("importance weights give %v (%v)", dst, err)
	}
	if err := Importance(dst, []float64{1, 1, 0}, c); err == nil {
		t.Error("a cost without reachability is accepted")
	}
	if err := NoneAtMean(dst, p, c, 0); err != nil {
		t.Fatal(err)
	}
	g := make([]float64, 3)
	z := []float64{.5, .2, .3}
	if err := NoneAtMean(dst, z, c, 0); err != nil {
		t.Fatal(err)
	}
	if DARTS(g, z, dst); math.Abs(g[0]) > 1e-16 {
		t.Errorf("none at the mean still has a gradient of %v", g[0])
	}
	for name, err := range map[string]error{
		"no mass":       Centred(dst, make([]float64, 3), c),
		"no other mass": NoneAtMean(dst, []float64{1, 0, 0}, c, 0),
		"lengths":       Centred(dst, p[:2], c),
		"none outside":  NoneAtMean(dst, p, c, 3),
	} {
		if err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	var batch []Voters
	var labels []int
	for range 60 {
		batch = append(batch, randomVoters(r, 4, 3, 1))
		labels = append(labels, r.Intn(3))
		batch[len(batch)-1][0][labels[len(labels)-1]] += .5
	}
	out := make([]float64, 4)
	tau, err := Calibrated(out, batch, labels)
	if err != nil {
		t.Fatal(err)
	}
	if !(tau > 0 && tau < 1) || math.Abs(total(out)) > 1e-12 || math.Abs(out[0]) < 1e-3 {
		t.Errorf("calibrated at %v: costs %v sum to %v", tau, out, total(out))
	}
	if _, err := Calibrated(out[:1], []Voters{{{1, 0}}}, []int{0}); err == nil {
		t.Error("a perfect batch is calibrated")
	}
}

func TestVotersRefuse(t *testing.T) {
	v := Voters{{1, 2}, {3}}
	if err := v.LocalCosts(make([]float64, 2), 0); err == nil {
		t.Error("voters of different lengths are accepted")
	}
	if err := (Voters{{1, 2}}).LeaveOneOut(make([]float64, 1), 2); err == nil {
		t.Error("a label outside the logits is accepted")
	}
	if err := make(Voters, 17).Shapley(make([]float64, 17), 0); err == nil {
		t.Error("17 voters are enumerated")
	}
	if _, err := Redundancy(nil, nil, nil); err == nil {
		t.Error("no logits are accepted")
	}
}
