package cost_test

import (
	"fmt"

	"edgewise/theory/cell"
	"edgewise/theory/cost"
)

// The expected costs of the minimal cell at half none, with L - H = -0.2 and a
// redundancy slope of 0.15: the intermediate edge (2,3) gains least.
func ExampleExpectation_Share() {
	c := cell.Minimal()
	x, err := cost.NewExpectation(c)
	if err != nil {
		fmt.Println(err)
		return
	}
	costs, p := make([]float64, 5), []float64{.5, .5, .5, .5, .5}
	if _, err := x.Share(costs, p, -.2, cost.ShareModel{V: .15}); err != nil {
		fmt.Println(err)
		return
	}
	for e, v := range costs {
		fmt.Printf("%v %+.4f\n", c.Edges[e], v)
	}
	// Output:
	// (0,2) -0.0799
	// (1,2) -0.0799
	// (0,3) -0.1046
	// (1,3) -0.1046
	// (2,3) -0.0309
}

func ExampleSharePolynomials() {
	reach, err := cost.ReachPolynomials(cell.Minimal())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(reach[4].Expr())
	// Output:
	// 1 - q[0,2]*q[1,2]
}
