package ode

import "math"

// Event is a zero of G along the solution.
type Event struct {
	Name string
	// G is a continuous function of time and state.
	G func(t float64, y []float64) float64
	// Direction limits the crossings: > 0 only where G rises, < 0 only where it
	// falls (in the direction of integration), 0 both.
	Direction int
	// Terminal ends the integration at the first crossing.
	Terminal bool
}

// Crossing is an event that happened.
type Crossing struct {
	Event int // index in Options.Events
	T     float64
	Y     []float64
}

// eventPieces is the number of pieces of a step that are searched for changes
// of sign; two crossings inside one piece are missed.
const eventPieces = 4

// watcher follows the sign of one event function.
type watcher struct {
	event Event
	last  float64 // G at the end of the last piece
}

// search returns the crossings of the step, in order, and carries the sign on.
// A zero at the very start of the integration is not a crossing.
func (w *watcher) search(step *Interpolant, y []float64) []float64 {
	var out []float64
	t0 := step.T0
	for i := 1; i <= eventPieces; i++ {
		t1 := step.T1
		if i < eventPieces {
			t1 = step.T0 + (step.T1-step.T0)*float64(i)/eventPieces
		}
		step.At(y, t1)
		g := w.event.G(t1, y)
		up, down := w.last < 0 && g >= 0, w.last > 0 && g <= 0
		if up && w.event.Direction >= 0 || down && w.event.Direction <= 0 {
			out = append(out, w.locate(step, y, t0, t1, w.last, g))
		}
		w.last = g
		t0 = t1
	}
	return out
}

// locate finds the zero between t0 and t1, where G is g0 and g1 of opposite
// signs, to the spacing of numbers: Ridders' bracketing, halved when it stalls.
func (w *watcher) locate(step *Interpolant, y []float64, t0, t1, g0, g1 float64) float64 {
	value := func(t float64) float64 { step.At(y, t); return w.event.G(t, y) }
	if g1 == 0 {
		return t1
	}
	for range 100 {
		mid := t0 + (t1-t0)/2
		if mid == t0 || mid == t1 || math.Abs(t1-t0) <= 4e-16*math.Max(math.Abs(t0), math.Abs(t1)) {
			break
		}
		gm := value(mid)
		if gm == 0 {
			return mid
		}
		t := mid
		if root := math.Sqrt(gm*gm - g0*g1); root > 0 {
			t = mid + (mid-t0)*math.Copysign(1, g0-g1)*gm/root
		}
		g := value(t)
		if g == 0 {
			return t
		}
		// Keep the tightest bracket among t0, mid, t, t1.
		if math.Signbit(gm) == math.Signbit(g0) {
			t0, g0 = mid, gm
		} else {
			t1, g1 = mid, gm
		}
		if (t-t0)*(t-t1) < 0 {
			if math.Signbit(g) == math.Signbit(g0) {
				t0, g0 = t, g
			} else {
				t1, g1 = t, g
			}
		}
	}
	return t1
}
