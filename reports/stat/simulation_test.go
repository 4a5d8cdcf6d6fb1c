package stat

import (
	"math"
	"math/rand/v2"
	"testing"
)

// covered checks that a share of hits is within four Monte Carlo deviations of
// 95 %, widened by the known error of an approximate interval, and within 93 to 97 %.
func covered(t *testing.T, what string, hits, runs int, approximate float64) {
	t.Helper()
	share := float64(hits) / float64(runs)
	tol := min(0.02, 4*math.Sqrt(Level*(1-Level)/float64(runs))+approximate)
	t.Logf("%s: %d of %d intervals cover (%.4f)", what, hits, runs, share)
	if math.Abs(share-Level) > tol {
		t.Errorf("%s: coverage %.4f, want %.2f ± %.4f", what, share, Level, tol)
	}
}

// careful checks that at least 93 % are hits: intervals of few ranks, which have few
// values, may cover more than they say.
func careful(t *testing.T, what string, hits, runs int) {
	t.Helper()
	share := float64(hits) / float64(runs)
	t.Logf("%s: %d of %d intervals cover (%.4f)", what, hits, runs, share)
	if share < 0.93 {
		t.Errorf("%s: coverage %.4f, want at least 0.93", what, share)
	}
}

// atMost checks that an event of probability at most p was not seen more often
// than p plus four Monte Carlo deviations.
func atMost(t *testing.T, what string, hits, runs int, p float64) {
	t.Helper()
	share := float64(hits) / float64(runs)
	t.Logf("%s: %.4f of %d", what, share, runs)
	if share > p+4*math.Sqrt(p*(1-p)/float64(runs)) {
		t.Errorf("%s: %.4f of %d runs, want at most %.3f", what, share, runs, p)
	}
}

func normals(rnd *rand.Rand, n int, mean, sd float64) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = mean + sd*rnd.NormFloat64()
	}
	return x
}

func holds(e Estimate, truth float64) int {
	if e.Low <= truth && truth <= e.High {
		return 1
	}
	return 0
}

func TestCoverageOfMeans(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{2, 3, 5, 12} {
		hits, paired := 0, 0
		const runs = 6000
		for range runs {
			a := normals(rnd, n, 3, 2)
			hits += holds(must(Mean(a)), 3)
			b := make([]float64, n)
			for i := range b { // pairs share what their seed does
				b[i] = a[i] - 0.5 + 0.3*rnd.NormFloat64()
			}
			paired += holds(must(PairedDifference(a, b)), 0.5)
		}
		covered(t, "mean", hits, runs, 0)
		covered(t, "paired difference", paired, runs, 0)
	}
}

func TestCoverageOfCorrelations(t *testing.T) {
	rnd := rand.New(rand.NewPCG(2, 1))
	for _, c := range []struct {
		n   int
		rho float64
	}{{6, 0}, {6, 0.9}, {10, 0}, {10, 0.6}, {10, 0.9}, {40, 0}, {40, 0.9}} {
		pearson, spearman, kendall := 0, 0, 0
		const runs = 3000
		for range runs {
			x := normals(rnd, c.n, 0, 1)
			y := normals(rnd, c.n, 0, math.Sqrt(1-c.rho*c.rho))
			for i := range y {
				y[i] += c.rho * x[i]
			}
			pearson += holds(must(Pearson(x, y)).Estimate, c.rho)
			// Spearman's correlation of a bivariate normal is 6/π·asin(ρ/2).
			spearman += holds(must(Spearman(x, y)).Estimate, 6/math.Pi*math.Asin(c.rho/2))
			// and Kendall's 2/π·asin(ρ).
			kendall += holds(must(Kendall(x, y)).Estimate, 2/math.Pi*math.Asin(c.rho))
		}
		covered(t, "Pearson", pearson, runs, 0)
		if c.n < 8 {
			careful(t, "Spearman", spearman, runs)
			careful(t, "Kendall", kendall, runs)
			continue
		}
		covered(t, "Spearman", spearman, runs, 0.02)
		covered(t, "Kendall", kendall, runs, 0.02)
	}
}

