package kernel

import (
	"testing"
	"unsafe"

	"gonum.org/v1/gonum/blas"
)

// Kernels take what is queued, in order, for rows of whole and of half vectors; their results
// have the bytes that they have without a queue.
func TestKernelsFetchAhead(t *testing.T) {
	for _, h := range []int{24, 4} {
		both(t, func(t *testing.T) { testKernelsFetchAhead[float32](t, h) },
			func(t *testing.T) { testKernelsFetchAhead[float64](t, h) })
	}
}

func testKernelsFetchAhead[T Float](t *testing.T, h int) {
	r := random(90)
	const c = 8
	win := Window{Size: 5, Stride: 1, Pad: 4, Dilation: 2}
	d, pad := Dense(c, h, h), Padded(c, h, h, 4)
	src, w := planes[T](r, pad), normal[T](r, c*25)
	const k, n = 8, 600 // of a product of whole tiles and a tail
	a, m := normal[T](r, k*k), normal[T](r, k*n)
	work := map[string]func(q *Ahead) []T{
		"Depthwise": func(q *Ahead) []T {
			dst := make([]T, d.Len())
			Depthwise(dst, d, src, pad, w, win, false, q)
			return dst
		},
		"DepthwiseBackwardWeights": func(q *Ahead) []T {
			dw := make([]T, c*25)
			DepthwiseBackwardWeights(dw, src, pad, src, pad, win, q)
			return dw
		},
		"GemmAhead, tiles": func(q *Ahead) []T {
			v := make([]T, k*n)
			GemmAhead(q, blas.NoTrans, blas.NoTrans, k, n, k, 1, a, k, m, n, 0, v, n)
			return v
		},
		"GemmAhead, dots": func(q *Ahead) []T {
			v := make([]T, k*k)
			GemmAhead(q, blas.NoTrans, blas.Trans, k, k, n, 1, m, n, m, n, 0, v, k)
			return v
		},
	}
	memory := make([]T, 4*aheadBytes/int(unsafe.Sizeof(w[0])))
	for name, f := range work {
		var q Ahead
		want := f(nil)
		var v Visits
		for _, part := range [][]T{memory[:100], memory[200:205], memory[1000:]} {
			Visit(&v, part, 0)
		}
		q.Queue(&v, 0, 1, -1)
		got := f(&q)
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("%s: value %d is %v with a queue, %v without", name, i, got[i], want[i])
			}
		}
		if path == Portable {
			if q.spans != nil {
				t.Errorf("%s: the portable path queues", name)
			}
			continue
		}
		before := q.at
		if taken := q.end - int(q.more); taken != 3 || before <= q.spans[2].at {
			t.Errorf("%s took %d of 3 spans, the last up to %#x of %#x", name, taken, q.at, q.spans[2].at)
		}
		for range 2000 {
			f(&q)
		}
		if last := q.spans[2]; q.left != 0 || q.at < last.at+last.lines*line || q.at > last.at+last.lines*line+32*line {
			t.Errorf("%s: the last span ends at %#x, the queue stands at %#x with %d lines", name, last.at+last.lines*line, q.at, q.left)
		}
	}
}

// Reach lets kernels go on, and drops what they came too late for.
func TestAheadFollows(t *testing.T) {
	if path == Portable {
		t.Skip("the portable path queues nothing")
	}
	part := make([][]byte, 12)
	for i := range part {
		part[i] = make([]byte, aheadBytes/4)
	}
	var q Ahead
	var v Visits
	for _, p := range part {
		Visit(&v, p, 0)
	}
	q.Queue(&v, 0, 1, -1)
	allowed := func() (first, past int) { return q.end - int(q.more), q.end }
	if first, past := allowed(); first != 0 || past < 4 || past > 5 {
		t.Fatalf("spans %d to %d may be taken at first: want 0 to 4, they fill the window", first, past)
	}
	_, was := allowed()
	Reach(&q, part[3])
	if first, past := allowed(); first != 3 || past != was+3 {
		t.Errorf("spans %d to %d may be taken behind span 3: want 3 to %d", first, past, was+3)
	}
	Reach(&q, part[2]) // it is behind
	if first, past := allowed(); first != 3 || past != was+3 {
		t.Errorf("a span that is behind moved the queue to %d to %d", first, past)
	}
	Reach(&q, make([]byte, 10))
	Reach(&q, part[11])
	if first, past := allowed(); first != 11 || past != 12 {
		t.Errorf("spans %d to %d may be taken behind the last", first, past)
	}
	v.Clear()
	q.Queue(&v, 0, 3, 5)
	Reach(&q, part[0])
	if q.more != 0 || q.left != 0 {
		t.Error("an empty queue has something to take")
	}
	batch := make([]float64, 1000)
	Visit(&v, batch[:100], 100)
	Visit(&v, batch[:50], 0)
	q.Queue(&v, 2, 4, 7)
	for i, b := range []int{2, 3, 7} {
		at := uintptr(unsafe.Pointer(&batch[b*100])) &^ (line - 1)
		if got := q.spans[2*i]; got.at != at || got.lines < 13 || got.lines > 14 {
			t.Errorf("image %d is queued at %#x with %d lines: it lies at %#x and has 800 bytes", b, got.at, got.lines, at)
		}
	}
	q.Image(2)
	if first, past := allowed(); first != 4 || past != 6 {
		t.Errorf("spans %d to %d may be taken when the third image begins: want 4 to 6", first, past)
	}
	q.Image(1)
	if first, _ := allowed(); first != 4 {
		t.Errorf("an earlier image moved the queue back to span %d", first)
	}
	q.Queue(&v, 0, aheadSpans, -1)
	if len(q.spans) != aheadSpans {
		t.Errorf("%d spans are queued: want at most %d", len(q.spans), aheadSpans)
	}
}
