package mixop

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Span returns the images [lo, hi) of a chunk of a batch: the batch is cut into
// min(batch, Chunks) runs whose lengths differ by at most one.
func Span(chunk, batch int) (lo, hi int) {
	n := min(batch, Chunks)
	return chunk * batch / n, (chunk + 1) * batch / n
}

// Team is a fixed set of workers that share out the chunks of a batch. It starts
// its goroutines once and holds them until Close, or until it is collected.
type Team struct{ *team }

type team struct {
	size    int
	patient int // looks at a counter before a goroutine parks
	round   atomic.Uint32
	next    atomic.Int64 // chunk that nobody has taken yet
	pending atomic.Int32 // workers that have not finished the round
	down    bool         // this round takes the last chunk first
	batch   int
	task    func(worker, chunk, lo, hi int)
	beds    []bed // of the workers; the caller's is the first
	closed  atomic.Bool
	once    sync.Once
}

// bed is where a goroutine parks: it sets asleep and waits on wake; who sets asleep
// back owes it one wake.
type bed struct {
	asleep atomic.Bool
	wake   chan struct{}
	_      [48]byte // a cache line each
}

// patience is the number of looks at a counter, some 60 µs, after which a waiting
// goroutine parks. Waking it takes as long, and the segments of a small search step
// are hardly longer.
const patience = 20000

// NewTeam starts a team of n workers, the caller of Run being one of them; n < 1
// means GOMAXPROCS.
func NewTeam(n int) *Team {
	procs := runtime.GOMAXPROCS(0)
	if n < 1 {
		n = procs
	}
	t := &team{size: min(n, Chunks)}
	if t.size <= procs {
		t.patient = patience
	}
	t.beds = make([]bed, t.size)
	for w := range t.beds {
		t.beds[w].wake = make(chan struct{}, 1)
	}
	for w := 1; w < t.size; w++ {
		go t.serve(w)
	}
	outer := &Team{t}
	runtime.AddCleanup(outer, func(t *team) { t.close() }, t)
	return outer
}

// Size is the number of workers.
func (t *Team) Size() int { return t.size }

// Close stops the goroutines; the team must be idle and not be used again.
func (t *Team) Close() { t.close() }

func (t *team) close() {
	t.once.Do(func() {
		t.closed.Store(true)
		t.begin()
	})
}

// Run calls task once for every chunk of the batch, each on one of the workers
// 0..Size-1, and returns when all are done. Rounds take the chunks in ascending and
// descending order by turns: what the last one left in the caches comes first.
func (t *Team) Run(batch int, task func(worker, chunk, lo, hi int)) {
	t.batch, t.task, t.down = batch, task, !t.down
	t.next.Store(0)
	t.pending.Store(int32(t.size - 1))
	t.begin()
	t.work(0)
	t.wait(0, func() bool { return t.pending.Load() == 0 })
	t.task = nil // the goroutines must not hold what the task belongs to
}

// begin starts a round: every worker that sleeps is woken, the others see the counter.
func (t *team) begin() {
	t.round.Add(1)
	for w := 1; w < t.size; w++ {
		t.beds[w].rouse()
	}
}

func (b *bed) rouse() {
	if b.asleep.Load() && b.asleep.CompareAndSwap(true, false) {
		b.wake <- struct{}{}
	}
}

// wait returns when ready says so; it looks for a while before it parks. Whoever makes
// it ready then calls rouse.
func (t *team) wait(worker int, ready func() bool) {
	b := &t.beds[worker]
	for looks := 0; !ready(); looks++ {
		if looks < t.patient {
			if looks%256 == 255 {
				runtime.Gosched()
			}
			continue
		}
		b.asleep.Store(true)
		if ready() && b.asleep.CompareAndSwap(true, false) {
			return
		}
		<-b.wake
	}
}

// serve is the life of worker w.
func (t *team) serve(w int) {
	for seen := uint32(0); ; seen++ {
		t.wait(w, func() bool { return t.round.Load() != seen })
		if t.closed.Load() {
			return
		}
		t.work(w)
		if t.pending.Add(-1) == 0 {
			t.beds[0].rouse()
		}
	}
}

// Upcoming is the first image of the chunk that the next free worker takes, or -1: a guess
// at what the caller, a worker of a round, does next.
func (t *team) Upcoming() int {
	n := min(t.batch, Chunks)
	c := int(t.next.Load())
	if c >= n {
		return -1
	}
	if t.down {
		c = n - 1 - c
	}
	lo, _ := Span(c, t.batch)
	return lo
}

func (t *team) work(worker int) {
	n := min(t.batch, Chunks)
	for {
		c := int(t.next.Add(1)) - 1
		if c >= n {
			return
		}
		if t.down {
			c = n - 1 - c
		}
		lo, hi := Span(c, t.batch)
		t.task(worker, c, lo, hi)
	}
}
