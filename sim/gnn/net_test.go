package gnn

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"edgewise/theory/cell"
)

// drawn gives every weight its own draw, by name.
type drawn struct{ seed uint64 }

func (d drawn) Take(_ Arch, name string, rows, cols int, value []float64) {
	h := d.seed
	for _, c := range []byte(name) {
		h = h*1099511628211 + uint64(c)
	}
	Glorot(value, rows, cols, rand.New(rand.NewPCG(h, 1)))
}

func (drawn) Give(Arch, string, int, int, []float64) {}

func small(t *testing.T) *Graph {
	t.Helper()
	g, err := Generate(Model{Nodes: 24, Classes: 3, Dim: 5, In: 0.5, Out: 0.1, Signal: 1, Train: 3, Search: 2}, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func soft(rnd *rand.Rand) (z [5][]float64) {
	for e := range z {
		for range Operations() {
			z[e] = append(z[e], rnd.Float64())
		}
	}
	return z
}

// Gradients in every weight and gate agree with central differences, for every
// activation and combination, with all operations at soft gates.
func TestGradientsAgainstDifferences(t *testing.T) {
	g := small(t)
	b := NewBench[float64](g)
	rnd := rand.New(rand.NewPCG(3, 4))
	for act := range Activations {
		for comb := range Combinations {
			a := Arch{Activation: act, Combination: comb}
			t.Run(fmt.Sprint(Activations[act], " ", Combinations[comb]), func(t *testing.T) {
				n, err := NewNet(b, a, drawn{7}, true)
				if err != nil {
					t.Fatal(err)
				}
				z := soft(rnd)
				n.SetGates(z)
				loss := func() float64 {
					if err := n.Forward(g.Train); err != nil {
						t.Fatal(err)
					}
					return n.Loss()
				}
				loss()
				n.Backward()
				costs, _ := n.Costs()
				const h = 1e-5
				for e := range z {
					for k := range z[e] {
						n.gates[e][k] = z[e][k] + h
						up := loss()
						n.gates[e][k] = z[e][k] - h
						down := loss()
						n.gates[e][k] = z[e][k]
						near(t, Decision(e)+" "+Operations()[k], costs[e][k], (up-down)/(2*h))
					}
				}
				grads := map[string][]float64{}
				for _, w := range n.weights {
					grads[w.Name] = append([]float64(nil), w.grad...)
				}
				for _, w := range n.weights {
					for range 4 {
						i := rnd.IntN(len(w.value))
						v := w.value[i]
						w.value[i] = v + h
						up := loss()
						w.value[i] = v - h
						down := loss()
						w.value[i] = v
						near(t, w.Name, grads[w.Name][i], (up-down)/(2*h))
					}
				}
			})
		}
	}
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-6*(1+math.Abs(want)) {
		t.Errorf("%s: gradient %.9g, difference quotient %.9g", what, got, want)
	}
}

// Without batch norm every operation but none has degree 1 (gat's attention
// aside): with linear or relu nodes a node passes on what it is charged. Node 2
// passes its part of the output's cost and all cost of (2,3): sum of Z C into 2 =
// <dL/dx_2, x_2> = output's part + Z C of (2,3) (Euler; the contrast of P3.1).
func TestDegreeOneOperationsPassCostBack(t *testing.T) {
	g := small(t)
	b := NewBench[float64](g)
	for act := range 2 {
		a := Arch{Activation: act, Combination: 1}
		n, err := NewNet(b, a, drawn{11}, true)
		if err != nil {
			t.Fatal(err)
		}
		z := soft(rand.New(rand.NewPCG(5, 6)))
		for e := range z {
			z[e][len(z[e])-1] = 0 // gat
		}
		n.SetGates(z)
		if err := n.Forward(g.Search); err != nil {
			t.Fatal(err)
		}
		n.Backward()
		c, _ := n.Costs()
		edge := func(e int) (s float64) {
			for k := range z[e] {
				s += z[e][k] * c[e][k]
			}
			return s
		}
		head := dot(n.dcomb, n.x[2])
		if got, want := edge(0)+edge(1), head+edge(4); math.Abs(got-want) > 1e-12 {
			t.Errorf("%s: cost into node 2 is %g, it passes on %g", Activations[act], got, want)
		}
		if math.Abs(edge(4)) < 1e-6 {
			t.Error("the cost of (2,3) is too small to tell")
		}
	}
}

// A net of one architecture is the supernet at one-hot gates.
func TestNetIsSupernetAtOneHotGates(t *testing.T) {
	g := small(t)
	b := NewBench[float32](g)
	a := Arch{Edges: [5]int{2, 6, 1, 5, 3}, Activation: 1, Hidden: 1}
	var losses []float64
	for _, all := range []bool{false, true} {
		n, err := NewNet(b, a, drawn{2}, all)
		if err != nil {
			t.Fatal(err)
		}
		if err := n.Forward(g.Test); err != nil {
			t.Fatal(err)
		}
		losses = append(losses, n.Loss())
	}
	if losses[0] != losses[1] {
		t.Errorf("loss %v alone, %v in the supernet", losses[0], losses[1])
	}
}

// Training on a graph with clear classes must beat features alone and chance.
func TestGraphNetsLearnFromNeighbours(t *testing.T) {
	g, err := Generate(Model{Nodes: 120, Classes: 3, Dim: 8, In: 0.2, Out: 0.02, Signal: 0.3, Train: 5, Search: 10}, rand.New(rand.NewPCG(8, 9)))
	if err != nil {
		t.Fatal(err)
	}
	if h := g.Homophily(); h < 0.7 {
		t.Fatalf("homophily %.2f", h)
	}
	b := NewBench[float64](g)
	accuracy := func(op int) float64 {
		n, err := NewNet(b, Arch{Edges: [5]int{op, 0, op, 0, op}, Activation: 1, Hidden: 1}, drawn{4}, false)
		if err != nil {
			t.Fatal(err)
		}
		if err := Train(n, Recipe{Epochs: 60, Rate: 0.02, WeightDecay: 5e-4}); err != nil {
			t.Fatal(err)
		}
		if err := n.Forward(g.Test); err != nil {
			t.Fatal(err)
		}
		return n.Accuracy()
	}
	skip, gcn := accuracy(1), accuracy(2)
	if gcn < 0.7 || gcn < skip+0.1 {
		t.Errorf("test accuracy %.2f with gcn, %.2f with skip connections: messages must help", gcn, skip)
	}
}

func TestModelsAreChecked(t *testing.T) {
	ok := Model{Nodes: 24, Classes: 3, Dim: 5, In: 0.5, Out: 0.1, Signal: 1, Train: 3, Search: 2}
	for _, bad := range []func(*Model){
		func(m *Model) { m.Classes = 1 }, func(m *Model) { m.Nodes = 2 }, func(m *Model) { m.Nodes = MaxNodes + 1 },
		func(m *Model) { m.Dim = 0 }, func(m *Model) { m.In = math.NaN() }, func(m *Model) { m.Out = 2 },
		func(m *Model) { m.Signal = -1 }, func(m *Model) { m.Train = 0 }, func(m *Model) { m.Train = 6 },
	} {
		m := ok
		bad(&m)
		if m.Check() == nil {
			t.Errorf("%+v passes", m)
		}
	}
	g := small(t)
	if g.Fingerprint() != small(t).Fingerprint() {
		t.Error("one seed, two graphs")
	}
	if len(g.Train) != 9 || len(g.Search) != 6 || len(g.Test) != 9 {
		t.Errorf("splits of %d, %d, %d nodes", len(g.Train), len(g.Search), len(g.Test))
	}
	if cell.Minimal().Edges[4].String() != Decision(4) {
		t.Error("decisions are out of edge order")
	}
}
