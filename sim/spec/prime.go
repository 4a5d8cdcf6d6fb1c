package spec

import (
	"fmt"
	"math"

	"edgewise/theory/cell"
	"edgewise/theory/dynamics"
)

// Prime holds the parameters of DARTS-PRIME (arXiv 2106.11655): a bi-level search
// over gates without competition, p = clamp(alpha, 0, 1), that steps alpha when the
// information of the weights' minibatches is low, and draws p towards a discrete
// cell.
type Prime struct {
	// Every is the number of weight steps per step of alpha: exactly where Dynamic is
	// unset, on average where it is set.
	Every int `toml:"every" json:"every"`
	// Dynamic steps alpha where 0 < E < tau: E := Memory E + (1 - Memory) |dL/dw|^2
	// of each minibatch; tau := tau Factor^-Every after a step of alpha, tau Factor
	// after none; tau = Threshold at the start.
	Dynamic   bool    `toml:"dynamic" json:"dynamic"`
	Memory    float64 `toml:"memory" json:"memory"`
	Factor    float64 `toml:"factor" json:"factor"`
	Threshold float64 `toml:"threshold" json:"threshold"`
	// Regulariser is "", proximity or admm, with strength Rho.
	Regulariser string  `toml:"regulariser" json:"regulariser,omitempty"`
	Rho         float64 `toml:"rho" json:"rho"`
}

// Proximity adds (t/T)(Rho/2)|p - D(p)| to the loss of alpha, D the derived cell;
// ADMM adds (Rho/2)|p - Z + U|, with Z := D(p + U), U := 0.2 U + p - Z every ten
// steps of alpha. Norms are taken over all edges of a kind.
const (
	Proximity = "proximity"
	ADMM      = "admm"
)

// DefaultPrime are the published parameters.
func DefaultPrime() Prime {
	return Prime{Every: 10, Dynamic: true, Memory: 0.8, Factor: 1.05, Threshold: 1, Regulariser: Proximity, Rho: 0.1}
}

// PrimeParameters returns the spec's table, or the published one where it has none.
func (s Spec) PrimeParameters() Prime {
	if s.Prime != nil {
		return *s.Prime
	}
	return DefaultPrime()
}

// usePrime sets clamped gates that start at 1/|O| on operations without none, batch
// norm behind the nodes, and two levels. Alpha's rate is ours: the published 3e-4 has
// twenty thousand minibatches to move a weight by its own size.
func usePrime(s *Spec) {
	var ops []string
	for _, o := range s.Net.Ops {
		if o != cell.None {
			ops = append(ops, o)
		}
	}
	p := DefaultPrime()
	s.Prime, s.Net.Ops, s.Net.NodeNorm, s.Level = &p, ops, true, Bilevel
	s.Alpha.Gate, s.Alpha.InitMean, s.Alpha.InitStd, s.Alpha.Rate = dynamics.NameClamp, 1/float64(len(ops)), 1e-4, 1e-2
}

func checkPrime(s Spec) error {
	p := s.PrimeParameters()
	switch {
	case s.Level != Bilevel:
		return fmt.Errorf("level is %q: prime is a bi-level search", s.Level)
	case p.Every < 1 || p.Every > 1e6:
		return fmt.Errorf("prime.every is %d: it must be 1 to 1000000 steps of the weights per step of alpha", p.Every)
	case math.IsNaN(p.Memory) || p.Memory < 0 || p.Memory >= 1:
		return fmt.Errorf("prime.memory is %v: it must be 0 to below 1", p.Memory)
	case !(p.Factor > 1 && p.Factor <= 10):
		return fmt.Errorf("prime.factor is %v: it must be above 1 and at most 10", p.Factor)
	case !(p.Threshold > 0) || math.IsInf(p.Threshold, 1):
		return fmt.Errorf("prime.threshold is %v: it must be positive", p.Threshold)
	case p.Regulariser != "" && p.Regulariser != Proximity && p.Regulariser != ADMM:
		return fmt.Errorf("prime.regulariser is %q: it must be %s, %s or left out", p.Regulariser, Proximity, ADMM)
	case math.IsNaN(p.Rho) || p.Rho < 0 || p.Rho > 1e6:
		return fmt.Errorf("prime.rho is %v: it must be 0 to 1000000", p.Rho)
	}
	return nil
}
