package stat

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestVerdictRule(t *testing.T) {
	within := func(low, high float64) Estimate {
		return Estimate{Value: (low + high) / 2, Low: low, High: high, N: 5, Defined: true}
	}
	equal := func(v float64, n int) Estimate {
		return Estimate{Value: v, Low: v, High: v, N: n, Defined: true, Equal: true}
	}
	for _, c := range []struct {
		what string
		got  Verdict
		want Verdict
	}{
		{"inside", Within(within(-0.5, 0.9), 1), Agrees},
		{"touching", Within(within(-1, 1), 1), Agrees},
		{"across", Within(within(0.5, 1.5), 1), NotEnough},
		{"above", Within(within(1.1, 2), 1), Disagrees},
		{"below", Within(within(-3, -1.1), 1), Disagrees},
		{"unbounded", Within(within(math.Inf(-1), math.Inf(1)), 1), NotEnough},
		{"undefined", Within(Estimate{Low: 0, High: 0}, 1), NotEnough},
		{"five equal", Within(equal(0, 5), 1), NotEnough},
		{"six equal", Within(equal(0, 6), 1), Agrees},
		{"positive", Above(within(0.1, 2), 0), Agrees},
		{"negative", Above(within(-2, -0.1), 0), Disagrees},
		{"either", Above(within(-2, 0.1), 0), NotEnough},
		{"five equal, sign", Above(equal(3, 5), 0), NotEnough},
		{"six equal, sign", Above(equal(3, 6), 0), Agrees},
		{"below a bound", Below(within(-2, -0.1), 0), Agrees},
		{"not below", Below(within(0.1, 2), 0), Disagrees},
		{"below or not", Below(within(-1, 2), 0), NotEnough},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v, want %v", c.what, c.got, c.want)
		}
	}
	if Agrees.String() != "agrees" || Disagrees.String() != "disagrees" || NotEnough.String() != "not enough evidence" {
		t.Error("the words of the tables changed")
	}
}

func TestNotesExplainWhatIsMissing(t *testing.T) {
	for _, c := range []struct {
		notes []string
		want  string
	}{
		{must(Mean([]float64{3})).Notes, "one value gives no interval"},
		{must(Mean([]float64{3, 4})).Notes, "the interval of two values rests on one degree of freedom"},
		{must(Mean([]float64{3, 3, 3})).Notes, "all 3 values are equal: the spread is unknown"},
		{must(SignTest([]float64{1, 2, 3, 0})).Notes, "1 zero differences of 4 are left out|with so few values the sign test cannot give a p below 0.25"},
		{must(Wilcoxon([]float64{0, 0})).Notes, "no difference is non-zero: there is nothing to test"},
		{must(Wilcoxon([]float64{1, -1, 2, 3, 4})).Notes, "tied differences share their mean rank|with so few values the signed-rank test cannot give a p below 0.0625"},
		{must(MannWhitney([]float64{1, 2}, []float64{3, 4})).Notes, "with so few values the rank-sum test cannot give a p below 0.333"},
		{must(MannWhitney([]float64{1, 1}, []float64{1})).Notes, "tied values share their mean rank|all values are equal"},
		{must(Pearson([]float64{1, 1, 1}, []float64{1, 2, 3})).Notes, "the first column is constant: no correlation exists"},
		{must(Spearman([]float64{1, 2, 3}, []float64{2, 2, 2})).Notes, "the second column is constant: no correlation exists"},
		{must(Pearson([]float64{1, 2}, []float64{1, 2})).Notes, "two pairs always lie on a line: there is no evidence in r"},
		{must(Pearson([]float64{1, 2, 3}, []float64{1, 2, 4})).Notes, "fewer than four pairs give no interval"},
		{must(RSquared([]float64{2, 2}, []float64{1, 3}, 1)).Notes, "the observed values are constant: R² does not exist"},
		{must(RSquared([]float64{1, 2}, []float64{1, 3}, 1)).Notes, "fewer than five pairs give no interval"},
		{must(RSquared([]float64{1, 2}, []float64{1, 2}, 1)).Notes, "the prediction is exact to rounding"},
	} {
		if got := strings.Join(c.notes, "|"); got != c.want {
			t.Errorf("notes\n got %s\nwant %s", got, c.want)
		}
	}
}

