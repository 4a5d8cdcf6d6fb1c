package cost

import (
	"math"
	"math/rand"
	"testing"

	"edgewise/theory/cell"
)

// P3.4 on a network: costs by differences of the loss, conservation by the
// law. Last cell: sum C - skip terms = L - H; earlier cell: 0; nodes outside the
// concat: D_j = 0.
func TestConservationOnANetwork(t *testing.T) {
	r := rand.New(rand.NewSource(21))
	for _, shape := range [][2]int{{2, 2}, {3, 3}, {3, 2}, {3, 1}} {
		for _, last := range []bool{true, false} {
			net := newToy(r, mustCell(t, shape[0], shape[1]), last)
			z := net.randomGates(r)
			_, gap := net.mean(z)
			b, err := NewBalance(net.cell, net.ops, z, net.costs(z))
			if err != nil {
				t.Fatal(err)
			}
			output := gap
			if !last {
				output = 0
			}
			if res := b.OutputResidual(output); math.Abs(res) > 1e-8 {
				t.Errorf("%v, last %v: residual %g of total %g", shape, last, res, b.Total)
			}
			if res := b.OutsideResidual(net.cell); res > 1e-8 {
				t.Errorf("%v, last %v: a node outside the concat has direct cost %g", shape, last, res)
			}
			if math.Abs(b.SkipTerm) < 1e-4 {
				t.Errorf("%v, last %v: skip term %g is too small to test anything", shape, last, b.SkipTerm)
			}
			sum := 0.0
			for _, d := range b.Direct {
				sum += d
			}
			if math.Abs(sum-output) > 1e-8 {
				t.Errorf("%v, last %v: sum of D_j %g, want %g", shape, last, sum, output)
			}
			edge := make([]float64, len(z))
			EdgeCosts(edge, z, net.costs(z))
			total := 0.0
			for _, c := range edge {
				total += c
			}
			if math.Abs(total-b.Total) > 1e-12 {
				t.Errorf("edge costs sum to %v, balance %v", total, b.Total)
			}
		}
	}
}

// P3.4, counter-example: without the skip term the total is not L - H.
func TestTotalWithoutSkipTermIsFalse(t *testing.T) {
	r := rand.New(rand.NewSource(22))
	net := newToy(r, cell.Minimal(), true)
	z := net.randomGates(r)
	z[4] = []float64{0, 1, 0, 0}
	_, gap := net.mean(z)
	b, err := NewBalance(net.cell, net.ops, z, net.costs(z))
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(b.Total-gap) < 0.01 {
		t.Errorf("total %v equals L - H %v although (2,3) is skip_connect", b.Total, gap)
	}
	if math.Abs(b.OutputResidual(gap)) > 1e-8 {
		t.Errorf("residual with the skip term %g", b.OutputResidual(gap))
	}
}

// P2.3: a classifier bias shifts the total by b.(p-y).
func TestBiasOfTheHead(t *testing.T) {
	r := rand.New(rand.NewSource(23))
	net := newToy(r, cell.Minimal(), true)
	net.bias = randomLogits(r, toyClasses, 1)
	z := net.randomGates(r)
	b, err := NewBalance(net.cell, net.ops, z, net.costs(z))
	if err != nil {
		t.Fatal(err)
	}
	want, plain := 0.0, 0.0
	for n, l := range net.logits(z) {
		p := make([]float64, len(l))
		Softmax(p, l)
		_, _, gap := mustOutput(t, l, net.labels[n])
		v, err := WithoutBias(gap, p, net.bias, net.labels[n])
		if err != nil {
			t.Fatal(err)
		}
		want += v / toyBatch
		plain += gap / toyBatch
	}
	if math.Abs(b.OutputResidual(want)) > 1e-8 {
		t.Errorf("residual with the bias term %g", b.OutputResidual(want))
	}
	if math.Abs(b.OutputResidual(plain)) < 1e-3 {
		t.Error("the bias changes nothing: the test is blind")
	}
}

// P3.6: the forces on the none logits add up to L - H plus the skip terms.
func TestNoneLogitLaw(t *testing.T) {
	r := rand.New(rand.NewSource(24))
	net := newToy(r, mustCell(t, 3, 3), true)
	z := net.randomGates(r)
	_, gap := net.mean(z)
	costs := net.costs(z)
	b, err := NewBalance(net.cell, net.ops, z, costs)
	if err != nil {
		t.Fatal(err)
	}
	const lambda = 0.3
	for _, snas := range []bool{false, true} {
		g, scale := make([][]float64, len(z)), 1.0
		for e := range z {
			g[e] = make([]float64, len(z[e]))
			if snas {
				scale = lambda
				SNAS(g[e], z[e], costs[e], lambda)
			} else {
				DARTS(g[e], z[e], costs[e])
			}
		}
		force, err := NoneLogitForce(z, g, 0, scale)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(force-gap-b.SkipTerm) > 1e-8 {
			t.Errorf("SNAS %v: force %v, L - H + skip %v", snas, force, gap+b.SkipTerm)
		}
	}
	z[1][0] = 0
	if _, err := NoneLogitForce(z, costs, 0, 1); err == nil {
		t.Error("a none gate of 0 is accepted")
	}
	if _, err := NoneLogitForce(z, costs[1:], 0, 1); err == nil {
		t.Error("gates and gradients of different lengths are accepted")
	}
}

func TestBalanceRefuses(t *testing.T) {
	c, ops := cell.Minimal(), cell.Canonical()
	if _, err := NewBalance(c, ops, make([][]float64, 4), make([][]float64, 5)); err == nil {
		t.Error("four rows of gates for five edges are accepted")
	}
	if _, err := NewBalance(c, ops, make([][]float64, 5), make([][]float64, 5)); err == nil {
		t.Error("rows without operations are accepted")
	}
	if _, err := NewBalance(cell.Cell{}, ops, nil, nil); err == nil {
		t.Error("an empty cell is accepted")
	}
}
