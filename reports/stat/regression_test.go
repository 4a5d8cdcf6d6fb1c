package stat

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// longley is the data of J. W. Longley, JASA 62 (1967) 819-841, with the values
// that NIST certifies: Statistical Reference Datasets, Linear Regression, Longley,
// https://www.itl.nist.gov/div898/strd/lls/data/LINKS/DATA/Longley.dat
func longley() (y Column, x []Column) {
	y = Column{"employment", []float64{60323, 61122, 60171, 61187, 63221, 63639, 64989, 63761, 66019, 67857, 68169, 66513, 68655, 69564, 69331, 70551}}
	x = []Column{
		{"deflator", []float64{83.0, 88.5, 88.2, 89.5, 96.2, 98.1, 99.0, 100.0, 101.2, 104.6, 108.4, 110.8, 112.6, 114.2, 115.7, 116.9}},
		{"GNP", []float64{234289, 259426, 258054, 284599, 328975, 346999, 365385, 363112, 397469, 419180, 442769, 444546, 482704, 502601, 518173, 554894}},
		{"unemployed", []float64{2356, 2325, 3682, 3351, 2099, 1932, 1870, 3578, 2904, 2822, 2936, 4681, 3813, 3931, 4806, 4007}},
		{"forces", []float64{1590, 1456, 1616, 1650, 3099, 3594, 3547, 3350, 3048, 2857, 2798, 2637, 2552, 2514, 2572, 2827}},
		{"population", []float64{107608, 108632, 109773, 110929, 112075, 113270, 115094, 116219, 117388, 118734, 120445, 121950, 123366, 125368, 127852, 130081}},
		{"year", nil},
	}
	for v := 1947.0; v <= 1962; v++ {
		x[5].Values = append(x[5].Values, v)
	}
	return y, x
}

func TestLongley(t *testing.T) {
	y, x := longley()
	r, err := Regress(y, x...)
	if err != nil {
		t.Fatal(err)
	}
	digits := func(what string, got, want float64) {
		t.Helper()
		if rel := math.Abs(got-want) / math.Abs(want); !(rel <= 1e-10) {
			t.Errorf("%s: %.15g, certified %.15g (relative difference %.1e)", what, got, want, rel)
		}
	}
	for j, want := range [][2]float64{
		{-3482258.63459582, 890420.383607373},
		{15.0618722713733, 84.9149257747669},
		{-0.358191792925910e-01, 0.334910077722432e-01},
		{-2.02022980381683, 0.488399681651699},
		{-1.03322686717359, 0.214274163161675},
		{-0.511041056535807e-01, 0.226073200069370},
		{1829.15146461355, 455.478499142212},
	} {
		c := r.Coefficients[j]
		digits(c.Name, c.Value, want[0])
		digits("SE of "+c.Name, c.SE, want[1])
		digits("T of "+c.Name, c.T, want[0]/want[1])
		digits("centre of the interval of "+c.Name, (c.Low+c.High)/2, want[0])
	}
	digits("residual SD", r.ResidualSD, 304.854073561965)
	digits("R²", r.R2, 0.995479004577296)
	digits("F", r.F, 330.285339234588)
	if r.N != 16 || r.DF != 9 {
		t.Errorf("n %d, df %d, want 16 and 9", r.N, r.DF)
	}
	if len(r.Notes) != 1 || !strings.Contains(r.Notes[0], "condition number 111") {
		t.Errorf("condition %v, notes %q", r.Condition, r.Notes)
	}
}

// TestOnePredictor holds the fit against the formulas of simple regression.
func TestOnePredictor(t *testing.T) {
	g := loadGolden(t)
	r, err := Regress(Column{"y", g.Y}, Column{"x", g.X})
	if err != nil {
		t.Fatal(err)
	}
	// R² = r², the F test, the t test and the test of r are one test.
	near(t, "R²", r.R2, g.Pearson[0]*g.Pearson[0], 1e-13)
	near(t, "p of the slope", r.Coefficients[1].P, g.Pearson[1], 1e-13)
	near(t, "p of F", r.P, g.Pearson[1], 1e-13)
	near(t, "F", r.F, r.Coefficients[1].T*r.Coefficients[1].T, 1e-12)
	near(t, "half width", r.Coefficients[1].High-r.Coefficients[1].Value, 2.2281388519649385*r.Coefficients[1].SE, 1e-9) // t(10; 0.975)
}

