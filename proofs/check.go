package proofs

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
)

// Kind says what a check does.
type Kind string

// The kinds of checks.
const (
	Symbolic       Kind = "symbolic"        // equality of expressions by their normal form
	Identity       Kind = "identity"        // both sides at random points, 200 bits or exact rationals
	Numeric        Kind = "numeric"         // float64: inequalities, integration, sampling
	Network        Kind = "network"         // measured on a real supernet with real images
	Data           Kind = "data"            // measured on a recorded search
	CounterExample Kind = "counter-example" // the claim as stated fails
)

// Check is one piece of evidence that can be run.
type Check struct {
	Name     string
	Kind     Kind
	Mutation string // what the mutated run changes
	run      func(*env) (Outcome, error)
}

// Outcome is what a check measured: it passes iff Residual <= Tolerance.
type Outcome struct {
	Residual  float64 // largest error or violation met
	Tolerance float64
	Cases     int
}

// Passed says whether the residual is within the tolerance; NaN is not.
func (o Outcome) Passed() bool { return o.Residual <= o.Tolerance }

// env is what a running check sees.
type env struct {
	mutated bool
	rng     *rand.Rand
}

// pick returns the statement's own value, or the mutated one.
func pick[T any](e *env, stated, mutated T) T {
	if e.mutated {
		return mutated
	}
	return stated
}

// uniform returns a random number in [lo, hi).
func (e *env) uniform(lo, hi float64) float64 { return lo + (hi-lo)*e.rng.Float64() }

// simplex returns n random probabilities, all positive.
func (e *env) simplex(n int) []float64 {
	p := make([]float64, n)
	s := 0.0
	for i := range p {
		p[i] = e.rng.ExpFloat64() + 1e-3
		s += p[i]
	}
	for i := range p {
		p[i] /= s
	}
	return p
}

// normals returns n normal numbers of standard deviation s.
func (e *env) normals(n int, s float64) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = s * e.rng.NormFloat64()
	}
	return v
}

// meter collects the largest error of a check.
type meter struct {
	worst float64
	cases int
}

// add takes an error in; NaN sticks.
func (m *meter) add(err float64) {
	m.cases++
	if math.IsNaN(err) || err > m.worst {
		m.worst = err
	}
}

// diff takes |a-b| in.
func (m *meter) diff(a, b float64) { m.add(math.Abs(a - b)) }

// within closes the check.
func (m *meter) within(tolerance float64) (Outcome, error) {
	if m.cases == 0 {
		return Outcome{}, fmt.Errorf("the check looked at nothing")
	}
	return Outcome{Residual: m.worst, Tolerance: tolerance, Cases: m.cases}, nil
}

// holds closes a check of a property: residual 0 if it held in all cases.
func (m *meter) holds(ok bool) {
	if ok {
		m.add(0)
	} else {
		m.add(1)
	}
}

var table = sync.OnceValue(func() map[string]Check {
	t := map[string]Check{}
	for _, k := range slices.Concat(checksP1(), checksP2(), checksP3(), checksP4(), checksP5(), checksP6(), checksP7(), searchChecks(), initChecks()) {
		if _, ok := t[k.Name]; ok {
			panic("proofs: two checks are called " + k.Name)
		}
		t[k.Name] = k
	}
	return t
})

// Lookup returns the check of that name.
func Lookup(name string) (Check, bool) {
	k, ok := table()[name]
	return k, ok
}

// Checks returns every check, by name.
func Checks() []Check {
	var out []Check
	for _, k := range table() {
		out = append(out, k)
	}
	slices.SortFunc(out, func(a, b Check) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return out
}

// Measure runs the check as stated, or with its mutation. The random numbers
// come from the seed and the name alone.
func (k Check) Measure(seed uint64, mutated bool) (Outcome, error) {
	h := fnv.New64a()
	h.Write([]byte(k.Name))
	o, err := k.run(&env{mutated: mutated, rng: rand.New(rand.NewPCG(seed, h.Sum64()))})
	if err != nil {
		return Outcome{}, fmt.Errorf("check %s: %w", k.Name, err)
	}
	return o, nil
}

// newRand is a generator of its own for a part that must be repeatable.
func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }
