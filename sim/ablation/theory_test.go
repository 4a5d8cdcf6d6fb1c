package ablation

import (
	"errors"
	"math"
	"testing"

	"edgewise/sim/intervention"
	"edgewise/sim/spec"
	"edgewise/sim/supernet"
	"edgewise/theory/cell"
	"edgewise/theory/cost"

	"math/rand/v2"
)

// netVoters runs a small net in float64 and returns what an intervention sees of it
// and, from its voters, of the theory. Where (2,3) is active it passes costs back to
// the edges into node 2, which sum to 0 (P3.1) and are no voter's: they are added to
// the theory's, after that sum was checked.
func netVoters(t *testing.T, soft bool, wiring []int) (net, theory *intervention.View) {
	t.Helper()
	space, err := cell.NewSpace(cell.Canonical(), cell.Minimal(), 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(3, 9))
	const batch = 8
	cfg := supernet.Config{Space: space, Channels: 3, StemMultiplier: 1, InChannels: 3, Classes: classes, Height: 8, Width: 8, Batch: batch, Eps: 1e-12, Workers: 1}
	n, err := supernet.New[float64](cfg, rnd)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Close)
	for _, p := range n.Params() {
		if p.Name == "classifier.weight" {
			for i := range p.Value {
				p.Value[i] *= 4
			}
		}
	}
	x := make([]float64, batch*3*64)
	for i := range x {
		x[i] = rnd.NormFloat64()
	}
	labels, ints := make([]uint8, batch), make([]int, batch)
	for i := range labels {
		ints[i] = rnd.IntN(classes)
		labels[i] = uint8(ints[i])
	}
	gates := supernet.NewGates(space)
	prob := make([][]float64, 5)
	for e := range prob {
		prob[e] = make([]float64, 8)
		for k := range prob[e] {
			prob[e][k] = 0.5 + rnd.Float64()
		}
		sum := 0.0
		for _, v := range prob[e] {
			sum += v
		}
		for k := range prob[e] {
			prob[e][k] /= sum
		}
		if soft {
			prob[e][1] = 0 // skip hands the node's own voters on
			copy(gates[0][e], prob[e])
		} else {
			gates[0][e][wiring[e]] = 1
		}
	}
	past := intervention.NewPast(5)
	for e := range 5 {
		past.Learn(e, 0.1+0.02*float64(e), 0.05, 1)
	}
	loss := func(g supernet.Gates) float64 {
		logits, err := n.Forward(x, batch, g, supernet.Train)
		if err != nil {
			t.Fatal(err)
		}
		dl, out := make([]float64, len(logits)), make([]supernet.Sample, batch)
		if err := supernet.CrossEntropy(logits, labels, classes, dl, out); err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, s := range out {
			sum += s.Loss / batch
		}
		if err := n.Backward(dl, supernet.Want{Cost: true}); err != nil {
			t.Fatal(err)
		}
		return sum
	}
	whole := loss(gates)
	var voices []intervention.Voice
	for e, row := range gates[0] {
		for k, z := range row {
			if z != 0 && k != 0 {
				voices = append(voices, intervention.Voice{Edge: e, Op: k, Gate: z})
			}
		}
	}
	voters := make([]cost.Voters, batch)
	for b := range voters {
		for _, w := range voices {
			z := make([]float64, classes)
			if err := n.Voter(z, w.Edge, w.Op, b); err != nil {
				t.Fatal(err)
			}
			for k := range z {
				z[k] *= w.Gate
			}
			voters[b] = append(voters[b], z)
		}
	}
	net = &intervention.View{Cell: space.Cell, None: 0, Prob: prob, Gate: gates[0], Voices: voices, Voters: voters, Labels: ints, Past: past}
	for e := range n.Cost(0) {
		net.Cost = append(net.Cost, append([]float64{}, n.Cost(0)[e]...))
	}
	net.Without = func(edge, op int) (float64, float64, error) {
		less := supernet.NewGates(space)
		for e := range less[0] {
			copy(less[0][e], gates[0][e])
		}
		less[0][edge][op] = 0
		return whole, loss(less), nil
	}
	theory, err = Show(space.Cell, 0, prob, gates[0], voices, voters, ints)
	if err != nil {
		t.Fatal(err)
	}
	theory.Past = past
	node := 0.0
	for e := range 2 {
		for k, z := range gates[0][e] {
			passed := net.Cost[e][k] - theory.Cost[e][k]
			node += z * passed
			theory.Cost[e][k] += passed
		}
	}
	if math.Abs(node) > 1e-9 {
		t.Errorf("what (2,3) passes back to node 2 sums to %v over its edges", node)
	}
	return net, theory
}

