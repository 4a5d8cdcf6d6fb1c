package table

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestEstimatesAreRoundedByTheirUncertainty(t *testing.T) {
	for _, c := range []struct {
		v    Estimate
		want string
	}{
		{Symmetric(0.31234, 0.02871, 5), "0.312 ± 0.029"},
		{Symmetric(0.31234, 0.00996, 5), "0.312 ± 0.010"}, // 0.00996 to two digits is 0.010
		{Symmetric(1234.4, 567, 5), "1230 ± 570"},
		{Symmetric(-12.34, 1.27, 5), "-12.3 ± 1.3"},
		{Symmetric(-0.0004, 0.12, 5), "0.00 ± 0.12"}, // never -0.00
		{Symmetric(0, 0.12, 5), "0.00 ± 0.12"},
		{Symmetric(0.5, 0, 5), "0.500 ± 0"},
		{Symmetric(3.2e-9, 4.1e-10, 5), "(3.20 ± 0.41)e-9"},
		{Symmetric(1e-9, 0.2, 5), "0.00 ± 0.20"},
		{Symmetric(2.5e8, 3.1e6, 5), "(2.500 ± 0.031)e8"},
		{Symmetric(1, 1e-13, 5), "1.00000000 ± <1e-8"},
		{Estimate{Mean: 0.5, Lo: math.NaN(), Hi: math.NaN(), N: 1}, "0.500"},
		{Estimate{Mean: 0.3, Lo: 0.21, Hi: 0.33, N: 5}, "0.300 ± 0.060"},
	} {
		if got := estimateText(c.v, false); got != c.want {
			t.Errorf("%+v: got %q, want %q", c.v, got, c.want)
		}
	}
	if got := estimateText(Estimate{Mean: 0.3, Lo: 0.21, Hi: 0.33, N: 5}, true); got != "0.300 [0.210, 0.330]" {
		t.Errorf("with bounds: %q", got)
	}
	if got := estimateText(Symmetric(3.2e-9, 4.1e-10, 5), true); got != "(3.20 [2.79, 3.61])e-9" {
		t.Errorf("with bounds and exponent: %q", got)
	}
}

func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		v         float64
		precision int
		want      string
	}{
		{0.123456, 0, "0.123"}, {0.000123456, 0, "0.000123"}, {1.5e-12, 0, "1.50e-12"}, {15000, 0, "15000"}, {2, 0, "2"},
		{1234.5, 0, "1234"}, {99.96, 0, "100"}, {9.996, 0, "10.0"}, {0.5, 2, "0.50"}, {0.5, Whole, "0"}, {1.5, Whole, "2"}, {0, 0, "0"}, {-0.0001, 2, "0.00"}, {3e7 + 0.5, 0, "3.00e7"},
	} {
		if got := text(Number(c.v), Column{Precision: c.precision}, false); got != c.want {
			t.Errorf("%v to %d: got %q, want %q", c.v, c.precision, got, c.want)
		}
	}
	for p, want := range map[float64]string{0.00099: "<0.001", 0.001: "0.001", 0.0324: "0.032", 1: "1.000", 0: "<0.001"} {
		if got := roundP(p); got != want {
			t.Errorf("p = %v: got %q, want %q", p, got, want)
		}
	}
}

// What is printed is within half a unit of the last place of what was given,
// and the half-width has two significant digits.
func TestRoundingLosesNoMoreThanItSays(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		mean := rapid.Float64Range(-1e9, 1e9).Draw(rt, "mean") * math.Pow(10, float64(rapid.IntRange(-12, 3).Draw(rt, "exp")))
		half := math.Abs(mean) * rapid.Float64Range(1e-4, 10).Draw(rt, "ratio")
		if half < 1e-15 {
			return
		}
		d := roundEstimate(Symmetric(mean, half, 3))
		e := "e" + strconv.Itoa(d.exp)
		m, err := strconv.ParseFloat(d.mean+e, 64)
		if err != nil {
			rt.Fatalf("mean %q: %v", d.mean, err)
		}
		h, err := strconv.ParseFloat(d.half+e, 64)
		if err != nil {
			rt.Fatalf("half %q: %v", d.half, err)
		}
		unit := math.Pow(10, float64(magnitude(half, halfDigits)-halfDigits+1))
		if math.Abs(m-mean) > 0.5001*unit || math.Abs(h-half) > 0.5001*unit {
			rt.Fatalf("%v ± %v is printed as %s ± %s%s", mean, half, d.mean, d.half, e)
		}
		if n := len(strings.TrimLeft(strings.ReplaceAll(d.half, ".", ""), "0")); unit < 1 && n != halfDigits {
			rt.Fatalf("half-width %q has %d significant digits", d.half, n)
		}
	})
}
