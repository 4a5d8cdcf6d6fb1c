package stat

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Correlation is a coefficient of correlation with its interval and the two-sided
// p of "no correlation".
type Correlation struct {
	Estimate
	P     float64
	Exact bool // P comes from all orders of the data
}

// exactOrders is the largest n for which Spearman's p goes through all n! orders.
const exactOrders = 9

// Pearson returns the product-moment correlation
//
//	r = Σ(x−x̄)(y−ȳ) / √(Σ(x−x̄)²·Σ(y−ȳ)²)
//
// with Fisher's interval tanh(artanh r ± 1.96/√(n−3)) and the p of Student's t
// with n−2 degrees of freedom. Both assume independent pairs from a normal
// distribution. A constant column leaves r undefined; fewer than four pairs leave
// the interval at −1..1. Both are noted.
func Pearson(x, y []float64) (Correlation, error) {
	if err := pairs(x, y); err != nil {
		return Correlation{}, err
	}
	c := undefined(x, y)
	if len(c.Notes) > 0 {
		return c, nil
	}
	r, err := product(x, y)
	if err != nil {
		return Correlation{}, err
	}
	c.Defined, c.Value = true, r
	if c.N == 2 {
		c.note("two pairs always lie on a line: there is no evidence in r")
		return c, nil
	}
	c.P = tTailOfR(r, c.N)
	c.interval(r, 1)
	if math.Abs(r) == 1 {
		c.note("the relation is exactly linear")
	}
	return c, nil
}

// Spearman returns the rank correlation: Pearson's r of the ranks, ties at their
// mean rank. For n ≤ 9 its p goes through all orders of y, ties included; above, it
// is Student's with n−2 degrees of freedom. The interval is Fisher's with the
// standard error √((1 + r²/2)/(n−3)) (Bonett and Wright, Psychometrika 65, 2000);
// for a perfect order it is that of one swap of neighbours, widened to the end.
func Spearman(x, y []float64) (Correlation, error) {
	if err := pairs(x, y); err != nil {
		return Correlation{}, err
	}
	c := undefined(x, y)
	if len(c.Notes) > 0 {
		return c, nil
	}
	rx, tiesX := doubledRanks(x)
	ry, tiesY := doubledRanks(y)
	r, err := product(floats(rx), floats(ry))
	if err != nil {
		return Correlation{}, err
	}
	c.Defined, c.Value = true, r
	if tiesX > 0 || tiesY > 0 {
		c.note("tied values share their mean rank")
	}
	n := float64(c.N)
	if c.N <= exactOrders {
		var least float64
		c.P, least = orderP(rx, ry)
		c.Exact = true
		if least > 1-Level {
			c.note("with so few values Spearman's correlation cannot give a p below %.3g", least)
		}
	} else {
		c.P = tTailOfR(r, c.N)
	}
	if 1-math.Abs(r) < 1e-12 {
		swap := math.Copysign(1-12/(n*(n*n-1)), r)
		c.interval(swap, 1+swap*swap/2)
		if r > 0 {
			c.High = 1
		} else {
			c.Low = -1
		}
		c.note("the order is perfect: the interval is that of one swap of neighbours")
		return c, nil
	}
	c.interval(r, 1+r*r/2)
	return c, nil
}

// interval sets tanh(artanh r ± z·√(spread/(n−3))).
func (c *Correlation) interval(r, spread float64) {
	if c.N < 4 {
		c.note("fewer than four pairs give no interval")
		return
	}
	const z = 1.959963984540054 // 97.5 % quantile of the normal distribution
	half := z * math.Sqrt(spread/float64(c.N-3))
	c.Low, c.High = math.Tanh(math.Atanh(r)-half), math.Tanh(math.Atanh(r)+half)
}

// undefined returns the correlation of nothing, with a note when a column is
// constant.
func undefined(x, y []float64) Correlation {
	c := Correlation{P: 1, Estimate: Estimate{N: len(x), Low: -1, High: 1}}
	if constant(x) {
		c.note("the first column is constant: no correlation exists")
	}
	if constant(y) {
		c.note("the second column is constant: no correlation exists")
	}
	return c
}

// pairs checks two columns.
func pairs(x, y []float64) error {
	if len(x) != len(y) {
		return fmt.Errorf("%d values are paired with %d", len(x), len(y))
	}
	if len(x) < 2 {
		return fmt.Errorf("correlation of %d pairs: at least 2 are needed", len(x))
	}
	if err := finite("value of the first column", x); err != nil {
		return err
	}
	return finite("value of the second column", y)
}

// product returns Pearson's r of two columns that are not constant, kept in
// −1..1. Columns are scaled by their largest deviation, so nothing overflows.
func product(x, y []float64) (float64, error) {
	u, _ := deviations(x)
	v, _ := deviations(y)
	var xy, xx, yy float64
	for i := range u {
		xy, xx, yy = xy+u[i]*v[i], xx+u[i]*u[i], yy+v[i]*v[i]
	}
	r := xy / math.Sqrt(xx*yy)
	if math.IsNaN(r) {
		return 0, fmt.Errorf("the columns differ from constants only by rounding: no correlation exists")
	}
	return max(-1, min(1, r)), nil
}

// tTailOfR is the two-sided p of t = r·√((n−2)/(1−r²)), which is the regularised
// incomplete beta function I at 1−r² with (n−2)/2 and 1/2.
func tTailOfR(r float64, n int) float64 {
	return mathext.RegIncBeta(float64(n-2)/2, 0.5, (1-r)*(1+r))
}

// orderP returns the share of all orders of y whose correlation with x is at
// least as far from 0, and the smallest share that any order has. All in whole
// numbers: |n·Σxy − Σx·Σy| orders the correlations.
func orderP(x, y []int) (p, least float64) {
	n, sx, sy := len(x), 0, 0
	for i := range x {
		sx, sy = sx+x[i], sy+y[i]
	}
	far := func(y []int) int {
		s := 0
		for i := range x {
			s += x[i] * y[i]
		}
		if s = n*s - sx*sy; s < 0 {
			return -s
		}
		return s
	}
	seen := far(y)
	orders, atLeast, extreme, extremes := 0, 0, -1, 0
	permute(append([]int(nil), y...), func(y []int) {
		d := far(y)
		orders++
		if d >= seen {
			atLeast++
		}
		switch {
		case d > extreme:
			extreme, extremes = d, 1
		case d == extreme:
			extremes++
		}
	})
	return float64(atLeast) / float64(orders), float64(extremes) / float64(orders)
}

// permute calls visit with every order of y (Heap's algorithm, in place).
func permute(y []int, visit func([]int)) {
	visit(y)
	c := make([]int, len(y))
	for i := 1; i < len(y); {
		if c[i] >= i {
			c[i] = 0
			i++
			continue
		}
		j := 0
		if i%2 == 1 {
			j = c[i]
		}
		y[i], y[j] = y[j], y[i]
		visit(y)
		c[i]++
		i = 1
	}
}

func floats(x []int) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}
