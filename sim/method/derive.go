package method

import (
	"fmt"
	"math"
	"math/rand/v2"

	"edgewise/sim/ablation"
	"edgewise/sim/spec"
	"edgewise/sim/trace"
	"edgewise/theory/bias"
	"edgewise/theory/cell"
	"edgewise/theory/dynamics"
)

// Derived is the cell of each kind that a finished search's own method derives from
// its final weights: operations by name, "" on an edge that is dropped. [kind][edge]
type Derived [][]string

// Derive reads the derived cells from a trace of a search of this program.
func Derive(t *trace.Trace) (Derived, error) {
	if !t.Complete() || t.Manifest.Spec == nil {
		return nil, fmt.Errorf("deriving the cell of %s: the search has not reached its end, or its manifest has no spec", t.Manifest.Name)
	}
	last := &t.Points[len(t.Points)-1]
	var out Derived
	for k := range t.Manifest.Kinds {
		w, err := weights(t, last, k)
		if err != nil {
			return nil, err
		}
		wiring, err := bias.Derive(t.Manifest.Spec.Derivation(), t.Manifest.Cell(), w, t.Manifest.None())
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.Manifest.Name, err)
		}
		row := make([]string, len(wiring))
		for e, o := range wiring {
			if o >= 0 {
				row[e] = t.Manifest.Ops[o]
			}
		}
		out = append(out, row)
	}
	return out, nil
}

// weights are the weights of the operations at a point, [edge][op]: probabilities, or
// those of a gate without competition.
func weights(t *trace.Trace, p *trace.Point, kind int) ([][]float64, error) {
	if t.Manifest.Spec.SoftmaxGate() || p.Alpha == nil {
		return p.Prob[kind], nil
	}
	g, err := dynamics.GateByName(t.Manifest.Spec.Alpha.Gate)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.Manifest.Name, err)
	}
	out := make([][]float64, len(p.Alpha[kind]))
	for e, row := range p.Alpha[kind] {
		out[e] = make([]float64, len(row))
		g.Weights(out[e], row)
		for o, a := range row {
			if math.IsNaN(a) {
				out[e][o] = 0
			}
		}
	}
	return out, nil
}

// wirings names the operations of derived cells by their numbers in a space.
func (d Derived) wirings(s spec.Spec) (map[cell.Kind]cell.Wiring, error) {
	space, err := s.Space()
	if err != nil {
		return nil, err
	}
	kinds := space.Kinds()
	if len(kinds) != len(d) {
		return nil, fmt.Errorf("%d kinds of cells were derived, the net that trains them has %d", len(d), len(kinds))
	}
	out := map[cell.Kind]cell.Wiring{}
	for k, row := range d {
		if len(row) != len(space.Cell.Edges) {
			return nil, fmt.Errorf("the derived cell has %d edges, the net that trains it %d", len(row), len(space.Cell.Edges))
		}
		w := make(cell.Wiring, len(row))
		for e, name := range row {
			w[e] = -1
			if name == "" {
				continue
			}
			if w[e] = space.OpIndex(name); w[e] < 0 {
				return nil, fmt.Errorf("operation %q of the derived cell is none of the net that trains it", name)
			}
		}
		out[kinds[k]] = w
	}
	return out, nil
}

// training is the run that trains derived cells from scratch under a seed.
func (p Plan) training(d Derived, s spec.Spec, name string, seed uint64) (ablation.Job, error) {
	w, err := d.wirings(s)
	if err != nil {
		return ablation.Job{}, err
	}
	s.Seed, s.Record = seed, spec.Record{Every: s.Steps, Eval: s.Steps}
	if s, err = s.Fixed(w); err != nil {
		return ablation.Job{}, err
	}
	s.Name = fmt.Sprintf("%s-train-s%d", name, seed)
	return ablation.Job{Base: name, Arm: "train", Seed: seed, Spec: s}, nil
}

// draws are the wirings of a random search under a seed: an operation, or none, with
// equal probability on every edge.
func (p Plan) draws(m Method, seed uint64) ([]Derived, error) {
	space, err := m.Spec.Space()
	if err != nil {
		return nil, err
	}
	r := rand.New(rand.NewPCG(seed, 2106))
	out := make([]Derived, p.Random.Cells)
	for i := range out {
		for range space.Kinds() {
			row := make([]string, len(space.Cell.Edges))
			for e := range row {
				if o := space.Ops[r.IntN(len(space.Ops))]; o.Name != cell.None {
					row[e] = o.Name
				}
			}
			out[i] = append(out[i], row)
		}
	}
	return out, nil
}
