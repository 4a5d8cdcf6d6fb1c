package supernet

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"edgewise/theory/cell"
)

// One search step without the optimisers, float32: DARTS first-order is an alpha
// step (forward, costs) and a theta step (forward, weight gradients), DSNAS one
// forward and backward pass at a sampled wiring that gives both.
var benchCases = []struct {
	name                            string
	cells, nodes, channels, hw, bat int
}{
	{"C=8,16x16,B=64", 1, 2, 8, 16, 64},
	{"C=16,32x32,B=64", 1, 2, 16, 32, 64},
}

func BenchmarkDARTSStep(b *testing.B) {
	for _, c := range benchCases {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/workers=%d", c.name, workers), func(b *testing.B) {
				s := newStepper(b, c.cells, c.nodes, c.channels, c.hw, c.bat, workers)
				g := s.soft()
				for b.Loop() {
					s.step(g, Want{Cost: true})
					s.step(g, Want{Theta: true})
				}
			})
		}
	}
}

func BenchmarkDSNASStep(b *testing.B) {
	for _, c := range benchCases {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/workers=%d", c.name, workers), func(b *testing.B) {
				s := newStepper(b, c.cells, c.nodes, c.channels, c.hw, c.bat, workers)
				s.step(s.soft(), Want{Theta: true})
				for b.Loop() {
					s.step(s.sample(), Want{Theta: true, Cost: true})
				}
			})
		}
	}
}

// stepper runs passes of a float32 net on random images.
type stepper struct {
	t      testing.TB
	net    *Net[float32]
	space  cell.Space
	rnd    *rand.Rand
	x, dl  []float32
	labels []uint8
	batch  int
	gates  Gates
}

func newStepper(t testing.TB, cells, nodes, channels, hw, batch, workers int) *stepper {
	d, err := cell.DARTS(nodes, nodes)
	if err != nil {
		t.Fatal(err)
	}
	space, err := cell.NewSpace(cell.Canonical(), d, cells, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &stepper{t: t, space: space, rnd: rand.New(rand.NewPCG(3, 4)), batch: batch, gates: NewGates(space)}
	s.net, err = New[float32](Config{Space: space, Channels: channels, StemMultiplier: 3, InChannels: 3, Classes: 10, Height: hw, Width: hw, Batch: batch, Eps: 1e-5, Workers: workers}, s.rnd)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.net.Close)
	s.x, s.dl, s.labels = make([]float32, batch*3*hw*hw), make([]float32, batch*10), make([]uint8, batch)
	for i := range s.x {
		s.x[i] = float32(s.rnd.NormFloat64())
	}
	for i := range s.labels {
		s.labels[i] = uint8(s.rnd.IntN(10))
	}
	return s
}

func (s *stepper) step(g Gates, w Want) {
	z, err := s.net.Forward(s.x, s.batch, g, Train)
	if err == nil {
		err = CrossEntropy(z, s.labels, 10, s.dl, nil)
	}
	if err == nil {
		err = s.net.Backward(s.dl, w)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// soft returns equal weights for all operations.
func (s *stepper) soft() Gates {
	g := NewGates(s.space)
	for _, zc := range g {
		for _, ze := range zc {
			for k := range ze {
				ze[k] = 1 / float64(len(ze))
			}
		}
	}
	return g
}

// sample draws one operation per edge.
func (s *stepper) sample() Gates {
	for _, zc := range s.gates {
		for _, ze := range zc {
			clear(ze)
			ze[s.rnd.IntN(len(ze))] = 1
		}
	}
	return s.gates
}
