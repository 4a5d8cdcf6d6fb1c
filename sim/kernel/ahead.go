package kernel

import "unsafe"

// Ahead is a queue of memory that will be read or written soon, in the order of its use.
// Kernels that compute for longer than they move, and are given one, ask for a few cache
// lines of it at a time, into the second-level cache, so that what comes from memory
// arrives while they compute. It is a hint: no result depends on it, and the portable
// path ignores it. An Ahead serves one goroutine; it takes its memory at the first Want.
//
// Kernels run at most aheadBytes ahead of what was last said to be reached.
type Ahead struct {
	at, left   uintptr // the span in hand: address and cache lines
	next, more uintptr // address of the next span, and spans that may be taken
	spans      []span
	pos, end   int     // the first span not reached, the first that may not be taken
	total      uintptr // bytes queued
}

// span is a run of cache lines that starts that many bytes after the first of the queue. It keeps
// nothing alive: the address is only asked for.
type span struct{ at, lines, start uintptr }

const (
	line       = 64        // bytes of a cache line
	aheadBytes = 768 << 10 // most of a second-level cache; the kernels' buffers need the rest
	aheadSpans = 2048      // in a queue; what is wanted beyond them comes when it is used
	aheadSight = 64        // spans in which Reach looks
)

// Clear empties the queue.
func (a *Ahead) Clear() { *a = Ahead{spans: a.spans[:0]} }

// Want appends the memory of s to the queue; Start must follow before a kernel takes from it.
func Want[T any](a *Ahead, s []T) {
	if path == Portable || len(s) == 0 {
		return
	}
	if a.spans == nil {
		a.spans = make([]span, 0, aheadSpans)
	}
	if len(a.spans) == cap(a.spans) {
		return
	}
	first, past := linesOf(s)
	a.spans = append(a.spans, span{first, (past - first) / line, a.total})
	a.total += past - first
}

// linesOf returns the addresses of the first cache line of s and of the one behind the last.
func linesOf[T any](s []T) (first, past uintptr) {
	first = uintptr(unsafe.Pointer(&s[0]))
	past = first + uintptr(len(s))*unsafe.Sizeof(s[0])
	return first &^ (line - 1), (past + line - 1) &^ (line - 1)
}

// Start hands the queue to the kernels.
func (a *Ahead) Start() {
	if len(a.spans) > 0 {
		a.allow(0)
	}
}

// Reach says that s is in use now, so that kernels may go on behind it. What was queued
// before it is dropped.
func Reach[T any](a *Ahead, s []T) {
	if a.pos == len(a.spans) || len(s) == 0 {
		return
	}
	first, _ := linesOf(s)
	for i, sp := range a.spans[a.pos:min(len(a.spans), a.pos+aheadSight)] {
		if sp.at == first {
			i += a.pos
			a.pos = i + 1
			a.allow(i)
			return
		}
	}
}

// allow lets kernels take what is queued within aheadBytes behind the start of span i, and
// drops what lies before it.
func (a *Ahead) allow(i int) {
	taken := a.end - int(a.more)
	for a.end < len(a.spans) && a.spans[a.end].start <= a.spans[i].start+aheadBytes {
		a.end++
	}
	if taken < i {
		taken, a.left = i, 0
	}
	a.next, a.more = uintptr(unsafe.Pointer(&a.spans[0]))+uintptr(taken)*unsafe.Sizeof(span{}), uintptr(a.end-taken)
}
