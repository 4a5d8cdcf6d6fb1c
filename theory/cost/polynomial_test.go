package cost

import (
	"errors"
	"math"
	"math/big"
	"math/rand"
	"testing"

	"edgewise/theory/cell"
	"edgewise/theory/symbolic"
)

// activeAsNone replaces p by 1 - q.
func activeAsNone(c cell.Cell) map[symbolic.Key]symbolic.Expr {
	out := map[symbolic.Key]symbolic.Expr{}
	for _, e := range c.Edges {
		out[symbolic.KeyOf(ActiveProbability(e))] = symbolic.Sub(symbolic.One(), symbolic.Sym(NoneProbability(e)))
	}
	return out
}

// The polynomials at random rational points are the exact sums over wirings,
// and in float64 the values of the exact algorithm.
func TestPolynomialsEqualTheAlgorithm(t *testing.T) {
	r := rand.New(rand.NewSource(5))
	for range 30 {
		c := randomCell(r, 3, 0.9)
		n := len(c.Edges)
		reach, err1 := ReachPolynomials(c)
		share, err2 := SharePolynomials(c)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		x := mustExpect(t, c)
		p := make([]float64, n)
		at := symbolic.Point{}
		for e, ed := range c.Edges {
			q := big.NewRat(r.Int63n(65), 64)
			at[symbolic.KeyOf(NoneProbability(ed))] = q
			f, _ := q.Float64()
			p[e] = 1 - f
		}
		wantR, wantH := make([]float64, n), make([]float64, n)
		if err := x.Shares(wantR, wantH, p); err != nil {
			t.Fatal(err)
		}
		for e := range c.Edges {
			for name, pair := range map[string][2]any{"r": {reach[e], wantR[e]}, "h": {share[e], wantH[e]}} {
				v, err := symbolic.At(pair[0].(symbolic.Poly).Expr(), at)
				if err != nil {
					t.Fatal(err)
				}
				if f, _ := v.Float64(); math.Abs(f-pair[1].(float64)) > 1e-14 {
					t.Errorf("cell %+v: %s of %v: polynomial %v, algorithm %v", c, name, c.Edges[e], f, pair[1])
				}
			}
		}
	}
}

// The printed recursion is the same polynomial: the integral over s is h_e and
// the value at s = 1 is r_e, exactly, for every concat of cells with up to
// three nodes.
func TestRecursionEqualsThePolynomials(t *testing.T) {
	var cells []cell.Cell
	for nodes := 1; nodes <= 3; nodes++ {
		full := mustCell(t, nodes, nodes)
		for set := range 1 << nodes {
			c := cell.Cell{Nodes: nodes, Edges: full.Edges}
			for k := range nodes {
				if set>>k&1 == 1 {
					c.Concat = append(c.Concat, cell.Inputs+k)
				}
			}
			cells = append(cells, c)
		}
	}
	s := GeneratingVariable()
	for _, c := range cells {
		rec, err := NewRecursion(c, true)
		if err != nil {
			t.Fatal(err)
		}
		reach, err1 := ReachPolynomials(c)
		share, err2 := SharePolynomials(c)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		by := activeAsNone(c)
		for e := range c.Edges {
			g := symbolic.Substitute(rec.Integrand(e), by)
			h, err1 := symbolic.AsPoly(symbolic.Unit(s, g))
			one, err2 := symbolic.AsPoly(symbolic.Substitute(g, map[symbolic.Key]symbolic.Expr{symbolic.KeyOf(s): symbolic.One()}))
			if err := errors.Join(err1, err2); err != nil {
				t.Fatal(err)
			}
			if !h.Equal(share[e]) || !one.Equal(reach[e]) {
				t.Errorf("concat %v, edge %v: integral %v, want %v; at 1 %v, want %v", c.Concat, c.Edges[e], h.Expr(), share[e].Expr(), one.Expr(), reach[e].Expr())
			}
		}
	}
}

