package dynamics

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"edgewise/theory/cost"
)

func approx(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol) {
		t.Errorf("%s = %.15g, want %.15g within %g", what, got, want, tol)
	}
}

func approxAll(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	for k := range got {
		if !(math.Abs(got[k]-want[k]) <= tol) {
			t.Errorf("%s[%d] = %.15g, want %.15g within %g", what, k, got[k], want[k], tol)
		}
	}
}

// The maps follow torch.optim to rounding (source: testdata/optimisers.py).
func TestOptimisersFollowTorch(t *testing.T) {
	raw, err := os.ReadFile("testdata/optimisers.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		Cases []struct {
			Name              string
			LR, Momentum, Eps float64
			Beta1, Beta2      float64
			WeightDecay       float64 `json:"weight_decay"`
			Marks             []struct {
				Step  int
				Alpha []float64
			}
		}
	}
	if err := json.Unmarshal(raw, &golden); err != nil {
		t.Fatal(err)
	}
	if len(golden.Cases) != 4 {
		t.Fatalf("%d golden cases, want 4", len(golden.Cases))
	}
	for _, c := range golden.Cases {
		opt, err := New(Config{Name: c.Name, LR: c.LR, Momentum: c.Momentum, Beta1: c.Beta1, Beta2: c.Beta2, Eps: c.Eps, WeightDecay: c.WeightDecay})
		if err != nil {
			t.Fatal(err)
		}
		alpha, grad := []float64{-1, -.5, 0, .5, 1}, make([]float64, 5)
		step := 0
		for _, m := range c.Marks {
			for step < m.Step {
				step++
				for k := range grad {
					grad[k] = math.Sin(.7*float64(k)+.3*float64(step)) * math.Pow(.5, float64(k%3))
				}
				opt.Step(alpha, grad)
			}
			approxAll(t, c.Name, alpha, m.Alpha, 2e-15*float64(step))
		}
	}
}

func configs() []Config {
	return []Config{
		{Name: NameSGD, LR: .1},
		{Name: NameSGD, LR: .1, Momentum: .9, WeightDecay: 1e-3},
		{Name: NameAdam, LR: .01, Beta1: .5, Beta2: .999, Eps: 1e-8, WeightDecay: 1e-3},
		{Name: NameNatural, LR: .1, Ops: 3, WeightDecay: 1e-3},
	}
}

// Saving and restoring the state at any step changes no bit, and Reset starts
// anew.
func TestStateRoundTripIsExact(t *testing.T) {
	for _, c := range configs() {
		drive := func(interrupt int) []float64 {
			r := rand.New(rand.NewPCG(7, 7))
			opt, err := New(c)
			if err != nil {
				t.Fatal(err)
			}
			alpha, grad := make([]float64, 6), make([]float64, 6)
			for step := range 50 {
				if step == interrupt {
					saved := opt.State()
					opt, _ = New(c)
					opt.Step(make([]float64, 6), []float64{1, 2, 3, 4, 5, 6})
					if err := opt.SetState(saved); err != nil {
						t.Fatal(err)
					}
				}
				for k := range grad {
					grad[k] = r.NormFloat64()
				}
				opt.Step(alpha, grad)
			}
			return alpha
		}
		whole := drive(-1)
		for _, at := range []int{0, 1, 25} {
			if got := drive(at); !slices.Equal(got, whole) {
				t.Errorf("%s interrupted at step %d: %v, uninterrupted %v", c.Name, at, got, whole)
			}
		}
	}
}

func TestResetForgets(t *testing.T) {
	for _, c := range configs() {
		opt, _ := New(c)
		first, second := make([]float64, 3), make([]float64, 3)
		g := []float64{1, -2, .5}
		opt.Step(first, g)
		opt.Step(first, g)
		opt.Reset()
		if s := opt.State(); len(s) != 0 {
			t.Errorf("%s after Reset holds %v", c.Name, s)
		}
		first = make([]float64, 3)
		opt.Step(first, g)
		fresh, _ := New(c)
		fresh.Step(second, g)
		if !slices.Equal(first, second) {
			t.Errorf("%s after Reset steps to %v, a fresh one to %v", c.Name, first, second)
		}
	}
}

