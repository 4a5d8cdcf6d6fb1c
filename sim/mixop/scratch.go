package mixop

import (
	"fmt"

	"edgewise/sim/kernel"
)

// Plan collects the scratch buffers that the functions of one image need; every
// worker gets its own set. Buffers of one name are shared and as long as the
// longest request.
type Plan struct {
	ids  map[string]int
	size []int
}

// NewPlan returns an empty plan.
func NewPlan() *Plan { return &Plan{ids: map[string]int{}} }

// Buffer returns the number of the buffer of that name, of at least n values.
func (p *Plan) Buffer(name string, n int) int {
	id, ok := p.ids[name]
	if !ok {
		id = len(p.size)
		p.ids[name] = id
		p.size = append(p.size, 0)
	}
	p.size[id] = max(p.size[id], n)
	return id
}

// Padded returns the number of a buffer for that layout alone, so that the zeros
// of its border (and, for gradients spread by a stride, between its values) stay.
func (p *Plan) Padded(name string, l kernel.Planes, stride int) int {
	return p.Buffer(fmt.Sprintf("%s %v /%d", name, l, stride), l.Len())
}

// Values is the total length of the buffers of one worker.
func (p *Plan) Values() int {
	n := 0
	for _, s := range p.size {
		n += room(s)
	}
	return n
}

// room is what a buffer of n values takes: whole cache lines of either precision, and one
// more, so that buffers of a multiple of a page do not start in the same sets of the caches.
func room(n int) int { return (n+15)&^15 + 16 }

// Scratch is the set of buffers of one worker.
type Scratch[T kernel.Float] struct {
	buf   [][]T
	Ahead kernel.Ahead // what the next image will need
}

// NewScratch allocates the buffers of a plan, zeroed.
func NewScratch[T kernel.Float](p *Plan) *Scratch[T] {
	s := &Scratch[T]{}
	all := make([]T, p.Values())
	kernel.HugePages(all)
	for _, n := range p.size {
		s.buf = append(s.buf, all[:n:n])
		all = all[room(n):]
	}
	return s
}

// Get returns buffer id.
func (s *Scratch[T]) Get(id int) []T { return s.buf[id] }