// The equations of the 4-node cell, evaluated one after the other, give the
// shares of the algorithm.
func TestRecursionOfFourNodesEvaluates(t *testing.T) {
	c := mustCell(t, 4, 4)
	rec, err := NewRecursion(c, false)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewSource(6))
	p, at := make([]float64, len(c.Edges)), symbolic.Point{}
	for e, ed := range c.Edges {
		v := big.NewRat(r.Int63n(33), 32)
		at[symbolic.KeyOf(ActiveProbability(ed))] = v
		at[symbolic.KeyOf(NoneProbability(ed))] = new(big.Rat).Sub(big.NewRat(1, 1), v)
		p[e], _ = v.Float64()
	}
	at[symbolic.KeyOf(GeneratingVariable())] = big.NewRat(1, 3)
	for _, eq := range append(append([]symbolic.Relation(nil), rec.Behind...), rec.Ahead...) {
		v, err := symbolic.At(eq.Right, at)
		if err != nil {
			t.Fatalf("%v: %v", eq, err)
		}
		at[symbolic.KeyOf(eq.Left.Symbol())] = v
	}
	phi := make([]float64, len(c.Edges)+1)
	for n := 1; n < len(phi); n++ {
		phi[n] = math.Pow(1.0/3, float64(n-1)) // so that the expectation is the integrand at s = 1/3
	}
	want := make([]float64, len(c.Edges))
	if err := mustExpect(t, c).Costs(want, p, phi); err != nil {
		t.Fatal(err)
	}
	for e := range c.Edges {
		v, err := symbolic.At(rec.Integrand(e), at)
		if err != nil {
			t.Fatal(err)
		}
		if f, _ := v.Float64(); math.Abs(f-want[e]) > 1e-14 {
			t.Errorf("edge %v: recursion %v, algorithm %v", c.Edges[e], f, want[e])
		}
	}
	if _, err := NewRecursion(mustCell(t, 32, 32), false); !errors.Is(err, ErrTooLong) {
		t.Errorf("32 nodes: %v, want ErrTooLong", err)
	}
}

// The closed form of P4.3 for the minimal cell, written by hand.
func TestMinimalCellFormulas(t *testing.T) {
	c := cell.Minimal()
	for e, text := range []string{
		"int(s, (q[1,2] + p[1,2]*s)*(q[0,3] + p[0,3]*s)*(q[1,3] + p[1,3]*s)*(q[2,3] + p[2,3]*s))",
		"int(s, (q[0,2] + p[0,2]*s)*(q[0,3] + p[0,3]*s)*(q[1,3] + p[1,3]*s)*(q[2,3] + p[2,3]*s))",
		"int(s, (q[1,3] + p[1,3]*s)*(q[0,2]*q[1,2] + ((q[0,2] + p[0,2]*s)*(q[1,2] + p[1,2]*s) - q[0,2]*q[1,2])*(q[2,3] + p[2,3]*s)))",
		"int(s, (q[0,3] + p[0,3]*s)*(q[0,2]*q[1,2] + ((q[0,2] + p[0,2]*s)*(q[1,2] + p[1,2]*s) - q[0,2]*q[1,2])*(q[2,3] + p[2,3]*s)))",
		"int(s, (q[0,3] + p[0,3]*s)*(q[1,3] + p[1,3]*s)*((q[0,2] + p[0,2]*s)*(q[1,2] + p[1,2]*s) - q[0,2]*q[1,2]))",
	} {
		want, err := symbolic.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		share, err := SharePolynomials(c)
		if err != nil {
			t.Fatal(err)
		}
		got, err := symbolic.AsPoly(symbolic.Substitute(want, activeAsNone(c)))
		if err != nil || !got.Equal(share[e]) {
			t.Errorf("h of %v is %v, want %v (%v)", c.Edges[e], share[e].Expr(), got.Expr(), err)
		}
	}
	reach, err := ReachPolynomials(c)
	if err != nil {
		t.Fatal(err)
	}
	for e, want := range []string{"1", "1", "1", "1", "1 - q[0,2]*q[1,2]"} {
		if got := reach[e].Expr().String(); got != want {
			t.Errorf("r of %v is %s, want %s", c.Edges[e], got, want)
		}
	}
}

func TestCostPolynomialsRefuse(t *testing.T) {
	if _, err := SharePolynomials(mustCell(t, 6, 6)); err == nil {
		t.Error("a cell of 27 edges has polynomials")
	}
	huge := new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), 70))
	if _, err := CostPolynomials(cell.Minimal(), func(int) *big.Rat { return huge }); err == nil {
		t.Error("a phi of 70 bits is accepted")
	}
}
