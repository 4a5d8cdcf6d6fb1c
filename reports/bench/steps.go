package bench

import (
	"fmt"
	"math/rand/v2"

	"edgewise/reports/table"
	"edgewise/sim/kernel"
	"edgewise/sim/mixop"
	"edgewise/sim/supernet"
	"edgewise/theory/cell"
)

// A step is one search step on a net of a given size, in float32: for darts the
// alpha step (forward, costs) and the theta step (forward, gradients) of a
// first-order bi-level search, for dsnas one pass at a sampled wiring.
type step struct {
	Algorithm                           string
	Cells, Nodes, Channels, Side, Batch int
	slow                                bool
}

var steps = []step{
	{"darts", 1, 2, 8, 16, 64, false},
	{"dsnas", 1, 2, 8, 16, 64, false},
	{"darts", 1, 2, 16, 32, 64, true},
	{"darts", 1, 4, 16, 32, 64, true},
	{"darts", 8, 2, 16, 32, 64, true},
	{"dsnas", 1, 2, 16, 32, 96, true},
}

func (s step) String() string {
	return fmt.Sprintf("%s, %d cells of %d nodes, C=%d, B=%d, %dx%d", s.Algorithm, s.Cells, s.Nodes, s.Channels, s.Batch, s.Side, s.Side)
}

// runner holds a net and its batch of noise.
type runner struct {
	step
	net    *supernet.Net[float32]
	space  cell.Space
	rnd    *rand.Rand
	x, dl  []float32
	labels []uint8
	gates  supernet.Gates
}

func newRunner(s step, workers int) (*runner, error) {
	c, err := cell.DARTS(s.Nodes, s.Nodes)
	if err != nil {
		return nil, err
	}
	space, err := cell.NewSpace(cell.Canonical(), c, s.Cells, nil)
	if err != nil {
		return nil, err
	}
	r := &runner{step: s, space: space, rnd: rand.New(rand.NewPCG(5, 6))}
	r.net, err = supernet.New[float32](supernet.Config{
		Space: space, Channels: s.Channels, StemMultiplier: 3, InChannels: 3, Classes: 10,
		Height: s.Side, Width: s.Side, Batch: s.Batch, Eps: 1e-5, Workers: workers,
	}, r.rnd)
	if err != nil {
		return nil, err
	}
	r.x, r.dl, r.labels = make([]float32, s.Batch*3*s.Side*s.Side), make([]float32, s.Batch*10), make([]uint8, s.Batch)
	for i := range r.x {
		r.x[i] = float32(r.rnd.NormFloat64())
	}
	for i := range r.labels {
		r.labels[i] = uint8(r.rnd.IntN(10))
	}
	for range space.Stack {
		var rows [][]float64
		for range c.Edges {
			row := make([]float64, len(space.Ops))
			for o := range row {
				row[o] = 1 / float64(len(row))
			}
			rows = append(rows, row)
		}
		r.gates = append(r.gates, rows)
	}
	return r, nil
}

// pass is one forward and backward pass.
func (r *runner) pass(w supernet.Want) error {
	logits, err := r.net.Forward(r.x, r.Batch, r.gates, supernet.Train)
	if err != nil {
		return err
	}
	if err := supernet.CrossEntropy(logits, r.labels, 10, r.dl, nil); err != nil {
		return err
	}
	if w.Theta {
		r.net.ZeroGrad()
	}
	return r.net.Backward(r.dl, w)
}

// run makes one step.
func (r *runner) run() error {
	if r.Algorithm == "darts" {
		if err := r.pass(supernet.Want{Cost: true}); err != nil {
			return err
		}
		return r.pass(supernet.Want{Theta: true})
	}
	first := r.gates[0]
	for e := range first {
		clear(first[e])
		first[e][r.rnd.IntN(len(first[e]))] = 1
	}
	for c := 1; c < len(r.gates); c++ {
		r.gates[c] = first
	}
	return r.pass(supernet.Want{Theta: true, Cost: true})
}

