package stat

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Test is the outcome of a two-sided test of a null hypothesis.
type Test struct {
	Name      string
	Statistic float64
	P         float64
	N         int  // values that count: without zeros for tests of differences
	Exact     bool // P is exact, ties included; else a normal approximation
	Notes     []string
}

func (t *Test) note(format string, args ...any) {
	t.Notes = append(t.Notes, fmt.Sprintf(format, args...))
}

// floor notes that no data of this size could have been significant.
func (t *Test) floor(least float64) {
	if least > 1-Level {
		t.note("with so few values %s cannot give a p below %.3g", t.Name, least)
	}
}

// Bounds of the exact distributions; their counts stay below 2^53.
const (
	exactPairs = 50 // values of the signed-rank test
	exactBoth  = 50 // values of both samples of the rank-sum test
)

// SignTest tests that positive and negative differences are equally likely: with
// k positive of n non-zero differences,
//
//	p = min(1, 2·P(B ≤ min(k, n−k))),   B ~ Binomial(n, 1/2).
//
// Statistic is k. Zeros are dropped, which is noted.
func SignTest(d []float64) (Test, error) {
	if err := finite("difference", d); err != nil {
		return Test{}, err
	}
	t := Test{Name: "the sign test", P: 1, Exact: true}
	d = t.dropZeros(d)
	k := 0
	for _, v := range d {
		if v > 0 {
			k++
		}
	}
	t.Statistic = float64(k)
	if t.N > 0 {
		b := distuv.Binomial{N: float64(t.N), P: 0.5}
		t.P = min(1, 2*b.CDF(float64(min(k, t.N-k))))
		t.floor(2 * math.Pow(0.5, float64(t.N)))
	}
	return t, nil
}

// Wilcoxon is the signed-rank test that the differences are symmetric about 0.
// Statistic is W⁺, the sum of the ranks of |d| over d > 0, with mean ranks for
// ties. For n ≤ 50 non-zero differences P comes from all 2^n signs, ties included;
// above, from the normal approximation with tie and continuity correction.
func Wilcoxon(d []float64) (Test, error) {
	if err := finite("difference", d); err != nil {
		return Test{}, err
	}
	t := Test{Name: "the signed-rank test", P: 1, Exact: true}
	d = t.dropZeros(d)
	if t.N == 0 {
		return t, nil
	}
	size := make([]float64, t.N)
	for i, v := range d {
		size[i] = math.Abs(v)
	}
	rank2, ties := doubledRanks(size)
	w2, total := 0, 0
	for i, v := range d {
		total += rank2[i]
		if v > 0 {
			w2 += rank2[i]
		}
	}
	t.Statistic = float64(w2) / 2
	if ties > 0 {
		t.note("tied differences share their mean rank")
	}
	if t.N <= exactPairs {
		count := make([]float64, total+1) // subsets of the ranks by their sum
		count[0] = 1
		for _, r := range rank2 {
			for s := total; s >= r; s-- {
				count[s] += count[s-r]
			}
		}
		t.P = doubledTail(count, w2)
		t.floor(2 * math.Pow(0.5, float64(t.N)))
		return t, nil
	}
	t.Exact = false
	n := float64(t.N)
	t.P = normalP(t.Statistic-n*(n+1)/4, n*(n+1)*(2*n+1)/24-ties/48)
	return t, nil
}

// MannWhitney is the rank-sum test that a and b come from one distribution.
// Statistic is U, the number of pairs with a > b, ties counting one half. For up to
// 50 values together P comes from all ways to split them, ties included; above,
// from the normal approximation with tie and continuity correction.
func MannWhitney(a, b []float64) (Test, error) {
	if err := finite("first-sample value", a); err != nil {
		return Test{}, err
	}
	if err := finite("second-sample value", b); err != nil {
		return Test{}, err
	}
	if len(a) == 0 || len(b) == 0 {
		return Test{}, fmt.Errorf("rank-sum test of %d against %d values: both samples need at least one", len(a), len(b))
	}
	all := slices.Concat(a, b)
	t := Test{Name: "the rank-sum test", P: 1, N: len(all), Exact: true}
	rank2, ties := doubledRanks(all)
	if ties > 0 {
		t.note("tied values share their mean rank")
	}
	sum2 := 0
	for _, r := range rank2[:len(a)] {
		sum2 += r
	}
	na, nb := float64(len(a)), float64(len(b))
	t.Statistic = float64(sum2)/2 - na*(na+1)/2
	if constant(all) {
		t.note("all values are equal")
		return t, nil
	}
	if t.N <= exactBoth {
		t.P = doubledTail(splits(rank2, len(a)), sum2)
		t.floor(2 / math.Exp(logChoose(t.N, len(a))))
		return t, nil
	}
	t.Exact = false
	n := na + nb
	t.P = normalP(t.Statistic-na*nb/2, na*nb/12*(n+1-ties/(n*(n-1))))
	return t, nil
}

// dropZeros returns the non-zero differences, sets N and notes what was dropped.
func (t *Test) dropZeros(d []float64) []float64 {
	kept := slices.DeleteFunc(slices.Clone(d), func(v float64) bool { return v == 0 })
	t.N = len(kept)
	switch zeros := len(d) - len(kept); {
	case len(kept) == 0:
		t.note("no difference is non-zero: there is nothing to test")
	case zeros > 0:
		t.note("%d zero differences of %d are left out", zeros, len(d))
	}
	return kept
}

// splits counts the ways to choose k of the ranks by their sum.
func splits(rank2 []int, k int) []float64 {
	total := 0
	for _, r := range rank2 {
		total += r
	}
	count := make([][]float64, k+1)
	for i := range count {
		count[i] = make([]float64, total+1)
	}
	count[0][0] = 1
	for _, r := range rank2 {
		for i := k; i > 0; i-- {
			for s := total; s >= r; s-- {
				count[i][s] += count[i-1][s-r]
			}
		}
	}
	return count[k]
}

// doubledTail returns min(1, 2·min(P(S ≤ s), P(S ≥ s))) for counts by value.
func doubledTail(count []float64, s int) float64 {
	var below, above, all float64
	for v, c := range count {
		all += c
		if v <= s {
			below += c
		}
		if v >= s {
			above += c
		}
	}
	return min(1, 2*min(below, above)/all)
}

// doubledRanks returns twice the rank of each value, ties at their mean (so that
// all are whole numbers), and Σ(t³−t) over the groups of t equal values.
func doubledRanks(x []float64) (rank2 []int, ties float64) {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case x[i] < x[j]:
			return -1
		case x[i] > x[j]:
			return 1
		}
		return 0
	})
	rank2 = make([]int, len(x))
	for from := 0; from < len(order); {
		to := from + 1
		for to < len(order) && x[order[to]] == x[order[from]] {
			to++
		}
		for _, i := range order[from:to] {
			rank2[i] = from + 1 + to
		}
		g := float64(to - from)
		ties += g*g*g - g
		from = to
	}
	return rank2, ties
}

// normalP is the two-sided p of a centred statistic with continuity correction.
func normalP(centred, variance float64) float64 {
	if !(variance > 0) {
		return 1
	}
	z := max(0, math.Abs(centred)-0.5) / math.Sqrt(variance)
	return math.Erfc(z / math.Sqrt2)
}

func logChoose(n, k int) float64 {
	a, _ := math.Lgamma(float64(n + 1))
	b, _ := math.Lgamma(float64(k + 1))
	c, _ := math.Lgamma(float64(n - k + 1))
	return a - b - c
}
