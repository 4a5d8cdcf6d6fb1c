package cost

import (
	"math"
	"math/big"
	"math/rand"
	"testing"

	"edgewise/theory/cell"
	"edgewise/theory/symbolic"
)

const proofBits = 200

// both evaluates the sides of a relation.
func both(t *testing.T, r symbolic.Relation, at symbolic.Point) (left, right *big.Float) {
	t.Helper()
	left, err := symbolic.AtBig(r.Left, at, proofBits)
	if err != nil {
		t.Fatalf("%v: %v", r, err)
	}
	right, err = symbolic.AtBig(r.Right, at, proofBits)
	if err != nil {
		t.Fatalf("%v: %v", r, err)
	}
	return left, right
}

func assertEquation(t *testing.T, r symbolic.Relation, at symbolic.Point, tol float64) {
	t.Helper()
	left, right := both(t, r, at)
	d, _ := new(big.Float).Sub(left, right).Float64()
	scale, _ := right.Float64()
	if math.Abs(d) > tol*(1+math.Abs(scale)) {
		t.Errorf("%v: sides differ by %g", r, d)
	}
}

func put(at symbolic.Point, e symbolic.Expr, v float64) {
	at[symbolic.KeyOf(e.Symbol())] = new(big.Rat).SetFloat64(v)
}

// substituteAll applies the definitions symbol = expression.
func substituteAll(e symbolic.Expr, definitions ...symbolic.Relation) symbolic.Expr {
	for _, d := range definitions {
		e = symbolic.Substitute(e, map[symbolic.Key]symbolic.Expr{symbolic.KeyOf(d.Left.Symbol()): d.Right})
	}
	return e
}

// P2.1 and P2.2 in 200 bits: with p = softmax(z) and y one-hot, sum (p-y)z - (L-H)
// and dL(tau z)/dtau - (L-H) vanish at random points to 1e-55.
func TestOutputLawIn200Bits(t *testing.T) {
	r := rand.New(rand.NewSource(61))
	for classes := 2; classes <= 4; classes++ {
		st := OutputLaws(classes)[0]
		z, at := make([]symbolic.Expr, classes), symbolic.Point{}
		var softmax []symbolic.Relation
		for k := range z {
			z[k] = sym("z", symbolic.Int(k))
			y := 0.0
			if k == 1 {
				y = 1
			}
			put(at, sym("y", symbolic.Int(k)), y)
			put(at, z[k], 2*r.NormFloat64())
		}
		for k := range z {
			softmax = append(softmax, equate(sym("p", symbolic.Int(k)), symbolic.Softmax(k, z...)))
		}
		if !symbolic.Same(st.Relations[1].Right, softmax[0].Right) {
			t.Errorf("the statement defines p as %v", st.Relations[1].Right)
		}
		definitions := append(append([]symbolic.Relation(nil), st.Relations[2:]...), softmax...)
		law := equate(substituteAll(st.Relations[0].Left, definitions...), substituteAll(st.Relations[0].Right, definitions...))
		assertEquation(t, law, at, 1e-55)

		tau := symbolic.Var("tau")
		scaled := make([]symbolic.Expr, classes)
		for k := range z {
			scaled[k] = mul(symbolic.Sym(tau), z[k])
		}
		loss := symbolic.Neg(call(symbolic.Log, symbolic.Softmax(1, scaled...)))
		put(at, symbolic.Sym(tau), 1)
		assertEquation(t, equate(symbolic.D(loss, tau), law.Left), at, 1e-55)
	}
}

