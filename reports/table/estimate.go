package table

import (
	"math"

	"edgewise/reports/stat"
)

// Of is the estimate of package stat as a cell: without an interval where one
// value, or equal ones, say nothing about the spread, and a Missing with the
// reason where the data determine no value.
func Of(e stat.Estimate, reason string) Item {
	if !e.Defined {
		return Missing{Reason: reason}
	}
	lo, hi := e.Low, e.High
	if e.Equal || math.IsInf(lo, 0) || math.IsInf(hi, 0) {
		lo, hi = math.NaN(), math.NaN()
	}
	return Estimate{Mean: e.Value, Lo: lo, Hi: hi, N: e.N, Equal: e.Equal && e.N > 1}
}

// MeanOf is the mean of the values with its interval as a cell, and a Missing
// with the reason where there are none.
func MeanOf(x []float64, reason string) Item {
	if len(x) == 0 {
		return Missing{Reason: reason}
	}
	e, err := stat.Mean(x)
	if err != nil {
		return Missing{Reason: err.Error()}
	}
	return Of(e, reason)
}

// Judged is a verdict of package stat as a cell.
func Judged(v stat.Verdict) Item {
	switch v {
	case stat.Agrees:
		return Agrees
	case stat.Disagrees:
		return Disagrees
	}
	return NotEnough
}
