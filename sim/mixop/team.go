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
	size  int
	start []chan struct{}
	done  sync.WaitGroup
	next  atomic.Int64
	batch int
	task  func(worker, chunk, lo, hi int)
	once  sync.Once
}

// NewTeam starts a team of n workers, the caller of Run being one of them; n < 1
// means GOMAXPROCS.
func NewTeam(n int) *Team {
	if n < 1 {
		n = runtime.GOMAXPROCS(0)
	}
	t := &team{size: min(n, Chunks)}
	for w := 1; w < t.size; w++ {
		c := make(chan struct{}, 1)
		t.start = append(t.start, c)
		go func() {
			for range c {
				t.work(w)
				t.done.Done()
			}
		}()
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
		for _, c := range t.start {
			close(c)
		}
	})
}

// Run calls task once for every chunk of the batch, each on one of the workers
// 0..Size-1, and returns when all are done.
func (t *Team) Run(batch int, task func(worker, chunk, lo, hi int)) {
	t.batch, t.task = batch, task
	t.next.Store(0)
	t.done.Add(len(t.start))
	for _, c := range t.start {
		c <- struct{}{}
	}
	t.work(0)
	t.done.Wait()
	t.task = nil // the goroutines must not hold what the task belongs to
}

func (t *team) work(worker int) {
	n := min(t.batch, Chunks)
	for {
		c := int(t.next.Add(1)) - 1
		if c >= n {
			return
		}
		lo, hi := Span(c, t.batch)
		t.task(worker, c, lo, hi)
	}
}