// The bounds as stated are the bounds as computed, and so are the corrections of
// P2.3 and the norm law.
func TestStatedOutputLawsAreTheFunctions(t *testing.T) {
	const classes = 10
	laws := map[string]Statement{}
	for _, s := range OutputLaws(classes) {
		laws[s.Claim] = s
	}
	value := func(e symbolic.Expr, at symbolic.Point) float64 {
		v, err := symbolic.AtBig(e, at, proofBits)
		if err != nil {
			t.Fatal(err)
		}
		f, _ := v.Float64()
		return f
	}
	at := symbolic.Point{}
	put(at, sym("p", symbolic.Name("y")), 0.3)
	b := laws["P2.4"].Relations
	for k, want := range []float64{GapLowerAt(0.3, classes), GapUpperAt(0.3), GapLower(classes)} {
		if got := value(b[k].Right, at); math.Abs(got-want) > 1e-14 {
			t.Errorf("bound %v: stated %v, computed %v", b[k], got, want)
		}
	}
	if b[0].Op != symbolic.AtLeast || b[1].Op != symbolic.AtMost || b[2].Op != symbolic.AtLeast {
		t.Error("the directions of the bounds are wrong")
	}
	put(at, sym("s"), 0.7)
	if got, want := value(laws["P2.5"].Relations[0].Right, at), InitialGap(0.7, classes); math.Abs(got-want) > 1e-15 {
		t.Errorf("P2.5: stated %v, computed %v", got, want)
	}
	for name, v := range map[string]float64{"L": 1.2, "H": 0.7, "lambda": 0.03, "eta": 0.1, "normW": 2, "G": 0.4, "epsilon": 0.1} {
		put(at, sym(name), v)
	}
	if got, want := value(laws["P2.6"].Relations[0].Right, at), NormAfterStep(4, 0.5, 0.03, 0.1, 0.4); math.Abs(got-want) > 1e-14 {
		t.Errorf("P2.6: stated %v, computed %v", got, want)
	}
	if got, want := value(laws["P2.7"].Relations[0].Right, at), StationaryGap(0.03, 4); math.Abs(got-want) > 1e-15 {
		t.Errorf("P2.7: stated %v, computed %v", got, want)
	}
	z, p, bias := make([]float64, classes), make([]float64, classes), make([]float64, classes)
	r := rand.New(rand.NewSource(62))
	for k := range z {
		z[k], bias[k] = r.NormFloat64(), r.NormFloat64()
	}
	Softmax(p, z)
	for k := range z {
		i := symbolic.Int(k)
		put(at, sym("z", i), z[k])
		put(at, sym("p", i), p[k])
		put(at, sym("b", i), bias[k])
		put(at, sym("y", i), 0)
	}
	put(at, sym("y", symbolic.Int(3)), 1)
	put(at, sym("z", symbolic.Name("y")), z[3])
	wantBias, err1 := WithoutBias(0.5, p, bias, 3)
	wantSmooth, err2 := WithSmoothing(0.5, z, 3, 0.1)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	if got := value(laws["P2.3"].Relations[0].Right, at); math.Abs(got-wantBias) > 1e-14 {
		t.Errorf("P2.3 bias: stated %v, computed %v", got, wantBias)
	}
	if got := value(laws["P2.3"].Relations[1].Right, at); math.Abs(got-wantSmooth) > 1e-14 {
		t.Errorf("P2.3 smoothing: stated %v, computed %v", got, wantSmooth)
	}
}

// P3.2 and P3.3 as stated are the functions that the network test checks.
func TestStatedPathLawsAreTheFunctions(t *testing.T) {
	laws := PathLaws(cell.Canonical())
	channels := []Channel{{GradDotOut: .3, GradSum: -.2, Mean: .5, Variance: .1, Gamma: 1.5, Beta: -.4},
		{GradDotOut: -.1, GradSum: .7, Mean: -1, Variance: 2, Gamma: .5, Beta: .2}}
	at := symbolic.Point{}
	put(at, sym("epsilon"), 0.05)
	put(at, sym("C"), channels[0].GradDotOut+channels[1].GradDotOut)
	for k, c := range channels {
		i := symbolic.Int(k + 1)
		for base, v := range map[string]float64{"A": c.GradDotOut, "g": c.GradSum, "mu": c.Mean, "v": c.Variance, "gamma": c.Gamma, "beta": c.Beta} {
			put(at, sym(base, i), v)
		}
	}
	put(at, sym("R"), TrainingPassedBack(channels, 0.05))
	assertEquation(t, laws[1].Relations[0], at, 1e-15)
	put(at, sym("R"), EvalPassedBack(channels, 0.05))
	assertEquation(t, laws[2].Relations[0], at, 1e-15)
	for k, o := range cell.Canonical() {
		put(at, symbolic.Sym(symbolic.Var("C").Super(symbolic.Name(o.Name))), 2)
		put(at, symbolic.Sym(symbolic.Var("R").Super(symbolic.Name(o.Name))), PassedBack(o, 2))
		assertEquation(t, laws[0].Relations[k], at, 0)
	}
}

