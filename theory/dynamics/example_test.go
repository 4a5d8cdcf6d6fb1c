package dynamics_test

import (
	"fmt"

	"edgewise/theory/cost"
	"edgewise/theory/dynamics"
)

// How long does an edge with eight operations of cost .05 take to fall from
// equal probabilities to an activity of 1 %, and how long to come back when the
// cost turns to -.05? The trap slows both ways equally (P5.2, P5.3).
func ExampleEqualCost() {
	edge, err := dynamics.NewEqualCost(8, .5)
	if err != nil {
		fmt.Println(err)
		return
	}
	start, dropped := edge.Uniform(), dynamics.Logit(.01)
	down := edge.Integral(start, dropped) / .05
	back := edge.Integral(dropped, start) / -.05
	fmt.Printf("down %.0f, back %.0f\n", down, back)
	fmt.Printf("activity after 1000: %.3f\n", dynamics.Probability(edge.At(start, .05*1000)))
	// Output:
	// down 4163, back 4163
	// activity after 1000: 0.072
}

// Adam with the published settings, along ten steps of DARTS.
func ExampleNew() {
	opt, err := dynamics.New(dynamics.Config{Name: "adam", LR: 3e-3, Beta1: .5, Beta2: .999, Eps: 1e-8})
	if err != nil {
		fmt.Println(err)
		return
	}
	alpha, p, grad := make([]float64, 3), make([]float64, 3), make([]float64, 3)
	for range 10 {
		cost.Softmax(p, alpha)
		cost.DARTS(grad, p, []float64{0, .1, -.2})
		opt.Step(alpha, grad)
	}
	fmt.Printf("%.4f\n", alpha)
	// Output:
	// [-0.0303 -0.0300 0.0301]
}

// Positive costs on all operations make alpha_none rise, but not necessarily
// its probability (P5.6).
func ExampleNoneDominance() {
	p, c := []float64{.01, .9, .09}, []float64{0, .1, 10}
	d := dynamics.NoneDominance(p, c, 0)
	speed := make([]float64, 3)
	dynamics.ProbabilitySpeed(speed, p, c)
	fmt.Println(d.LogitRises, d.ProbabilityRises)
	fmt.Printf("p_none' = %.4f\n", speed[0])
	// Output:
	// true false
	// p_none' = -0.0064
}
