package supernet

import (
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"edgewise/sim/kernel"
	"edgewise/theory/cell"
)

// The same bytes for any number of workers, and for the same pass run again.
func TestSameBytesForAnyNumberOfWorkers(t *testing.T) {
	t.Run("float32", sameBytes[float32])
	t.Run("float64", sameBytes[float64])
}

func sameBytes[T kernel.Float](t *testing.T) {
	var want []uint64
	for _, workers := range []int{1, 2, 3, 1} {
		r := newTrial[T](t, "nrn", 2, 2, func(c *Config) { c.Workers, c.Batch = workers, 37 })
		r.train(2, 0.1)
		r.backward(r.onehot(), Train, Want{Theta: true, Cost: true, Output: true})
		r.backward(r.soft(), Eval, Want{Theta: true, Cost: true, Output: true})
		var got []uint64
		for _, p := range append(r.net.Params(), r.net.Buffers()...) {
			for _, v := range append(append([]T{}, p.Value...), p.Grad...) {
				got = append(got, math.Float64bits(float64(v)))
			}
		}
		for c := range r.cfg.Space.Stack {
			for _, row := range append(append([][]float64{}, r.net.Cost(c)...), r.net.OutputCost(c)...) {
				for _, v := range row {
					got = append(got, math.Float64bits(v))
				}
			}
		}
		if want == nil {
			want = got
		}
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("%d workers: value %d is %#x, with one worker %#x", workers, i, got[i], want[i])
			}
		}
	}
}

// A smaller batch in a larger net gives what a net of that size gives.
func TestPartialBatch(t *testing.T) {
	var want []float64
	for _, room := range []int{5, 40} {
		r := newTrial[float64](t, "nr", 2, 2, func(c *Config) { c.Batch = room })
		rnd := rand.New(rand.NewPCG(5, 5))
		x := make([]float64, 5*3*64)
		for i := range x {
			x[i] = rnd.NormFloat64()
		}
		g := NewGates(r.cfg.Space)
		for _, zc := range g {
			for _, ze := range zc {
				for k := range ze {
					ze[k] = 0.1 + 0.01*float64(k)
				}
			}
		}
		z, err := r.net.Forward(x, 5, g, Train)
		if err != nil {
			t.Fatal(err)
		}
		dl := make([]float64, len(z))
		if err := CrossEntropy(z, []uint8{0, 1, 2, 3, 4}, 5, dl, nil); err != nil {
			t.Fatal(err)
		}
		if err := r.net.Backward(dl, Want{Theta: true, Cost: true}); err != nil {
			t.Fatal(err)
		}
		var got []float64
		for _, p := range r.net.Params() {
			got = append(got, p.Grad...)
		}
		if want == nil {
			want = got
		}
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("room for %d images: gradient %d is %g, want %g", room, i, got[i], want[i])
			}
		}
	}
}

func TestNoAllocationPerStep(t *testing.T) {
	if raceEnabled {
		t.Skip("under the race detector pools drop values at random")
	}
	for _, workers := range []int{1, 2} {
		r := newTrial[float32](t, "nrn", 2, 2, func(c *Config) { c.Workers = workers })
		soft, hard := r.soft(), r.onehot()
		step := func() {
			r.backward(soft, Train, Want{Cost: true, Output: true})
			r.backward(soft, Train, Want{Theta: true})
			r.backward(hard, Train, Want{Theta: true, Cost: true})
			r.backward(hard, Eval, Want{Cost: true})
		}
		step()
		least := testing.AllocsPerRun(5, step)
		for range 4 { // the runtime allocates too now and then, when goroutines park; a step that does shows every time
			least = min(least, testing.AllocsPerRun(5, step))
		}
		if least > 0 {
			t.Errorf("%d workers: %g allocations per step", workers, least)
		}
	}
}

