package spec

import (
	"fmt"
	"math"
)

// Lat holds the parameters of LA-DARTS (arXiv 2001.06392): alpha descends
// L + Weight LAT(E[p]) / LAT, LAT(E[p]) the latency that a regressor predicts at the
// relaxed encoding, LAT the mean of the measured ones.
type Lat struct {
	Weight  float64 `toml:"weight" json:"weight"`
	Table   string  `toml:"table" json:"table,omitempty"`     // CSV of measured latencies; empty: the shipped one
	Samples int     `toml:"samples" json:"samples,omitempty"` // rows that the regressor sees; 0: all
}

// useLatency makes a bi-level search over softmax gates.
func useLatency(s *Spec) {
	s.Latency, s.Level = &Lat{Weight: 0.1}, Bilevel
	s.Alpha.Rate = 1e-2
}

func checkLatency(s Spec) error {
	switch l := s.Latency; {
	case l == nil:
		return fmt.Errorf("latency: the table is missing: set latency.weight")
	case !(l.Weight >= 0) || math.IsInf(l.Weight, 1):
		return fmt.Errorf("latency.weight is %v: it must be 0 or more", l.Weight)
	case l.Samples < 0:
		return fmt.Errorf("latency.samples is %d: it must be 0 for all, or more", l.Samples)
	}
	return nil
}
