package cost

import (
	"math"
	"math/rand"
	"testing"
)

func randomLogits(r *rand.Rand, n int, scale float64) []float64 {
	z := make([]float64, n)
	for k := range z {
		z[k] = scale * r.NormFloat64()
	}
	return z
}

func mustOutput(t *testing.T, z []float64, label int) (loss, entropy, gap float64) {
	t.Helper()
	loss, entropy, gap, err := Output(z, label)
	if err != nil {
		t.Fatal(err)
	}
	return loss, entropy, gap
}

// P2.1 and P2.2: sum (p-y) z = L - H = d/dtau L(tau z), by differences.
func TestGapIsLossMinusEntropyAndScaleSlope(t *testing.T) {
	r := rand.New(rand.NewSource(11))
	for range 200 {
		z := randomLogits(r, 2+r.Intn(9), 2)
		y := r.Intn(len(z))
		loss, entropy, gap := mustOutput(t, z, y)
		if math.Abs(loss-entropy-gap) > 1e-13 {
			t.Fatalf("L - H = %v, sum (p-y)z = %v", loss-entropy, gap)
		}
		at := func(tau float64) float64 {
			s := make([]float64, len(z))
			for k := range z {
				s[k] = tau * z[k]
			}
			l, _, _ := mustOutput(t, s, y)
			return l
		}
		const h = 1e-5
		if d := (at(1+h) - at(1-h)) / (2 * h); math.Abs(d-gap) > 1e-8 {
			t.Fatalf("dL/dtau = %v, L - H = %v", d, gap)
		}
		if math.Abs(Gap(z, y, 1)-gap) > 1e-13 {
			t.Fatalf("Gap at tau 1: %v, want %v", Gap(z, y, 1), gap)
		}
		if (gap < 0) != (math.Exp(-loss) > math.Exp(-entropy)) {
			t.Fatalf("L - H = %v but p_y = %v, exp(-H) = %v", gap, math.Exp(-loss), math.Exp(-entropy))
		}
	}
}

// P2.4: no violation of the bounds; each is attained; a correct prediction with
// p_y > 1/2 has a negative gap; "wrong means positive" is false.
func TestBoundsOfTheGap(t *testing.T) {
	r := rand.New(rand.NewSource(12))
	wrongNegative, wrong := 0, 0
	for range 20000 {
		k := 2 + r.Intn(20)
		z := randomLogits(r, k, math.Exp(2*r.NormFloat64()))
		y := r.Intn(k)
		loss, _, gap := mustOutput(t, z, y)
		p := math.Exp(-loss)
		if p < 1e-300 { // beyond float64
			continue
		}
		tol := 1e-12 * (1 + math.Abs(gap))
		if gap < GapLowerAt(p, k)-tol || gap > GapUpperAt(p)+tol || gap < GapLower(k)-tol {
			t.Fatalf("gap %v outside [%v, %v] or below %v", gap, GapLowerAt(p, k), GapUpperAt(p), GapLower(k))
		}
		best := 0
		for i := range z {
			if z[i] > z[best] {
				best = i
			}
		}
		if best == y && gap > tol {
			t.Fatalf("a correct prediction has L - H = %v > 0", gap)
		}
		if best != y {
			wrong++
			if gap < 0 {
				wrongNegative++
			}
		}
		if p < 1/float64(k) && gap < -tol {
			t.Fatalf("p_y = %v < 1/%d and L - H = %v < 0", p, k, gap)
		}
	}
	if f := float64(wrongNegative) / float64(wrong); f < 0.05 {
		t.Errorf("only %v of wrong predictions have L < H: wrong => positive would be a theorem", f)
	}
	for _, c := range []struct {
		k    int
		want float64
	}{{2, -.278}, {10, -1.101}, {100, -2.629}} {
		z := make([]float64, c.k)
		z[0] = LowestMargin(c.k)
		_, _, gap := mustOutput(t, z, 0)
		if math.Abs(GapLower(c.k)-c.want) > 5e-4 || math.Abs(gap-GapLower(c.k)) > 1e-14 {
			t.Errorf("K=%d: bound %v (THEORY %v), attained %v", c.k, GapLower(c.k), c.want, gap)
		}
		for _, d := range []float64{-1e-3, 1e-3} { // it is a minimum in the margin
			z[0] = LowestMargin(c.k) + d
			if _, _, near := mustOutput(t, z, 0); near <= gap {
				t.Errorf("K=%d: gap %v at margin %+g from the minimum %v", c.k, near, d, gap)
			}
		}
	}
	z := []float64{0, 3, -40, -40, -40}
	loss, _, gap := mustOutput(t, z, 0)
	if math.Abs(gap-GapUpperAt(math.Exp(-loss))) > 1e-12 {
		t.Errorf("the upper bound is not attained with one competitor: %v, %v", gap, GapUpperAt(math.Exp(-loss)))
	}
	if GapLowerAt(1, 10) != 0 || GapUpperAt(1) != 0 {
		t.Error("bounds at p = 1 are not 0")
	}
}

// P2.5: the mean over uniform labels is KL + KL; s^2(1-1/K) to leading order.
func TestGapAtInitialisation(t *testing.T) {
	r := rand.New(rand.NewSource(13))
	for _, s := range []float64{.01, .05, 1} {
		const samples, k = 4000, 10
		sum := 0.0
		for range samples {
			z := randomLogits(r, k, s)
			mean := 0.0
			for y := range z {
				_, _, gap := mustOutput(t, z, y)
				mean += gap / k
			}
			if math.Abs(mean-UniformLabelGap(z)) > 1e-13 || mean < 0 {
				t.Fatalf("mean over labels %v, KL + KL %v", mean, UniformLabelGap(z))
			}
			sum += mean / samples
		}
		lead := InitialGap(s, k)
		if rel := sum/lead - 1; math.Abs(rel) > 0.03+0.15*s {
			t.Errorf("s=%v: mean gap %v, leading order %v", s, sum, lead)
		}
	}
}

// P2.2: at the calibrated scale the batch mean of the gap is 0, and it is
// positive exactly for over-confident batches.
func TestCalibratedScale(t *testing.T) {
	r := rand.New(rand.NewSource(14))
	for range 50 {
		var z [][]float64
		var y []int
		for range 40 {
			z = append(z, randomLogits(r, 5, 2))
			label := r.Intn(5)
			if r.Float64() < 0.6 {
				for k := range 5 {
					if z[len(z)-1][k] > z[len(z)-1][label] {
						label = k
					}
				}
			}
			y = append(y, label)
		}
		tau, err := CalibratedScale(z, y)
		if err != nil {
			t.Fatal(err)
		}
		atTau, atOne := 0.0, 0.0
		for n := range z {
			atTau += Gap(z[n], y[n], tau)
			atOne += Gap(z[n], y[n], 1)
		}
		if math.Abs(atTau) > 1e-10 || (atOne > 0) != (tau < 1) {
			t.Errorf("tau* = %v: gap there %v, at 1 %v", tau, atTau, atOne)
		}
	}
	if tau, err := CalibratedScale([][]float64{{1, 0}}, []int{0}); err != nil || !math.IsInf(tau, 1) {
		t.Errorf("a perfect batch: %v, %v; want +Inf", tau, err)
	}
	if tau, err := CalibratedScale([][]float64{{0, 1}}, []int{0}); err != nil || tau != 0 {
		t.Errorf("a batch that is all wrong: %v, %v; want 0", tau, err)
	}
	for _, z := range [][]float64{{math.NaN(), 0}, {1}} {
		if _, err := CalibratedScale([][]float64{z}, []int{len(z)}); err == nil {
			t.Error("a label outside the logits is accepted")
		}
	}
	if _, err := CalibratedScale([][]float64{{math.NaN(), 0}}, []int{0}); err == nil {
		t.Error("NaN logits have a calibrated scale")
	}
	if _, _, _, err := Output([]float64{1, 2}, 2); err == nil {
		t.Error("a label outside the logits is accepted")
	}
}

// P4.1: with random classifier weights and labels the mean cost of one of
// several outputs is kappa <o, x> to leading order, whatever the others are.
func TestInitialCost(t *testing.T) {
	r := rand.New(rand.NewSource(16))
	const features, classes, draws, sigma = 6, 5, 20000, 0.02
	o, other := randomLogits(r, features, 1), randomLogits(r, features, 1)
	energy := 0.0
	for i := range o {
		energy += o[i] * (o[i] + other[i])
	}
	var m moments
	costs := make([]float64, 2)
	for range draws {
		w := randomMatrixScaled(r, features, classes, sigma)
		v := Voters(times([][]float64{o, other}, w, false))
		mean := 0.0
		for y := range classes { // the mean over labels is exact
			if err := v.LocalCosts(costs, y); err != nil {
				t.Fatal(err)
			}
			mean += costs[0] / classes
		}
		m.add(mean)
	}
	want := InitialCost(sigma*sigma, classes, energy)
	if math.Abs(m.mean-want) > 4*m.standardError() || m.standardError() > 0.05*want {
		t.Errorf("mean cost %v +- %v, leading order %v", m.mean, m.standardError(), want)
	}
}
