package latency

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"edgewise/sim/meter"
	"edgewise/sim/supernet"
	"edgewise/theory/cell"
)

// Setting is the net whose cells are timed: one cell, float32, one thread, evaluation
// mode.
type Setting struct {
	Nodes, Channels, Side, Batch int
	Samples, Repeats             int
	Seed                         uint64
	Machine                      string
}

// Measure times, in processor time of one thread, the forward pass of Samples wirings drawn uniformly over all
// operations of every edge. Wirings take turns, Repeats rounds of them, and the median
// of a wiring's rounds is its latency, so that a disturbance of the machine hits a
// round and no wiring.
func Measure(ctx context.Context, s Setting, progress func(done, total int)) (*Table, error) {
	if s.Samples < minSamples || s.Samples > 1e6 || s.Repeats < 1 || s.Repeats > 1000 {
		return nil, fmt.Errorf("measuring latencies: %d samples, %d repeats: it takes %d to 1000000 samples and 1 to 1000 repeats", s.Samples, s.Repeats, minSamples)
	}
	c, err := cell.DARTS(s.Nodes, s.Nodes)
	if err != nil {
		return nil, err
	}
	space, err := cell.NewSpace(cell.Canonical(), c, 1, nil)
	if err != nil {
		return nil, err
	}
	rnd := rand.New(rand.NewPCG(s.Seed, 6392))
	net, err := supernet.New[float32](supernet.Config{
		Space: space, Channels: s.Channels, StemMultiplier: 3, InChannels: 3, Classes: 10,
		Height: s.Side, Width: s.Side, Batch: s.Batch, Eps: 1e-5, Workers: 1,
	}, rnd)
	if err != nil {
		return nil, fmt.Errorf("measuring latencies: %w", err)
	}
	defer net.Close()
	x := make([]float32, s.Batch*3*s.Side*s.Side)
	for i := range x {
		x[i] = float32(rnd.NormFloat64())
	}
	t := &Table{Nodes: s.Nodes, Setting: fmt.Sprintf("%s; one cell, %d channels, %d images of %dx%d, float32, one thread; median of %d", s.Machine, s.Channels, s.Batch, s.Side, s.Side, s.Repeats)}
	for range s.Samples {
		w := make(cell.Wiring, len(c.Edges))
		for e := range w {
			w[e] = rnd.IntN(len(space.Ops))
		}
		t.Wirings = append(t.Wirings, w)
	}
	gates := supernet.NewGates(space)
	times := make([][]float64, s.Samples)
	for round := range s.Repeats + 1 { // the first warms caches and takes memory
		for i, w := range t.Wirings {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			for e, o := range w {
				clear(gates[0][e])
				gates[0][e][o] = 1
			}
			took, err := meter.Time(func() error {
				_, err := net.Forward(x, s.Batch, gates, supernet.Eval)
				return err
			})
			if err != nil {
				return nil, fmt.Errorf("measuring latencies: %w", err)
			}
			if round > 0 {
				times[i] = append(times[i], took.Seconds()*1e3)
			}
			if progress != nil {
				progress(round*s.Samples+i+1, (s.Repeats+1)*s.Samples)
			}
		}
	}
	for _, v := range times {
		slices.Sort(v)
		t.Millis = append(t.Millis, v[len(v)/2])
	}
	return Decode("the measured table", t.Encode())
}