func TestBadArgumentsAreRefused(t *testing.T) {
	good := newTrial[float32](t, "n", 2, 2, nil)
	for _, c := range []struct {
		field string
		edit  func(*Config)
	}{
		{"Channels", func(c *Config) { c.Channels = 0 }},
		{"Batch", func(c *Config) { c.Batch = -1 }},
		{"Classes", func(c *Config) { c.Classes = 0 }},
		{"Eps", func(c *Config) { c.Eps = 0 }},
		{"Eps", func(c *Config) { c.Eps = math.NaN() }},
		{"Height", func(c *Config) { c.Height = 1 << 30 }},
		{"Space", func(c *Config) { c.Space.Ops = nil }},
		{"Concat", func(c *Config) { c.Space.Cell.Concat = []int{3, 2} }},
		{"Edges", func(c *Config) { c.Space.Cell.Edges = []cell.Edge{{From: 2, To: 1}} }},
		{"even", func(c *Config) {
			c.Space.Stack = []cell.Kind{cell.Reduction, cell.Reduction, cell.Reduction, cell.Reduction}
		}},
		{"unknown", func(c *Config) { c.Space.Ops = []cell.Operation{{Name: "unknown"}} }},
	} {
		cfg := good.cfg
		c.edit(&cfg)
		if _, err := New[float32](cfg, good.rnd); err == nil || !strings.Contains(err.Error(), c.field) {
			t.Errorf("%s: error %v", c.field, err)
		}
	}
	if _, err := New[float32](good.cfg, nil); err == nil {
		t.Error("a net without a source of random numbers was built")
	}
	g := good.soft()
	forward := func(x []float32, batch int, g Gates) error {
		_, err := good.net.Forward(x, batch, g, Train)
		return err
	}
	nan := good.soft()
	nan[0][2][3] = math.NaN()
	for what, err := range map[string]error{
		"short x":         forward(good.x[1:], 6, g),
		"batch too large": forward(good.x, 7, g),
		"no cells":        forward(good.x, 6, nil),
		"missing edge":    forward(good.x, 6, Gates{g[0][1:]}),
		"missing op":      forward(good.x, 6, Gates{{g[0][0][1:], g[0][1], g[0][2], g[0][3], g[0][4]}}),
		"NaN gate":        forward(good.x, 6, nan),
		"early Backward":  good.net.Backward(good.dl, Want{Theta: true}),
		"short labels":    CrossEntropy(good.dl, good.labels[1:], 5, nil, nil),
		"foreign label":   CrossEntropy(good.dl, []uint8{0, 1, 2, 3, 4, 5}, 5, nil, nil),
		"infinite logit":  CrossEntropy([]float64{math.Inf(1), 0}, []uint8{0}, 2, nil, nil),
	} {
		if err == nil {
			t.Errorf("%s was accepted", what)
		}
	}
	good.loss(g, Train)
	if err := good.net.Backward(good.dl[1:], Want{Theta: true}); err == nil {
		t.Error("short dlogits were accepted")
	}
}

// Bytes is what the net really takes from the heap, and one operation per edge takes
// a fraction of all of them.
func TestBytesIsTheHeap(t *testing.T) {
	heap := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before := heap()
	s := newStepper(t, 2, 2, 8, 16, 32, 1)
	for range 3 {
		s.step(s.sample(), Want{Theta: true, Cost: true})
	}
	hard := s.net.Bytes()
	s.step(s.soft(), Want{Theta: true})
	soft, taken := s.net.Bytes(), heap()-before
	if d := math.Abs(float64(taken-soft.Total())) / float64(taken); d > 0.05 {
		t.Errorf("the plan says %d bytes (%+v), the heap %d", soft.Total(), soft, taken)
	}
	if hard.Activations*2 > soft.Activations {
		t.Errorf("one operation per edge holds %d bytes of activations, all operations %d", hard.Activations, soft.Activations)
	}
	runtime.KeepAlive(s)
}

// Images smaller than the windows, odd sizes, one image, one channel, an edge list
// with gaps and nodes outside the concat all run and keep P2.1.
func TestOddShapes(t *testing.T) {
	for _, c := range []struct{ h, w, batch, channels int }{{1, 1, 1, 1}, {2, 2, 1, 2}, {3, 5, 2, 3}, {7, 1, 3, 1}, {1, 33, 17, 5}} {
		r := newTrial[float64](t, "nn", 3, 1, func(k *Config) {
			k.Height, k.Width, k.Batch, k.Channels, k.InChannels, k.StemMultiplier = c.h, c.w, c.batch, c.channels, 1, 2
			k.Space.Cell.Edges = append(k.Space.Cell.Edges[1:4:4], k.Space.Cell.Edges[5:]...)
		})
		r.backward(r.soft(), Train, Want{Theta: true, Cost: true, Output: true})
		for b, s := range r.out {
			d := r.net.OutputCost(1)[0][b] * float64(c.batch)
			relative(t, "output cost and L − H", d, s.Loss-s.Entropy, s.Loss+s.Entropy, identityTol)
		}
		for _, p := range r.net.Params() {
			for _, v := range p.Grad {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					t.Fatalf("%+v: gradient of %s is %v", c, p.Name, v)
				}
			}
		}
	}
}

// A net that nobody holds any more ends its workers.
func TestForgottenNetsEnd(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 8 {
		s := newTrial[float32](t, "n", 2, 2, func(c *Config) { c.Workers = 3 })
		n := s.net
		s.cfg.Workers = 0
		n2, err := New[float32](s.cfg, s.rnd)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range []*Net[float32]{n, n2} {
			if _, err := m.Forward(s.x, s.cfg.Batch, s.soft(), Train); err != nil {
				t.Fatal(err)
			}
		}
		n.Close()
	}
	for range 200 {
		runtime.GC()
		if runtime.NumGoroutine() <= before {
			return
		}
	}
	t.Errorf("%d goroutines before, %d after", before, runtime.NumGoroutine())
}
