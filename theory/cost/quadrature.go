package cost

import (
	"math"

	"gonum.org/v1/gonum/integrate/quad"
)

// panelOrder is the number of Gauss-Legendre points per panel.
const panelOrder = 16

// unitInterval calls f with the points and weights of a composite
// Gauss-Legendre rule on [0,1]. A panel moves no logit by more than about 2, on
// which softmax is analytic with room to spare: the error is at rounding level.
func unitInterval(slope []float64, f func(s, weight float64)) {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, v := range slope {
		lo, hi = math.Min(lo, v), math.Max(hi, v)
	}
	panels := 1
	if spread := hi - lo; spread > 2 && spread < 1e6 {
		panels = int(math.Ceil(spread / 2))
	}
	var x, w [panelOrder]float64
	width := 1 / float64(panels)
	for k := range panels {
		a := float64(k) * width
		quad.Legendre{}.FixedLocations(x[:], w[:], a, a+width)
		for i := range x {
			f(x[i], w[i])
		}
	}
}
