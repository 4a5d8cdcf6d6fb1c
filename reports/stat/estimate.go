// Package stat is the statistics of the tables: means over seeds with their
// intervals, tests that stay exact for a handful of runs, correlations, R²,
// regression tables, and the rule by which a row gets its verdict.
//
// Two rules hold throughout. A number that does not exist (a correlation with a
// constant, an interval from one run) is marked as such and explained in Notes,
// which tables print as footnotes; NaN is never returned with a nil error. Input
// that is no data (NaN, Inf, unequal lengths) is an error that names the place.
package stat

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// Level is the confidence level of every interval in this package.
const Level = 0.95

// Estimate is a number with its 95 % confidence interval Low..High, which may be
// infinite, and the number N of independent values behind it.
type Estimate struct {
	Value     float64
	Low, High float64
	N         int
	// Defined is false when the data determine no value; Value is then 0 and
	// the interval covers everything that the quantity could be.
	Defined bool
	// Equal says that all N values were the same, so that the interval has no
	// width although nothing is known about the spread.
	Equal bool
	Notes []string
}

// Half returns half the width of the interval, the h of "m ± h" for a symmetric
// one; +Inf when there is none.
func (e Estimate) Half() float64 { return (e.High - e.Low) / 2 }

func (e *Estimate) note(format string, args ...any) {
	e.Notes = append(e.Notes, fmt.Sprintf(format, args...))
}

// Mean returns the mean of x with Student's interval
//
//	x̄ ± t(n−1; 0.975) · s/√n,   s² = Σ(x−x̄)²/(n−1).
//
// It holds for independent, roughly normal values, such as one measure per seed.
// One value gives an infinite interval and a note; no value is an error.
func Mean(x []float64) (Estimate, error) {
	if err := finite("value", x); err != nil {
		return Estimate{}, err
	}
	n := len(x)
	if n == 0 {
		return Estimate{}, fmt.Errorf("mean of no values")
	}
	e := Estimate{N: n, Defined: true, Low: math.Inf(-1), High: math.Inf(1)}
	e.Value = center(x)
	if n == 1 {
		e.note("one value gives no interval")
		return e, nil
	}
	if constant(x) {
		e.Value, e.Low, e.High, e.Equal = x[0], x[0], x[0], true
		e.note("all %d values are equal: the spread is unknown", n)
		return e, nil
	}
	d, scale := deviations(x)
	var ss float64
	for _, v := range d {
		ss += v * v
	}
	half := tQuantile(n-1) * scale * math.Sqrt(ss/float64(n-1)/float64(n))
	if e.Low, e.High = e.Value-half, e.Value+half; !(e.High-e.Low < math.Inf(1)) {
		return Estimate{}, fmt.Errorf("the spread of the values overflows: rescale them")
	}
	if n == 2 {
		e.note("the interval of two values rests on one degree of freedom")
	}
	return e, nil
}

// PairedDifference returns the mean of a[i] − b[i] with Student's interval: the
// effect of a against b where pair i shares its seed and data order.
func PairedDifference(a, b []float64) (Estimate, error) {
	d, err := differences(a, b)
	if err != nil {
		return Estimate{}, err
	}
	return Mean(d)
}

// differences returns a − b after checking both.
func differences(a, b []float64) ([]float64, error) {
	if len(a) != len(b) {
		return nil, fmt.Errorf("%d values are paired with %d", len(a), len(b))
	}
	d := make([]float64, len(a))
	for i := range a {
		d[i] = a[i] - b[i]
	}
	return d, finite("difference", d)
}

// center returns the mean in two passes, the second of which removes the
// rounding of the first.
func center(x []float64) float64 {
	n := float64(len(x))
	var m, rest float64
	for _, v := range x {
		m += v / n
	}
	for _, v := range x {
		rest += v - m
	}
	return m + rest/n
}

// deviations returns (x − x̄)/scale with scale = max|x − x̄|, so that sums of
// squares neither overflow nor vanish. A constant column has scale 0 and NaNs.
func deviations(x []float64) (d []float64, scale float64) {
	m := center(x)
	d = make([]float64, len(x))
	for i, v := range x {
		d[i] = v - m
		scale = max(scale, math.Abs(d[i]))
	}
	for i := range d {
		d[i] /= scale
	}
	return d, scale
}

// finite returns an error that names the first value that is not a number.
func finite(what string, x []float64) error {
	for i, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("%s %d of %d is %v", what, i+1, len(x), v)
		}
	}
	return nil
}

func constant(x []float64) bool {
	for _, v := range x {
		if v != x[0] {
			return false
		}
	}
	return true
}

// tTail returns the two-sided p of a t with df degrees of freedom.
func tTail(t float64, df int) float64 {
	return mathext.RegIncBeta(float64(df)/2, 0.5, float64(df)/(float64(df)+t*t))
}

// tQuantile returns the 97.5 % quantile of Student's t, to the nine digits that
// gonum's incomplete beta function is good for.
func tQuantile(df int) float64 {
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(df)}.Quantile(1 - (1-Level)/2)
}