func TestRegressRefuses(t *testing.T) {
	y := Column{"y", []float64{1, 2, 4, 3, 5, 7}}
	a := Column{"a", []float64{1, 2, 3, 4, 5, 6}}
	b := Column{"b", []float64{2, 1, 4, 3, 6, 8}}
	sum := Column{"a+b", nil}
	nearly := Column{"nearly a", nil}
	for i := range a.Values {
		sum.Values = append(sum.Values, a.Values[i]+b.Values[i])
		nearly.Values = append(nearly.Values, a.Values[i]+1e-9*b.Values[i])
	}
	flat := Column{"flat", []float64{0.1, 0.1, 0.1, 0.1, 0.1, 0.1}}
	zero := Column{"zero", make([]float64, 6)}
	hole := Column{"hole", []float64{1, 2, math.NaN(), 4, 5, 6}}
	for _, c := range []struct {
		what string
		y    Column
		x    []Column
		want string
	}{
		{"collinear", y, []Column{a, b, sum}, `regression of "y": columns "a", "b", "a+b" are collinear (condition number above 1e15): leave one out`},
		{"nearly collinear", y, []Column{nearly, a}, `regression of "y": columns "nearly a", "a" are collinear`},
		{"twice", y, []Column{a, {"again", a.Values}}, `regression of "y": columns "a", "again" are collinear`},
		{"constant", y, []Column{a, flat}, `regression: column "flat" is constant`},
		{"zero", y, []Column{zero, a}, `regression: column "zero" is zero everywhere`},
		{"constant response", flat, []Column{a}, `regression: column "flat" is constant`},
		{"NaN", y, []Column{a, hole}, `regression: column "hole": value 3 of 6 is NaN`},
		{"length", y, []Column{{"short", []float64{1}}}, `regression: column "short" has 1 values, the response "y" has 6`},
		{"name", y, []Column{a, a}, `regression: column name "a": names must be non-empty, different and not "intercept"`},
		{"no predictors", y, nil, `regression of "y": no predictors`},
		{"too few", Column{"y", []float64{1, 2}}, []Column{{"x", []float64{1, 2}}}, `regression of "y": 2 observations for 2 coefficients: at least 3 are needed to estimate an error`},
	} {
		r, err := Regress(c.y, c.x...)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) || r != nil {
			t.Errorf("%s: result %v, error\n got %v\nwant %s", c.what, r, err, c.want)
		}
	}
}

// TestCrossCheckSeesAWrongCoefficient damages a fit by one part in 10^4.
func TestCrossCheckSeesAWrongCoefficient(t *testing.T) {
	y, x := longley()
	r := must(Regress(y, x...))
	spread := standardise(y.Values).length
	var columns []standard
	for _, c := range x {
		columns = append(columns, standardise(c.Values))
	}
	if err := r.crossCheck(y, x, spread, columns); err != nil {
		t.Fatal(err)
	}
	r.Coefficients[6].Value *= 1.0001
	if err := r.crossCheck(y, x, spread, columns); err == nil || !strings.Contains(err.Error(), `for column "year"`) {
		t.Errorf("error %v", err)
	}
}

func TestExactFitIsNoted(t *testing.T) {
	r, err := Regress(Column{"y", []float64{3, 5, 7, 9}}, Column{"x", []float64{1, 2, 3, 4}})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "slope", r.Coefficients[1].Value, 2, 1e-12)
	near(t, "intercept", r.Coefficients[0].Value, 1, 1e-12)
	if len(r.Notes) != 1 || !strings.Contains(r.Notes[0], "exact to rounding") {
		t.Errorf("notes %q", r.Notes)
	}
}

func TestIndicatorsCodeABlock(t *testing.T) {
	levels := []string{"s2", "s1", "s3", "s1", "s2", "s3"}
	cols, err := Indicators("trace", levels)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(cols); got != "[{trace=s2 [1 0 0 0 1 0]} {trace=s3 [0 0 1 0 0 1]}]" {
		t.Errorf("columns %s", got)
	}
	// Coefficients are differences of group means from the first level.
	r, err := Regress(Column{"y", []float64{5, 1, 9, 2, 6, 11}}, cols...)
	if err != nil {
		t.Fatal(err)
	}
	for j, want := range []float64{1.5, 4, 8.5} {
		near(t, r.Coefficients[j].Name, r.Coefficients[j].Value, want, 1e-12)
	}
	if _, err := Indicators("trace", []string{"a", "a"}); err == nil || err.Error() != `factor "trace" has 1 level: at least 2 are needed` {
		t.Errorf("error %v", err)
	}
}
