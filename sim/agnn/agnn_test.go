package agnn

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"edgewise/sim/gnn"
)

func streams(seed uint64) Streams {
	return func(name string, number int) *rand.Rand {
		h := fnv.New64a()
		fmt.Fprintf(h, "%d/%s/%d", seed, name, number)
		return rand.New(rand.NewPCG(h.Sum64(), seed))
	}
}

func tiny() Config {
	return Config{Nodes: 40, Classes: 3, Dim: 6, In: 0.4, Out: 0.05, Signal: 0.5, Train: 4, Search: 4, Epochs: 3}
}

func run(t *testing.T, c Config, seed uint64, steps int) (*Search[float32], []Step) {
	t.Helper()
	x, err := New[float32](c, streams(seed))
	if err != nil {
		t.Fatal(err)
	}
	var out []Step
	for range steps {
		s, err := x.Advance()
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	return x, out
}

// A conservative step changes exactly the decision that it names; M of the
// incumbent never falls; the reward is the difference of accuracies.
func TestConservativeStepsChangeOneDecision(t *testing.T) {
	_, steps := run(t, tiny(), 1, 40)
	have := accuracy(steps[0].Valid)
	seen := map[int]bool{}
	for i, s := range steps[1:] {
		for d := range gnn.Choices {
			if (s.Offspring.At(d) != s.Incumbent.At(d)) != (d == s.Decision) {
				t.Fatalf("iteration %d: decision %d named, %v became %v", i+1, s.Decision, s.Incumbent, s.Offspring)
			}
		}
		seen[s.Decision] = true
		if r := accuracy(s.Valid) - have; math.Abs(r-s.Reward) > 1e-15 || s.Taken != (r > 0) {
			t.Fatalf("iteration %d: reward %g (taken %v), the accuracies say %g", i+1, s.Reward, s.Taken, r)
		}
		if s.Taken {
			have = accuracy(s.Valid)
		}
	}
	if len(seen) < 6 {
		t.Errorf("only decisions %v were tried in 40 iterations", seen)
	}
}

// A search that is saved and loaded at any iteration goes on as if it had not
// been, under every controller and sharing.
func TestResumedSearchIsTheSame(t *testing.T) {
	for _, controller := range []string{Conservative, Resample, Uniform} {
		for _, sharing := range []string{Constrained, Free, Scratch} {
			c := tiny()
			c.Controller, c.Sharing = controller, sharing
			const n, at = 9, 4
			whole, want := run(t, c, 3, n)
			first, _ := run(t, c, 3, at)
			text, err := first.Save()
			if err != nil {
				t.Fatal(err)
			}
			x, err := New[float32](c, streams(3))
			if err != nil {
				t.Fatal(err)
			}
			if err := x.Load(text); err != nil {
				t.Fatal(err)
			}
			for i := at; i < n; i++ {
				s, err := x.Advance()
				if err != nil {
					t.Fatal(err)
				}
				if !reflect.DeepEqual(s, want[i]) {
					t.Fatalf("%s, %s: iteration %d differs after resuming", controller, sharing, i)
				}
			}
			a, _ := whole.Save()
			b, _ := x.Save()
			if !bytes.Equal(a, b) {
				t.Fatalf("%s, %s: the states differ at the end", controller, sharing)
			}
		}
	}
}

// Weights are shared between homogeneous architectures only: another activation
// or another shape starts anew, another message function on another edge does
// not. Free sharing takes the place alone.
func TestSharingIsConstrained(t *testing.T) {
	a := gnn.Arch{Edges: [5]int{2, 2, 2, 2, 2}, Activation: 1, Hidden: 0}
	value := func(s *store, a gnn.Arch, rows int) []float64 {
		v := make([]float64, rows*rows)
		s.Take(a, "(0,2) gcn", rows, rows, v)
		return v
	}
	ones := make([]float64, 64)
	for i := range ones {
		ones[i] = 1
	}
	for _, sharing := range []string{Constrained, Free, Scratch} {
		s := newStore(sharing, streams(1))
		s.Give(a, "(0,2) gcn", 8, 8, ones)
		got := func(b gnn.Arch, rows int) bool { return value(s, b, rows)[0] == 1 }
		same, activation, shape := got(a.With(3, 4), 8), got(a.With(5, 2), 8), got(a.With(6, 1), 16)
		want := map[string][3]bool{Constrained: {true, false, false}, Free: {true, true, true}, Scratch: {}}[sharing]
		if have := [3]bool{same, activation, shape}; have != want {
			t.Errorf("%s: reused for the same, another activation, another shape: %v, want %v", sharing, have, want)
		}
	}
}

// The policy gradient: with a reward of 1 for one option and 0 else, the policy
// learns the option, and only at the architectures at which it holds.
func TestPolicyLearnsWhatIsRewarded(t *testing.T) {
	p := newPolicy(7, 0.1)
	rnd := rand.New(rand.NewPCG(1, 1))
	relu, tanh := gnn.Arch{Activation: 1}, gnn.Arch{Activation: 2}
	for range 600 {
		for want, a := range map[int]gnn.Arch{2: relu, 1: tanh} {
			o := draw(p.prob(a, 1, -1), rnd)
			r := -1.0 / 3
			if o == want {
				r = 2.0 / 3
			}
			p.learn(a, 1, -1, o, r)
		}
	}
	if q := p.prob(relu, 1, -1); q[2] < 0.9 {
		t.Errorf("probabilities %v at relu, the third was rewarded", q)
	}
	if q := p.prob(tanh, 1, -1); q[1] < 0.9 {
		t.Errorf("probabilities %v at tanh, the second was rewarded", q)
	}
	if q := p.prob(relu, 1, 2); q[2] != 0 || math.Abs(q[0]+q[1]-1) > 1e-15 {
		t.Errorf("a banned option has probability %v", q)
	}
}

func TestConfigsAreChecked(t *testing.T) {
	for _, bad := range []func(*Config){
		func(c *Config) { c.Controller = "bold" }, func(c *Config) { c.Sharing = "all" }, func(c *Config) { c.Reward = "fame" },
		func(c *Config) { c.Rate = math.NaN() }, func(c *Config) { c.Temperature = -1 }, func(c *Config) { c.Decay = 2 },
		func(c *Config) { c.Epochs = -1 }, func(c *Config) { c.Nodes = 1 },
	} {
		c := tiny()
		bad(&c)
		if c.Check() == nil {
			t.Errorf("%+v passes", c)
		}
	}
	if err := (Config{}).Check(); err != nil {
		t.Errorf("the defaults: %v", err)
	}
}