// The theory's voters and the supernet's own backward and forward passes give every
// intervention the same costs, and the intervention makes the same of them.
func TestTheoryAndSupernetApplyTheSameIntervention(t *testing.T) {
	for _, i := range intervention.Registered() {
		u := []intervention.Use{{Name: i.Name}}
		if i.Strength != "" {
			u[0].Strength = 0.03
		}
		for name, c := range map[string]struct {
			soft   bool
			wiring []int
		}{
			"without (2,3)": {false, []int{4, 2, 5, 3, 0}},
			"some none":     {false, []int{0, 6, 1, 0, 0}},
			"with (2,3)":    {false, []int{4, 2, 5, 3, 7}},
			"soft":          {true, nil},
		} {
			net, theory := netVoters(t, c.soft, c.wiring)
			before := net.Cost[2][5]
			for _, v := range []*intervention.View{net, theory} {
				if err := intervention.Apply(u, v); err != nil {
					t.Fatalf("%s, %s: %v", i.Name, name, err)
				}
			}
			for e := range net.Cost {
				if i.Removal && e < 2 && (c.soft || c.wiring[4] != 0) {
					continue // node 2 is the source of (2,3), whose output then changes with its statistics
				}
				for k := range net.Cost[e] {
					if net.Gate[e][k] != 0 && math.Abs(net.Cost[e][k]-theory.Cost[e][k]) > 1e-8 {
						t.Errorf("%s, %s: edge %d, operation %d: %v on the net, %v in theory", i.Name, name, e, k, net.Cost[e][k], theory.Cost[e][k])
					}
				}
			}
			if name == "with (2,3)" && net.Cost[2][5] == before && i.Name != "importance" && i.Name != "none-at-mean" {
				t.Errorf("%s changed nothing", i.Name)
			}
		}
	}
}

// growth is the default grid's first base, cut short.
func growth(t *testing.T) spec.Spec {
	t.Helper()
	g, err := Shipped(Default)
	if err != nil {
		t.Fatal(err)
	}
	s := g.Bases[0].Spec
	s.Steps = 200
	return s
}

// What the theory says follows from the model: an over-confident birth drops edges and
// one without does not; calibrated and centred costs take the drop away; the sign of
// the effects is not written down anywhere.
func TestVotersPredictTheDrop(t *testing.T) {
	rise := func(f func(*spec.Spec)) float64 {
		s := growth(t)
		f(&s)
		tr, err := Theory.Predict(s)
		if err != nil {
			t.Fatal(err)
		}
		o, err := Measure(tr)
		if err != nil || !o.Rise.Known {
			t.Fatal(o.Rise, err)
		}
		return o.Rise.X
	}
	use := func(name string) func(*spec.Spec) {
		return func(s *spec.Spec) { s.Interventions = []intervention.Use{{Name: name}} }
	}
	base := rise(func(*spec.Spec) {})
	if base < 0.2 {
		t.Errorf("over-confident at birth: the mean none-probability rises by %v", base)
	}
	if x := rise(func(s *spec.Spec) { s.Net.HeadScale = 1 }); x > base/2 {
		t.Errorf("head as drawn: rise %v of %v", x, base)
	}
	for _, name := range []string{"centred", "calibrated", "none-at-mean"} {
		if x := rise(use(name)); x > base/2 {
			t.Errorf("%s: rise %v of %v", name, x, base)
		}
	}
	if x := rise(func(s *spec.Spec) {
		s.Alpha.Optimiser, s.Alpha.Rate, s.Alpha.Beta1 = spec.SGD, 2, 0
		use("baseline")(s)
	}); math.Abs(x-rise(func(s *spec.Spec) { s.Alpha.Optimiser, s.Alpha.Rate, s.Alpha.Beta1 = spec.SGD, 2, 0 })) > 1e-9 {
		t.Error("a baseline changes the expected update of plain descent")
	}
}

func TestTheoryNamesWhatItDoesNotCover(t *testing.T) {
	for name, f := range map[string]func(*spec.Spec){
		"cells":     func(s *spec.Spec) { s.Net.Cells = 3 },
		"nodes":     func(s *spec.Spec) { s.Net.Nodes, s.Net.Multiplier = 4, 4 },
		"algorithm": func(s *spec.Spec) { s.Algorithm = spec.SNAS },
		"no norm":   func(s *spec.Spec) { s.Net.Norm = spec.NoNorm },
		"running":   func(s *spec.Spec) { s.Alpha.Statistics = spec.Running },
	} {
		s := growth(t)
		f(&s)
		if _, err := Theory.Predict(s); !errors.Is(err, ErrNoTheory) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
