package dynamics

import "fmt"

// WidthPreference is what P5.4 says about the minimal cell: which of its
// inequalities hold of necessity for these activities and densities.
type WidthPreference struct {
	Monotone bool // phi does not decrease with n: the premise of both

	// InputsIntoLater: C_(0,3) <= C_(0,2). Needs p_(0,2) <= p_(0,3).
	InputsIntoLater bool
	// Intermediate: C_(2,3) >= (1-q0 q1) C_(0,2). Needs p_(2,3) <= p_(0,2).
	Intermediate bool
}

// WidthOrder states P5.4 for the minimal cell, edges (0,2),(1,2),(0,3),(1,3),
// (2,3): the edges are active independently with probabilities p, and every
// effective edge of a wiring with n of them costs phi[n-1] (equal shares, P4.3;
// package cost computes the expectations C_e). With phi non-decreasing, of any
// sign,
//
//	p_(0,2) <= p_(0,3)  =>  C_(0,3) <= C_(0,2)
//	p_(2,3) <= p_(0,2)  =>  C_(2,3) >= (1-q0 q1) C_(0,2).
//
// For phi < 0 the second reads |C_(2,3)| <= (1-q0 q1)|C_(0,2)|: edges from
// intermediate nodes gain less. Without the condition on p, or with phi
// decreasing, the inequalities can fail, and the fields are false. It says
// nothing about soft gates.
func WidthOrder(p, phi []float64) (WidthPreference, error) {
	if len(p) != 5 || len(phi) != 5 {
		return WidthPreference{}, fmt.Errorf("the minimal cell has 5 edges, not %d activities and %d densities", len(p), len(phi))
	}
	w := WidthPreference{Monotone: true}
	for n := 1; n < len(phi); n++ {
		w.Monotone = w.Monotone && phi[n] >= phi[n-1]
	}
	w.InputsIntoLater = w.Monotone && p[0] <= p[2]
	w.Intermediate = w.Monotone && p[4] <= p[0]
	return w, nil
}

// OrderKept says whether the order of activities D_(2,3) <= D_(0,2) <= D_(0,3)
// (logits of activity) at some time is kept for ever after under plain descent:
// it is when phi stays non-decreasing and negative from then on (P5.4 with the
// comparison of monotone flows). The start of regrowth with p_(2,3) > p_(0,2)
// is not covered.
func OrderKept(d, phi []float64) (bool, error) {
	p := make([]float64, len(d))
	for e, x := range d {
		p[e] = Probability(x)
	}
	w, err := WidthOrder(p, phi)
	if err != nil {
		return false, err
	}
	return w.InputsIntoLater && w.Intermediate && phi[4] < 0, nil
}