// One step of the natural gradient is p_k <- p_k exp(-LR c_k), normalised.
func TestExponentiatedGradientIsTheReplicatorMap(t *testing.T) {
	alpha := []float64{.3, -1, .7, 0, 2, -2}
	c := []float64{.2, -.4, 1, 0, .5, .1}
	grad, want := make([]float64, 6), make([]float64, 6)
	p := make([]float64, 3)
	for lo := 0; lo < 6; lo += 3 {
		cost.Softmax(p, alpha[lo:lo+3])
		cost.DARTS(grad[lo:lo+3], p, c[lo:lo+3])
		sum := 0.0
		for k := range p {
			want[lo+k] = p[k] * math.Exp(-.3*c[lo+k])
			sum += want[lo+k]
		}
		for k := range p {
			want[lo+k] /= sum
		}
	}
	opt := ExponentiatedGradient{LR: .3, Ops: 3}
	opt.Step(alpha, grad)
	for lo := 0; lo < 6; lo += 3 {
		cost.Softmax(p, alpha[lo:lo+3])
		approxAll(t, "p", p, want[lo:lo+3], 1e-15)
	}
}

func TestExponentiatedGradientKeepsUnderflownLogits(t *testing.T) {
	alpha := []float64{-800, 0, 0}
	(&ExponentiatedGradient{LR: 1, Ops: 3}).Step(alpha, []float64{0, .1, -.1})
	if alpha[0] != -800 || math.IsNaN(alpha[1]) {
		t.Errorf("alpha = %v", alpha)
	}
}

func TestBadConfigurationsNameTheField(t *testing.T) {
	adam := Config{Name: NameAdam, LR: 1, Beta1: .5, Beta2: .9}
	for _, c := range []struct {
		change func(*Config)
		says   string
	}{
		{func(c *Config) { c.Name = "lamb" }, "lamb"},
		{func(c *Config) { c.LR = 0 }, "lr"},
		{func(c *Config) { c.LR = math.NaN() }, "lr"},
		{func(c *Config) { c.Beta1 = 1 }, "beta1"},
		{func(c *Config) { c.Beta2 = -.1 }, "beta2"},
		{func(c *Config) { c.Eps = -1 }, "eps"},
		{func(c *Config) { c.WeightDecay = -1 }, "weight_decay"},
		{func(c *Config) { c.Momentum = .9 }, "momentum"},
		{func(c *Config) { c.Ops = 8 }, "ops"},
		{func(c *Config) { c.Name = NameSGD }, "beta1"},
		{func(c *Config) { *c = Config{Name: NameNatural, LR: 1} }, "ops"},
	} {
		bad := adam
		c.change(&bad)
		if _, err := New(bad); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("New(%+v) = %v, want an error that names %q", bad, err, c.says)
		}
	}
}

func TestBadStatesAreRefusedAndChangeNothing(t *testing.T) {
	a := &Adam{LR: .1, Beta1: .5, Beta2: .9}
	a.Step([]float64{0}, []float64{1})
	before := a.State()
	for _, s := range [][]float64{{1, 2}, {0, 1, 1}, {1.5, 1, 1}, {1, 1, -1}, {1, math.NaN(), 1}, {1, 1, math.Inf(1)}} {
		if err := a.SetState(s); err == nil {
			t.Errorf("SetState(%v) was accepted", s)
		}
		if !slices.Equal(a.State(), before) {
			t.Errorf("a refused state changed the optimiser to %v", a.State())
		}
	}
	if err := (&SGD{}).SetState([]float64{math.NaN()}); err == nil {
		t.Error("SGD accepted NaN")
	}
	if err := (&ExponentiatedGradient{}).SetState([]float64{1}); err == nil {
		t.Error("the memoryless map accepted a state")
	}
}

func TestLengthMismatchPanicsBeforeWriting(t *testing.T) {
	for _, c := range configs() {
		opt, _ := New(c)
		alpha := []float64{1, 2, 3}
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s took a gradient of another length", c.Name)
				}
			}()
			opt.Step(alpha, []float64{1, 1})
		}()
		if !slices.Equal(alpha, []float64{1, 2, 3}) {
			t.Errorf("%s wrote %v before it refused", c.Name, alpha)
		}
	}
}
