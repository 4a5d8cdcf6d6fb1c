package figure

import (
	"fmt"
	"math"
	"math/rand/v2"

	"edgewise/sim/trace"
	"edgewise/theory/cell"
)

// sample is a made-up search of a cell with the given number of intermediate
// nodes: edges fall to none and those from the inputs grow back.
func sample(nodes, steps int, seed uint64) *trace.Trace {
	r := rand.New(rand.NewPCG(seed, 1))
	c, err := cell.DARTS(nodes, nodes)
	if err != nil {
		panic(err)
	}
	s, err := cell.NewSpace(cell.Canonical(), c, 3, []int{1})
	if err != nil {
		panic(err)
	}
	t := &trace.Trace{Manifest: trace.Manifest{Format: trace.Format, Run: fmt.Sprintf("%08x", seed*2654435761), Name: "sample", Origin: trace.Observed}}
	t.Manifest.SetCell(s)
	m := &t.Manifest
	cube := func(each func(k, e, o int) float64) [][][]float64 {
		out := make([][][]float64, len(m.Kinds))
		for k := range out {
			out[k] = make([][]float64, len(m.Edges))
			for e := range out[k] {
				out[k][e] = make([]float64, len(m.Ops))
				for o := range out[k][e] {
					out[k][e][o] = each(k, e, o)
				}
			}
		}
		return out
	}
	alpha := cube(func(_, _, _ int) float64 { return 0 })
	for i := 0; i <= steps; i++ {
		x := float64(i) / float64(steps)
		p := trace.Point{Step: i * 10, Steps: 10, Epoch: x * 50, Rate: 0.1, AlphaRate: 3e-4, Temperature: math.NaN(), HeadNorm: math.NaN()}
		p.Alpha = cube(func(k, e, o int) float64 { return alpha[k][e][o] })
		p.Prob = cube(func(k, e, o int) float64 {
			sum := 0.0
			for _, a := range alpha[k][e] {
				sum += math.Exp(a)
			}
			return math.Exp(alpha[k][e][o]) / sum
		})
		cost := cube(func(k, e, o int) float64 {
			if o == 0 {
				return 0
			}
			depth := 1.0
			if m.Edges[e][0] >= cell.Inputs {
				depth = 2
			}
			return 0.05*(0.5-x)/depth + 0.002*float64(o-4) + 0.01*r.NormFloat64()
		})
		p.Cost = &trace.Cost{Mean: cost, Count: cube(func(_, _, _ int) float64 { return 10 })}
		split := func(gap float64) *trace.Split {
			return &trace.Split{N: 640, Correct: 100 + int(500*x), Loss: 2.3 - 1.8*x + gap*x, Entropy: 2.25 - 1.9*x,
				LossCorrect: 1.5 - 1.4*x, EntropyCorrect: 1.9 - 1.6*x, LossWrong: 2.6 + 0.4*gap*x, EntropyWrong: 2.2 - 1.4*x}
		}
		p.Train, p.Search = split(0), split(0.6)
		t.Points = append(t.Points, p)
		for k := range alpha {
			for e := range alpha[k] {
				for o := range alpha[k][e] {
					alpha[k][e][o] -= 300 / float64(steps) * (cost[k][e][o] - 0.002*float64(m.Edges[e][1]))
				}
			}
		}
	}
	t.Points[steps].Steps, t.Points[steps].Cost, t.Points[steps].Status = 0, nil, trace.Complete
	return t
}
