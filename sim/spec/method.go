package spec

import (
	"fmt"
	"slices"

	"edgewise/theory/bias"
	"edgewise/theory/cell"
	"edgewise/theory/dynamics"
)

// Names of the published methods beside DARTS, SNAS and DSNAS.
const (
	PRIME   = "prime"   // DARTS-PRIME, arXiv 2106.11655
	Latency = "latency" // LA-DARTS, arXiv 2001.06392
	AGNN    = "agnn"    // Auto-GNN, arXiv 1909.03184
)

// A method is an algorithm by name.
type method struct {
	name string
	// relaxes names the algorithm whose gates and gradient of alpha the method has,
	// itself for a plain one; empty for a method that does not move alpha along
	// costs and brings its own driver.
	relaxes string
	derive  bias.Rule // how its own text derives the cell
	// use gives a spec what the method needs beside its name; nil: nothing.
	use func(*Spec)
	// check refuses parameters that the method cannot take; nil: none.
	check func(Spec) error
}

var methods = []method{
	{name: DARTS, relaxes: DARTS, derive: bias.TopTwo},
	{name: SNAS, relaxes: SNAS, derive: bias.MostProbable},
	{name: DSNAS, relaxes: DSNAS, derive: bias.MostProbable},
	{name: GDAS, relaxes: GDAS, derive: bias.MostProbable},
	{name: Proxyless, relaxes: Proxyless, derive: bias.MostProbable},
	{name: Random, relaxes: Random, derive: bias.MostProbable},
	{name: AGNN, derive: bias.MostProbable, use: func(s *Spec) { s.Steps = 300 }, check: func(s Spec) error {
		if s.AGNN == nil {
			return nil
		}
		if err := s.AGNN.Check(); err != nil {
			return fmt.Errorf("agnn.%w", err)
		}
		return nil
	}},
	{name: SemiNAS, derive: bias.MostProbable, check: checkSemiNAS},
	{name: RADARS, derive: bias.TopTwo, use: func(s *Spec) { s.Level = Bilevel }, check: checkRADARS},
	{name: Latency, relaxes: DARTS, derive: bias.TopTwo, use: useLatency, check: checkLatency},
	{name: PRIME, relaxes: DARTS, derive: bias.TopTwo, use: usePrime, check: checkPrime},
}

func (s Spec) method() (method, bool) {
	i := slices.IndexFunc(methods, func(m method) bool { return m.name == s.Algorithm })
	if i < 0 {
		return method{}, false
	}
	return methods[i], true
}

// Algorithms lists the names that Algorithm may have.
func Algorithms() []string {
	out := make([]string, len(methods))
	for i, m := range methods {
		out[i] = m.name
	}
	return out
}

// Relaxation names the algorithm, darts, snas, dsnas, gdas, proxyless or random, whose gates and
// architecture gradient the search has; empty for methods that do not move alpha
// along costs.
func (s Spec) Relaxation() string {
	m, _ := s.method()
	return m.relaxes
}

// Derivation is how the search's method derives a cell from its final weights.
func (s Spec) Derivation() bias.Rule {
	if m, ok := s.method(); ok {
		return m.derive
	}
	return bias.MostProbable
}

// Use makes the spec one of the named algorithm, with everything that the method
// needs at its published or stated default.
func (s *Spec) Use(algorithm string) {
	s.Algorithm = algorithm
	if m, ok := s.method(); ok && m.use != nil {
		m.use(s)
	}
}

// checkMethod refuses a table of a method that is not the spec's, and parameters
// that the method cannot take.
func (s Spec) checkMethod() error {
	for _, t := range []struct {
		key, algorithm string
		set            bool
	}{
		{"agnn", AGNN, s.AGNN != nil},
		{"seminas", SemiNAS, s.SemiNAS != nil},
		{"radars", RADARS, s.RADARS != nil},
		{"latency", Latency, s.Latency != nil},
		{"prime", PRIME, s.Prime != nil},
	} {
		if t.set && s.Algorithm != t.algorithm {
			return fmt.Errorf("%s: it belongs to algorithm %s, not %s", t.key, t.algorithm, s.Algorithm)
		}
	}
	if m, ok := s.method(); ok && m.check != nil {
		return m.check(s)
	}
	return nil
}

// Fixed returns the spec as one that trains a single wiring of a kind's cells from
// scratch: every edge has its only operation, or is deleted, and alpha is at rest.
func (s Spec) Fixed(wiring map[cell.Kind]cell.Wiring) (Spec, error) {
	space, err := s.Space()
	if err != nil {
		return s, err
	}
	s.Algorithm, s.Order, s.Level, s.Estimator = DARTS, 1, Single, PerEdge
	s.Alpha.Gate, s.Alpha.Freeze, s.Alpha.Optimiser = "", true, SGD
	s.Edges, s.Interventions = nil, nil
	s.SemiNAS, s.RADARS = nil, nil
	for _, kind := range space.Kinds() {
		w, ok := wiring[kind]
		if !ok || len(w) != len(space.Cell.Edges) {
			return s, fmt.Errorf("a wiring of %d operations for %v cells of %d edges", len(w), kind, len(space.Cell.Edges))
		}
		for e, o := range w {
			r := EdgeRule{Edge: space.Cell.Edges[e].String(), Kind: kind.String()}
			switch {
			case o < 0 || space.Ops[o].Name == cell.None:
				r.Delete = true
			default:
				r.Fix = space.Ops[o].Name
			}
			s.Edges = append(s.Edges, r)
		}
	}
	return s, s.Check()
}

// clamped says whether the search's gates are those of DARTS-PRIME.
func (s Spec) clamped() bool { return s.Gate() == dynamics.Gate(dynamics.ClampGate{}) }
