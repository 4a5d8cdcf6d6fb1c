package kernel

import "time"

// Ceilings are the measured limits of one core of this machine on the path in use.
type Ceilings struct {
	Single, Double float64 // fused multiply-add peak, FLOP/s (an FMA counts two)
	Copy           float64 // copy of memory-sized slices, bytes moved per second: read plus written
	CacheCopy      float64 // the same for 256 KiB, which a second-level cache holds
}

// Floor is the least time in seconds for flops operations of an element type and for
// moving bytes once, if neither can hide behind the other's limit:
// max(flops/peak, bytes/copy).
func (c Ceilings) Floor(flops float64, single bool, bytes float64) float64 {
	peak := c.Double
	if single {
		peak = c.Single
	}
	return max(flops/peak, bytes/c.Copy)
}

// MeasureCeilings measures the ceilings: each the best of several rounds, half a
// second in all.
func MeasureCeilings() Ceilings {
	single, double := peakLanes()
	c := Ceilings{
		Single: 2 * single * peakRounds * peakCalls / best(12, 4e-3, peakSingle),
		Double: 2 * double * peakRounds * peakCalls / best(12, 4e-3, peakDouble),
	}
	big := make([]float64, 2<<22)
	half := len(big) / 2
	clear(big)
	c.Copy = 8 * float64(len(big)) / best(12, 1e-2, func() { copy(big[:half], big[half:]) })
	small := big[:32<<10]
	c.CacheCopy = 8 * float64(len(small)) / best(12, 2e-3, func() { copy(small[:len(small)/2], small[len(small)/2:]) })
	return c
}

// best is the least time of one call of f over rounds that last at least span seconds each.
func best(rounds int, span float64, f func()) float64 {
	f()
	least := -1.0
	for range rounds {
		start, calls := time.Now(), 0
		for time.Since(start).Seconds() < span {
			f()
			calls++
		}
		if t := time.Since(start).Seconds() / float64(calls); least < 0 || t < least {
			least = t
		}
	}
	return least
}

// peakRounds is the number of independent sums in a round of the peak loops.
// and peakCalls the number of rounds that are timed at once.
const (
	peakRounds = 12
	peakCalls  = 1 << 16
)

// peakPortable runs n rounds of twelve multiplications and additions on scalars.
func peakPortable[T Float](n int) {
	a := T(n & 1)
	b := a + 1
	var s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11 T
	for range n {
		s0 = s0*a + b
		s1 = s1*a + b
		s2 = s2*a + b
		s3 = s3*a + b
		s4 = s4*a + b
		s5 = s5*a + b
		s6 = s6*a + b
		s7 = s7*a + b
		s8 = s8*a + b
		s9 = s9*a + b
		s10 = s10*a + b
		s11 = s11*a + b
	}
	sink = float64(s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11)
}

// sink keeps the compiler from dropping the sums.
var sink float64
