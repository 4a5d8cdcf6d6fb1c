package stat

import (
	"encoding/json"
	"math"
	"os"
	"strconv"
	"testing"
)

// golden is testdata/golden.json, made by testdata/golden.py with SciPy 1.10.1.
type golden struct {
	A, B, C, X, Y, Tied, Long, Other []float64
	Most                             []float64          // the longest exact form
	WilcoxonMost                     float64            `json:"wilcoxon_most"`
	MannWhitneyMost                  float64            `json:"mannwhitney_most"`
	MeanA                            []float64          `json:"mean_a"`
	MeanC                            []float64          `json:"mean_c"`
	Paired                           []float64          `json:"paired"`
	TQuantiles                       map[string]float64 `json:"t_quantiles"`
	Sign                             float64
	Wilcoxon                         []float64
	WilcoxonLong                     []float64 `json:"wilcoxon_long"`
	MannWhitney                      []float64
	Coarse                           []float64
	CoarseOther                      []float64 `json:"coarse_other"`
	MannWhitneyTied                  []float64 `json:"mannwhitney_tied"`
	MannWhitneyLong                  []float64 `json:"mannwhitney_long"`
	Pearson                          []float64
	Spearman                         []float64
	SpearmanTied                     []float64 `json:"spearman_tied"`
}

func loadGolden(t *testing.T) golden {
	t.Helper()
	data, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol*max(1, math.Abs(want))) {
		t.Errorf("%s: got %.15g, want %.15g", what, got, want)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// quantileDigits is the relative precision that tQuantile states.
const quantileDigits = 1e-9

func TestAgainstSciPy(t *testing.T) {
	g := loadGolden(t)
	for _, c := range []struct {
		what string
		e    Estimate
		want []float64
	}{
		{"mean of a", must(Mean(g.A)), g.MeanA},
		{"mean of c", must(Mean(g.C)), g.MeanC},
		{"paired difference", must(PairedDifference(g.A, g.B)), g.Paired},
	} {
		near(t, c.what+", low", c.e.Low, c.want[0], quantileDigits)
		near(t, c.what+", high", c.e.High, c.want[1], quantileDigits)
	}
	for df, want := range g.TQuantiles {
		near(t, "t quantile, df "+df, tQuantile(must(strconv.Atoi(df))), want, quantileDigits)
	}
	d := must(differences(g.A, g.B))
	near(t, "sign test", must(SignTest(d)).P, g.Sign, 1e-12)
	for _, c := range []struct {
		what  string
		test  Test
		want  []float64
		exact bool
	}{
		{"signed-rank test", must(Wilcoxon(d)), g.Wilcoxon, true},
		{"signed-rank test, long", must(Wilcoxon(g.Long)), g.WilcoxonLong, false},
		{"rank-sum test", must(MannWhitney(g.A, g.C)), g.MannWhitney, true},
		{"rank-sum test, long", must(MannWhitney(g.Long, g.Other)), g.MannWhitneyLong, false},
		{"rank-sum test, tied", must(MannWhitney(g.Coarse, g.CoarseOther)), g.MannWhitneyTied, false},
	} {
		near(t, c.what+", statistic", c.test.Statistic, c.want[0], 1e-12)
		near(t, c.what+", p", c.test.P, c.want[1], 1e-12)
		if c.test.Exact != c.exact {
			t.Errorf("%s: exact is %v", c.what, c.test.Exact)
		}
	}
	var even, odd []float64
	for i, v := range g.Most {
		if i%2 == 0 {
			even = append(even, v)
		} else {
			odd = append(odd, v)
		}
	}
	w, u := must(Wilcoxon(g.Most)), must(MannWhitney(even, odd))
	near(t, "signed-rank p at the bound", w.P, g.WilcoxonMost, 1e-12)
	near(t, "rank-sum p at the bound", u.P, g.MannWhitneyMost, 1e-12)
	if !w.Exact || !u.Exact || w.N != exactPairs || u.N != exactBoth {
		t.Errorf("the bound of the exact form is not inclusive: %+v, %+v", w, u)
	}
	p := must(Pearson(g.X, g.Y))
	for i, got := range []float64{p.Value, p.P, p.Low, p.High} {
		near(t, "Pearson "+strconv.Itoa(i), got, g.Pearson[i], 1e-12)
	}
	s := must(Spearman(g.X, g.Y))
	near(t, "Spearman", s.Value, g.Spearman[0], 1e-12)
	near(t, "Spearman p", s.P, g.Spearman[1], 1e-10)
	s = must(Spearman(g.Tied, g.Y))
	near(t, "Spearman with ties", s.Value, g.SpearmanTied[0], 1e-12)
	near(t, "Spearman p with ties", s.P, g.SpearmanTied[1], 1e-10)
}

func TestHolm(t *testing.T) {
	// By hand: sorted .005 .01 .03 .04 times 4 3 2 1 = .02 .03 .06 .04, then never falling.
	got := must(Holm([]float64{0.01, 0.04, 0.03, 0.005}))
	for i, want := range []float64{0.03, 0.06, 0.06, 0.02} {
		near(t, "adjusted p "+strconv.Itoa(i), got[i], want, 1e-15)
	}
	if one := must(Holm([]float64{0.7, 0.8})); one[0] != 1 || one[1] != 1 {
		t.Errorf("got %v, want 1 and 1", one)
	}
	for _, bad := range []float64{-0.1, 1.1, math.NaN()} {
		if _, err := Holm([]float64{0.5, bad}); err == nil {
			t.Errorf("p-value %v is accepted", bad)
		}
	}
}

func TestRSquared(t *testing.T) {
	// SST = 10, SSE = 0.01+0.04+0+0.04+0.01 = 0.1.
	e := must(RSquared([]float64{1, 2, 3, 4, 5}, []float64{1.1, 1.8, 3, 4.2, 4.9}, 1))
	near(t, "R²", e.Value, 0.99, 1e-12)
	if !(e.Low < e.Value && e.Value < e.High && e.High <= 1) {
		t.Errorf("interval %v..%v around %v", e.Low, e.High, e.Value)
	}
	again := must(RSquared([]float64{1, 2, 3, 4, 5}, []float64{1.1, 1.8, 3, 4.2, 4.9}, 1))
	if again.Low != e.Low || again.High != e.High {
		t.Error("the same seed gives another interval")
	}
	// A constant prediction at 4: SSE = 9+4+1+0+1 = 15, so R² = −0.5.
	near(t, "negative R²", must(RSquared([]float64{1, 2, 3, 4, 5}, []float64{4, 4, 4, 4, 4}, 1)).Value, -0.5, 1e-12)
}
