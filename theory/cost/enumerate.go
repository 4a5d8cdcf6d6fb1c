package cost

import (
	"fmt"
	"math/bits"
	"math/rand"

	"edgewise/theory/cell"
)

// MaxEnumerated is the largest number of edges whose wirings are enumerated.
const MaxEnumerated = 20

// patterns calls f for every set of active edges with the number and the bit
// set of effective ones.
func patterns(c cell.Cell, f func(active, effective uint32, n int)) error {
	if err := checkCell(c); err != nil {
		return err
	}
	if len(c.Edges) > MaxEnumerated {
		return fmt.Errorf("enumeration: %d edges, at most %d", len(c.Edges), MaxEnumerated)
	}
	active := make([]bool, len(c.Edges))
	for set := uint32(0); set < 1<<len(c.Edges); set++ {
		for e := range active {
			active[e] = set>>e&1 == 1
		}
		var effective uint32
		for e, on := range c.Effective(active) {
			if on {
				effective |= 1 << e
			}
		}
		f(set, effective, bits.OnesCount32(effective))
	}
	return nil
}

// Enumerate writes C_e = E[phi(n) 1_e | e active] by summing over all 2^edges
// wirings: the definition, for cells of at most MaxEnumerated edges. Arguments
// as in Expectation.Costs.
func Enumerate(c cell.Cell, dst, p, phi []float64) error {
	if len(dst) != len(c.Edges) || len(p) != len(c.Edges) || len(phi) != len(c.Edges)+1 {
		return fmt.Errorf("enumeration: %d results, %d probabilities, %d values of phi for %d edges", len(dst), len(p), len(phi), len(c.Edges))
	}
	clear(dst)
	return patterns(c, func(active, effective uint32, n int) {
		for e := range dst {
			if effective>>e&1 == 0 {
				continue
			}
			weight := 1.0
			for i, pi := range p {
				switch {
				case i == e:
				case active>>i&1 == 1:
					weight *= pi
				default:
					weight *= 1 - pi
				}
			}
			dst[e] += weight * phi[n]
		}
	})
}

// MonteCarlo estimates C_e = E[phi(n) 1_e | e active] for any cell from
// samples wirings per edge in which e is active, and the standard error of each
// estimate. The random numbers come from rng alone.
func MonteCarlo(c cell.Cell, mean, stderr, p, phi []float64, samples int, rng *rand.Rand) error {
	if err := checkCell(c); err != nil {
		return err
	}
	if len(mean) != len(c.Edges) || len(stderr) != len(mean) || len(p) != len(mean) || len(phi) != len(mean)+1 {
		return fmt.Errorf("Monte Carlo: %d means, %d errors, %d probabilities, %d values of phi for %d edges",
			len(mean), len(stderr), len(p), len(phi), len(c.Edges))
	}
	if samples < 2 {
		return fmt.Errorf("Monte Carlo: %d samples, want at least 2", samples)
	}
	active := make([]bool, len(p))
	for e := range mean {
		var m moments
		for range samples {
			for i := range active {
				active[i] = rng.Float64() < p[i] || i == e
			}
			v, n := 0.0, 0
			eff := c.Effective(active)
			for _, on := range eff {
				if on {
					n++
				}
			}
			if eff[e] {
				v = phi[n]
			}
			m.add(v)
		}
		mean[e], stderr[e] = m.mean, m.standardError()
	}
	return nil
}
