package stat

import (
	"math"
	"math/bits"
	"testing"
)

// TestWilcoxonCountsEverySign compares P with the enumeration of all signs of
// tied and untied differences, and checks that under the null the test rejects in
// at most 5 % of all sign patterns.
func TestWilcoxonCountsEverySign(t *testing.T) {
	for _, sizes := range [][]float64{
		{1, 2, 3, 4, 5, 6, 7, 8},
		{1, 1, 2, 2, 2, 3, 5, 5, 5},
		{1, 1, 1, 1, 1, 1},
		{4},
	} {
		n := len(sizes)
		rank2, _ := doubledRanks(sizes)
		sum := func(mask uint) (s int) {
			for i := range n {
				if mask>>i&1 == 1 {
					s += rank2[i]
				}
			}
			return s
		}
		rejected := 0
		for mask := range uint(1) << n {
			d := make([]float64, n)
			for i := range d {
				d[i] = -sizes[i]
				if mask>>i&1 == 1 {
					d[i] = sizes[i]
				}
			}
			below, above := 0, 0
			for other := range uint(1) << n {
				if sum(other) <= sum(mask) {
					below++
				}
				if sum(other) >= sum(mask) {
					above++
				}
			}
			want := min(1, 2*float64(min(below, above))/float64(uint(1)<<n))
			got := must(Wilcoxon(d))
			if math.Abs(got.P-want) > 1e-14 || got.Statistic != float64(sum(mask))/2 || !got.Exact {
				t.Fatalf("%v: W %v, p %v, want %v and %v", d, got.Statistic, got.P, float64(sum(mask))/2, want)
			}
			if got.P <= 0.05 {
				rejected++
			}
		}
		if share := float64(rejected) / float64(uint(1)<<n); share > 0.05 {
			t.Errorf("sizes %v: rejects %v of all signs", sizes, share)
		}
	}
}

// TestMannWhitneyCountsEverySplit does the same for the rank-sum test.
func TestMannWhitneyCountsEverySplit(t *testing.T) {
	for _, c := range []struct {
		values []float64
		k      int
	}{
		{[]float64{1, 2, 3, 4, 5, 6, 7, 8, 9}, 4},
		{[]float64{1, 1, 1, 2, 2, 3, 3, 9}, 3},
		{[]float64{1, 1, 1, 1, 1, 1, 2}, 5},
	} {
		n := len(c.values)
		rank2, _ := doubledRanks(c.values)
		var sums []int
		var masks []uint
		for mask := range uint(1) << n {
			if bits.OnesCount(mask) != c.k {
				continue
			}
			s := 0
			for i := range n {
				if mask>>i&1 == 1 {
					s += rank2[i]
				}
			}
			sums, masks = append(sums, s), append(masks, mask)
		}
		rejected := 0
		for m, mask := range masks {
			var a, b []float64
			for i, v := range c.values {
				if mask>>i&1 == 1 {
					a = append(a, v)
				} else {
					b = append(b, v)
				}
			}
			below, above := 0, 0
			for _, s := range sums {
				if s <= sums[m] {
					below++
				}
				if s >= sums[m] {
					above++
				}
			}
			want := min(1, 2*float64(min(below, above))/float64(len(sums)))
			u := 0.0
			for _, x := range a {
				for _, y := range b {
					switch {
					case x > y:
						u++
					case x == y:
						u += 0.5
					}
				}
			}
			got := must(MannWhitney(a, b))
			if math.Abs(got.P-want) > 1e-14 || got.Statistic != u {
				t.Fatalf("%v against %v: U %v, p %v, want %v and %v", a, b, got.Statistic, got.P, u, want)
			}
			if got.P <= 0.05 {
				rejected++
			}
		}
		if share := float64(rejected) / float64(len(sums)); share > 0.05 {
			t.Errorf("values %v: rejects %v of all splits", c.values, share)
		}
	}
}

// TestSpearmanGoesThroughEveryOrder checks the exact p at n = 4, where 24 orders
// can be counted by hand: r = 0.8 or more (or −0.8 or less) in 2·(1+3) of them.
func TestSpearmanGoesThroughEveryOrder(t *testing.T) {
	c := must(Spearman([]float64{1, 2, 3, 4}, []float64{1, 2, 4, 3}))
	near(t, "r", c.Value, 0.8, 1e-15)
	near(t, "p", c.P, 8.0/24, 1e-15)
	c = must(Spearman([]float64{1, 2, 3, 4}, []float64{10, 20, 30, 40}))
	near(t, "p of a perfect order", c.P, 2.0/24, 1e-15)
	// One swap of neighbours at n = 4 has r = 0.8: tanh(artanh 0.8 − 1.96·√1.32).
	near(t, "low of a perfect order", c.Low, math.Tanh(math.Atanh(0.8)-1.959963984540054*math.Sqrt(1.32)), 1e-12)
	if c.High != 1 || len(c.Notes) != 2 {
		t.Errorf("high %v, notes %q", c.High, c.Notes)
	}
	seen := map[[4]int]bool{}
	permute([]int{1, 2, 3, 4}, func(y []int) { seen[[4]int(y)] = true })
	if len(seen) != 24 {
		t.Errorf("%d different orders of 4, want 24", len(seen))
	}
}
