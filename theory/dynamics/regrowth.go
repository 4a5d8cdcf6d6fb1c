package dynamics

import (
	"fmt"
	"math"
)

// Regrowth is what an integrated cost does to an edge of equal-cost operations
// whose cost does not depend on its own probability (P5.3). The state is a
// monotone function of I(t) = int_0^t C, so: the edge is below its start iff
// I > 0; it drops first and regrows later iff I rises above 0 and then falls; it
// is back at the start exactly when I returns to 0; the final side is the sign
// of I(T). The trap p(1-p) slows both ways equally and makes nothing
// irrecoverable by itself.
type Regrowth struct {
	Peak     float64 // deepest D reached
	PeakAt   int     // index of the deepest sample
	Dropped  bool    // D went below the threshold
	Back     int     // first index after the peak at which D >= threshold again; -1 if never
	Final    float64 // D at the last sample
	FinalWon bool    // the last sample is above the start: I(T) < 0
}

// Follow runs the exact solution along samples of the integrated cost I(t_i),
// I(t_0) = 0 being the start d0; threshold is the D below which the edge
// counts as dropped (0: none is more probable than all operations together).
func (e EqualCost) Follow(d0, threshold float64, integral []float64) (Regrowth, error) {
	if len(integral) == 0 {
		return Regrowth{}, fmt.Errorf("regrowth needs at least one sample of the integrated cost")
	}
	r := Regrowth{Peak: math.Inf(1), Back: -1}
	for i, x := range integral {
		if math.IsNaN(x) {
			return Regrowth{}, fmt.Errorf("integrated cost %d is not a number", i)
		}
		d := e.At(d0, x)
		if d < r.Peak {
			r.Peak, r.PeakAt, r.Back = d, i, -1
		} else if r.Back < 0 && r.Peak < threshold && d >= threshold {
			r.Back = i
		}
		r.Final = d
	}
	r.Dropped = r.Peak < threshold
	r.FinalWon = r.Final > d0
	return r, nil
}

// Recoverable says whether an edge at d can reach target when the cost
// integrates to integral over the time left (negative to grow):
//
//	-K/(2(K-1)) eta int C >= F(target) - F(d)        (P5.3)
func (e EqualCost) Recoverable(d, target, integral float64) bool {
	return -e.factor()*e.Eta*integral >= Potential(target)-Potential(d)
}
