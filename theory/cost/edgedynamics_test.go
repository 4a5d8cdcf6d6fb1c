package cost

import (
	"math"
	"testing"

	"edgewise/theory/cell"
	"edgewise/theory/symbolic"
)

func findLaw(t *testing.T, k int, claim, title string) Statement {
	t.Helper()
	for _, s := range EdgeDynamics(cell.Minimal(), k) {
		if s.Claim == claim && s.Title == title {
			return s
		}
	}
	t.Fatalf("no statement %s %q", claim, title)
	return Statement{}
}

// P5.1, symbolically exact for several numbers of operations: along the mean
// field F(D) = D + sinh D changes at the rate -(K/(2(K-1))) eta C, which is the
// exact solution's. The field itself is that of the softmax: p of one of K-1
// equal operations and none under the gradient DARTS.
func TestExactSolutionFollowsFromTheField(t *testing.T) {
	d := symbolic.Var("D", symbolic.Int(0), symbolic.Int(2))
	for _, k := range []int{2, 3, 8} {
		active := findLaw(t, k, "P5.1", "Active probability of each edge").Relations[0]
		field := findLaw(t, k, "P5.1", "Mean field of each edge").Relations[0]
		exact := findLaw(t, k, "P5.1", "Exact solution along any cost C(t), between D[0] at the start and D[1] at time t").Relations[0]
		q := equate(symbolic.Sym(NoneProbability(cell.Edge{From: 0, To: 2})), sub(symbolic.One(), active.Right))
		motion := substituteAll(field.Right, active, q)
		f := add(symbolic.Sym(d), call(symbolic.Sinh, symbolic.Sym(d)))
		rate := mul(symbolic.D(f, d), motion)
		cost := symbolic.Sym(edgeSymbol("C", cell.Edge{From: 0, To: 2}))
		want := symbolic.Neg(mul(symbolic.D(exact.Left, symbolic.Var("J")), cost))
		if ok, err := symbolic.Equal(rate, want); err != nil || !ok {
			t.Errorf("K=%d: dF/dt = %v, want %v (%v)", k, rate, want, err)
		}
		if exact.Right.String() != "D[0] - D[1] + sinh(D[0]) - sinh(D[1])" {
			t.Errorf("exact solution %v", exact)
		}
		alpha := make([]float64, k)
		alpha[0] = 0.4
		z, c, g := make([]float64, k), make([]float64, k), make([]float64, k)
		Softmax(z, alpha)
		for i := 1; i < k; i++ {
			c[i] = 0.3
		}
		DARTS(g, z, c)
		program, err := symbolic.Compile([]symbolic.Symbol{d, symbolic.Var("eta"), cost.Symbol()}, motion)
		if err != nil {
			t.Fatal(err)
		}
		out := make([]float64, 1)
		program.Eval(out, []float64{math.Log((1 - z[0]) / z[0]), 1, 0.3}, nil)
		if got := -(g[1] - g[0]); math.Abs(got-out[0]) > 1e-15 {
			t.Errorf("K=%d: softmax moves D by %v, field %v", k, got, out[0])
		}
	}
}

// P5.2: times of a drop from uniform to eps at eta C = 1 and K = 8, to the
// digits of the theory (p5.py): vanilla 104, 896, 8775; natural 6.5, 8.9, 11.2.
func TestDropTimes(t *testing.T) {
	law := findLaw(t, 8, "P5.2", "Time of a drop from D[0] to D[1] at constant cost C")
	inputs := []symbolic.Symbol{symbolic.Var("D", symbolic.Int(0)), symbolic.Var("D", symbolic.Int(1)), symbolic.Var("eta"), symbolic.Var("C")}
	program, err := symbolic.Compile(inputs, law.Relations[0].Right, law.Relations[1].Right)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]float64, 2)
	for k, eps := range []float64{1e-2, 1e-3, 1e-4} {
		program.Eval(out, []float64{math.Log(7), math.Log(eps / (1 - eps)), 2, 0.5}, nil)
		if want := []float64{104, 896, 8775}[k]; math.Abs(out[0]-want) > 0.5 {
			t.Errorf("eps=%v: vanilla %v, want %v", eps, out[0], want)
		}
		if want := []float64{6.5, 8.9, 11.2}[k]; math.Abs(out[1]-want) > 0.06 {
			t.Errorf("eps=%v: natural %v, want %v", eps, out[1], want)
		}
	}
}

// P5.8: none-probabilities at the fixed point for lambda = 1e-3 and K = 8, to the
// digits of the theory (confirmed there by 60,000 steps of Adam).
func TestFixedPointsUnderWeightDecay(t *testing.T) {
	st := findLaw(t, 8, "P5.8", "Fixed points under L2 weight decay lambda on alpha")
	active := findLaw(t, 8, "P5.1", "Active probability of each edge").Relations[0]
	e := cell.Edge{From: 0, To: 2}
	q := equate(symbolic.Sym(NoneProbability(e)), sub(symbolic.One(), active.Right))
	balance := substituteAll(sub(st.Relations[0].Left, st.Relations[0].Right), active, q)
	inputs := []symbolic.Symbol{edgeSymbol("D", e), edgeSymbol("C", e), symbolic.Var("lambda")}
	program, err := symbolic.Compile(inputs, balance)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]float64, 1)
	for c, want := range map[float64]float64{.001: .141, .003: .197, .01: .654, .05: .917, .3: .982} {
		lo, hi := -10.0, math.Log(7) // the side increases with D there or crosses once
		for range 100 {
			mid := (lo + hi) / 2
			if program.Eval(out, []float64{mid, c, 1e-3}, nil); out[0] > 0 {
				hi = mid
			} else {
				lo = mid
			}
		}
		if got := 1 / (1 + math.Exp(lo)); math.Abs(got-want) > 6e-4 {
			t.Errorf("cost %v: none-probability %v, want %v", c, got, want)
		}
	}
}

// P5.4 is stated for the minimal cell only, with the directions of the theorem.
func TestOrderingIsStatedForTheMinimalCell(t *testing.T) {
	var got []string
	for _, s := range EdgeDynamics(cell.Minimal(), 8) {
		if s.Claim == "P5.4" {
			got = append(got, s.Relations[0].String())
		}
	}
	if len(got) != 2 || got[0] != "C[0,3] <= C[0,2]" || got[1] != "C[2,3] >= C[0,2]*(1 - q[0,2]*q[1,2])" {
		t.Errorf("ordering: %v", got)
	}
	for _, s := range EdgeDynamics(mustCell(t, 3, 3), 8) {
		if s.Claim == "P5.4" {
			t.Errorf("the theorem of the minimal cell is stated for three nodes: %v", s.Relations)
		}
	}
}
