package predict

import (
	"fmt"

	"edgewise/sim/spec"
)

// covered says why a rung above replay does not speak of a search: its moments are
// closed for the softmax of darts, snas and dsnas, and its laws hold where batch
// norm makes operations of degree 0 at the statistics of the batch (P3.3).
func covered(s *spec.Spec, rung string) error {
	what := ""
	switch {
	case !s.SoftmaxGate():
		what = fmt.Sprintf("alpha.gate is %q, and its moments are closed for a softmax only", s.Alpha.Gate)
	case s.Net.Partial > 1:
		what = "the weights of edges that partial channels have are in no moment"
	case s.Relaxation() == spec.GDAS || s.Relaxation() == spec.Proxyless:
		what = fmt.Sprintf("the moments of %s, whose costs are those of gates that were not taken, are not closed", s.Algorithm)
	case s.Level == spec.Mixed && rung != RungDriven:
		what = "level mixed has costs of two splits, and the laws speak of one"
	case s.BrokenLaw() != "" && rung != RungDriven:
		what = "the laws of the costs do not hold: " + s.BrokenLaw()
	default:
		return nil
	}
	return &MissingError{rung, what, "use rung replay"}
}
