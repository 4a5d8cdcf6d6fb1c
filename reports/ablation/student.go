package ablation

import (
	"math"

	"edgewise/reports/stat"

	"gonum.org/v1/gonum/stat/distuv"
)

// student returns, from the interval of a mean, the two-sided p of "the mean is 0"
// with n-1 degrees of freedom and the effect size d = mean / standard deviation
// (t/sqrt n). Without a spread there is no test.
func student(e stat.Estimate) (p, d float64, ok bool) {
	if !e.Defined || e.Equal || e.N < 2 || math.IsInf(e.Half(), 0) || e.Half() == 0 {
		return 0, 0, false
	}
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(e.N - 1)}
	se := e.Half() / t.Quantile(1-(1-stat.Level)/2)
	x := e.Value / se
	return 2 * t.Survival(math.Abs(x)), x / math.Sqrt(float64(e.N)), true
}
