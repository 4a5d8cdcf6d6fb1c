package kernel

import "unsafe"

// Visits lists what is read and written of every image of a batch, in the order of its use.
// It keeps nothing alive.
type Visits struct{ list []visit }

// visit is memory of image 0; that of image b lies b·stride bytes behind it.
type visit struct{ at, bytes, stride uintptr }

// Clear empties the list.
func (v *Visits) Clear() { v.list = v.list[:0] }

// Visit appends image, image 0 of a batch whose image b starts b·stride values behind it. On
// the portable path it appends nothing.
func Visit[T any](v *Visits, image []T, stride int) {
	if path == Portable || len(image) == 0 {
		return
	}
	size := unsafe.Sizeof(image[0])
	v.list = append(v.list, visit{uintptr(unsafe.Pointer(&image[0])), uintptr(len(image)) * size, uintptr(stride) * size})
}

// Ahead is a queue of memory that will be read or written soon, in the order of its use.
// Kernels that compute for longer than they move, and are given one, ask for a few cache
// lines of it at a time, into the second-level cache, so that what comes from memory
// arrives while they compute. It is a hint: no result depends on it, and the portable
// path ignores it. An Ahead serves one goroutine; it takes its memory at the first Queue.
//
// Kernels start no span that begins more than aheadBytes behind what was last said to be
// reached. They may ask for some lines more than a span has.
//
// The assembly takes spans itself (takeAhead in gen): it knows the order of at, left, next and
// more, and that of a span.
type Ahead struct {
	at, left   uintptr // the span in hand: address and cache lines
	next, more uintptr // address of the next span, and spans that may be taken
	spans      []span
	pos, end   int // the first span not reached, the first that may not be taken
	each       int // spans of an image
}

// span is a run of cache lines that starts that many bytes after the first of the queue.
type span struct{ at, lines, start uintptr }

const (
	line       = 64        // bytes of a cache line
	aheadBytes = 768 << 10 // most of a second-level cache; the kernels' buffers need the rest
	aheadSpans = 2048      // in a queue; what is wanted beyond them comes when it is used
	aheadSight = 64        // spans in which Reach looks
)

// Queue replaces what is queued by the visits to the images lo to hi−1 and, if it is not
// negative, to the image then.
func (a *Ahead) Queue(v *Visits, lo, hi, then int) {
	*a = Ahead{spans: a.spans[:0], each: len(v.list)}
	if len(v.list) == 0 {
		return
	}
	if a.spans == nil {
		a.spans = make([]span, 0, aheadSpans)
	}
	total := uintptr(0)
	for b := lo; b <= hi; b++ {
		image := uintptr(b)
		if b == hi {
			if then < 0 {
				break
			}
			image = uintptr(then)
		}
		for _, w := range v.list {
			if len(a.spans) == cap(a.spans) {
				break
			}
			first, past := linesOf(w.at+image*w.stride, w.bytes)
			a.spans = append(a.spans, span{first, (past - first) / line, total})
			total += past - first
		}
	}
	a.allow(0)
}

// linesOf returns the addresses of the first cache line of memory and of the one behind the last.
func linesOf(at, bytes uintptr) (first, past uintptr) {
	return at &^ (line - 1), (at + bytes + line - 1) &^ (line - 1)
}

// Image says that the image of that place in the queue is begun, so that kernels may go on
// behind its first visit.
func (a *Ahead) Image(place int) {
	if i := place * a.each; i < len(a.spans) {
		a.pos = max(a.pos, i)
		a.allow(i)
	}
}

// Reach says that s is in use now, so that kernels may go on behind it. What was queued
// before it is dropped.
func Reach[T any](a *Ahead, s []T) {
	if a.pos == len(a.spans) || len(s) == 0 {
		return
	}
	first := uintptr(unsafe.Pointer(&s[0])) &^ (line - 1)
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