// Steps times whole search steps with one worker and with o.Threads, and where
// asked sets PyTorch's time beside them.
func Steps(o Options, torch map[string]Torch) (table.Table, error) {
	t := table.Table{
		Name:    "steps",
		Caption: "One search step, float32, median; PyTorch on the same shapes in the same run.",
		Columns: []table.Column{
			{Header: "Step"},
			{Header: "1 worker", Unit: "ms", Kind: table.KindNumber, Precision: 1},
			{Header: fmt.Sprintf("%d workers", o.Threads), Unit: "ms", Kind: table.KindNumber, Precision: 1},
			{Header: "speed-up", Kind: table.KindNumber, Precision: 2},
			{Header: "plain", Group: "PyTorch", Unit: "ms", Kind: table.KindNumber, Precision: 0},
			{Header: "channels last", Group: "PyTorch", Unit: "ms", Kind: table.KindNumber, Precision: 0},
			{Header: "ratio", Group: "PyTorch", Kind: table.KindNumber, Precision: 1},
		},
		Notes: []string{"ratio: the faster of the two PyTorch times over ours, one thread each; the PyTorch step is our own code over torch.nn, without the optimisers, as ours is."},
	}
	for _, s := range steps {
		if s.slow && o.Short {
			continue
		}
		var ms [2]float64
		for i, workers := range []int{1, o.Threads} {
			r, err := newRunner(s, workers)
			if err != nil {
				return t, err
			}
			var failed error
			ms[i] = 1e3 * median(o.Repeat, func() {
				if err := r.run(); err != nil {
					failed = err
				}
			})
			r.net.Close()
			if failed != nil {
				return t, failed
			}
		}
		row := []table.Item{table.Text(s.String()), table.Number(ms[0]), table.Number(ms[1]), table.Number(ms[0] / ms[1])}
		if p, ok := torch[s.String()]; ok {
			row = append(row, table.Number(p.Plain), table.Number(p.Last), table.Number(min(p.Plain, p.Last)/ms[0]))
		} else {
			none := table.Missing{Reason: "PyTorch was not timed: --torch asks for it"}
			row = append(row, none, none, none)
		}
		t.Add(row...)
	}
	return t, nil
}

// Mixed times the mixed operation of all eight operations, forward and backward,
// against its floor: flops at the FMA peak, each tensor moved once at copy
// bandwidth (mixop.Floor).
func Mixed(c kernel.Ceilings, o Options) (table.Table, error) {
	t := table.Table{
		Name:    "mixed",
		Caption: "The mixed operation with all eight operations, forward and backward, float32, one thread, against its floor.",
		Columns: []table.Column{
			{Header: "Shape"},
			{Header: "GFLOP", Kind: table.KindNumber, Precision: 2}, {Header: "MB moved", Kind: table.KindNumber, Precision: 0},
			{Header: "flops", Group: "Floor", Unit: "ms", Kind: table.KindNumber, Precision: 2},
			{Header: "bytes", Group: "Floor", Unit: "ms", Kind: table.KindNumber, Precision: 2},
			{Header: "time", Unit: "ms", Kind: table.KindNumber, Precision: 2},
			{Header: "time/floor", Kind: table.KindNumber, Precision: 2},
		},
		Notes: []string{"The floor is the larger of the two times: products can hide behind the traffic and the traffic behind products."},
	}
	for _, s := range []struct{ c, hw, b int }{{8, 16, 64}, {16, 32, 64}} {
		if o.Short && s.c > 8 {
			continue
		}
		m, err := mixop.NewMixed[float32](cell.Canonical(), 1, s.b, s.c, s.hw, s.hw, 1e-5, false, 1, rand.New(rand.NewPCG(7, 8)))
		if err != nil {
			return t, err
		}
		for i := range m.X.Data {
			m.X.Data[i] = float32(i%17) - 8
			m.DY.Data[i] = float32(i%13) - 6
		}
		z := make([]float64, 8)
		for i := range z {
			z[i] = 0.125
		}
		var failed error
		took := median(o.Repeat, func() {
			if err := m.Forward(z, true); err != nil {
				failed = err
			}
			m.Backward(true, true)
		})
		m.Close()
		if failed != nil {
			return t, failed
		}
		flops, bytes, err := mixop.Floor(cell.Canonical(), 1, s.b, s.c, s.hw, s.hw, 4)
		if err != nil {
			return t, err
		}
		t.Add(table.Text(fmt.Sprintf("C=%d, B=%d, %dx%d", s.c, s.b, s.hw, s.hw)),
			table.Number(flops/1e9), table.Number(bytes/1e6), table.Number(1e3*flops/c.Single), table.Number(1e3*bytes/c.Copy),
			table.Number(1e3*took), table.Number(took/c.Floor(flops, true, bytes)))
	}
	return t, nil
}