func TestNumbersThatAreNoneAreRefused(t *testing.T) {
	_, err := Mean([]float64{1, math.NaN()})
	if err == nil || err.Error() != "value 2 of 2 is NaN" {
		t.Errorf("error %v", err)
	}
	_, err = PairedDifference([]float64{1}, []float64{1, 2})
	if err == nil || err.Error() != "1 values are paired with 2" {
		t.Errorf("error %v", err)
	}
	_, err = Pearson([]float64{1, 2}, []float64{1, math.Inf(1)})
	if err == nil || err.Error() != "value of the second column 2 of 2 is +Inf" {
		t.Errorf("error %v", err)
	}
	for what, err := range map[string]error{
		"mean of none":        second(Mean(nil)),
		"R² of none":          second(RSquared(nil, nil, 1)),
		"correlation of one":  second(Pearson([]float64{1}, []float64{1})),
		"rank sum of nothing": second(MannWhitney(nil, []float64{1})),
	} {
		if err == nil {
			t.Errorf("%s is accepted", what)
		}
	}
}

// A response near the largest number has a coefficient that overflows: refused,
// not returned with infinities.
func TestOverflowingRegressionIsRefused(t *testing.T) {
	y := []float64{0, math.MaxFloat64, math.MaxFloat64}
	if r, err := Regress(Column{"y", y}, Column{"x", []float64{1, 0, 1}}); err == nil {
		t.Errorf("%+v", r)
	}
}

func second[T any](_ T, err error) error { return err }

// TestNeverNaN feeds every function small, tied, constant, huge and tiny data:
// what comes back without an error holds no NaN, and every interval holds its value.
func TestNeverNaN(t *testing.T) {
	value := rapid.SampledFrom([]float64{0, 1, 1, 2, -1, 0.1, 0.3, 1e300, -1e300, math.MaxFloat64, 5e-324, 1e-200, 1 + 0x1p-52})
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 9).Draw(t, "n")
		x := rapid.SliceOfN(value, n, n).Draw(t, "x")
		y := rapid.SliceOfN(value, n, n).Draw(t, "y")
		estimate := func(what string, e Estimate, err error) {
			if err == nil && !(e.Low <= e.Value && e.Value <= e.High) {
				t.Fatalf("%s: %+v", what, e)
			}
		}
		test := func(what string, r Test, err error) {
			if err == nil && !(r.P > 0 && r.P <= 1 && !math.IsNaN(r.Statistic)) {
				t.Fatalf("%s: %+v", what, r)
			}
		}
		correlation := func(what string, c Correlation, err error) {
			estimate(what, c.Estimate, err)
			if err == nil && !(c.P >= 0 && c.P <= 1) {
				t.Fatalf("%s: %+v", what, c)
			}
		}
		e, err := Mean(x)
		estimate("mean", e, err)
		e, err = PairedDifference(x, y)
		estimate("paired difference", e, err)
		e, err = RSquared(x, y, 1)
		if err == nil && (!(e.Low <= e.High) || math.IsNaN(e.Value)) {
			t.Fatalf("R²: %+v", e)
		}
		r, err := SignTest(x)
		test("sign", r, err)
		r, err = Wilcoxon(x)
		test("signed rank", r, err)
		r, err = MannWhitney(x, y)
		test("rank sum", r, err)
		c, err := Pearson(x, y)
		correlation("Pearson", c, err)
		c, err = Spearman(x, y)
		correlation("Spearman", c, err)
		if fit, err := Regress(Column{"y", y}, Column{"x", x}); err == nil {
			for _, c := range fit.Coefficients {
				for _, v := range []float64{c.Value, c.SE, c.Low, c.High, c.T, c.P, fit.R2, fit.Adjusted, fit.F, fit.P, fit.Condition} {
					if math.IsNaN(v) {
						t.Fatalf("regression: %+v", fit)
					}
				}
			}
		}
	})
}
