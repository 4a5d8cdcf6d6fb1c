package surrogate

import (
	"math"
	"math/rand/v2"
	"testing"

	"edgewise/theory/cell"
)

func testModel(t *testing.T, c Config) *Model {
	t.Helper()
	m, err := New(c, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func random(n, tokens, ops int, rnd *rand.Rand) []cell.Wiring {
	out := make([]cell.Wiring, n)
	for i := range out {
		out[i] = make(cell.Wiring, tokens)
		for e := range out[i] {
			out[i][e] = rnd.IntN(ops)
		}
	}
	return out
}

// Every weight's gradient is the central difference of the loss, error O(h²).
func TestGradientsAreDifferences(t *testing.T) {
	m := testModel(t, Config{Tokens: 4, Ops: 3, Units: 5})
	rnd := rand.New(rand.NewPCG(3, 4))
	for i := range m.value {
		m.value[i] += 0.3 * rnd.NormFloat64() // biases too
	}
	w := random(6, 4, 3, rnd)
	z := []float64{.3, -1, .5, 2, -.2, .1}
	loss := func() float64 {
		m.tape.reset()
		m.losses(w, z)
		return m.tape.loss
	}
	loss()
	clear(m.grad)
	m.tape.backward()
	const h = 1e-5
	worst := 0.0
	for i := range m.value {
		v := m.value[i]
		m.value[i] = v + h
		up := loss()
		m.value[i] = v - h
		down := loss()
		m.value[i] = v
		worst = max(worst, math.Abs((up-down)/(2*h)-m.grad[i]))
	}
	if worst > 1e-8 {
		t.Errorf("worst difference between gradient and central difference: %.3g over %d weights", worst, len(m.value))
	}
	if n := math.Sqrt(dot(m.grad, m.grad)); n < 0.1 {
		t.Errorf("the gradient has norm %g: the test would not see a missing part", n)
	}
	for k, p := range m.params {
		if dot(p.g, p.g) == 0 {
			t.Errorf("parameter %d has no gradient", k)
		}
	}
}

// A small ascent raises the prediction by eta·|∂f/∂e|² to first order: the direction
// is that of the gradient. Here through codes: predict at moved codes.
func TestAscentFollowsTheGradient(t *testing.T) {
	m := testModel(t, Config{Tokens: 5, Ops: 3})
	rnd := rand.New(rand.NewPCG(5, 6))
	w := random(1, 5, 3, rnd)
	at := func(eta float64) (float64, float64) {
		tp := &m.tape
		tp.reset()
		codes, _ := m.encode(w)
		mark := len(tp.back)
		y := m.predict(m.pool(codes))
		y.g[0] = 1
		for i := len(tp.back) - 1; i >= mark; i-- {
			tp.back[i]()
		}
		norm := 0.0
		for _, c := range codes {
			norm += dot(c.g, c.g)
			axpy(c.v, eta, c.g)
		}
		return m.predict(m.pool(codes)).v[0], norm
	}
	const eta = 1e-4
	up, norm := at(eta)
	down, _ := at(-eta)
	if got := (up - down) / (2 * eta); math.Abs(got-norm) > 1e-6*norm || norm == 0 {
		t.Errorf("slope along the ascent %g, squared gradient %g", got, norm)
	}
}

// On an accuracy that is a sum over edges the model learns to rank unseen wirings,
// to write wirings back, and ascent from bad wirings proposes better ones.
func TestLearnsASum(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 8))
	truth := func(w cell.Wiring) float64 {
		s := 0.5
		for e, o := range w {
			s += 0.02 * float64(o) * float64(e+1)
		}
		return s
	}
	var pairs []Pair
	for _, w := range random(80, 5, 3, rnd) {
		pairs = append(pairs, Pair{w, truth(w)})
	}
	m := testModel(t, Config{Tokens: 5, Ops: 3})
	if err := m.Teach(pairs, nil, 150, 0, 0, rnd); err != nil {
		t.Fatal(err)
	}
	fresh := random(60, 5, 3, rnd)
	ok, all := 0, 0
	y := m.Predict(fresh)
	for i := range fresh {
		for j := range i {
			if d := truth(fresh[i]) - truth(fresh[j]); math.Abs(d) > 1e-9 {
				all++
				if d*(y[i]-y[j]) > 0 {
					ok++
				}
			}
		}
	}
	if share := float64(ok) / float64(all); share < 0.9 {
		t.Errorf("ranks %.2f of the pairs rightly", share)
	}
	same := 0
	for i, w := range m.Ascend(fresh, 0) {
		if key(w) == key(fresh[i]) {
			same++
		}
	}
	if same < 40 {
		t.Errorf("writes back %d of 60 wirings", same)
	}
	better := 0
	from := []cell.Wiring{{0, 0, 0, 0, 0}, {1, 0, 1, 0, 0}, {0, 2, 0, 0, 1}}
	out := m.Propose(from, 10, 20, func(cell.Wiring) bool { return false })
	for _, w := range out {
		if truth(w) > 0.62 {
			better++
		}
	}
	if len(out) == 0 || better*2 < len(out) {
		t.Errorf("ascent proposes %v: %d of %d better than all it came from", out, better, len(out))
	}
}

func TestSameSeedSameModel(t *testing.T) {
	run := func() []float64 {
		rnd := rand.New(rand.NewPCG(9, 9))
		m := testModel(t, Config{Tokens: 3, Ops: 4})
		var pairs []Pair
		for i, w := range random(20, 3, 4, rnd) {
			pairs = append(pairs, Pair{w, float64(i % 7)})
		}
		if err := m.Teach(pairs, random(30, 3, 4, rnd), 3, 2, 2, rnd); err != nil {
			t.Fatal(err)
		}
		return m.Predict(random(5, 3, 4, rnd))
	}
	a, b := run(), run()
	for i := range a {
		if a[i] != b[i] {
			t.Fatalf("prediction %d: %v and %v", i, a[i], b[i])
		}
	}
}

func TestRefusesWhatDoesNotFit(t *testing.T) {
	if _, err := New(Config{Tokens: 0, Ops: 3}, nil); err == nil {
		t.Error("no tokens")
	}
	m := testModel(t, Config{Tokens: 2, Ops: 2})
	for name, p := range map[string][]Pair{
		"none": nil, "length": {{cell.Wiring{1}, 0}}, "operation": {{cell.Wiring{1, 2}, 0}}, "label": {{cell.Wiring{1, 1}, math.NaN()}},
	} {
		if err := m.Teach(p, nil, 1, 0, 0, rand.New(rand.NewPCG(1, 1))); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
