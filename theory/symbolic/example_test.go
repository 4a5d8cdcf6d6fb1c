package symbolic_test

import (
	"fmt"

	"edgewise/theory/symbolic"
)

func Example() {
	h, err := symbolic.Parse("int(s, (q[0,3] + p[0,3]*s)*(q[1,3] + p[1,3]*s))")
	if err != nil {
		fmt.Println(err)
		return
	}
	normal, err := symbolic.Normal(h)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(normal)
	fmt.Println(symbolic.D(normal, symbolic.Var("q", symbolic.Int(0), symbolic.Int(3))))
	fmt.Println(h.LaTeX())
	// Output:
	// 1/3*p[0,3]*p[1,3] + 1/2*p[0,3]*q[1,3] + 1/2*p[1,3]*q[0,3] + q[0,3]*q[1,3]
	// 1/2*p[1,3] + q[1,3]
	// \int_{0}^{1} \left(q_{0,3} + p_{0,3} \, s\right) \, \left(q_{1,3} + p_{1,3} \, s\right)\,\mathrm{d}s
}

func ExampleParse() {
	_, err := symbolic.Parse("1 - q[0,2]*(q[1,2]")
	fmt.Println(err)
	// Output:
	// column 19: expected ')' to close the parenthesis, found end of text
}
