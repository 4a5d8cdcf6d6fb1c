package table

import (
	"math"
	"strconv"
	"strings"
)

// Significant digits of a half-width, and of a number without one.
const (
	halfDigits   = 2
	numberDigits = 3
)

// Numbers of magnitude 10^e are written with an exponent of ten where e is
// outside [lowExp, highExp].
const (
	lowExp  = -5
	highExp = 6
)

// decimal is a rounded quantity: each part is mantissa digits, to be multiplied
// by 10^exp. half is empty where there is no uncertainty, lo and hi where the
// interval is symmetric after rounding.
type decimal struct {
	mean, half, lo, hi string
	exp                int
}

// magnitude is the exponent of ten of v once v is rounded to the given number
// of significant digits: 9.96 to two digits is 10, so 1.
func magnitude(v float64, digits int) int {
	if v == 0 {
		return 0
	}
	s := strconv.FormatFloat(math.Abs(v), 'e', digits-1, 64)
	e, _ := strconv.Atoi(s[strings.IndexByte(s, 'e')+1:])
	return e
}

// fixed writes v with the given number of decimals; a negative number rounds to
// tens, hundreds, ... It never writes "-0".
func fixed(v float64, decimals int) string {
	if decimals < 0 {
		unit := math.Pow(10, float64(-decimals))
		v, decimals = math.Round(v/unit)*unit, 0
	}
	s := strconv.FormatFloat(v, 'f', decimals, 64)
	if strings.HasPrefix(s, "-") && strings.Trim(s, "-0.") == "" {
		return s[1:]
	}
	return s
}

// scaled is v * 10^-e without a detour through huge or vanishing factors.
func scaled(v float64, e int) float64 {
	s := strconv.FormatFloat(v, 'e', -1, 64)
	i := strings.IndexByte(s, 'e')
	x, _ := strconv.Atoi(s[i+1:])
	v, _ = strconv.ParseFloat(s[:i]+"e"+strconv.Itoa(x-e), 64)
	return v
}

// roundNumber rounds to the column's precision.
func roundNumber(v float64, precision int) decimal {
	switch {
	case precision == Whole:
		return decimal{mean: fixed(v, 0)}
	case precision > 0:
		return decimal{mean: fixed(v, precision)}
	}
	e := magnitude(v, numberDigits)
	if e < lowExp || e > highExp {
		return decimal{mean: fixed(scaled(v, e), numberDigits-1), exp: e}
	}
	if v == math.Trunc(v) {
		return decimal{mean: fixed(v, 0)}
	}
	return decimal{mean: fixed(v, max(0, numberDigits-1-e))}
}

// roundEstimate rounds the half-width of the interval to two significant digits
// and mean and bounds to the same decimal place. An interval of width zero
// leaves the mean with three significant digits; where the interval is so narrow
// that the mean would need more than nine digits it gets nine, and the
// half-width says what it is below.
func roundEstimate(v Estimate) decimal {
	if v.bare() {
		return roundNumber(v.Mean, 0)
	}
	half := (v.Hi - v.Lo) / 2
	if half == 0 {
		d := roundNumber(v.Mean, 0)
		d.half = "0"
		return d
	}
	e := magnitude(half, halfDigits)
	top := max(magnitude(v.Mean, numberDigits), e)
	if v.Mean == 0 {
		top = e
	}
	place := max(e-halfDigits+1, top-8) // exponent of the last digit kept
	var d decimal
	if top < lowExp || top > highExp {
		d.exp = top
	}
	write := func(x float64) string {
		if d.exp != 0 {
			x = scaled(x, d.exp)
		}
		return fixed(x, d.exp-place)
	}
	d.mean, d.half = write(v.Mean), write(half)
	if up, down := write(v.Hi-v.Mean), write(v.Mean-v.Lo); up != down || up != d.half {
		d.lo, d.hi = write(v.Lo), write(v.Hi)
	}
	if strings.Trim(d.half, "0.") == "" {
		d.half = "<1e" + strconv.Itoa(place-d.exp)
	}
	return d
}

// interval writes the bounds of an estimate to the place of its mean, whether
// or not they are symmetric.
func interval(v Estimate) (lo, hi string) {
	d := roundEstimate(v)
	if d.lo != "" {
		return d.lo, d.hi
	}
	places := 0
	if i := strings.IndexByte(d.mean, '.'); i >= 0 {
		places = len(d.mean) - i - 1
	}
	at := func(x float64) string {
		if d.exp != 0 {
			x = scaled(x, d.exp)
		}
		return fixed(x, places)
	}
	return at(v.Lo), at(v.Hi)
}

// roundP writes a p-value to three decimals; below 0.001 it says so.
func roundP(p float64) string {
	if p < 0.001 {
		return "<0.001"
	}
	return fixed(p, 3)
}
