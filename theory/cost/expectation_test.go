package cost

import (
	"errors"
	"math"
	"math/rand"
	"testing"

	"edgewise/theory/cell"
)

// randomCell draws a cell of up to nodes intermediate nodes, with each edge
// kept with probability density and each node in the concat with probability
// half; it may have nodes without edges and an empty concat.
func randomCell(r *rand.Rand, nodes int, density float64) cell.Cell {
	c := cell.Cell{Nodes: 1 + r.Intn(nodes)}
	for j := cell.Inputs; j < cell.Inputs+c.Nodes; j++ {
		for i := range j {
			if r.Float64() < density && len(c.Edges) < 14 {
				c.Edges = append(c.Edges, cell.Edge{From: i, To: j})
			}
		}
		if r.Intn(2) == 0 {
			c.Concat = append(c.Concat, j)
		}
	}
	return c
}

func randomProbabilities(r *rand.Rand, n int) []float64 {
	p := make([]float64, n)
	for k := range p {
		switch r.Intn(8) {
		case 0:
			p[k] = 0
		case 1:
			p[k] = 1
		case 2:
			p[k] = math.Pow(10, -8*r.Float64())
		default:
			p[k] = r.Float64()
		}
	}
	return p
}

func mustCell(t testing.TB, nodes, multiplier int) cell.Cell {
	t.Helper()
	c, err := cell.DARTS(nodes, multiplier)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func mustExpect(t testing.TB, c cell.Cell) *Expectation {
	t.Helper()
	x, err := NewExpectation(c)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func inverse(edges int) []float64 {
	phi := make([]float64, edges+1)
	for n := 1; n <= edges; n++ {
		phi[n] = 1 / float64(n)
	}
	return phi
}

func ones(n int) []float64 {
	out := make([]float64, n)
	for k := range out {
		out[k] = 1
	}
	return out
}

func largestDifference(a, b []float64) float64 {
	d := 0.0
	for k := range a {
		if math.IsNaN(a[k]) || math.IsNaN(b[k]) {
			return math.NaN()
		}
		d = max(d, math.Abs(a[k]-b[k]))
	}
	return d
}

// The exact algorithm against the sum over all wirings, for random cells with
// any concat, random phi, and probabilities of every size.
func TestExpectationEqualsEnumeration(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for trial := range 400 {
		c := randomCell(r, 5, 0.3+0.7*r.Float64())
		n := len(c.Edges)
		if n > 10 && trial%20 != 0 {
			continue
		}
		x := mustExpect(t, c)
		p := randomProbabilities(r, n)
		phi := make([]float64, n+1)
		for k := range phi {
			phi[k] = r.NormFloat64()
		}
		got, want := make([]float64, n), make([]float64, n)
		if err := x.Costs(got, p, phi); err != nil {
			t.Fatal(err)
		}
		if err := Enumerate(c, want, p, phi); err != nil {
			t.Fatal(err)
		}
		if d := largestDifference(got, want); !(d <= 1e-12) {
			t.Fatalf("cell %+v at p=%v: differs from enumeration by %g\n got %v\nwant %v", c, p, d, got, want)
		}
	}
}

func TestNamedCellsEqualEnumeration(t *testing.T) {
	r := rand.New(rand.NewSource(2))
	for _, shape := range [][2]int{{1, 1}, {2, 2}, {2, 1}, {3, 3}, {3, 1}, {3, 2}, {4, 4}, {4, 2}, {4, 1}} {
		c := mustCell(t, shape[0], shape[1])
		x := mustExpect(t, c)
		n := len(c.Edges)
		for range 3 {
			p := randomProbabilities(r, n)
			gotR, gotH, wantR, wantH := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
			if err := x.Shares(gotR, gotH, p); err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(Enumerate(c, wantR, p, ones(n+1)), Enumerate(c, wantH, p, inverse(n))); err != nil {
				t.Fatal(err)
			}
			if d := max(largestDifference(gotR, wantR), largestDifference(gotH, wantH)); !(d <= 1e-13) {
				t.Errorf("%d nodes, %d in the concat: differs by %g", shape[0], shape[1], d)
			}
		}
	}
}

// sum_e p_e h_e = P(n >= 1), sum_e p_e r_e = E[n], and the probabilities sum to
// 1: for cells far beyond enumeration too.
func TestSharesAddUp(t *testing.T) {
	r := rand.New(rand.NewSource(3))
	for _, shape := range [][2]int{{2, 2}, {4, 4}, {7, 3}, {12, 12}, {9, 1}} {
		c := mustCell(t, shape[0], shape[1])
		x := mustExpect(t, c)
		n := len(c.Edges)
		p := make([]float64, n)
		for k := range p {
			p[k] = r.Float64() * 0.4
		}
		re, he, dist := make([]float64, n), make([]float64, n), make([]float64, n+1)
		if err := errors.Join(x.Shares(re, he, p), x.Effective(dist, p)); err != nil {
			t.Fatal(err)
		}
		sumR, sumH, mean, total := 0.0, 0.0, 0.0, 0.0
		for e := range p {
			sumR += p[e] * re[e]
			sumH += p[e] * he[e]
		}
		for k, v := range dist {
			mean += float64(k) * v
			total += v
		}
		if math.Abs(total-1) > 1e-12 || math.Abs(sumR-mean) > 1e-11 || math.Abs(sumH-(1-dist[0])) > 1e-12 {
			t.Errorf("%v: total %v, E[n] %v and %v, P(n>=1) %v and %v", shape, total, sumR, mean, sumH, 1-dist[0])
		}
	}
}

// Reachability: in the minimal cell r of (2,3) is 1 - q0 q1 and every other r
// is 1, to full relative accuracy even where nearly everything is none.
func TestReachabilityOfTheIntermediateEdge(t *testing.T) {
	x := mustExpect(t, cell.Minimal())
	for _, p := range [][]float64{{.5, .5, .5, .5, .5}, {1e-9, 2e-9, .3, .1, .2}, {0, 0, 1, 1, 1}, {1, 0, .2, .2, .2}} {
		r, h := make([]float64, 5), make([]float64, 5)
		if err := x.Shares(r, h, p); err != nil {
			t.Fatal(err)
		}
		want := p[0] + p[1] - p[0]*p[1]
		if math.Abs(r[4]-want) > 1e-15*want {
			t.Errorf("r of (2,3) at %v: %v, want %v", p, r[4], want)
		}
		for e := range 4 {
			if r[e] != 1 && math.Abs(r[e]-1) > 1e-15 {
				t.Errorf("r of edge %d at %v: %v, want 1", e, p, r[e])
			}
		}
	}
}

func TestMonteCarloAgreesWithinItsErrors(t *testing.T) {
	rng := rand.New(rand.NewSource(4))
	c := mustCell(t, 3, 2)
	n := len(c.Edges)
	x := mustExpect(t, c)
	p, phi := make([]float64, n), inverse(n)
	for k := range p {
		p[k] = 0.1 + 0.8*rng.Float64()
	}
	want, mean, se := make([]float64, n), make([]float64, n), make([]float64, n)
	if err := errors.Join(x.Costs(want, p, phi), MonteCarlo(c, mean, se, p, phi, 4000, rng)); err != nil {
		t.Fatal(err)
	}
	chi2 := 0.0
	for e := range want {
		z := (mean[e] - want[e]) / se[e]
		chi2 += z * z
		if math.Abs(z) > 4.5 {
			t.Errorf("edge %v: Monte Carlo %v +- %v, exact %v", c.Edges[e], mean[e], se[e], want[e])
		}
	}
	if chi2 < 0.5 || chi2 > 30 { // 9 edges
		t.Errorf("chi-squared %v of 9 edges: the error bars are wrong", chi2)
	}
}

func TestExpectationRefuses(t *testing.T) {
	x := mustExpect(t, cell.Minimal())
	out := make([]float64, 5)
	for _, p := range [][]float64{{1, 1, 1, 1}, {1, 1, 1, 1, 1.1}, {1, 1, 1, 1, -.1}, {1, 1, 1, 1, math.NaN()}} {
		if err := x.Costs(out, p, ones(6)); err == nil {
			t.Errorf("p=%v is accepted", p)
		}
	}
	if err := x.Costs(out, ones(5), ones(5)); err == nil {
		t.Error("a short phi is accepted")
	}
	if _, err := NewExpectation(mustCell(t, 32, 32)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("32 nodes: %v, want ErrTooLarge", err)
	}
	for _, c := range []cell.Cell{{}, {Nodes: 1, Edges: []cell.Edge{{From: 2, To: 2}}}, {Nodes: 1, Edges: []cell.Edge{{From: 1, To: 2}, {From: 0, To: 2}}},
		{Nodes: 1, Concat: []int{1}}, {Nodes: 1, Edges: []cell.Edge{{From: 0, To: 3}}}} {
		if _, err := NewExpectation(c); err == nil {
			t.Errorf("cell %+v is accepted", c)
		}
	}
	if err := MonteCarlo(cell.Minimal(), out, out, ones(5), ones(6), 1, nil); err == nil {
		t.Error("one sample has no error bar")
	}
}

func benchmarkShare(b *testing.B, nodes, multiplier int) {
	c := mustCell(b, nodes, multiplier)
	x := mustExpect(b, c)
	r := rand.New(rand.NewSource(1))
	p, dst := make([]float64, len(c.Edges)), make([]float64, len(c.Edges))
	for k := range p {
		p[k] = r.Float64()
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := x.Share(dst, p, -.1, ShareModel{V: .1}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkShareMinimal(b *testing.B)    { benchmarkShare(b, 2, 2) }
func BenchmarkShare4Nodes(b *testing.B)     { benchmarkShare(b, 4, 4) }
func BenchmarkShare4NodesOf2(b *testing.B)  { benchmarkShare(b, 4, 2) }
func BenchmarkShare12Nodes(b *testing.B)    { benchmarkShare(b, 12, 12) }
func BenchmarkShare12NodesOf4(b *testing.B) { benchmarkShare(b, 12, 4) }
func BenchmarkShare12NodesOf1(b *testing.B) { benchmarkShare(b, 12, 1) }