// The conservation laws as stated hold on the toy network's costs.
func TestStatedConservationHoldsOnANetwork(t *testing.T) {
	r := rand.New(rand.NewSource(63))
	net := newToy(r, mustCell(t, 3, 2), true)
	z := net.randomGates(r)
	costs := net.costs(z)
	loss, gap := net.mean(z)
	b, err := NewBalance(net.cell, net.ops, z, costs)
	if err != nil {
		t.Fatal(err)
	}
	at := symbolic.Point{}
	put(at, sym("L"), loss)
	put(at, sym("H"), loss-gap)
	edge, g := make([]float64, len(z)), make([]float64, len(net.ops))
	EdgeCosts(edge, z, costs)
	for e, ed := range net.cell.Edges {
		put(at, symbolic.Sym(edgeSymbol("C", ed)), edge[e])
		DARTS(g, z[e], costs[e])
		for k, o := range net.ops {
			put(at, opSymbol("Z", ed, o), z[e][k])
			put(at, opSymbol("C", ed, o), costs[e][k])
			put(at, opSymbol("g", ed, o), g[k])
		}
	}
	for j := cell.Inputs; j < cell.Inputs+net.cell.Nodes; j++ {
		put(at, sym("S", symbolic.Int(j)), b.Entering[j])
		put(at, sym("D", symbolic.Int(j)), b.Direct[j])
	}
	laws := ConservationLaws(net.cell, net.ops)
	for k, st := range laws {
		if k == 2 { // the law of earlier cells does not hold in the last one
			left, right := both(t, st.Relations[0], at)
			d, _ := new(big.Float).Sub(left, right).Float64()
			if math.Abs(d-gap) > 1e-8 {
				t.Errorf("%s: off by %v in the last cell, want L - H = %v", st.Title, d, gap)
			}
			continue
		}
		for _, rel := range st.Relations {
			assertEquation(t, rel, at, 1e-8)
		}
	}
	if len(laws) != 4 || laws[3].Claim != "P3.6" {
		t.Errorf("%d statements, the last %s", len(laws), laws[len(laws)-1].Claim)
	}
	if n := len(ConservationLaws(net.cell, net.ops[1:])); n != 3 {
		t.Errorf("without none there are %d statements, want 3", n)
	}
}

// P4.3 as stated: C_e and u from r and h are those of the share model.
func TestStatedSharesAreTheModel(t *testing.T) {
	c := cell.Minimal()
	laws, err := ShareLaws(c, true)
	if err != nil {
		t.Fatal(err)
	}
	q := []float64{.3, .7, .2, .9, .4}
	p, costs := make([]float64, 5), make([]float64, 5)
	at := symbolic.Point{}
	for e, ed := range c.Edges {
		p[e] = 1 - q[e]
		put(at, symbolic.Sym(NoneProbability(ed)), q[e])
		put(at, symbolic.Sym(ActiveProbability(ed)), p[e])
	}
	x := mustExpect(t, c)
	u, err := x.Share(costs, p, -.2, ShareModel{V: .15})
	if err != nil {
		t.Fatal(err)
	}
	put(at, sym("v"), .15)
	put(at, sym("u"), u)
	put(at, sym("L"), .5)
	put(at, sym("H"), .7)
	for e, ed := range c.Edges {
		put(at, symbolic.Sym(edgeSymbol("C", ed)), costs[e])
		put(at, symbolic.Sym(edgeSymbol("r", ed)), x.r[e])
		put(at, symbolic.Sym(edgeSymbol("h", ed)), x.h[e])
	}
	put(at, sym("n"), 3)
	dist, meanN := make([]float64, 6), 0.0
	if err := x.Effective(dist, p); err != nil {
		t.Fatal(err)
	}
	for n, v := range dist {
		meanN += float64(n) * v
	}
	put(at, symbolic.Sym(symbolic.Var("n").With(symbolic.Bar)), meanN)
	put(at, sym("P", symbolic.Name("some")), 1-dist[0])
	put(at, sym("phi", symbolic.Name("n")), .15-u/3)
	for _, st := range laws {
		for _, rel := range st.Relations {
			assertEquation(t, rel, at, 1e-14)
		}
	}
}

// Without none every effective edge of the cell carries the same number.
func TestSharesWithoutNone(t *testing.T) {
	laws, err := ShareLaws(mustCell(t, 3, 1), false)
	if err != nil {
		t.Fatal(err)
	}
	last := laws[len(laws)-1].Relations
	if got := last[1].String(); got != "h[0,2] = 1/9" {
		t.Errorf("%s, want h[0,2] = 1/9", got)
	}
	c := cell.Cell{Nodes: 2, Edges: []cell.Edge{{From: 0, To: 2}, {From: 0, To: 3}}, Concat: []int{3}}
	if laws, err = ShareLaws(c, false); err != nil {
		t.Fatal(err)
	}
	last = laws[len(laws)-1].Relations
	if last[0].String() != "r[0,2] = 0" || last[3].String() != "h[0,3] = 1" {
		t.Errorf("an edge that leads nowhere: %v", last)
	}
}
