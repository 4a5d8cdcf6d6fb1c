package cost

import (
	"math"

	"edgewise/theory/symbolic"
)

// GapLowerAt returns the exact lower bound of L - H of one sample at p_y = p
// with K classes: (1-p) log((1-p)/((K-1)p)), attained when the other classes
// share 1-p equally, as then H is largest (P2.4). p is in (0,1].
func GapLowerAt(p float64, classes int) float64 {
	if p >= 1 {
		return 0
	}
	return (1 - p) * (math.Log1p(-p) - math.Log(float64(classes-1)) - math.Log(p))
}

// GapUpperAt returns the upper bound of L - H of one sample at p_y = p:
// (1-p) log((1-p)/p), approached when one other class holds all of 1-p (P2.4).
// It is negative for p > 1/2: a sample predicted correctly with p_y > 1/2 has
// L < H. No bound holds for all p: it grows without limit as p falls to 0.
func GapUpperAt(p float64) float64 {
	if p >= 1 {
		return 0
	}
	return (1 - p) * (math.Log1p(-p) - math.Log(p))
}

// GapLower returns the exact lower bound of L - H over all logits of K classes:
// -W((K-1)/e), W the Lambert function (P2.4): -.278 for 2 classes, -1.101 for
// 10, -2.629 for 100.
func GapLower(classes int) float64 { return -symbolic.W(float64(classes-1) / math.E) }

// LowestMargin returns z_y - z_other = 1 + W((K-1)/e), at which GapLower is
// attained with all other logits equal.
func LowestMargin(classes int) float64 { return 1 + symbolic.W(float64(classes-1)/math.E) }
