// Package bench measures the kernels, the mixed operation and whole search steps
// against what this machine can do at most, and against the same step written
// with torch.nn where PyTorch is installed. Times are medians; every comparison
// is a ratio of times taken in one run, because machines are shared.
package bench

import (
	"slices"
	"time"
)

// Options says how long to measure, and what.
type Options struct {
	Repeat  int    // timed repetitions of everything; the median is reported
	Short   bool   // the small cases only
	Only    string // the steps whose name contains it
	Torch   bool   // time the PyTorch twin too
	Threads int    // workers of a step
	Python  string // interpreter for the PyTorch twin
}

// median times f: one call to warm up, then repeat calls of enough iterations to
// last a millisecond each. It returns seconds per iteration.
func median(repeat int, f func()) float64 {
	f()
	n := 1
	for {
		start := time.Now()
		for range n {
			f()
		}
		if time.Since(start) > time.Millisecond || n > 1<<20 {
			break
		}
		n *= 2
	}
	times := make([]float64, repeat)
	for i := range times {
		start := time.Now()
		for range n {
			f()
		}
		times[i] = time.Since(start).Seconds() / float64(n)
	}
	return middle(times)
}

// pair times two functions in turn, so that both see the same machine, and
// returns their medians and the median of their ratio g/f.
func pair(repeat int, f, g func()) (a, b, ratio float64) {
	f()
	g()
	x, y, r := make([]float64, repeat), make([]float64, repeat), make([]float64, repeat)
	for i := range x {
		start := time.Now()
		f()
		mid := time.Now()
		g()
		x[i], y[i] = mid.Sub(start).Seconds(), time.Since(mid).Seconds()
		r[i] = y[i] / x[i]
	}
	return middle(x), middle(y), middle(r)
}

// middle is the median of v, 0 for none; it sorts v.
func middle(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	slices.Sort(v)
	n := len(v) / 2
	if len(v)%2 == 0 {
		return (v[n-1] + v[n]) / 2
	}
	return v[n]
}
