package stat

import (
	"fmt"
	"math"
	"strings"

	"github.com/sajari/regression"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/mathext"
)

// Column is a named column of data, one value per observation.
type Column struct {
	Name   string
	Values []float64
}

// Coefficient is one row of a regression table: T = Value/SE with the residual
// degrees of freedom, P its two-sided p, Low..High the 95 % interval.
type Coefficient struct {
	Name      string
	Value     float64
	SE        float64
	Low, High float64
	T, P      float64
}

// Regression is an ordinary least-squares fit of Response on an intercept
// (Coefficients[0], named "intercept") and the predictors in the given order.
type Regression struct {
	Response     string
	Coefficients []Coefficient
	N, DF        int     // observations; residual degrees of freedom
	R2           float64 // 1 − SSE/SST
	Adjusted     float64 // 1 − (SSE/DF)/(SST/(N−1))
	ResidualSD   float64 // √(SSE/DF)
	F, P         float64 // of all predictors together, on N−DF−1 and DF degrees of freedom
	Condition    float64 // of the predictors, centred and scaled to length 1
	Notes        []string
}

// Bounds on the condition number of the predictors, centred and scaled: from
// noteCondition on a fit is noted as sensitive, from maxCondition on refused as
// collinear (half the digits of a float64 are gone).
const (
	noteCondition = 30
	maxCondition  = 1e7
)

// Regress fits
//
//	y = β₀ + Σ βⱼ xⱼ + ε
//
// by least squares. The condition number of the predictors is read from their
// singular values first; constant, zero and collinear columns, a constant
// response and too few observations are errors that name the columns.
// Coefficients and standard errors come from the QR decomposition Z = QR of the
// predictors centred and scaled to length 1:
//
//	g = R⁻¹Qᵀ(y−ȳ),   βⱼ = gⱼ/sⱼ,   SE(βⱼ)² = σ̂²·Σₖ(R⁻¹)ⱼₖ²/sⱼ²,
//	β₀ = ȳ − Σβⱼx̄ⱼ,   SE(β₀)² = σ̂²·(1/n + ‖R⁻ᵀ(x̄/s)‖²),   σ̂² = SSE/(n−p−1).
//
// The coefficients are checked against those of github.com/sajari/regression,
// which solves for the raw columns; a disagreement is an error. SE, t, p and the
// intervals hold for independent errors of one variance: observations along one
// trace are not independent, so average or thin them first.
func Regress(response Column, predictors ...Column) (*Regression, error) {
	if err := checkColumns(response, predictors); err != nil {
		return nil, err
	}
	n, p := len(response.Values), len(predictors)
	x := make([]standard, p)
	z := mat.NewDense(n, p, nil)
	for j, c := range predictors {
		x[j] = standardise(c.Values)
		if err := x[j].check(c.Name); err != nil {
			return nil, err
		}
		z.SetCol(j, x[j].values)
	}
	y := standardise(response.Values)
	if err := y.check(response.Name); err != nil {
		return nil, err
	}
	r := &Regression{Response: response.Name, N: n, DF: n - p - 1}
	if err := r.condition(z, predictors); err != nil {
		return nil, err
	}
	if err := r.solve(z, y, x, predictors); err != nil {
		return nil, err
	}
	for _, c := range r.Coefficients {
		if v := c.Value + c.SE + c.Low + c.High; math.IsInf(c.Value, 0) || math.IsInf(c.SE, 0) || math.IsNaN(v) {
			return nil, fmt.Errorf("regression of %q: the coefficient of %q overflows: rescale the columns", r.Response, c.Name)
		}
	}
	if err := r.crossCheck(response, predictors, y.length, x); err != nil {
		return nil, err
	}
	return r, nil
}

// standard is a column as mean + length·values with Σvalues = 0, Σvalues² = 1.
type standard struct {
	mean, length, largest float64
	values                []float64
}

func standardise(v []float64) standard {
	s := standard{mean: center(v), values: make([]float64, len(v))}
	for i := range v {
		s.values[i] = v[i] - s.mean
		s.largest = max(s.largest, math.Abs(v[i]))
	}
	s.length = mat.Norm(mat.NewVecDense(len(v), s.values), 2)
	for i := range s.values {
		s.values[i] /= s.length
	}
	return s
}

// check refuses a column that varies by no more than the rounding of its values.
func (s standard) check(name string) error {
	switch {
	case s.largest == 0:
		return fmt.Errorf("regression: column %q is zero everywhere", name)
	case math.IsInf(s.length, 0) || math.IsNaN(s.length):
		return fmt.Errorf("regression: the spread of column %q overflows: rescale it", name)
	case s.length <= 1e-13*s.largest*math.Sqrt(float64(len(s.values))):
		return fmt.Errorf("regression: column %q is constant", name)
	}
	return nil
}

// condition reads the condition number and names the columns of a near
// dependence: the largest entries of the right singular vector of the smallest
// singular value.
func (r *Regression) condition(z *mat.Dense, predictors []Column) error {
	var svd mat.SVD
	if !svd.Factorize(z, mat.SVDThinV) {
		return fmt.Errorf("regression of %q: the singular values do not converge", r.Response)
	}
	s := svd.Values(nil)
	p := len(predictors)
	if least := s[p-1]; least*maxCondition <= s[0] {
		var v mat.Dense
		svd.VTo(&v)
		var names []string
		for j := range p {
			if math.Abs(v.At(j, p-1)) > 0.05 {
				names = append(names, fmt.Sprintf("%q", predictors[j].Name))
			}
		}
		return fmt.Errorf("regression of %q: columns %s are collinear (condition number %s): leave one out",
			r.Response, strings.Join(names, ", "), ratio(s[0], least))
	}
	if r.Condition = s[0] / s[p-1]; r.Condition >= noteCondition {
		r.Notes = append(r.Notes, fmt.Sprintf("condition number %.3g: some predictors nearly depend on each other, so single coefficients are uncertain", r.Condition))
	}
	return nil
}

