package agnn

import (
	"fmt"

	"edgewise/sim/gnn"
)

// store keeps trained weights between architectures. A weight that was never
// trained is drawn by Glorot's rule from a stream of its own name, so that no
// draw depends on the order of architectures.
type store struct {
	sharing string
	streams Streams
	fresh   int // number of the net, where nothing is shared
	kept    map[string][]float64
	reused  int // weights of the last net that had been trained before
}

func newStore(sharing string, s Streams) *store {
	return &store{sharing: sharing, streams: s, kept: map[string][]float64{}}
}

// The free store keeps every weight at its largest shape.
const maxHidden = 32

func full(rows, cols int) (int, int) { return max(rows, 2*maxHidden), max(cols, maxHidden) }

func (s *store) key(a gnn.Arch, name string, rows, cols int) string {
	switch s.sharing {
	case Constrained:
		return fmt.Sprintf("%s %dx%d %s", name, rows, cols, gnn.Activations[a.Activation])
	case Free:
		return name
	}
	return fmt.Sprintf("%d %s", s.fresh, name)
}

// Take implements gnn.Weights.
func (s *store) Take(a gnn.Arch, name string, rows, cols int, value []float64) {
	key := s.key(a, name, rows, cols)
	draw := func(dst []float64) { gnn.Glorot(dst, rows, cols, s.streams("gnn/"+key, 0)) }
	have := s.kept[key]
	if have != nil {
		s.reused++
	}
	if s.sharing != Free {
		if have == nil {
			draw(value)
			return
		}
		copy(value, have)
		return
	}
	_, wide := full(rows, cols)
	if have == nil {
		draw(value)
		return
	}
	for r := range rows {
		copy(value[r*cols:][:cols], have[r*wide:][:cols])
	}
}

// cut writes a weight into the corner of its largest shape.
func (s *store) cut(key string, rows, cols int, value []float64) {
	tall, wide := full(rows, cols)
	have := s.kept[key]
	if have == nil {
		have = make([]float64, tall*wide)
		gnn.Glorot(have, rows, cols, s.streams("gnn/"+key+"/rest", 0))
		s.kept[key] = have
	}
	for r := range rows {
		copy(have[r*wide:][:cols], value[r*cols:][:cols])
	}
}

// Give implements gnn.Weights.
func (s *store) Give(a gnn.Arch, name string, rows, cols int, value []float64) {
	switch s.sharing {
	case Constrained:
		s.kept[s.key(a, name, rows, cols)] = append([]float64(nil), value...)
	case Free:
		s.cut(s.key(a, name, rows, cols), rows, cols, value)
	}
}

// overlay hands out an architecture's own trained weights, and the store's for
// the rest.
type overlay struct {
	own map[string][]float64
	*store
}

func (o overlay) Take(a gnn.Arch, name string, rows, cols int, value []float64) {
	if v := o.own[name]; v != nil {
		copy(value, v)
		return
	}
	o.store.Take(a, name, rows, cols, value)
}

// keeper collects the weights of a net.
type keeper map[string][]float64

func (keeper) Take(gnn.Arch, string, int, int, []float64) {}

func (k keeper) Give(_ gnn.Arch, name string, _, _ int, value []float64) {
	k[name] = append([]float64(nil), value...)
}
