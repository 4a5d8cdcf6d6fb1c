package predict

import (
	"fmt"
	"math"

	"edgewise/sim/spec"
	"edgewise/sim/trace"
	"edgewise/theory/cell"
	"edgewise/theory/dynamics"
)

// frame lays the architecture parameters of a trace out as one flat vector: the
// allowed operations only, kinds, edges and operations in the manifest's order.
type frame struct {
	spec  *spec.Spec
	cell  cell.Cell
	ops   []cell.Operation // Operation{Name} where the name is not canonical
	none  int
	kinds int
	edges int
	slots []slot // one per kind and edge, kind first
	size  int
}

// slot is the place of one edge of one kind in the flat vector.
type slot struct {
	kind, edge int
	lo, hi     int
	op         []int // op index of each entry
}

// newFrame reads the layout of a trace whose alpha is to be integrated: spec and
// first alpha must be known.
func newFrame(t *trace.Trace, rung string) (*frame, error) {
	if t.Manifest.Spec == nil {
		return nil, &MissingError{rung, "its manifest has no spec, so algorithm and optimiser are not known", "give the importer a spec, or use a rung of a run with one"}
	}
	if t.Manifest.Spec.Relaxation() == "" {
		return nil, &MissingError{rung, fmt.Sprintf("%s does not move alpha along costs", t.Manifest.Spec.Algorithm), "ask it of a search that descends, such as darts"}
	}
	f, err := newLayout(t, rung)
	if err == nil && rung != RungReplay {
		err = covered(f.spec, rung)
	}
	if err == nil && t.Points[0].Alpha == nil {
		err = &MissingError{rung, "field alpha of its first point is missing, so the start is not known", "record alpha, or import a log that holds it"}
	}
	return f, err
}

// newLayout reads the layout from the manifest and the allowed operations from
// the first point: those whose alpha is a number, or whose probability is
// positive where alpha is not known.
func newLayout(t *trace.Trace, rung string) (*frame, error) {
	if len(t.Points) == 0 {
		return nil, &MissingError{rung, "it has no points", "record or import at least one"}
	}
	first := &t.Points[0]
	m := &t.Manifest
	if m.Spec != nil {
		if _, err := dynamics.GateByName(m.Spec.Alpha.Gate); err != nil {
			return nil, &MissingError{rung, "its spec's alpha." + err.Error(), "read it with the version that wrote it"}
		}
	}
	f := &frame{spec: m.Spec, cell: m.Cell(), none: m.None(), kinds: len(m.Kinds), edges: len(m.Edges)}
	for _, name := range m.Ops {
		op, err := cell.OperationByName(name)
		if err != nil { // a foreign operation: taken for one with batch norm, which passes nothing back
			op = cell.Operation{Name: name}
		}
		f.ops = append(f.ops, op)
	}
	for k := range f.kinds {
		for e := range f.edges {
			s := slot{kind: k, edge: e, lo: f.size}
			for o := range f.ops {
				if first.Alpha != nil && !math.IsNaN(first.Alpha[k][e][o]) || first.Alpha == nil && first.Prob[k][e][o] > 0 {
					s.op = append(s.op, o)
				}
			}
			f.size += len(s.op)
			s.hi = f.size
			f.slots = append(f.slots, s)
		}
	}
	if f.size == 0 {
		return nil, &MissingError{rung, "no operation of any edge is allowed at its first point", "leave at least one edge free"}
	}
	return f, nil
}

// kindSlots returns the slots of one kind.
func (f *frame) kindSlots(kind int) []slot { return f.slots[kind*f.edges : (kind+1)*f.edges] }

// cube makes a [kind][edge][op] array filled with v.
func (f *frame) cube(v float64) [][][]float64 {
	out := make([][][]float64, f.kinds)
	for k := range out {
		out[k] = make([][]float64, f.edges)
		for e := range out[k] {
			out[k][e] = make([]float64, len(f.ops))
			for o := range out[k][e] {
				out[k][e][o] = v
			}
		}
	}
	return out
}

// gather reads the flat vector from a [kind][edge][op] array.
func (f *frame) gather(dst []float64, from [][][]float64) []float64 {
	if dst == nil {
		dst = make([]float64, f.size)
	}
	for _, s := range f.slots {
		for i, o := range s.op {
			dst[s.lo+i] = from[s.kind][s.edge][o]
		}
	}
	return dst
}

// softmax writes the probabilities of alpha, edge by edge: of a gate that is not a
// softmax the shares of its weights.
func (f *frame) softmax(dst, alpha []float64) {
	g := f.gate()
	for _, s := range f.slots {
		if s.hi > s.lo {
			g.Weights(dst[s.lo:s.hi], alpha[s.lo:s.hi])
			if g != (dynamics.SoftmaxGate{}) {
				dynamics.Shares(dst[s.lo:s.hi], dst[s.lo:s.hi])
			}
		}
	}
}

// project moves alpha back to where the gate allows it, after a step from before.
func (f *frame) project(alpha, before []float64) {
	if p, ok := f.gate().(dynamics.Projector); ok {
		p.Project(alpha, before)
	}
}

// gate is the map from alpha to weights.
func (f *frame) gate() dynamics.Gate {
	if f.spec == nil {
		return dynamics.SoftmaxGate{}
	}
	return f.spec.Gate()
}

// put writes alpha and its probabilities into the point.
func (f *frame) put(p *trace.Point, alpha []float64) {
	p.Alpha, p.Prob = f.cube(math.NaN()), f.cube(0)
	prob := make([]float64, f.size)
	f.softmax(prob, alpha)
	for _, s := range f.slots {
		for i, o := range s.op {
			p.Alpha[s.kind][s.edge][o] = alpha[s.lo+i]
			p.Prob[s.kind][s.edge][o] = prob[s.lo+i]
		}
	}
}

// sampled returns the entry of the slot whose gate is 1, or an error when the
// gates are not one-hot.
func (s *slot) sampled(gate [][][]float64) (int, error) {
	at := -1
	for i, o := range s.op {
		switch g := gate[s.kind][s.edge][o]; {
		case g == 0:
		case g == 1 && at < 0:
			at = i
		default:
			return -1, fmt.Errorf("gate of edge %d, operation %d is %v: sampled gates must be one-hot", s.edge, o, g)
		}
	}
	if at < 0 {
		return -1, fmt.Errorf("no operation of edge %d has gate 1: sampled gates must be one-hot", s.edge)
	}
	return at, nil
}