func ratio(a, b float64) string {
	if b <= 1e-15*a {
		return "above 1e15"
	}
	return fmt.Sprintf("%.3g", a/b)
}

// solve fills in everything but the condition number.
func (r *Regression) solve(z *mat.Dense, y standard, x []standard, predictors []Column) error {
	n, p := z.Dims()
	var qr mat.QR
	qr.Factorize(z)
	target := mat.NewVecDense(n, y.values)
	var g, fit mat.VecDense
	if err := qr.SolveVecTo(&g, false, target); err != nil {
		return fmt.Errorf("regression of %q: %w", r.Response, err)
	}
	fit.MulVec(z, &g)
	var sse float64 // in units of SST
	for i, v := range y.values {
		sse += (v - fit.AtVec(i)) * (v - fit.AtVec(i))
	}
	if sse < 1e-24 {
		r.Notes = append(r.Notes, "the fit is exact to rounding: SE, t and p describe rounding, not noise")
	}
	df := float64(r.DF)
	r.R2 = 1 - sse
	r.Adjusted = 1 - sse/df*float64(n-1)
	r.ResidualSD = y.length * math.Sqrt(sse/df)
	r.F, r.P = fTest(sse, p, r.DF)

	inverse, err := inverseOfR(&qr, p)
	if err != nil {
		return fmt.Errorf("regression of %q: %w", r.Response, err)
	}
	means := mat.NewVecDense(p, nil) // x̄ⱼ/sⱼ
	value := y.mean
	rows := make([]Coefficient, 1, p+1)
	for j := range p {
		b := g.AtVec(j) * y.length / x[j].length
		se := r.ResidualSD * mat.Norm(inverse.RowView(j), 2) / x[j].length
		rows = append(rows, r.row(predictors[j].Name, b, se))
		means.SetVec(j, x[j].mean/x[j].length)
		value -= b * x[j].mean
	}
	var m mat.VecDense
	m.MulVec(inverse.T(), means)
	length := mat.Norm(&m, 2)
	rows[0] = r.row("intercept", value, r.ResidualSD*math.Sqrt(1/float64(n)+length*length))
	r.Coefficients = rows
	return nil
}

// inverseOfR returns R⁻¹ of the leading p×p triangle.
func inverseOfR(qr *mat.QR, p int) (*mat.Dense, error) {
	var full mat.Dense
	qr.RTo(&full)
	tri := mat.NewTriDense(p, mat.Upper, nil)
	for i := range p {
		for j := i; j < p; j++ {
			tri.SetTri(i, j, full.At(i, j))
		}
	}
	var inv mat.TriDense
	if err := inv.InverseTri(tri); err != nil {
		return nil, err
	}
	return mat.DenseCopyOf(&inv), nil
}

// row makes a coefficient with its inference. Without any residual t is ±Inf and
// p is 0, or 0 and 1 for a coefficient of 0.
func (r *Regression) row(name string, value, se float64) Coefficient {
	c := Coefficient{Name: name, Value: value, SE: se, Low: value, High: value, P: 1}
	switch {
	case se > 0:
		c.T = value / se
		c.P = tTail(c.T, r.DF)
		half := tQuantile(r.DF) * se
		c.Low, c.High = value-half, value+half
	case value != 0:
		c.T, c.P = math.Copysign(math.Inf(1), value), 0
	}
	return c
}

// fTest returns F = ((SST−SSE)/p)/(SSE/df) and its p, with SSE in units of SST.
func fTest(sse float64, p, df int) (f, pValue float64) {
	if sse == 0 {
		return math.Inf(1), 0
	}
	f = (1 - sse) / float64(p) / (sse / float64(df))
	f = max(f, 0)
	a, b := float64(df), float64(p)
	return f, mathext.RegIncBeta(a/2, b/2, a/(a+b*f))
}

// crossCheck compares the coefficients with those of sajari/regression, in units
// of the spread of the response over that of the predictor.
func (r *Regression) crossCheck(response Column, predictors []Column, spread float64, x []standard) error {
	var other regression.Regression
	for i, v := range response.Values {
		row := make([]float64, len(predictors))
		for j, c := range predictors {
			row[j] = c.Values[i]
		}
		other.Train(regression.DataPoint(v, row))
	}
	if err := other.Run(); err != nil {
		return fmt.Errorf("regression of %q: cross-check: %w", r.Response, err)
	}
	// The other solver takes raw columns: a mean far from 0 multiplies the
	// condition number, and so the rounding, by |x̄|·√n/s.
	far := 1.0
	for _, s := range x {
		far = max(far, math.Abs(s.mean)*math.Sqrt(float64(r.N))/s.length)
	}
	lost := 1e-9 + 1e-13*r.Condition*far
	for j, s := range x {
		ours, theirs := r.Coefficients[j+1].Value, other.Coeff(j+1)
		if unit := spread / s.length; !(math.Abs(ours-theirs) <= lost*(math.Abs(ours)+unit)) {
			return fmt.Errorf("regression of %q: two solvers give %v and %v for column %q: centre and rescale the columns",
				r.Response, ours, theirs, predictors[j].Name)
		}
	}
	return nil
}
