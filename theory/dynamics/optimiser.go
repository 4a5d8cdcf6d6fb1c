package dynamics

import (
	"fmt"
	"math"
)

// Optimiser is a discrete map alpha <- alpha - step(alpha, grad) with memory.
// The same calls give the same bits on every run.
type Optimiser interface {
	// Step moves alpha in place along -grad (grad = dL/dalpha, unchanged). The
	// length is fixed by the first call, Reset or SetState; a later Step of
	// another length is a programming error and panics before it writes.
	Step(alpha, grad []float64)
	// Reset forgets all memory, as if no step had been taken.
	Reset()
	// State returns a copy of the memory; SetState takes it back, so that a
	// resumed run continues with the same bits. An empty state is a reset.
	State() []float64
	SetState(state []float64) error
}

// Names of the optimisers that Config knows.
const (
	NameSGD     = "sgd"
	NameAdam    = "adam"
	NameNatural = "natural"
)

// Config is the plain description of an optimiser, as a spec holds it.
// Fields that the named optimiser does not have are ignored by New only when
// they are zero.
type Config struct {
	Name        string  // "sgd", "adam" or "natural"
	LR          float64 // learning rate, > 0
	Momentum    float64 // sgd: in [0,1)
	Beta1       float64 // adam: in [0,1)
	Beta2       float64 // adam: in [0,1)
	Eps         float64 // adam: >= 0
	WeightDecay float64 // L2, added to the gradient; >= 0
	Ops         int     // natural: operations per edge
}

// New returns the optimiser that the configuration describes. Fields outside
// their range, and fields that the optimiser does not have, are errors that
// name them.
func New(c Config) (Optimiser, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	switch c.Name {
	case NameSGD:
		return &SGD{LR: c.LR, Momentum: c.Momentum, WeightDecay: c.WeightDecay}, nil
	case NameAdam:
		return &Adam{LR: c.LR, Beta1: c.Beta1, Beta2: c.Beta2, Eps: c.Eps, WeightDecay: c.WeightDecay}, nil
	default:
		return &ExponentiatedGradient{LR: c.LR, WeightDecay: c.WeightDecay, Ops: c.Ops}, nil
	}
}

func (c Config) check() error {
	fail := func(field string, value any, want string) error {
		return fmt.Errorf("optimiser %s: %s is %v; it must be %s", c.Name, field, value, want)
	}
	unit := func(x float64) bool { return x >= 0 && x < 1 }
	switch c.Name {
	case NameSGD, NameAdam, NameNatural:
	default:
		return fmt.Errorf("unknown optimiser %q: the known ones are %s, %s and %s", c.Name, NameSGD, NameAdam, NameNatural)
	}
	if !(c.LR > 0) || math.IsInf(c.LR, 0) {
		return fail("lr", c.LR, "positive and finite")
	}
	if !(c.WeightDecay >= 0) || math.IsInf(c.WeightDecay, 0) {
		return fail("weight_decay", c.WeightDecay, "zero or positive, and finite")
	}
	if c.Momentum != 0 && c.Name != NameSGD {
		return fail("momentum", c.Momentum, "left out: only sgd has it")
	}
	if !unit(c.Momentum) {
		return fail("momentum", c.Momentum, "in [0,1)")
	}
	if c.Name == NameAdam {
		if !unit(c.Beta1) {
			return fail("beta1", c.Beta1, "in [0,1)")
		}
		if !unit(c.Beta2) {
			return fail("beta2", c.Beta2, "in [0,1)")
		}
		if !(c.Eps >= 0) || math.IsInf(c.Eps, 0) {
			return fail("eps", c.Eps, "zero or positive, and finite")
		}
	} else if c.Beta1 != 0 || c.Beta2 != 0 || c.Eps != 0 {
		return fail("beta1, beta2, eps", []float64{c.Beta1, c.Beta2, c.Eps}, "left out: only adam has them")
	}
	if c.Name == NameNatural && c.Ops < 2 {
		return fail("ops", c.Ops, "the number of operations per edge, at least 2")
	}
	if c.Name != NameNatural && c.Ops != 0 {
		return fail("ops", c.Ops, "left out: only natural needs it")
	}
	return nil
}

// fit makes memory of n zeros on first use and refuses another length later.
func fit(memory []float64, n int) []float64 {
	if memory == nil {
		return make([]float64, n)
	}
	if len(memory) != n {
		panic(fmt.Sprintf("dynamics: an optimiser with memory for %d parameters was given %d", len(memory), n))
	}
	return memory
}

func sameLength(alpha, grad []float64) {
	if len(alpha) != len(grad) {
		panic(fmt.Sprintf("dynamics: %d parameters with a gradient of length %d", len(alpha), len(grad)))
	}
}

func finite(state []float64) error {
	for i, x := range state {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("entry %d of the optimiser state is %v: the run had diverged before the state was saved", i, x)
		}
	}
	return nil
}