func TestCoverageOfRSquared(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 1))
	const runs = 2000
	for _, c := range []struct {
		n     int
		noise float64
	}{{5, 0.5}, {8, 0.9}, {12, 0.17}, {20, 0.17}, {40, 0.5}} {
		hits, under, over := 0, 0, 0
		for run := range runs {
			y := normals(rnd, c.n, 1, 1)
			p := make([]float64, c.n)
			for i := range p {
				p[i] = y[i] + c.noise*rnd.NormFloat64()
			}
			// Population R² = 1 − noise²/1.
			truth := 1 - c.noise*c.noise
			e := must(RSquared(y, p, uint64(run)))
			hits += holds(e, truth)
			if truth < e.Low {
				under++
			}
			if truth > e.High {
				over++
			}
		}
		atMost(t, "R² below its interval", under, runs, 0.035)
		atMost(t, "R² above its interval", over, runs, 0.035)
		covered(t, "R²", hits, runs, 0.02)
	}
}

func TestCoverageOfCoefficients(t *testing.T) {
	rnd := rand.New(rand.NewPCG(4, 1))
	const n, runs = 12, 2000
	truth := []float64{2, -1, 0.5}
	hits := make([]int, 3)
	f := 0
	for range runs {
		x, z := normals(rnd, n, 5, 2), normals(rnd, n, 0, 1)
		y, null := make([]float64, n), normals(rnd, n, 0, 1)
		for i := range y {
			z[i] += 0.4 * x[i]
			y[i] = truth[0] + truth[1]*x[i] + truth[2]*z[i] + rnd.NormFloat64()
		}
		r := must(Regress(Column{"y", y}, Column{"x", x}, Column{"z", z}))
		for j, c := range r.Coefficients {
			if c.Low <= truth[j] && truth[j] <= c.High {
				hits[j]++
			}
		}
		if must(Regress(Column{"y", null}, Column{"x", x}, Column{"z", z})).P <= 0.05 {
			f++
		}
	}
	for _, h := range hits {
		covered(t, "coefficient", h, runs, 0)
	}
	covered(t, "F test under the null", runs-f, runs, 0)
}

// TestVerdictsAreRarelyWrong simulates the nulls of both rules: a difference of 0
// judged by its sign, and differences inside, at and outside the margin.
func TestVerdictsAreRarelyWrong(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 1))
	const runs, margin = 10000, 1.0
	for _, n := range []int{3, 5, 10} {
		var signed, inside, edge, outside int
		for range runs {
			null := must(Mean(normals(rnd, n, 0, 1)))
			if Above(null, 0) != NotEnough {
				signed++
			}
			if Within(null, margin) == Disagrees {
				inside++
			}
			at := must(Mean(normals(rnd, n, margin, 0.3)))
			if Within(at, margin) == Disagrees {
				edge++
			}
			if Within(at, margin) == Agrees {
				outside++
			}
		}
		atMost(t, "a sign where there is none", signed, runs, 0.05)
		atMost(t, "disagrees inside the margin", inside, runs, 0.05)
		atMost(t, "disagrees at the margin", edge, runs, 0.05)
		atMost(t, "agrees at the margin", outside, runs, 0.025)
	}
	// Measures with few values, such as a depth of 1 or 2, make all seeds equal.
	for _, n := range []int{3, 5, 6} {
		wrong := 0
		for range runs {
			x := make([]float64, n)
			for i := range x {
				x[i] = float64(rnd.IntN(2))
			}
			if e := must(Mean(x)); e.Equal && Above(e, 0.5) != NotEnough {
				wrong++
			}
		}
		atMost(t, "a sign of a fair coin from equal values", wrong, runs, 0.05)
	}
}

func TestHolmKeepsTheFamily(t *testing.T) {
	rnd := rand.New(rand.NewPCG(6, 1))
	const runs = 10000
	any := 0
	for range runs {
		p := make([]float64, 12)
		for i := range p {
			p[i] = rnd.Float64()
		}
		for _, v := range must(Holm(p)) {
			if v <= 0.05 {
				any++
				break
			}
		}
	}
	atMost(t, "any rejection in a family of 12 nulls", any, runs, 0.05)
}
